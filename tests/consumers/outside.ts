// A place outside the workspace, as a stranger's machine would have it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, absolute. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** A fresh empty folder; remove it with {@link removeFolder}. */
export function emptyFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `flambeau-${name}-`));
}

export function removeFolder(folder: string | undefined): void {
  if (folder) rmSync(folder, { recursive: true, force: true });
}

/** PATH without the workspace's binaries and npx's, so that `node` and `npm` are the machine's own. */
const outsidePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((dir) => !dir.includes('node_modules'))
  .join(delimiter);

const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|PNPM_|NODE_|VITEST|INIT_CWD$)/.test(name)),
);

/** Runs a program of the machine in `cwd` and returns what it printed; throws with its output when it fails. */
export function runOutside(cwd: string, command: string, args: readonly string[]): string {
  const env = { ...environment, PATH: outsidePath };
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' });
}

/** The machine's Node, or the workspace's where the machine has no other. */
export function machineNode(): string {
  const found = outsidePath.split(delimiter).map((dir) => join(dir, 'node'));
  return found.find((file) => existsSync(file)) ?? process.execPath;
}

/** Runs the pinned pnpm in `cwd`. */
export function pnpm(cwd: string, args: readonly string[]): string {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  return execFileSync('npx', ['--yes', packageManager, ...args], { cwd, encoding: 'utf8', stdio: 'pipe' });
}

/** Builds packages with what they need, packs them into `folder`, and returns the tarballs in the order given. */
export function pack(folder: string, directories: readonly string[]): string[] {
  const filters = directories.map((dir) => `--filter=./packages/${dir}`);
  pnpm(root, ['exec', 'turbo', 'run', 'build', ...filters]);
  return directories.map((dir) => {
    const destination = join(folder, dir);
    pnpm(join(root, 'packages', dir), ['pack', '--pack-destination', destination]);
    const [tarball] = readdirSync(destination);
    if (!tarball) throw new Error(`pnpm pack left nothing for ${dir}`);
    return join(destination, tarball);
  });
}
