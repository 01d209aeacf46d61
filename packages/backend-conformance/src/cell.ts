import type { DType } from '@flambeau/core';
import type { BackendUnderTest, Check, Selection } from './backend-under-test.ts';
import type { Context } from './context.ts';
import { selectionFor } from './selection.ts';

/** Where a cell stands once it has run. */
export type Status = 'pass' | 'fail' | 'skip' | 'xfail';

/** A failed case. */
export interface Failure {
  readonly title: string;
  readonly message: string;
}

/** What came of a cell. */
export interface CellResult {
  readonly status: Status;
  /** How many cases were run, those included that failed as expected. */
  readonly cases: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
  /** Why cases were skipped, or expected to fail, and how many. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** One subject in one dtype under one check: what a runner runs as one test. */
export interface Cell {
  /** A function, a method (`Tensor.add_`), an op for `reached`, a topic for `storage`. */
  readonly subject: string;
  /** null where a check is not about one dtype. */
  readonly dtype: DType | null;
  readonly check: Check;
  /** A sentence about it. */
  readonly title: string;
  /** The titles of its cases. */
  readonly cases: readonly string[];
  run(): Promise<CellResult>;
}

/** A reason not to run a case on a device. */
export class NotHere {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What a case comes to: null when all is well, a sentence when not, or why it cannot be run on this device. */
export type Verdict = string | null | NotHere;

/** A case within a cell. */
export interface Entry {
  readonly title: string;
  /** Not while another case of the cell runs: the device as a whole is looked at. */
  readonly alone?: boolean;
  run(context: Context): Promise<Verdict>;
}

/** Makes a cell of cases; a case that throws has failed. */
export function createCell(
  backend: BackendUnderTest,
  open: () => Promise<Context>,
  about: Omit<Cell, 'cases' | 'run'>,
  entries: readonly Entry[],
): Cell {
  const select = (selections: BackendUnderTest['skip'], title: string): Selection | undefined =>
    selectionFor(selections, { ...about, title });
  return {
    ...about,
    cases: entries.map(({ title }) => title),
    run: async () => {
      const skip = (title: string): string | undefined => select(backend.skip, title)?.reason;
      const judged = await judgeAll(entries, open, skip);
      return sumUp(judged.map((one) => ({ ...one, xfail: select(backend.xfail, one.title) })));
    },
  };
}

interface Judged {
  readonly title: string;
  readonly verdict: Verdict;
}

function sumUp(judged: readonly (Judged & { readonly xfail: Selection | undefined })[]): CellResult {
  const failures: Failure[] = [];
  const reasons: Record<string, number> = {};
  let [skipped, expected] = [0, 0];
  for (const { title, verdict, xfail } of judged) {
    const reason = verdict instanceof NotHere ? verdict.reason : xfail?.reason;
    if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + 1;
    if (verdict instanceof NotHere) skipped++;
    else if (xfail && verdict === null)
      failures.push({ title, message: `passes, but is expected to fail: ${xfail.reason}` });
    else if (xfail) expected++;
    else if (verdict !== null) failures.push({ title, message: verdict });
  }
  const cases = judged.length - skipped;
  const status = failures.length > 0 ? 'fail' : cases === 0 ? 'skip' : expected > 0 ? 'xfail' : 'pass';
  return { status, cases, skipped, failures, reasons };
}

/** Judges cases side by side, so that devices which answer later wait once, unless a case must be alone. */
async function judgeAll(
  entries: readonly Entry[],
  open: () => Promise<Context>,
  skip: (title: string) => string | undefined,
): Promise<Judged[]> {
  const judged: Promise<Judged>[] = [];
  for (const entry of entries) {
    const reason = skip(entry.title);
    const verdict = reason === undefined ? judge(entry, open) : Promise.resolve(new NotHere(reason));
    judged.push(verdict.then((v) => ({ title: entry.title, verdict: v })));
    if (entry.alone) await verdict;
  }
  return Promise.all(judged);
}

async function judge({ run }: Entry, open: () => Promise<Context>): Promise<Verdict> {
  const context = await open();
  try {
    return await run(context);
  } catch (error) {
    return `threw ${error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error)}`;
  }
}
