import type { Contender } from './contender.ts';
import { Entrant } from './contender.ts';
import type { Row } from './rows.ts';

/** What a contender needed for a row, in milliseconds for doing the work once. */
export interface Figure {
  readonly contender: string;
  readonly version: string | null;
  /** Why there are no times, else null. */
  readonly missing: string | null;
  /** Median over the first samples of fresh processes: nothing compiled, nothing cached. */
  readonly first: number | null;
  /** Median after warm-up. */
  readonly warm: number | null;
  /** Distance between the quartiles of the warm samples, as part of their median. */
  readonly spread: number | null;
  readonly samples: number;
}

/** How long to measure. */
export interface Effort {
  /** Fresh processes for the first figure. */
  readonly starts: number;
  /** Warm samples a contender. */
  readonly rounds: number;
  /** Milliseconds that a sample should take. */
  readonly sample: number;
  /** Milliseconds of work before the samples. */
  readonly warmUp: number;
  /** Milliseconds after which a contender sits out the remaining rounds, but not before its third. */
  readonly budget: number;
  /** Milliseconds that a first sample may take; what takes more than a fifth of it is not repeated. */
  readonly patience: number;
}

export const FULL: Effort = {
  starts: 3,
  rounds: 25,
  sample: 25,
  warmUp: 600,
  budget: 4000,
  patience: 30_000,
};
export const QUICK: Effort = { starts: 1, rounds: 5, sample: 5, warmUp: 100, budget: 500, patience: 5000 };

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** By linear interpolation between the two nearest of the sorted values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

/** A contender on its way through a row. */
interface Runner {
  readonly contender: Contender;
  readonly entrant: Entrant;
  readonly version: string | null;
  readonly firsts: number[];
  readonly samples: number[];
  times: number;
  spent: number;
  missing: string | null;
  /** Took so long that the first sample has to do. */
  slow: boolean;
}

/** Measures one row: all contenders in turn, round after round, so that a busy moment meets them alike. */
export async function measureRow(
  row: Row,
  contenders: readonly Contender[],
  effort: Effort,
): Promise<Figure[]> {
  const runners: Runner[] = [];
  try {
    for (const contender of contenders) runners.push(await start(contender, row, effort));
    for (let i = 1; i < effort.starts; i++)
      for (const runner of runners) await startAgain(runner, row, effort);
    for (const runner of runners) await attempt(runner, () => warmUp(runner, effort));
    for (let round = 0; round < effort.rounds; round++) {
      for (let i = 0; i < runners.length; i++) {
        const runner = runners[(round + i) % runners.length] as Runner;
        if (runner.spent > effort.budget && runner.samples.length >= 3) continue;
        await attempt(runner, () => sample(runner));
      }
    }
  } finally {
    for (const { entrant } of runners) entrant.close();
  }
  return runners.map(figure);
}

async function start(contender: Contender, row: Row, { patience }: Effort): Promise<Runner> {
  const entrant = new Entrant(contender, row.id);
  const { version = null, missing = null } = await entrant.greeting();
  const runner: Runner = {
    contender,
    entrant,
    version,
    firsts: [],
    samples: [],
    times: 1,
    spent: 0,
    missing,
    slow: false,
  };
  await attempt(runner, async () => {
    const timer = setTimeout(() => entrant.close(`no answer within ${patience / 1000} s`), patience);
    const ms = await entrant.run(row.first).finally(() => clearTimeout(timer));
    runner.firsts.push(ms / row.first);
    runner.slow = ms > patience / 5;
  });
  return runner;
}

/** One more first sample, from a process of its own. */
async function startAgain(runner: Runner, row: Row, effort: Effort): Promise<void> {
  if (runner.missing !== null || runner.slow) return;
  const again = await start(runner.contender, row, effort);
  again.entrant.close();
  runner.firsts.push(...again.firsts);
}

/** Works until warm; finds out how often the work fits into a sample. */
async function warmUp(runner: Runner, effort: Effort): Promise<void> {
  const { entrant } = runner;
  for (let total = 0; total < effort.warmUp; ) {
    const ms = await entrant.run(runner.times);
    total += ms;
    const fitting = Math.max(1, Math.round((runner.times * effort.sample) / Math.max(ms, 1e-3)));
    runner.times = Math.min(fitting, runner.times * 10);
  }
}

async function sample(runner: Runner): Promise<void> {
  const ms = await runner.entrant.run(runner.times);
  runner.samples.push(ms / runner.times);
  runner.spent += ms;
}

/** A contender that fails is out of the row, with its last words. */
async function attempt(runner: Runner, work: () => Promise<void>): Promise<void> {
  if (runner.missing !== null || runner.slow) return;
  try {
    await work();
  } catch (error) {
    runner.missing = (error as Error).message;
  }
}

function figure({ contender, version, missing, slow, firsts, samples }: Runner): Figure {
  const measured = missing === null;
  const warm = measured && !slow ? median(samples) : null;
  return {
    contender: contender.id,
    version,
    missing,
    first: measured ? median(firsts) : null,
    warm,
    spread: warm === null ? null : (quantile(samples, 0.75) - quantile(samples, 0.25)) / warm,
    samples: samples.length,
  };
}
