// docs/conformance.md: what every function and op does on every backend.
import type { MatrixLine, MatrixStatus } from '@flambeau/backend-conformance';
import { MATRIX_MARKS, matrixTotals } from '@flambeau/backend-conformance';
import type { Configuration } from './backends.ts';

const DIRECTIONS = ['forward', 'backward', 'double'] as const;
const WORST_FIRST: readonly MatrixStatus[] = ['fail', 'xfail', 'host', 'pass', 'skip'];

const head = `# Conformance

What every function and op does on every backend, as \`npm run conformance -- --markdown\` wrote it. The suite is
[@flambeau/backend-conformance](../packages/backend-conformance/README.md); [Write a backend](write-a-backend.md) says how to run it
on yours.

Three marks stand for values, gradients and second derivatives, the worst of all dtypes each: ✓ passes, h passes by work on the
host, x fails as expected, · is skipped, ✗ fails. The number is how often a sample was run, under all checks and in all layouts.
`;

/** The page, from the lines of all its backends. */
export function formatPage(
  configurations: readonly Pick<Configuration, 'name' | 'about'>[],
  lines: readonly MatrixLine[],
  groupOf: (op: string) => string,
): string {
  const backends = [...new Set(lines.map(({ backend }) => backend))];
  const groups = grouped(lines, ({ op }) => groupOf(op));
  const sections = [...groups].map(([group, found]) => {
    const ops = grouped(found, ({ op }) => op);
    const rows = [...ops].map(([op, of]) => [
      `\`${op}\``,
      ...backends.map((backend) => cell(of.filter((line) => line.backend === backend))),
    ]);
    return `## ${group[0]?.toUpperCase()}${group.slice(1)}\n\n${table([['', ...backends], ...rows])}`;
  });
  return `${[head.trimEnd(), '## Backends', totals(configurations, backends, lines), reasons(backends, lines), ...sections].join('\n\n')}\n`;
}

/** The functions and ops that a page has rows for. */
export function namesOnPage(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] as string);
}

/** The backends that a page has columns for. */
export function backendsOnPage(text: string): string[] {
  const [, columns = ''] = /^## (?!Backends).*\n\n\| +\|(.*)\|$/m.exec(text) ?? [];
  return columns.split('|').map((name) => name.trim());
}

function grouped(
  lines: readonly MatrixLine[],
  keyOf: (line: MatrixLine) => string,
): Map<string, MatrixLine[]> {
  const groups = new Map<string, MatrixLine[]>();
  for (const line of lines) groups.set(keyOf(line), [...(groups.get(keyOf(line)) ?? []), line]);
  return groups;
}

function cell(lines: readonly MatrixLine[]): string {
  const marks = DIRECTIONS.map((direction) => {
    const found = lines.filter((line) => line.direction === direction);
    const worst = WORST_FIRST.find((status) => found.some((line) => line.status === status));
    return worst ? MATRIX_MARKS[worst] : MATRIX_MARKS.skip;
  });
  return `${marks.join('')} ${lines.reduce((n, line) => n + line.cases, 0)}`;
}

function totals(
  configurations: readonly Pick<Configuration, 'name' | 'about'>[],
  backends: readonly string[],
  lines: readonly MatrixLine[],
): string {
  const rows = backends.map((backend) => {
    const own = lines.filter((line) => line.backend === backend);
    const { pass, host, fail, xfail, skip } = matrixTotals(own);
    const about = configurations.find(({ name }) => name === backend)?.about ?? '';
    return [backend, about, ...[pass, host, fail, xfail, skip].map(String)];
  });
  const titles = ['Backend', '', 'pass', 'on the host', 'fail', 'fail as expected', 'skipped'];
  return `Lines of op × dtype × direction:\n\n${table([titles, ...rows])}`;
}

/** The closed list of why lines are skipped, or expected to fail: how many on each backend. */
function reasons(backends: readonly string[], lines: readonly MatrixLine[]): string {
  const found = new Map<string, MatrixLine[]>();
  for (const line of lines) {
    if (line.status !== 'skip' && line.status !== 'xfail') continue;
    const key = `${line.status === 'skip' ? 'Skipped' : 'Fails as expected'}: ${line.reason}`;
    found.set(key, [...(found.get(key) ?? []), line]);
  }
  const rows = [...found].map(([key, of]) => [
    key,
    ...backends.map((name) => String(of.filter(({ backend }) => backend === name).length)),
  ]);
  rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return `Why lines are skipped or expected to fail:\n\n${table([['', ...backends], ...rows])}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const [titles = [], ...rest] = rows;
  return [line(titles), line(titles.map(() => '---')), ...rest.map(line)].join('\n');
}
