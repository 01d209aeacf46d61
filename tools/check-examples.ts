// The documentation's code works: every ```ts block of the Markdown and every @example is type-checked and run.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Example, Quote } from './lib/example-blocks.ts';
import { markdownExamples, markdownQuotes, tsdocExamples } from './lib/example-blocks.ts';
import type { Program } from './lib/example-program.ts';
import { prepare } from './lib/example-program.ts';
import { isMain, projects, report, root, trackedFiles } from './lib/workspace.ts';
import type { Finding } from './run-examples.ts';
import { diagnostics } from './typecheck.ts';

/** Markdown whose code is checked. */
const documents = /^(README|CONTRIBUTING|docs\/[^/]+|(packages|examples)\/[^/]+\/README)\.md$/;

/** Examples that one process runs: starting a process costs more than running most of them. */
const BATCH = 40;
const TIMEOUT = 60_000;
const source = '@flambeau/source';

/** What examples have without saying so: a cpu device and autograd. */
const setup = `import { manualSeed, setDefaultDevice, setDebug } from '@flambeau/core';
import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';

export function reset(): void {
  setDefaultDevice(cpu());
  setDebug(false);
  manualSeed(0);
}
`;

/** The examples of the repo, and the problems of those that cannot be read. */
export function collectExamples(files: readonly string[] = trackedFiles()): {
  examples: Example[];
  problems: string[];
} {
  const examples: Example[] = [];
  const problems: string[] = [];
  for (const file of files) {
    if (documents.test(file)) {
      const text = readFileSync(join(root, file), 'utf8');
      examples.push(...markdownExamples(file, text));
      problems.push(
        ...checkQuotes(markdownQuotes(file, text), (source) =>
          files.includes(source) ? readFileSync(join(root, source), 'utf8') : null,
        ),
      );
    } else if (/^packages\/[^/]+\/src\/.*(?<!\.test)\.ts$/.test(file)) {
      const found = tsdocExamples(file, readFileSync(join(root, file), 'utf8'));
      examples.push(...found.examples);
      problems.push(...found.problems);
    }
  }
  return { examples, problems };
}

/** What is wrong with a document's quotes: all of one file, put together, must be that file, to the letter. */
export function checkQuotes(quotes: readonly Quote[], read: (source: string) => string | null): string[] {
  const problems: string[] = [];
  for (const source of new Set(quotes.map((quote) => quote.source))) {
    const parts = quotes.filter((quote) => quote.source === source);
    const lines = read(source)?.split('\n');
    if (!lines) {
      problems.push(`${parts[0]?.file}:${parts[0]?.line}: quotes ${source}, which is not there`);
      continue;
    }
    const quoted = parts.flatMap(({ file, line, code }) =>
      code.split('\n').map((text, i) => ({ text, at: `${file}:${line + i}` })),
    );
    const wrong = quoted.findIndex(({ text }, i) => text !== lines[i]);
    if (wrong >= 0) {
      const expected = lines[wrong] === undefined ? 'the end' : `"${lines[wrong]}"`;
      problems.push(
        `${quoted[wrong]?.at}: got "${quoted[wrong]?.text}", expected ${expected} of ${source}:${wrong + 1}`,
      );
    } else if (quoted.length < lines.length) {
      problems.push(`${quoted.at(-1)?.at}: ${source} goes on with "${lines[quoted.length]}"`);
    }
  }
  return problems;
}

interface Prepared extends Program {
  readonly example: Example;
  readonly name: string;
}

/** Type-checks and runs examples in `folder`, a scratch folder; resolves to their problems and how much was compared. */
export async function checkExamples(
  examples: readonly Example[],
  folder: string,
): Promise<{ problems: string[]; values: number }> {
  const problems: string[] = [];
  const prepared: Prepared[] = [];
  for (const example of examples) {
    const name = `${example.file.replace(/[^A-Za-z0-9]+/g, '-')}-${example.line}`;
    try {
      prepared.push({ example, name, ...prepare(example, folder) });
    } catch (error) {
      problems.push(`${example.file}:${example.line}: ${(error as Error).message}`);
    }
  }
  writeScratch(prepared, folder);
  const runs = prepared.filter(({ example }) => example.run);
  const [types, findings] = await Promise.all([compile(folder), run(runs, folder)]);
  const byName = new Map(prepared.map((p) => [p.name, p.example]));
  const untyped = new Set(types.map(({ example }) => example));
  for (const { example, line, message } of [...types, ...findings.filter((f) => !untyped.has(f.example))]) {
    const found = byName.get(example);
    problems.push(`${found ? `${found.file}:${found.line + line - 1}` : example}: ${message}`);
  }
  return { problems, values: runs.reduce((n, p) => n + p.values, 0) };
}

function writeScratch(prepared: readonly Prepared[], folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'run'), { recursive: true });
  for (const { dir, manifest } of projects()) {
    if (!dir.startsWith('packages/')) continue;
    const link = join(folder, 'node_modules', manifest.name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, dir), link, 'junction');
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(folder, 'setup.ts'), setup);
  for (const { example, name, typed, runnable } of prepared) {
    writeFileSync(join(folder, `${name}.ts`), typed);
    if (example.run) writeFileSync(join(folder, `${name}.run.ts`), runnable);
  }
  const config = {
    extends: join(root, 'tsconfig.json'),
    // What most readers have; the packages themselves are checked more strictly elsewhere.
    compilerOptions: { noUncheckedIndexedAccess: false },
    include: [],
    files: ['setup.ts', ...prepared.map(({ name }) => `${name}.ts`)],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
}

/** One tsc run over the scratch folder; what it finds elsewhere is for the check of types to tell. */
async function compile(folder: string): Promise<Finding[]> {
  const { code, output } = await execute(
    join(root, 'node_modules/.bin/tsc'),
    ['-p', folder, '--pretty', 'false'],
    folder,
  );
  const all = diagnostics(output).map((diagnostic) => {
    const [, path = '', line = '1', message = diagnostic] =
      /^(\S+)\((\d+),\d+\): error (.*)$/s.exec(diagnostic) ?? [];
    return { path, line: Number(line), message };
  });
  if (code !== 0 && all.length === 0)
    return [{ example: 'tsc', line: 1, message: 'failed without a message' }];
  return all
    .filter(({ path }) => !path.includes('/'))
    .map(({ path, line, message }) => ({ example: path.replace(/\.ts$/, ''), line, message }));
}

async function run(runs: readonly Prepared[], folder: string): Promise<Finding[]> {
  const files = (list: readonly Prepared[]): string[] =>
    list.map(({ name }) => join(folder, `${name}.run.ts`));
  const jobs: string[][] = runs.filter((p) => p.standalone).map((p) => ['-', ...files([p])]);
  const others = runs.filter((p) => !p.standalone);
  for (let i = 0; i < others.length; i += BATCH)
    jobs.push([join(folder, 'setup.ts'), ...files(others.slice(i, i + BATCH))]);
  const findings: Finding[] = [];
  const worker = async (): Promise<void> => {
    for (let job = jobs.pop(); job; job = jobs.pop()) findings.push(...(await runJob(job, folder)));
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  return findings;
}

async function runJob(job: readonly string[], folder: string): Promise<Finding[]> {
  const args = [
    `--conditions=${source}`,
    '--disable-warning=ExperimentalWarning',
    join(root, 'tools/run-examples.ts'),
    ...job,
  ];
  const { output } = await execute(process.execPath, args, join(folder, 'run'));
  const findings: Finding[] = [];
  const rest: string[] = [];
  for (const line of output.split('\n').filter(Boolean)) {
    if (line.startsWith('{"example":')) findings.push(JSON.parse(line) as Finding);
    else rest.push(line);
  }
  if (findings.at(-1)?.message === 'done') return findings.slice(0, -1);
  const example = job.length === 2 ? basename(job[1] ?? '', '.run.ts') : 'examples';
  return [
    ...findings,
    { example, line: 1, message: `the process ended early\n${rest.slice(-12).join('\n')}` },
  ];
}

function execute(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, maxBuffer: 1 << 26, timeout: TIMEOUT }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, output: `${stdout}${stderr}`.trimEnd() || (error?.message ?? '') });
    });
  });
}

if (isMain(import.meta.url)) {
  const { examples, problems } = collectExamples();
  const checked = await checkExamples(examples, join(root, '.cache/examples'));
  report(
    [...problems, ...checked.problems],
    `${examples.length} examples, ${checked.values} values compared`,
  );
}
