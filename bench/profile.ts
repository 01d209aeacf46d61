import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessEngine } from './engines.ts';
import { ProcessEntrant } from './entrants/process.ts';
import type { Work } from './works.ts';

/** What of V8's profile format is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Time spent in a function itself, not in what it calls. */
export interface SelfTime {
  readonly name: string;
  readonly place: string;
  /** Part of the whole. */
  readonly share: number;
}

const TOP = 20;
const MILLISECONDS = 3000;

/** Adds up a profile by function, longest first. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): SelfTime[] {
  const keyOf = new Map<number, string>();
  const places = new Map<string, Omit<SelfTime, 'share'>>();
  for (const { id, callFrame } of nodes) {
    const name = callFrame.functionName || '(anonymous)';
    const place = callFrame.url
      ? `${callFrame.url.replace(/^.*\/(?=(packages|bench)\/)/, '')}:${callFrame.lineNumber + 1}`
      : '';
    keyOf.set(id, `${name} ${place}`);
    places.set(`${name} ${place}`, { name, place });
  }
  const times = new Map<string, number>();
  let total = 0;
  samples.forEach((id, i) => {
    const key = keyOf.get(id) ?? '';
    if (key.startsWith('(idle)')) return;
    const delta = timeDeltas[i] ?? 0;
    times.set(key, (times.get(key) ?? 0) + delta);
    total += delta;
  });
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .map(([key, time]) => ({ ...(places.get(key) as SelfTime), share: time / total }));
}

/** Runs an engine of Flambeau's alone on a work for some seconds under the profiler and prints where the time went. */
export async function profileWork(work: Work, engine: ProcessEngine): Promise<void> {
  const folder = join(fileURLToPath(new URL('.cache', import.meta.url)), `profile-${engine.id}-${work.id}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const args = ['--cpu-prof', '--cpu-prof-interval=200', `--cpu-prof-dir=${folder}`, ...engine.args];
  const entrant = new ProcessEntrant({ ...engine, args }, work.id);
  const { missing } = await entrant.greeting();
  if (missing !== undefined) throw new Error(missing);
  let times = work.first;
  for (let total = 0; total < MILLISECONDS; ) {
    const { ms } = await entrant.run(times);
    total += ms;
    if (ms < MILLISECONDS / 10) times *= 2;
  }
  await entrant.finish();
  const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'));
  if (!file) throw new Error(`no profile was written to ${folder}`);
  console.log(`\n${engine.id}, ${work.title} (${join(folder, file)})`);
  for (const { name, place, share } of selfTimes(JSON.parse(readFileSync(join(folder, file), 'utf8'))).slice(
    0,
    TOP,
  )) {
    console.log(`${(share * 100).toFixed(1).padStart(6)} %  ${name.padEnd(28)} ${place}`);
  }
}
