import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('contenders/peers', import.meta.url));
/** The lockfile of the last install: when it has changed since, what is installed is not what is pinned. */
const installed = `${folder}/node_modules/.installed-lock.json`;

/**
 * Installs the npm peers where they are not yet as pinned: outside of the workspace, whose own install nobody should wait
 * for them. Without a network they are missing from the table, which says so.
 */
export function installPeers(): void {
  const lock = readFileSync(`${folder}/package-lock.json`, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  process.stderr.write('installing the npm peers (450 MB on disk, once) …\n');
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32', // npm is a .cmd there
  });
  if (done.status === 0) writeFileSync(installed, lock);
  else process.stderr.write(`${done.stderr ?? done.error?.message}\n`);
}
