// A package's `build`: compiles its src into dist, then drops what no longer has a source.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';

const done = spawnSync('tsc', ['-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (done.status !== 0) process.exit(done.status ?? 1);

for (const entry of readdirSync('dist', { recursive: true })) {
  const name = entry.match(/^(.*?)(\.d\.ts|\.js)(\.map)?$/)?.[1];
  if (name && !existsSync(`src/${name}.ts`)) rmSync(`dist/${entry}`);
}
