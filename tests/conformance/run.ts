// `npm run conformance`: the suite without a test runner. `--help` says what it takes.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  formatMatrixJson,
  formatMatrixText,
  formatTotals,
  groupOf,
  type MatrixLine,
  matrixOf,
  matrixTotals,
  type Report,
  runSuite,
} from '@flambeau/backend-conformance';
import { type Configuration, configurations, configured } from './backends.ts';
import { formatPage } from './page.ts';

const usage = `npm run conformance -- [options]

  --backend NAME[,…]  these backends; default: those that npm test runs
  --all               every configuration of every backend
  --only NAME[,…]     these functions, ops or families of samples; storage; training
  --json              a line of JSON for each op, backend, dtype and direction
  --markdown          writes docs/conformance.md
  --list              the backends there are

Exit code 1 when anything fails. Marks: ✓ passes, h passes on the host, x fails as expected, · is skipped, ✗ fails;
three in a row for values, gradients and second derivatives.`;

const page = new URL('../../docs/conformance.md', import.meta.url);

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string' },
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Outcome {
  readonly report: Report;
  readonly lines: readonly MatrixLine[];
  readonly seconds: number;
}

async function run(backend: Configuration, only: readonly string[] | undefined): Promise<Outcome> {
  const unavailable = (await backend.unavailable?.()) ?? undefined;
  const chosen = only ? { only } : {};
  const started = performance.now();
  if (unavailable !== undefined) {
    const report: Report = { backend: backend.name, lines: [] };
    return { report, lines: matrixOf(report, { ...chosen, unavailable }), seconds: 0 };
  }
  const report = await runSuite(backend, chosen);
  const seconds = (performance.now() - started) / 1000;
  return { report, lines: matrixOf(report, chosen), seconds };
}

/** What the whole run came to, a line for each backend. */
function summary(outcomes: readonly Outcome[]): string {
  return outcomes
    .map(
      ({ report, lines, seconds }) =>
        `${formatTotals(report).split('\n')[0]} (${lines.length} lines, ${seconds.toFixed(1)} s)`,
    )
    .join('\n');
}

async function main(): Promise<number> {
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (options.list) {
    for (const { name, about, inTests } of configurations)
      console.log(`${name}${inTests ? ' *' : ''}: ${about}`);
    console.log('* in npm test');
    return 0;
  }
  const only = options.only?.split(',');
  const chosen = options.backend
    ? configured(...options.backend.split(','))
    : configurations.filter(({ inTests, onPage }) => options.all || (options.markdown ? onPage : inTests));
  const outcomes: Outcome[] = [];
  for (const backend of chosen) {
    const outcome = await run(backend, only);
    outcomes.push(outcome);
    if (options.json) console.log(formatMatrixJson(outcome.lines));
    else if (!options.markdown)
      console.log(`${formatMatrixText(outcome.lines)}\n${formatTotals(outcome.report)}\n`);
  }
  const lines = outcomes.flatMap((outcome) => outcome.lines);
  if (options.markdown) writeFileSync(page, formatPage(configurations, lines, groupOf));
  console.error(summary(outcomes));
  return matrixTotals(lines).fail > 0 ? 1 : 0;
}

// WebGPU keeps the process alive, and what it writes when it is taken down says nothing: leave at once.
const code = await main();
await new Promise<void>((resolve) => void process.stdout.write('', () => resolve()));
process.exit(code);
