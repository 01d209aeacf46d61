import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
import { MemoryBudgetError, ones, type Tensor } from '@flambeau/core';
import type { CountingOptions } from '@flambeau/core/testing';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';
import { loops, synchronousLoop } from './loops.ts';

const STEPS = 300;
const BUDGET = 64 * 1024;

const devices: Readonly<Record<string, CountingOptions>> = {
  'synchronous reads': { syncRead: true, budget: BUDGET },
  'synchronous reads, deferred maps': { syncRead: true, defer: true, budget: BUDGET },
  'asynchronous reads': { syncRead: false, budget: BUDGET },
  'asynchronous reads, deferred maps': { syncRead: false, defer: true, budget: BUDGET },
};

/** Bytes that the collector cannot free now: objects and array buffers. */
async function heldBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * How much the heap grows in the run that makes it grow least: engines settle by megabytes now and then, and a leak grows
 * in every run.
 */
async function leastGrowth(runs: number, run: () => unknown): Promise<number> {
  await run();
  let least = Number.POSITIVE_INFINITY;
  let before = await heldBytes();
  for (let i = 0; i < runs; i++) {
    await run();
    const after = await heldBytes();
    least = Math.min(least, after - before);
    before = after;
  }
  return least;
}

test('the collector can be called: the flatness tests mean something', () => {
  expect(globalThis.gc).toBeTypeOf('function');
});

describe.each(Object.entries(devices))(
  'loops without memory calls, explicit memory, %s',
  (_title, options) => {
    test.each(Object.keys(loops))('%s: right, and never over the budget', async (name) => {
      const loop = loops[name] as (typeof loops)[string];
      const expected = await loop(cpu(), STEPS);
      const device = countingDevice(cpu().backend, options);
      const found = await loop(device, STEPS);
      expect(found).toHaveLength(expected.length);
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] as number, 4);
      });
      expect(device.counts.peakBytes).toBeLessThanOrEqual(BUDGET);
    });

    test('the host heap is flat over more steps', async () => {
      const device = countingDevice(cpu().backend, options);
      const loop = loops['inputs made in the loop'] as (typeof loops)[string];
      // 1,000 steps that each kept one record of 500 bytes would be 0.5 MB
      expect(await leastGrowth(4, () => loop(device, 1000))).toBeLessThan(0.5e6);
    }, 60_000);
  },
);

describe('a loop without any await', () => {
  test('stays within the budget and is right where reads are synchronous, over 100,000 steps', async () => {
    const device = countingDevice(cpu().backend, { budget: BUDGET });
    // 25,000 steps that each kept an object of 40 bytes would be 1 MB
    expect(await leastGrowth(4, () => synchronousLoop(device, 25_000))).toBeLessThan(1e6);
    expect(device.counts.peakBytes).toBeLessThanOrEqual(BUDGET);
    expect(synchronousLoop(device, 25_000)).toBeCloseTo(synchronousLoop(cpu(), 25_000), 3);
  }, 120_000);

  test.each([false, true])(
    'holds nothing that it can no longer reach while it runs (deferred maps: %s)',
    (defer) => {
      const device = countingDevice(cpu().backend, { budget: BUDGET, defer });
      const held = (): number => {
        globalThis.gc?.();
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        return heapUsed + arrayBuffers;
      };
      const a = ones([256], { device });
      let x = a;
      const before = held();
      let peak = 0;
      for (let i = 0; i < 30_000; i++) {
        x = a.mul(i).add(1).sub(x.mul(0.5));
        if (i % 3000 === 2999) {
          expect(x.dataSync()).toHaveLength(256);
          peak = Math.max(peak, held());
        }
      }
      // 120,000 temporaries of 1 KiB were made; finalizers cannot run before the loop ends
      expect(peak - before).toBeLessThan(40e6);
    },
    60_000,
  );

  test('ends in the budget error where reads are asynchronous, which says what to do', () => {
    const device = countingDevice(cpu().backend, { syncRead: false, budget: BUDGET });
    const kept: Tensor[] = [];
    expect(() => {
      for (let i = 0; i < 10_000; i++) kept.push(ones([256], { device }).mul(i));
    }).toThrow(MemoryBudgetError);
    expect(() => ones([256], { device }).mul(2)).toThrow(
      /over its memory budget: got 1024 bytes more .* expected at most 65536\. Largest live blocks: .*Await a value once a step/,
    );
  });

  test('after the budget error an await makes room, and every kept value is still right', async () => {
    const device = countingDevice(cpu().backend, { syncRead: false, budget: BUDGET });
    const kept: Tensor[] = [];
    try {
      for (let i = 0; i < 10_000; i++) kept.push(ones([256], { device }).mul(i));
    } catch (error) {
      expect(error).toBeInstanceOf(MemoryBudgetError);
    }
    for (const [i, x] of kept.entries()) expect((await x.data())[255] as number).toBe(i);
  });
});
