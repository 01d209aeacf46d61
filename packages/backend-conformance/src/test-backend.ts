import type { BackendUnderTest } from './backend-under-test.ts';
import type { CellResult } from './cell.ts';
import type { Report } from './report.ts';
import { record } from './report.ts';
import { planSuite } from './suite.ts';

/** What testBackend needs of a test runner: vitest's, jest's and node:test's functions fit. */
export interface Runner {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: () => Promise<void>) => unknown;
}

/** How many failed cases of a cell are shown. */
const SHOWN = 5;

/**
 * Registers the whole suite with a test runner: one test for each function, dtype and check.
 *
 * @param backend - how to make the device, what it may be off by, and what it is known not to do.
 * @param runner - the runner's `describe` and `it`; tests must run one after the other.
 * @returns the report, filled as the tests run: see {@link formatReport}.
 * @throws TypeError when `skip` or `xfail` names no case, or gives no reason.
 *
 * @example
 * ```ts
 * import { testBackend } from '@flambeau/backend-conformance';
 * import { cpu } from '@flambeau/backend-cpu';
 * const describe = (_title: string, body: () => void) => body();
 * testBackend({ name: 'cpu', create: cpu }, { describe, it: () => {} }).backend; // 'cpu'
 * ```
 */
export function testBackend(backend: BackendUnderTest, { describe, it }: Runner): Report {
  const suite = planSuite(backend);
  const report: Report = { backend: backend.name, lines: [] };
  describe(backend.name, () => {
    for (const check of new Set(suite.cells.map((cell) => cell.check))) {
      describe(check, () => {
        for (const cell of suite.cells.filter((candidate) => candidate.check === check)) {
          it(cell.title, async () => {
            const result = await cell.run();
            record(report, cell, result);
            if (result.status === 'fail') throw new ConformanceError(result);
          });
        }
      });
    }
  });
  return report;
}

/** Thrown in a test whose cell failed. */
class ConformanceError extends Error {
  constructor({ failures, cases }: CellResult) {
    const shown = failures.slice(0, SHOWN).map(({ title, message }) => `  ${title}: ${message}`);
    const more = failures.length > SHOWN ? [`  … and ${failures.length - SHOWN} more`] : [];
    super([`${failures.length} of ${cases} cases failed`, ...shown, ...more].join('\n'));
    this.name = 'ConformanceError';
  }
}
