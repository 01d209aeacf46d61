import type { GpuCounts } from './contenders/gpu-watch.ts';
import type { Engine } from './engines.ts';
import { isOnGpu } from './engines.ts';
import type { Entrant } from './entrants/entrant.ts';
import type { Work } from './works.ts';

/** What an engine needed for a work, in milliseconds for doing it once. */
export interface Figure {
  readonly engine: string;
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
  /** What doing it once asks of a GPU; null where there is none. */
  readonly gpu: GpuCounts | null;
}

/** Sets an engine up for a work. */
export type Enter = (engine: Engine, work: string) => Entrant;

/** How long to measure. */
export interface Effort {
  /** Fresh processes for the first figure. */
  readonly starts: number;
  /** Warm samples an engine. */
  readonly rounds: number;
  /** Milliseconds that a sample should take. */
  readonly sample: number;
  /** Milliseconds of work before the samples. */
  readonly warmUp: number;
  /** Milliseconds after which an engine sits out the remaining rounds, but not before its third. */
  readonly budget: number;
  /** Milliseconds that one sample may take; work whose first two take more than a fifth of it each has the second for all. */
  readonly patience: number;
}

export const FULL: Effort = {
  starts: 1,
  rounds: 25,
  sample: 25,
  warmUp: 600,
  budget: 3000,
  patience: 30_000,
};
/** With the first figures taken from several processes. */
export const COLD: Effort = { ...FULL, starts: 3 };
export const QUICK: Effort = { starts: 1, rounds: 3, sample: 3, warmUp: 50, budget: 200, patience: 4000 };

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

/** An engine on its way through a work. */
interface Runner {
  readonly engine: Engine;
  /** Null where the work is not for the engine. */
  readonly entrant: Entrant | null;
  readonly version: string | null;
  readonly firsts: number[];
  readonly samples: number[];
  times: number;
  spent: number;
  missing: string | null;
  /** Took so long that one warm sample has to do. */
  slow: boolean;
  gpu: GpuCounts | null;
}

/** Measures one work: all engines in turn, round after round, so that a busy moment meets them alike. */
export async function measureWork(
  work: Work,
  engines: readonly Engine[],
  effort: Effort,
  enter: Enter,
): Promise<Figure[]> {
  const runners: Runner[] = [];
  try {
    for (const engine of engines) runners.push(await start(engine, work, effort, enter));
    for (let i = 1; i < effort.starts; i++)
      for (const runner of runners) if (!runner.slow) await startAgain(runner, work, effort, enter);
    for (const runner of runners) await attempt(runner, () => warmUp(runner, effort));
    for (let round = 0; round < effort.rounds; round++) {
      for (let i = 0; i < runners.length; i++) {
        const runner = runners[(round + i) % runners.length] as Runner;
        if (!isDone(runner, effort)) await attempt(runner, () => sample(runner, effort));
      }
    }
  } finally {
    for (const { entrant } of runners) await entrant?.close();
  }
  return runners.map(figure);
}

const isDone = ({ slow, spent, samples }: Runner, { budget }: Effort): boolean =>
  slow ? samples.length === 1 : spent > budget && samples.length >= 3;

/** How many times as long samples of a GPU are: what waiting for the last result takes must not count for much. */
const GPU_SAMPLES = 4;

const isTooMuch = (ms: number, { patience }: Effort): boolean => ms > patience / 5;

async function start(engine: Engine, work: Work, effort: Effort, enter: Enter): Promise<Runner> {
  const isFor = !work.gpuOnly || isOnGpu(engine);
  const entrant = isFor ? enter(engine, work.id) : null;
  const { version = null, missing = null } = entrant
    ? await withPatience(entrant, effort.patience, () => entrant.greeting())
    : { missing: 'for GPUs only' };
  const runner: Runner = {
    engine,
    entrant,
    version,
    firsts: [],
    samples: [],
    times: 1,
    spent: 0,
    missing,
    slow: false,
    gpu: null,
  };
  await attempt(runner, async () => {
    const ms = await timed(runner, work.first, effort);
    runner.firsts.push(ms / work.first);
    runner.slow = isTooMuch(ms, effort);
  });
  return runner;
}

/** One more first sample, from a process of its own. */
async function startAgain(runner: Runner, work: Work, effort: Effort, enter: Enter): Promise<void> {
  if (runner.missing !== null) return;
  const again = await start(runner.engine, work, effort, enter);
  await again.entrant?.close();
  runner.firsts.push(...again.firsts);
}

/** Works until warm; finds out how often the work fits into a sample. Work that was slow once is slow if it is so again. */
async function warmUp(runner: Runner, effort: Effort): Promise<void> {
  for (let total = 0; total < effort.warmUp; ) {
    const ms = await timed(runner, runner.times, effort);
    if (runner.slow && isTooMuch(ms, effort)) {
      runner.samples.push(ms);
      return;
    }
    runner.slow = false;
    total += ms;
    const length = effort.sample * (isOnGpu(runner.engine) ? GPU_SAMPLES : 1);
    const fitting = Math.max(1, Math.round((runner.times * length) / Math.max(ms, 1e-3)));
    runner.times = Math.min(fitting, runner.times * 10);
  }
}

async function sample(runner: Runner, effort: Effort): Promise<void> {
  const ms = await timed(runner, runner.times, effort);
  runner.samples.push(ms / runner.times);
  runner.spent += ms;
}

/** Has the work done. */
async function timed(runner: Runner, times: number, { patience }: Effort): Promise<number> {
  const { entrant } = runner;
  if (!entrant) throw new Error('there is nobody to do the work');
  const { ms, gpu } = await withPatience(entrant, patience, () => entrant.run(times));
  runner.gpu = gpu ? each(gpu, times) : null;
  return ms;
}

/** Ends an engine that takes too long for an answer, which then fails. */
export async function withPatience<T>(entrant: Entrant, patience: number, ask: () => Promise<T>): Promise<T> {
  let closing: Promise<void> | null = null;
  const timer = setTimeout(() => {
    closing = entrant.close(`no answer within ${patience / 1000} s`);
  }, patience);
  try {
    return await ask();
  } finally {
    clearTimeout(timer);
    await closing;
  }
}

/** Of one of several times the work was done. */
const each = ({ pipelines, dispatches, submits }: GpuCounts, times: number): GpuCounts => ({
  pipelines: pipelines / times,
  dispatches: dispatches / times,
  submits: submits / times,
});

/** An engine that fails is out of the work, with its last words. */
async function attempt(runner: Runner, work: () => Promise<void>): Promise<void> {
  if (runner.missing !== null) return;
  try {
    await work();
  } catch (error) {
    runner.missing = (error as Error).message;
  }
}

function figure({ engine, version, missing, firsts, samples, gpu }: Runner): Figure {
  const measured = missing === null;
  const warm = measured ? median(samples) : null;
  return {
    engine: engine.id,
    version,
    missing,
    first: measured ? median(firsts) : null,
    warm,
    spread: warm === null ? null : (quantile(samples, 0.75) - quantile(samples, 0.25)) / warm,
    samples: samples.length,
    gpu,
  };
}
