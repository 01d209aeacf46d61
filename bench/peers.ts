import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('contenders/peers', import.meta.url));

/**
 * Installs the npm peers where they are not yet: outside of the workspace, whose own install nobody should wait for
 * their 70 MB. Without a network they are missing from the table, which says so.
 */
export function installPeers(): void {
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return;
  process.stderr.write('installing the npm peers (70 MB, once) …\n');
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32', // npm is a .cmd there
  });
  if (done.status !== 0) process.stderr.write(`${done.stderr ?? done.error?.message}\n`);
}
