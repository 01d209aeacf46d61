// Loops without memory calls: after 1,000 steps no more is resident than after 100; three times what a step needs, when
// everything unreachable is released at its end, is memory enough; and then every number is that of a device without limits.
import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';
import { type Loop, loops, type Run, synchronously } from './loops.ts';

const awaiting: Run['item'] = (x) => x.item();

const UNLIMITED = 1 << 28;
const EARLY = 99;
const LATE = 999;
/**
 * Some loops hold more after one step than after the next: epochs have 5 steps, gradients are gathered over 4, and what is
 * deferred grows for up to 7 before it is computed. After step 99 each is at its least, and once in this many steps.
 */
const CYCLE = 8;

/** Lets the collector take what nobody can reach, and finalizers run. */
async function collect(): Promise<void> {
  globalThis.gc?.();
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

interface Held {
  readonly early: readonly number[];
  /** The least of a cycle; no more of it than shows that it is little enough. */
  readonly late: readonly number[];
}

/** Runs a loop and looks, after collecting, at what is held near the steps 100 and 1,000. */
async function held(
  run: (each: Run['each']) => Promise<unknown>,
  measure: () => readonly number[],
  slack = 0,
): Promise<Held> {
  let early: readonly number[] = [];
  let late: readonly number[] = [];
  const few = (): boolean => late.length > 0 && late.every((x, i) => x <= (early[i] as number) + slack);
  const look = async (step: number): Promise<void> => {
    // Again and again: engines keep some of what died for a while, and run finalizers when they like.
    for (let i = step === LATE ? 6 : 2; i > 0 && !few(); i--) {
      await collect();
      const now = measure();
      if (step === EARLY) early = now;
      else late = now.map((x, k) => Math.min(x, late[k] ?? x));
    }
  };
  await run(async (step, alone) => {
    if (step !== EARLY && (step <= LATE - CYCLE || few())) return;
    // What a timer's work holds is held for a while only.
    await alone(() => look(step));
  });
  return { early, late };
}

/** The most bytes that any step, or the end of the loop, has in use when all before it was collected; and its results. */
async function needs(loop: Loop, { options, item }: Mode): Promise<{ bytes: number; results: number[] }> {
  const device = countingDevice(cpu().backend, { ...options, budget: UNLIMITED });
  const { counts } = device;
  let bytes = 0;
  const results = await loop(device, EARLY + 1, {
    item,
    each: async (step) => {
      if (step < EARLY - CYCLE) return;
      if (step > EARLY - CYCLE) bytes = Math.max(bytes, counts.peakBytes);
      await collect();
      counts.peakBytes = counts.bytes;
    },
  });
  return { bytes: Math.max(bytes, counts.peakBytes), results };
}

interface Mode {
  readonly options: { readonly syncRead: boolean; readonly defer?: boolean };
  readonly item: Run['item'];
}

const modes: Readonly<Record<string, Mode>> = {
  'synchronous reads': { options: { syncRead: true }, item: synchronously },
  'synchronous reads, awaiting': { options: { syncRead: true }, item: awaiting },
  'asynchronous reads': { options: { syncRead: false }, item: awaiting },
  'synchronous reads, deferred maps': { options: { syncRead: true, defer: true }, item: synchronously },
  'synchronous reads, awaiting, deferred maps': { options: { syncRead: true, defer: true }, item: awaiting },
  'asynchronous reads, deferred maps': { options: { syncRead: false, defer: true }, item: awaiting },
};

test('the collector can be called: these tests mean something', () => {
  expect(globalThis.gc).toBeTypeOf('function');
});

describe.each(Object.entries(modes))('on a device with explicit memory, %s', (_title, { options, item }) => {
  test.each(Object.entries(loops))('%s', async (_name, loop) => {
    const free = countingDevice(cpu().backend, { ...options, budget: UNLIMITED });
    const { early, late } = await held(
      (each) => loop(free, LATE + 1, { item, each }),
      () => [free.counts.blocks, free.counts.bytes],
    );
    expect(late[0]).toBeLessThanOrEqual(early[0] as number);
    expect(late[1]).toBeLessThanOrEqual(early[1] as number);
    // The program has ended, and holds nothing any more.
    for (let i = 0; i < 6 && free.counts.blocks > 0; i++) await collect();
    expect(free.counts).toMatchObject({ blocks: 0, bytes: 0 });
    expect(free.stats()).toMatchObject({ blocks: 0, bytes: 0 });
  });
});

describe.each(Object.entries(modes))('in three times the memory that a step needs, %s', (_title, mode) => {
  test.each(Object.entries(loops))('%s', async (_name, loop) => {
    const { options, item } = mode;
    const { bytes, results } = await needs(loop, mode);
    expect(bytes).toBeGreaterThan(0);
    const limited = countingDevice(cpu().backend, { ...options, budget: 3 * bytes });
    expect(await loop(limited, EARLY + 1, { item, each: () => {} })).toEqual(results);
    expect(limited.counts.peakBytes).toBeLessThanOrEqual(3 * bytes);
  });
});

describe.each([
  { title: 'synchronously', item: synchronously },
  { title: 'awaiting', item: awaiting },
])('on cpu, $title', ({ item }) => {
  test.each(Object.entries(loops))('%s', async (_name, loop) => {
    // Steps make 2 to 20 KiB each: 900 of them kept would be megabytes.
    const slack = 100_000;
    const { early, late } = await held(
      (each) => loop(cpu(), LATE + 1, { item, each }),
      () => [process.memoryUsage().arrayBuffers],
      slack,
    );
    expect(late[0]).toBeLessThan((early[0] as number) + slack);
  });
});
