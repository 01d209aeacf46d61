// Everything `npm test` does once the workspace is installed. Each check counts as one test, each vitest test as itself;
// the last line alone is the sum. Fails on any failure, and when nothing ran.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMain, published, root } from './lib/workspace.ts';

export interface Tally {
  passed: number;
  failed: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

/** One vitest run, from its JSON report; a run that failed without a failed test (a file that does not load) counts one. */
export function tallyVitest(exitCode: number, report: VitestReport | undefined): Tally & { skipped: number } {
  const passed = report?.numPassedTests ?? 0;
  const failed = report?.numFailedTests ?? 0;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  const broken = exitCode !== 0 || passed + failed === 0;
  return { passed, failed: failed === 0 && broken ? 1 : failed, skipped };
}

/** The closing line. */
export function closingLine({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`;
}

async function main(): Promise<void> {
  const total: Tally = { passed: 0, failed: 0 };
  const failures: string[] = [];
  const count = (title: string, { passed, failed }: Tally): void => {
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) failures.push(title);
  };
  const check = async (title: string, command: string, args: string[]): Promise<boolean> => {
    const code = await section(title, command, args);
    count(title, code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
    return code === 0;
  };
  const vitest = async (title: string, project: string): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'flambeau-test-'));
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const code = await section(title, 'vitest', ['run', '--project', project, ...reporters]);
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as VitestReport) : undefined;
    rmSync(folder, { recursive: true, force: true });
    const { skipped, ...tally } = tallyVitest(code, report);
    if (skipped > 0) console.log(`${skipped} skipped`);
    count(title, tally);
  };

  await check('Lint and format', 'biome', ['ci', '.', '--error-on-warnings', '--max-diagnostics=50']);
  await check('Types', 'node', ['tools/typecheck.ts']);
  await check('Dependency graph', 'node', ['tools/check-graph.ts']);
  await check('File length', 'node', ['tools/check-file-length.ts']);
  await check('Words', 'node', ['tools/check-words.ts']);
  await check('Examples', 'node', ['tools/check-examples.ts']);
  if (await check('Build', 'turbo', ['run', 'build', '--output-logs=new-only'])) {
    for (const { dir, manifest } of published()) {
      await check(`Package ${manifest.name}`, 'node', ['tools/check-package.ts', dir]);
    }
    await vitest('Packed consumers', 'consumers');
  }
  await vitest('Tests', 'unit');

  console.log(failures.length > 0 ? `\nFailed: ${failures.join(', ')}` : '');
  console.log(closingLine(total));
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** Prints a heading, runs the command in the root, resolves to its exit code. */
function section(title: string, command: string, args: string[]): Promise<number> {
  console.log(`\n== ${title}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

if (isMain(import.meta.url)) await main();
