import type { DType } from '@flambeau/core';
import type { MatrixLine, MatrixStatus } from './matrix.ts';
import { DIRECTIONS, matrixTotals } from './matrix.ts';
import { ALL } from './samples/spec.ts';
import { type Group, groupOf } from './subjects.ts';

/** One letter for each status, in text and on pages. */
export const MATRIX_MARKS: Readonly<Record<MatrixStatus, string>> = {
  pass: '✓',
  host: 'h',
  fail: '✗',
  xfail: 'x',
  skip: '·',
};

/** A line of JSON for each line of the matrix. */
export function formatMatrixJson(lines: readonly MatrixLine[]): string {
  return lines
    .map(({ op, backend, dtype, direction, cases, status, reason }) =>
      JSON.stringify({ op, backend, dtype, direction, cases, status, reason }),
    )
    .join('\n');
}

/**
 * The matrix of one backend for people: a table per family, a row per function or op, and in each dtype three marks: of
 * values, gradients and second derivatives. Failures and totals follow.
 */
export function formatMatrixText(lines: readonly MatrixLine[]): string {
  const groups = new Map<Group, Map<string, MatrixLine[]>>();
  for (const line of lines) {
    const group = groupOf(line.op);
    const ops = groups.get(group) ?? new Map<string, MatrixLine[]>();
    groups.set(group, ops);
    ops.set(line.op, [...(ops.get(line.op) ?? []), line]);
  }
  const tables = [...groups].map(([group, ops]) => {
    const rows = [...ops].map(([op, found]) => rowOf(op, found));
    return formatTable([[group, ...ALL, 'cases'], ...rows]);
  });
  return [...tables, formatMatrixTotals(lines)].join('\n\n');
}

function rowOf(op: string, lines: readonly MatrixLine[]): string[] {
  const cases = lines.reduce((n, line) => n + line.cases, 0);
  if (lines.every(({ dtype }) => dtype === null)) {
    return [op, ...ALL.map((_, i) => (i === 0 ? lines.map(mark).join('') : '')), String(cases)];
  }
  return [op, ...ALL.map((dtype) => marksOf(lines, dtype)), String(cases)];
}

const mark = ({ status }: MatrixLine): string => MATRIX_MARKS[status];

function marksOf(lines: readonly MatrixLine[], dtype: DType): string {
  return DIRECTIONS.map((direction) => {
    const line = lines.find((one) => one.dtype === dtype && one.direction === direction);
    return line ? mark(line) : ' ';
  })
    .join('')
    .trimEnd();
}

/** Counts by status, every failure, and each reason for a skip or an expected failure with how many lines have it. */
export function formatMatrixTotals(lines: readonly MatrixLine[]): string {
  const { pass, host, fail, xfail, skip } = matrixTotals(lines);
  const backends = [...new Set(lines.map(({ backend }) => backend))].join(', ');
  const reasons = new Map<string, number>();
  for (const { status, reason } of lines) {
    const key = `${status}: ${reason}`;
    if (status === 'skip' || status === 'xfail') reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }
  return [
    `${backends}: ${pass} lines pass, ${host} on the host, ${fail} fail, ${xfail} fail as expected, ${skip} are skipped`,
    ...[...reasons].map(([reason, count]) => `  ${count} × ${reason}`),
    ...lines
      .filter(({ status }) => status === 'fail')
      .map(({ op, dtype, direction, reason }) => `FAIL ${op} ${dtype ?? ''} ${direction}: ${reason}`),
  ].join('\n');
}

function formatTable(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? '').length)),
  );
  return table
    .map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
