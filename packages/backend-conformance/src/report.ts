import type { DType } from '@flambeau/core';
import type { Check, Direction } from './backend-under-test.ts';
import type { Cell, CellResult, Status } from './cell.ts';

/** A cell that has run, as plain data. */
export interface ReportLine extends CellResult {
  readonly subject: string;
  readonly dtype: DType | null;
  readonly check: Check;
  readonly directions: readonly Direction[];
}

/** What a run came to. Filled while it runs. */
export interface Report {
  readonly backend: string;
  readonly lines: ReportLine[];
}

/** Sums over a report. */
export interface Totals {
  readonly cells: Readonly<Record<Status, number>>;
  /** Cases that were run. */
  readonly cases: number;
  readonly skipped: number;
}

/** Adds the result of a cell, and gives its line. */
export function record(report: Report, cell: Cell, result: CellResult): ReportLine {
  const { subject, dtype, check, directions } = cell;
  const line: ReportLine = { subject, dtype, check, directions, ...result };
  report.lines.push(line);
  return line;
}

/** Counts cells by status, and cases. */
export function totalsOf(report: Report): Totals {
  const cells: Record<Status, number> = { pass: 0, fail: 0, skip: 0, xfail: 0 };
  let [cases, skipped] = [0, 0];
  for (const line of report.lines) {
    cells[line.status]++;
    cases += line.cases;
    skipped += line.skipped;
  }
  return { cells, cases, skipped };
}

const MARKS: Readonly<Record<Status, string>> = { pass: '✓', fail: '✗', skip: '–', xfail: 'x' };
const WORST_FIRST = ['fail', 'xfail', 'pass', 'skip'] as const;

/**
 * The coverage matrix as text: a row per subject, a column per check, in each place a mark and the number of cases that
 * ran, over all dtypes.
 */
export function formatMatrix(report: Report): string {
  const checks = [...new Set(report.lines.map(({ check }) => check))];
  const subjects = [...new Set(report.lines.map(({ subject }) => subject))];
  const cell = (subject: string, check: Check): string => {
    const lines = report.lines.filter((line) => line.subject === subject && line.check === check);
    const worst = WORST_FIRST.find((status) => lines.some((line) => line.status === status));
    return worst ? `${MARKS[worst]} ${lines.reduce((n, line) => n + line.cases, 0)}` : '';
  };
  const rows = subjects.map((subject) => [subject, ...checks.map((check) => cell(subject, check))]);
  const table = [['', ...checks], ...rows];
  const widths = ['', ...checks].map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
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

/** The sums in a line, and a line for each reason why cases were skipped or expected to fail. */
export function formatTotals(report: Report): string {
  const { cells, cases, skipped } = totalsOf(report);
  const reasons = new Map<string, number>();
  for (const line of report.lines) {
    for (const [reason, count] of Object.entries(line.reasons)) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + count);
    }
  }
  return [
    `${report.backend}: ${cells.pass} cells pass, ${cells.fail} fail, ${cells.xfail} fail as expected, ${cells.skip} are skipped; ${cases} cases were run, ${skipped} skipped`,
    ...[...reasons].map(([reason, count]) => `  ${count} cases: ${reason}`),
  ].join('\n');
}

/** The matrix, and below it the sums and reasons. */
export function formatReport(report: Report): string {
  return `${formatMatrix(report)}\n\n${formatTotals(report)}`;
}

/** A line of JSON for each cell: what other tools read. */
export function formatJson(report: Report): string {
  return report.lines
    .map(({ subject, dtype, check, cases, skipped, status, reasons }) =>
      JSON.stringify({
        op: subject,
        backend: report.backend,
        dtype,
        check,
        cases,
        skipped,
        status,
        reason: Object.keys(reasons).join('; '),
      }),
    )
    .join('\n');
}
