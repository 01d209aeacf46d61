import type { BackendUnderTest } from './backend-under-test.ts';
import type { Cell } from './cell.ts';
import type { Report, ReportLine } from './report.ts';
import { record } from './report.ts';
import { subjectsNamed } from './subjects.ts';
import { planSuite } from './suite.ts';

/** What a plain run may be told. */
export interface RunOptions {
  /**
   * Only these: functions, ops, families of samples (`reduction`), `storage`, `training`. An op that no function is named
   * after brings the functions that prove it.
   */
  readonly only?: readonly string[];
  /** Called with every line as its cell has run. */
  readonly onCell?: (line: ReportLine, progress: Progress) => void;
}

/** How far a run is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** How long cells run before the host gets a turn: pages stay alive, and collected memory is given back. */
const TURN = 50;

declare const performance: { now(): number };
declare const setTimeout: (fn: () => void, ms: number) => unknown;

/**
 * Runs the suite without a test runner: in plain Node, in a page, in a worker.
 *
 * @param backend - how to make the device, what it may be off by, and what it is known not to do.
 * @returns the report: `matrixOf(report)` has a line for each op, dtype and direction.
 * @throws TypeError when `skip`, `xfail` or `only` names nothing, and whatever `create` throws.
 *
 * @example
 * ```ts
 * import { runSuite, totalsOf } from '@flambeau/backend-conformance';
 * import { cpu } from '@flambeau/backend-cpu';
 * const report = await runSuite({ name: 'cpu', create: cpu }, { only: ['tanh'] });
 * totalsOf(report).cells.fail; // 0
 * ```
 */
export async function runSuite(backend: BackendUnderTest, options: RunOptions = {}): Promise<Report> {
  const { only, onCell } = options;
  const { cells } = planSuite(backend);
  const chosen = only ? choose(cells, only) : cells;
  const report: Report = { backend: backend.name, lines: [] };
  let started = performance.now();
  for (const [i, cell] of chosen.entries()) {
    const line = record(report, cell, await cell.run());
    onCell?.(line, { done: i + 1, total: chosen.length });
    if (performance.now() - started < TURN) continue;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    started = performance.now();
  }
  return report;
}

function choose(cells: readonly Cell[], only: readonly string[]): readonly Cell[] {
  const unknown = only.filter((name) => subjectsNamed([name]).size === 0);
  if (unknown.length > 0)
    throw new TypeError(
      `runSuite(): nothing is called ${unknown.map((name) => `'${name}'`).join(', ')}. Name functions, ops, families of samples, 'storage' or 'training'.`,
    );
  const wanted = subjectsNamed(only);
  return cells.filter(({ subject }) => wanted.has(subject));
}
