import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SerializationError } from '../index.ts';
import { type FileSystem, writeWith } from './atomic-file.ts';
import { writeFileAtomic } from './index.ts';

let folder = '';
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'flambeau-atomic-'));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const content = async (name: string): Promise<number[]> => [...(await fs.readFile(join(folder, name)))];

/** A process id that no process has: one that just ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid as number;
}

test('writes and replaces a file, and leaves nothing else', async () => {
  const path = join(folder, 'last.safetensors');
  await writeFileAtomic(path, bytes(3, 1));
  expect(await content('last.safetensors')).toEqual([1, 1, 1]);
  await writeFileAtomic(pathToFileURL(path), bytes(2, 2));
  expect(await content('last.safetensors')).toEqual([2, 2]);
  expect(await fs.readdir(folder)).toEqual(['last.safetensors']);
});

test('many writers at once leave one whole file', async () => {
  const path = join(folder, 'last');
  await Promise.all(Array.from({ length: 8 }, (_, i) => writeFileAtomic(path, bytes(1000 + i, i))));
  const found = await content('last');
  expect(found).toEqual([...bytes(1000 + (found[0] as number), found[0] as number)]);
  expect(await fs.readdir(folder)).toEqual(['last']);
});

test('follows a symbolic link', async () => {
  await fs.mkdir(join(folder, 'runs'));
  await fs.writeFile(join(folder, 'runs/epoch-3'), bytes(1, 1));
  await fs.symlink(join(folder, 'runs/epoch-3'), join(folder, 'last'));
  await writeFileAtomic(join(folder, 'last'), bytes(1, 2));
  expect((await fs.lstat(join(folder, 'last'))).isSymbolicLink()).toBe(true);
  expect(await content('runs/epoch-3')).toEqual([2]);
});

test('removes what killed writers of the same file left, and nothing else', async () => {
  const gone = await endedProcess();
  const id = '0123456789ab';
  const kept = [
    `.last.${process.ppid}-0-${id}.tmp`, // its writer lives
    `.other.${gone}-0-${id}.tmp`,
    '.last.tmp',
    `.last.${gone}-0-${id}.tmp.txt`,
  ];
  for (const name of [`.last.${gone}-0-${id}.tmp`, `.last.${gone}-7-${id}.tmp`, ...kept])
    await fs.writeFile(join(folder, name), 'x');
  await writeFileAtomic(join(folder, 'last'), bytes(1, 1));
  expect((await fs.readdir(folder)).sort()).toEqual([...kept, 'last'].sort());
});

test('a folder that is not there is named', async () => {
  const writing = writeFileAtomic(join(folder, 'none/last'), bytes(1, 1));
  await expect(writing).rejects.toThrow(SerializationError);
  await expect(writing).rejects.toThrow(/cannot write: got ENOENT, expected a folder.*none\/last/);
});

describe('a full disk', () => {
  /** The file system, on which a write fails after half of the bytes, or syncing or renaming does. */
  function failing(where: 'write' | 'sync' | 'rename', code: string): FileSystem {
    const fail = (): never => {
      throw Object.assign(new Error(`${code}: fails`), { code });
    };
    return {
      ...fs,
      rename: where === 'rename' ? async () => fail() : fs.rename,
      open: async (path, flags) => {
        const handle = await fs.open(path, flags);
        if (flags === 'r') return handle;
        return new Proxy(handle, {
          get(target, key) {
            if (key === 'writeFile' && where === 'write') {
              return async (data: Uint8Array) => {
                await target.write(data.subarray(0, data.length / 2));
                fail();
              };
            }
            if (key === 'sync' && where === 'sync') return async () => fail();
            const value: unknown = Reflect.get(target, key);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
      },
    };
  }

  test.each<[Parameters<typeof failing>[0], string, RegExp]>([
    ['write', 'ENOSPC', /the disk is full: got ENOSPC, expected room for 100 bytes.*intact/],
    ['sync', 'ENOSPC', /the disk is full/],
    ['write', 'EDQUOT', /quota is used up/],
    ['sync', 'EFBIG', /larger than the system allows/],
    ['rename', 'EACCES', /cannot write: got EACCES/],
  ])('at %s (%s) leaves the old file and no other', async (where, code, message) => {
    await fs.writeFile(join(folder, 'last'), bytes(2, 1));
    const writing = writeWith(failing(where, code), join(folder, 'last'), bytes(100, 2));
    await expect(writing).rejects.toThrow(SerializationError);
    await expect(writing).rejects.toThrow(message);
    await expect(writing).rejects.toMatchObject({
      code: 'serialization',
      details: { code },
      cause: { code },
    });
    expect(await content('last')).toEqual([1, 1]);
    expect(await fs.readdir(folder)).toEqual(['last']);
  });

  test.skipIf(process.platform === 'win32')('as the system itself tells it leaves the old file', async () => {
    await fs.writeFile(join(folder, 'last'), bytes(2, 1));
    const program = `
      import { writeFileAtomic } from ${JSON.stringify(new URL('./atomic-file.ts', import.meta.url).href)};
      process.on('SIGXFSZ', () => {});
      await writeFileAtomic(process.argv[1], new Uint8Array(1 << 20)).catch((error) => console.log(error.name, error.details.code));
    `;
    // A process may write files of 64 blocks at most.
    const node = [
      '--conditions=@flambeau/source',
      '--input-type=module',
      '-e',
      program,
      join(folder, 'last'),
    ];
    const child = spawn('sh', ['-c', 'ulimit -f 64; exec "$@"', 'sh', process.execPath, ...node]);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(output.trim()).toBe('SerializationError EFBIG');
    expect(await content('last')).toEqual([1, 1]);
    expect(await fs.readdir(folder)).toEqual(['last']);
  });
});

test('a program killed while it writes leaves a whole file, and the next one cleans up', {
  timeout: 60_000,
}, async () => {
  const path = join(folder, 'last');
  const size = 8 << 20;
  const program = `
    import { writeFileAtomic } from ${JSON.stringify(new URL('./atomic-file.ts', import.meta.url).href)};
    for (let value = 1; ; value = (value % 250) + 1) {
      await writeFileAtomic(process.argv[1], new Uint8Array(${size}).fill(value));
      console.log('written');
    }
  `;
  let leftovers = 0;
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, [
      '--conditions=@flambeau/source',
      '--input-type=module',
      '-e',
      program,
      path,
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 7 * round));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const found = await fs.readFile(path);
    expect(found.length).toBe(size);
    expect(found.every((value) => value === found[0])).toBe(true);
    leftovers += (await fs.readdir(folder)).length - 1;
  }
  expect(leftovers).toBeGreaterThan(0);
  await writeFileAtomic(path, bytes(1, 1));
  expect(await fs.readdir(folder)).toEqual(['last']);
});
