import { Browser } from './browser/browser.ts';
import type { GpuCounts } from './contenders/gpu-watch.ts';
import { phases, startupOn } from './contenders/startup.ts';
import type { Engine } from './engines.ts';
import { isProcess } from './engines.ts';
import { enter } from './entrants/enter.ts';
import type { Entrant } from './entrants/entrant.ts';
import { median, withPatience } from './measure.ts';
import { formatTime, markdown } from './report.ts';

/** What engines needed to start: a figure for each phase that they came to. */
export interface Start {
  readonly engine: string;
  readonly version: string | null;
  /** Why later phases have no figures, else null. */
  readonly missing: string | null;
  readonly phases: readonly PhaseFigure[];
}

/** One phase of a start. */
export interface PhaseFigure {
  readonly phase: string;
  /** Median over fresh processes or browsers. */
  readonly ms: number;
  /** What was asked of the GPU meanwhile. */
  readonly gpu: GpuCounts | null;
}

/** Milliseconds that a phase may take: a step on a software driver takes many seconds. */
const PATIENCE = 180_000;

/** What one start came to. */
export interface Attempt {
  readonly version: string | null;
  readonly missing: string | null;
  readonly ms: readonly number[];
  readonly gpu: readonly (GpuCounts | null)[];
}

/** Starts engines several times, in turn, where nothing is left of earlier starts: in processes and browsers of their own. */
export async function measureStarts(
  engines: readonly Engine[],
  starts: number,
  pictures: number,
): Promise<Start[]> {
  const attempts = new Map<Engine, Attempt[]>(engines.map((engine) => [engine, []]));
  for (let i = 0; i < starts; i++) {
    for (const [engine, made] of attempts) {
      if (made.some(({ missing }) => missing !== null)) continue;
      console.error(`${engine.id} starts …`);
      made.push(await startAfresh(engine, pictures));
    }
  }
  return [...attempts].map(([engine, made]) => summary(engine.id, made));
}

async function startAfresh(engine: Engine, pictures: number): Promise<Attempt> {
  const browser = isProcess(engine) ? null : Browser.start();
  try {
    return await startOnce(enter(engine, startupOn(pictures), browser));
  } finally {
    await browser?.then(
      (started) => started.close(),
      () => {}, // there is none
    );
  }
}

/** Goes through the phases as far as it comes. */
async function startOnce(entrant: Entrant): Promise<Attempt> {
  const ms: number[] = [];
  const gpu: (GpuCounts | null)[] = [];
  const { version = null, missing } = await withPatience(entrant, PATIENCE, () => entrant.greeting());
  let adapter: string | undefined;
  const attempt = (reason: string | null): Attempt => ({
    version: adapter ? `${version} on ${adapter}` : version,
    missing: reason,
    ms,
    gpu,
  });
  try {
    if (missing !== undefined) return attempt(missing);
    for (const _ of phases) {
      const answer = await withPatience(entrant, PATIENCE, () => entrant.run(1));
      ({ adapter } = answer);
      ms.push(answer.ms);
      gpu.push(answer.gpu ?? null);
    }
    return attempt(null);
  } catch (error) {
    return attempt((error as Error).message);
  } finally {
    await entrant.close();
  }
}

/** Medians of the phases that all attempts came to; what was asked of the GPU is the same in each. */
export function summary(engine: string, attempts: readonly Attempt[]): Start {
  const reached = Math.min(...attempts.map(({ ms }) => ms.length));
  return {
    engine,
    version: attempts.find(({ version }) => version !== null)?.version ?? null,
    missing: attempts.find(({ missing }) => missing !== null)?.missing ?? null,
    phases: phases.slice(0, reached).map(({ id: phase }, i) => ({
      phase,
      ms: median(attempts.map(({ ms }) => ms[i] as number)),
      gpu: attempts[0]?.gpu[i] ?? null,
    })),
  };
}

/** The starts as Markdown: times, then what was compiled and sent. */
export function startTables(starts: readonly Start[], pictures: number): string {
  const head = ['', ...phases.map(({ title }) => title)];
  const rows = (cell: (figure: PhaseFigure) => string): string[][] =>
    starts.map(({ engine, phases: figures }) => [
      engine,
      ...phases.map((_, i) => {
        const figure = figures[i];
        return figure ? cell(figure) : '–';
      }),
    ]);
  const counts = ({ gpu }: PhaseFigure): string =>
    gpu ? `${gpu.pipelines}, ${gpu.dispatches}, ${gpu.submits}` : '–';
  return [
    `Training steps of the CNN on ${pictures} pictures to the read of the loss, with the library loaded, in a fresh process or browser, median:`,
    markdown([head, ...rows(({ ms }) => formatTime(ms))]),
    'Pipelines compiled, dispatches, submits:',
    markdown([head, ...rows(counts)]),
    startNotes(starts),
  ].join('\n\n');
}

/** Versions, and why there are gaps. */
export function startNotes(starts: readonly Start[]): string {
  return starts
    .map(({ engine, version, missing }) =>
      [`- ${engine}${version ? ` (${version})` : ''}`, ...(missing === null ? [] : [missing])].join('; '),
    )
    .join('\n');
}

/** The medians of the starts as lines of JSON. */
export function startLines(starts: readonly Start[]): string[] {
  return starts.flatMap(({ engine, phases: figures }) =>
    figures.map(({ phase, ms, gpu }) =>
      JSON.stringify({ engine, work: `startup_${phase}`, ms: Number(ms.toPrecision(6)), ...gpu }),
    ),
  );
}
