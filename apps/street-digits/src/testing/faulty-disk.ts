// Loaded into a program with `--import`: a disk that fails in the middle of a write. FAULTY_DISK="stall last.safetensors 2"
// leaves the second write of that file half done and waits to be killed; "full …" ends it as a full disk does;
// "interrupt …" presses Ctrl-C at that moment.
import * as fs from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const [fault, name, at] = (process.env['FAULTY_DISK'] ?? '').split(' ');
const patched = createRequire(import.meta.url)('node:fs/promises') as { open: typeof fs.open };
const open = fs.open;
let opened = 0;

patched.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  if (!String(path).includes(`.${name}.`) || ++opened !== Number(at)) return file;
  const write = file.writeFile.bind(file);
  if (fault === 'interrupt') {
    process.kill(process.pid, 'SIGINT');
    return file;
  }
  file.writeFile = async (data, ...options) => {
    const bytes = data as Uint8Array;
    await write(bytes.subarray(0, bytes.length >> 1), ...options);
    if (fault === 'full')
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    process.stderr.write('stalled\n');
    setInterval(() => {}, 1000);
    await new Promise(() => {});
  };
  return file;
};
syncBuiltinESMExports();
