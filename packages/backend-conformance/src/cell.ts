import type { DType } from '@flambeau/core';
import type { BackendUnderTest, Check, Direction, Selection } from './backend-under-test.ts';
import type { Context } from './context.ts';
import { selectionFor } from './selection.ts';

/** Where a cell stands once it has run. */
export type Status = 'pass' | 'fail' | 'skip' | 'xfail';

/** A failed case. */
export interface Failure {
  readonly title: string;
  readonly direction: Direction;
  readonly message: string;
}

/** What came of a cell. */
export interface CellResult {
  readonly status: Status;
  /** How many cases were run, those included that failed as expected. */
  readonly cases: number;
  readonly skipped: number;
  /** How many of the cases that were run did their work on the host. */
  readonly host: number;
  readonly failures: readonly Failure[];
  /** Why cases were skipped, or expected to fail, and how many. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** One subject in one dtype under one check: what a runner runs as one test. */
export interface Cell {
  /** A function, a method (`Tensor.add_`), an op for `reached`, a topic for `storage`, a network for `training`. */
  readonly subject: string;
  /** null where a check is not about one dtype. */
  readonly dtype: DType | null;
  readonly check: Check;
  /** What it looks at. What it finds wrong counts in the first one, unless the check says otherwise. */
  readonly directions: readonly Direction[];
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

/** What is wrong with a case, for checks that look in several directions. */
export class Wrong {
  readonly message: string;
  readonly direction: Direction;
  constructor(message: string, direction: Direction) {
    this.message = message;
    this.direction = direction;
  }
}

/** What a case comes to: null when all is well, a sentence when not, or why it cannot be run on this device. */
export type Verdict = string | null | NotHere | Wrong;

/** A case within a cell. */
export interface Entry {
  readonly title: string;
  /** Not while another case of the cell runs: the device as a whole is looked at. */
  readonly alone?: boolean;
  /** Whether it did its work on the host, once it has run. */
  onHost?(context: Context): boolean;
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
      const context = await open();
      const skip = (title: string): string | undefined => select(backend.skip, title)?.reason;
      const judged = await judgeAll(entries, context, skip);
      return sumUp(
        judged.map((one) => ({ ...one, xfail: select(backend.xfail, one.title) })),
        about.directions,
      );
    },
  };
}

interface Judged {
  readonly title: string;
  readonly verdict: Verdict;
  readonly host: boolean;
}

function sumUp(
  judged: readonly (Judged & { readonly xfail: Selection | undefined })[],
  directions: readonly Direction[],
): CellResult {
  const [direction = 'forward'] = directions;
  const within = (told: Direction): Direction => (directions.includes(told) ? told : direction);
  const failures: Failure[] = [];
  const reasons: Record<string, number> = {};
  let [skipped, expected, host] = [0, 0, 0];
  for (const { title, verdict, xfail, host: onHost } of judged) {
    const reason = verdict instanceof NotHere ? verdict.reason : xfail?.reason;
    if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + 1;
    if (onHost) host++;
    if (verdict instanceof NotHere) skipped++;
    else if (xfail && verdict === null)
      failures.push({ title, direction, message: `passes, but is expected to fail: ${xfail.reason}` });
    else if (xfail) expected++;
    else if (verdict instanceof Wrong)
      failures.push({ title, direction: within(verdict.direction), message: verdict.message });
    else if (verdict !== null) failures.push({ title, direction, message: verdict });
  }
  const cases = judged.length - skipped;
  const status = failures.length > 0 ? 'fail' : cases === 0 ? 'skip' : expected > 0 ? 'xfail' : 'pass';
  return { status, cases, skipped, host, failures, reasons };
}

/** Judges cases side by side, so that devices which answer later wait once, unless a case must be alone. */
async function judgeAll(
  entries: readonly Entry[],
  context: Context,
  skip: (title: string) => string | undefined,
): Promise<Judged[]> {
  const judged: Promise<Judged>[] = [];
  for (const entry of entries) {
    const reason = skip(entry.title);
    const one = reason === undefined ? judge(entry, context) : Promise.resolve(new NotHere(reason));
    judged.push(
      one.then((verdict) => ({
        title: entry.title,
        verdict,
        host: !(verdict instanceof NotHere) && (entry.onHost?.(context) ?? false),
      })),
    );
    if (entry.alone) await one;
  }
  return Promise.all(judged);
}

async function judge({ run }: Entry, context: Context): Promise<Verdict> {
  try {
    return await run(context);
  } catch (error) {
    return `threw ${error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error)}`;
  }
}
