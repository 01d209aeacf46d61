// Type-checks the whole repo from its sources, four ways:
// 1. everything, without noUncheckedIndexedAccess, which types every read of a typed array as possibly undefined;
// 2. everything, with it: what it finds in a folder named `kernels` is dropped (not in the tests there);
// 3. the published sources against the bare language, without the DOM or Node;
// 4. the functions of core without the methods of tensors, which @flambeau/core/functional leaves out: a method in an
//    op's source is an error.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { isMain, root } from './lib/workspace.ts';

const passes: readonly { title: string; args: string[]; keep?: (line: string) => boolean }[] = [
  { title: 'all', args: ['-p', 'tsconfig.json', '--noUncheckedIndexedAccess', 'false'] },
  { title: 'all, indexed access checked', args: ['-p', 'tsconfig.json'], keep: outsideKernels },
  {
    title: 'published, bare language',
    args: ['-p', 'tsconfig.portable.json', '--noUncheckedIndexedAccess', 'false'],
  },
  {
    title: 'functions without methods',
    args: ['-p', 'tsconfig.functional.json', '--noUncheckedIndexedAccess', 'false'],
  },
];

/** Whether a diagnostic counts in the pass with noUncheckedIndexedAccess. */
export function outsideKernels(diagnostic: string): boolean {
  const path = /^(\S+?)\(\d+,\d+\): error/.exec(diagnostic)?.[1];
  return path === undefined || !path.includes('/kernels/') || path.endsWith('.test.ts');
}

function tsc(args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      join(root, 'node_modules/.bin/tsc'),
      [...args, '--pretty', 'false'],
      { cwd: root, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`.trimEnd();
        resolve({ code: error ? 1 : 0, output: output || (error?.message ?? '') });
      },
    );
  });
}

/** tsc's output as diagnostics: a head and the indented lines that explain it. */
export function diagnostics(output: string): string[] {
  const found: string[] = [];
  for (const line of output.split('\n').filter(Boolean)) {
    if (line.startsWith(' ') && found.length > 0) found[found.length - 1] += `\n${line}`;
    else found.push(line);
  }
  return found;
}

/** Prints each distinct diagnostic once; resolves to the number of them. */
async function typecheck(): Promise<number> {
  const found = new Set<string>();
  await Promise.all(
    passes.map(async ({ title, args, keep = () => true }) => {
      const { code, output } = await tsc(args);
      if (code !== 0 && output === '') found.add(`${title}: tsc failed without a message`);
      for (const diagnostic of diagnostics(output).filter(keep)) found.add(diagnostic);
    }),
  );
  for (const diagnostic of found) console.log(diagnostic);
  return found.size;
}

if (isMain(import.meta.url)) {
  const errors = await typecheck();
  console.log(errors === 0 ? 'no type errors' : `${errors} type error(s)`);
  process.exitCode = errors === 0 ? 0 : 1;
}
