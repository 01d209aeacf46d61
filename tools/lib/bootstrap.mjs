// What runs before anything is installed, on any Node from 20: plain JavaScript, no dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, absolute. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const bin = join(root, 'node_modules/.bin');
const stamps = join(root, 'node_modules/.cache/flambeau');

/** The workspace's own Node where its platform has one, else the Node that runs this. */
export function workspaceNode() {
  const own = join(bin, 'node');
  return existsSync(own) ? own : process.execPath;
}

/** Runs a command in the root and returns its exit code. Quiet: prints nothing unless it fails. */
export function run(command, args, { quiet = false } = {}) {
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  const done = spawnSync(command, args, { ...options(), stdio });
  if (done.error) process.stderr.write(`${command}: ${done.error.message}\n`);
  if (quiet && done.status !== 0) process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`);
  return done.status ?? 1;
}

/**
 * Runs a built program on the workspace's Node and resolves to its exit code. An interrupt is the program's to handle
 * (the terminal sends it to both), so this waits for it to finish.
 */
export function runProgram(args) {
  return new Promise((resolve) => {
    const child = spawn(workspaceNode(), args, { ...options(), stdio: 'inherit' });
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

function options() {
  return {
    cwd: root,
    env: {
      ...process.env,
      PATH: [bin, process.env.PATH].join(delimiter),
      TURBO_TELEMETRY_DISABLED: '1',
      TURBO_NO_UPDATE_NOTIFIER: '1',
    },
    shell: process.platform === 'win32', // npx is a .cmd there
  };
}

/** The pinned pnpm, through npx: nobody has to install it. What `exec` runs finds it on PATH. */
export function pnpm(args, options) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return run('npx', ['--yes', packageManager, ...args], options);
}

/** Installs unless manifests and lockfile are as at the last install. */
export function ensureInstalled({ quiet = false } = {}) {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];
  for (const dir of projects()) files.push(`${dir}/package.json`);
  const key = files.map((file) => file + readFileSync(join(root, file), 'utf8'));
  once('install', key, existsSync(bin), () => pnpm(['install', '--frozen-lockfile'], { quiet }));
}

/** Builds packages and apps unless their sources are as at the last build. */
export function ensureBuilt({ quiet = false } = {}) {
  const built = projects().filter((dir) => existsSync(join(root, dir, 'tsconfig.build.json')));
  const files = ['tsconfig.base.json', 'tsconfig.build.json'];
  for (const dir of built) {
    files.push(`${dir}/package.json`, `${dir}/tsconfig.build.json`);
    for (const name of readdirSync(join(root, dir, 'src'), { recursive: true }))
      files.push(`${dir}/src/${name}`);
  }
  const key = files.map((file) => {
    const { size, mtimeMs } = statSync(join(root, file));
    return `${file} ${size} ${mtimeMs}`;
  });
  const whole = built.every((dir) => existsSync(join(root, dir, 'dist')));
  once('build', key, whole, () =>
    pnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], { quiet }),
  );
}

/** Folders of the workspace that hold a package.json, relative to the root. */
function projects() {
  const groups = ['packages', 'apps', 'examples'].filter((group) => existsSync(join(root, group)));
  const nested = groups.flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`));
  return [...nested, 'tests', 'bench', 'tools'].filter((dir) => existsSync(join(root, dir, 'package.json')));
}

/** Does the work unless it was done for this very key; ends the process when it fails. */
function once(name, key, stillThere, work) {
  const stamp = join(stamps, name);
  const hash = createHash('sha256').update(key.join('\0')).digest('hex');
  if (stillThere && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  if (work() !== 0) {
    process.stderr.write(`${name} failed\n`);
    process.exit(1);
  }
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, hash);
}
