import type { BackendUnderTest } from './backend-under-test.ts';
import { type MatrixLine, matrixOf } from './matrix.ts';
import type { Report, ReportLine, Totals } from './report.ts';
import { totalsOf } from './report.ts';
import type { Progress, RunOptions } from './run-suite.ts';
import { runSuite } from './run-suite.ts';

/** What {@link postSuite} posts: a message for each cell, the matrix at the end, or why there is none. All of it can be cloned. */
export type PostedMessage =
  | {
      readonly type: 'cell';
      readonly backend: string;
      readonly line: ReportLine;
      readonly progress: Progress;
    }
  | {
      readonly type: 'done';
      readonly backend: string;
      readonly totals: Totals;
      readonly matrix: readonly MatrixLine[];
    }
  | { readonly type: 'error'; readonly backend: string; readonly message: string };

/**
 * Runs the suite where only messages get out: in a worker (`postSuite(backend, (m) => postMessage(m))`), or in a page that
 * hands them to whoever drives it.
 *
 * @param post - is called with each message; nothing is thrown.
 * @returns the report, or null after an error.
 *
 * @example
 * ```ts
 * import { type PostedMessage, postSuite } from '@flambeau/backend-conformance';
 * import { cpu } from '@flambeau/backend-cpu';
 * const posted: PostedMessage[] = [];
 * await postSuite({ name: 'cpu', create: cpu }, (message) => posted.push(message), { only: ['tanh'] });
 * posted.at(-1)?.type; // 'done'
 * ```
 */
export async function postSuite(
  backend: BackendUnderTest,
  post: (message: PostedMessage) => unknown,
  options: Pick<RunOptions, 'only'> = {},
): Promise<Report | null> {
  const { name } = backend;
  try {
    const onCell = (line: ReportLine, progress: Progress): void =>
      void post({ type: 'cell', backend: name, line, progress });
    const report = await runSuite(backend, { ...options, onCell });
    post({ type: 'done', backend: name, totals: totalsOf(report), matrix: matrixOf(report, options) });
    return report;
  } catch (error) {
    post({
      type: 'error',
      backend: name,
      message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
    return null;
  }
}
