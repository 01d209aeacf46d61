// Packs one built package as it would be published and has publint and attw judge the tarball.
// Usage: check-package.ts packages/core
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isMain, type Manifest, report, root } from './lib/workspace.ts';

const exec = promisify(execFile);
const sourceCondition = '@flambeau/source';

/** The problems of a tarball's contents: what must be there, what must not. */
export function checkContents(files: readonly string[], manifest: string): string[] {
  const problems: string[] = [];
  for (const needed of ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
    if (!files.includes(needed)) problems.push(`lacks ${needed}`);
  }
  for (const file of files) {
    if (file.startsWith('src/') || /\.test\./.test(file)) problems.push(`holds ${file}`);
  }
  if (manifest.includes('workspace:')) problems.push('package.json still says "workspace:"');
  if (manifest.includes(sourceCondition)) problems.push('package.json still names the source condition');
  return problems;
}

/** The problems of `publishConfig.exports`, which must be `exports` without the source condition. */
export function checkExports({ exports = {}, publishConfig }: Manifest): string[] {
  const bare = JSON.stringify(exports, (key, value: unknown) =>
    key === sourceCondition ? undefined : value,
  );
  return bare === JSON.stringify(publishConfig?.exports)
    ? []
    : ['publishConfig.exports differs from exports'];
}

/** Packs the package in `dir` and resolves to its problems. */
async function checkPackage(dir: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flambeau-pack-'));
  try {
    await exec('pnpm', ['pack', '--pack-destination', folder], { cwd: join(root, dir) });
    const tarball = join(folder, readdirSync(folder)[0] ?? '');
    await exec('tar', ['-xzf', tarball, '-C', folder]);
    const inside = readdirSync(join(folder, 'package'), { recursive: true }).map(String);
    const own = JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8')) as Manifest;
    const problems = checkExports(own);
    problems.push(...checkContents(inside, readFileSync(join(folder, 'package/package.json'), 'utf8')));
    problems.push(...(await lint('publint', ['run', tarball, '--strict'])));
    problems.push(
      ...(await lint('attw', [
        tarball,
        '--profile',
        'esm-only',
        '--no-definitely-typed',
        '--no-color',
        '--no-emoji',
      ])),
    );
    return problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function lint(tool: string, args: string[]): Promise<string[]> {
  try {
    await exec(tool, args, { cwd: root });
    return [];
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return [`${tool}:\n${stdout}${stderr}`.trimEnd() || `${tool}: ${String(error)}`];
  }
}

if (isMain(import.meta.url)) {
  const dir = process.argv[2] ?? '.';
  report(await checkPackage(dir), `${dir} packs well`);
}
