import type { DType } from '@flambeau/core';
import { isFloat } from '@flambeau/core';
import { opTable } from '@flambeau/core/testing';
import type { Direction } from './backend-under-test.ts';
import type { Status } from './cell.ts';
import type { SampledName } from './functions.ts';
import type { Report, ReportLine } from './report.ts';
import { ALL, type FunctionSamples } from './samples/spec.ts';
import { provenBy, samples } from './samples/table.ts';
import { matrixNames, opNamed, subjectsNamed } from './subjects.ts';

/** Where a line of the matrix stands. `host`: passes, by work on the host. */
export type MatrixStatus = Status | 'host';

/** One line of the matrix: a function or op on a backend in a dtype and a direction. */
export interface MatrixLine {
  readonly op: string;
  readonly backend: string;
  /** null for what is not about a dtype. */
  readonly dtype: DType | null;
  readonly direction: Direction;
  /** How many cases were run, in all layouts and under all checks. */
  readonly cases: number;
  readonly skipped: number;
  readonly status: MatrixStatus;
  /** Why it is skipped or expected to fail, or what failed; for ops within functions, which functions prove it. */
  readonly reason: string;
}

/** What a matrix may be told. */
export interface MatrixOptions {
  /** The names that the run was limited to. */
  readonly only?: readonly string[];
  /** Why the backend could not be run at all: what every line reads. */
  readonly unavailable?: string;
}

export const DIRECTIONS: readonly Direction[] = ['forward', 'backward', 'double'];

/** How many failures a reason quotes. */
const SHOWN = 2;

/**
 * A report as a matrix in which no place is empty: a line for each function and op, in each dtype of the library and each
 * direction, then the other subjects. What should have run and did not is a failure.
 */
export function matrixOf(report: Report, options: MatrixOptions = {}): MatrixLine[] {
  const { only, unavailable } = options;
  const chosen = only ? subjectsNamed(only) : null;
  const bySubject = new Map<string, ReportLine[]>();
  for (const line of report.lines) {
    const lines = bySubject.get(line.subject);
    if (lines) lines.push(line);
    else bySubject.set(line.subject, [line]);
  }
  const matrix: MatrixLine[] = [];
  for (const op of matrixNames) {
    if (chosen && !chosen.has(op)) continue;
    for (const dtype of ALL) {
      for (const direction of DIRECTIONS) {
        const lines = linesOf(op, dtype, bySubject);
        const about = { op, backend: report.backend, dtype, direction };
        matrix.push({ ...about, ...judge(op, dtype, direction, lines, unavailable) });
      }
    }
  }
  const named: ReadonlySet<string> = new Set(matrixNames);
  for (const [op, lines] of bySubject) {
    if (named.has(op)) continue;
    for (const line of lines) {
      const [direction = 'forward'] = line.directions;
      matrix.push({
        op,
        backend: report.backend,
        dtype: line.dtype,
        direction,
        ...combined([line], direction),
      });
    }
  }
  return matrix;
}

type Standing = Pick<MatrixLine, 'cases' | 'skipped' | 'status' | 'reason'>;

const skip = (reason: string): Standing => ({ cases: 0, skipped: 0, status: 'skip', reason });

function judge(
  op: string,
  dtype: DType,
  direction: Direction,
  lines: readonly ReportLine[],
  unavailable: string | undefined,
): Standing {
  const found = lines.filter(({ directions }) => directions.includes(direction));
  if (found.length === 0) {
    const reason = nothingToRun(op, dtype, direction) ?? unavailable;
    return reason === undefined ? { ...skip('was not run'), status: 'fail' } : skip(reason);
  }
  const standing = combined(found, direction);
  if (standing.status !== 'pass') return standing;
  if (opTable.get(op as never)?.class === 'host' || onHost(lines)) return { ...standing, status: 'host' };
  return op in samples ? standing : { ...standing, reason: `within ${proofs(op).join(', ')}` };
}

function proofs(op: string): readonly SampledName[] {
  const name = opNamed(op);
  return name ? provenBy(name).filter((fn) => fn in samples) : [];
}

/** The lines that tell about a function or op in a dtype. Those about no dtype count in its first one. */
function linesOf(
  op: string,
  dtype: DType,
  bySubject: ReadonlyMap<string, readonly ReportLine[]>,
): readonly ReportLine[] {
  const functions = op in samples ? [op as SampledName] : proofs(op);
  const first = functions[0] ? samples[functions[0]].dtypes[0] : 'float32';
  const own = bySubject.get(op) ?? [];
  const others = op in samples ? [] : functions.flatMap((fn) => bySubject.get(fn) ?? []);
  return [
    ...own.filter((line) => (line.dtype ?? first) === dtype),
    ...others.filter((line) => line.dtype === dtype),
  ];
}

/** Why there is nothing to run, or undefined where there is. */
function nothingToRun(op: string, dtype: DType, direction: Direction): string | undefined {
  if (op in samples) return nothingOf(samples[op as SampledName], dtype, direction);
  const functions = proofs(op);
  if (functions.length === 0) return op === 'to' ? 'by the checks of storage, in float32' : undefined;
  const reasons = functions.map((fn) => nothingOf(samples[fn], dtype, direction));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

function nothingOf(of: FunctionSamples, dtype: DType, direction: Direction): string | undefined {
  const { samples: all, dtypes, gradient } = of;
  const there = all.filter((sample) => sample.dtypes?.includes(dtype) ?? true);
  if (!dtypes.includes(dtype) || there.length === 0) return `not defined for ${dtype}`;
  if (direction === 'forward') return undefined;
  if (!gradient) return 'not differentiable';
  if (!isFloat(dtype)) return 'only floats have gradients';
  if (direction === 'double' && there.every(({ smooth }) => smooth === false)) return 'smooth nowhere';
  return undefined;
}

/** Whether every sample does its work on the host. */
function onHost(lines: readonly ReportLine[]): boolean {
  const forward = lines.filter(({ check, cases }) => check === 'forward' && cases > 0);
  return forward.length > 0 && forward.every(({ host, cases }) => host === cases);
}

function combined(lines: readonly ReportLine[], direction: Direction): Standing {
  const failures = lines.flatMap(({ check, failures: all }) =>
    all.filter((failure) => failure.direction === direction).map((failure) => ({ check, ...failure })),
  );
  const cases = lines.reduce((n, line) => n + line.cases, 0);
  const skipped = lines.reduce((n, line) => n + line.skipped, 0);
  if (failures.length > 0) {
    const shown = failures
      .slice(0, SHOWN)
      .map(({ check, title, message }) => `${check}: ${title}: ${message.split('\n')[0]}`);
    const more = failures.length > SHOWN ? [`${failures.length - SHOWN} more`] : [];
    return { cases, skipped, status: 'fail', reason: [...shown, ...more].join('; ') };
  }
  const reasonsOf = (wanted: Status): string =>
    [
      ...new Set(
        lines.filter(({ status }) => status === wanted).flatMap((line) => Object.keys(line.reasons)),
      ),
    ].join('; ');
  if (lines.some(({ status }) => status === 'xfail'))
    return { cases, skipped, status: 'xfail', reason: reasonsOf('xfail') };
  if (cases > 0) return { cases, skipped, status: 'pass', reason: '' };
  return { cases, skipped, status: 'skip', reason: reasonsOf('skip') };
}

/** Counts lines by status. */
export function matrixTotals(lines: readonly MatrixLine[]): Readonly<Record<MatrixStatus, number>> {
  const totals: Record<MatrixStatus, number> = { pass: 0, host: 0, fail: 0, xfail: 0, skip: 0 };
  for (const { status } of lines) totals[status]++;
  return totals;
}
