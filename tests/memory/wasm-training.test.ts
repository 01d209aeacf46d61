import '@flambeau/autograd';
import { wasm } from '@flambeau/backend-wasm';
import { type Device, manualSeed, randint, randn, setDefaultDevice } from '@flambeau/core';
import { CrossEntropyLoss } from '@flambeau/losses';
import { BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, type Module, ReLU, Sequential } from '@flambeau/nn';
import { AdamW } from '@flambeau/optim';
import { describe, expect, test } from 'vitest';

/** A small network like that of the digits, whose step needs some 1.5 MiB. */
const network = (): Module =>
  new Sequential(
    ...[new Conv2d(3, 16, 3, { padding: 1 }), new BatchNorm2d(16), new ReLU(), new MaxPool2d(2)],
    // Kernels apply these rectifiers and their masks to their outputs.
    ...[new Conv2d(16, 16, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2)],
    new Flatten(),
    new Linear(256, 10),
  );

interface Memory {
  readonly bytes: number;
  readonly heap: number;
  readonly losses: readonly number[];
}

/** Trains, and tells what is in use after each of the steps asked for. */
async function train(device: Device, marks: readonly number[]): Promise<Memory[]> {
  setDefaultDevice(device);
  manualSeed(0);
  const model = network();
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
  const lossFn = new CrossEntropyLoss();
  const batches = [0, 1].map(() => ({
    x: randn([16, 3, 16, 16]),
    y: randint(0, 10, [16], { dtype: 'int32' }),
  }));
  const losses: number[] = [];
  const found: Memory[] = [];
  for (let step = 1; step <= Math.max(...marks); step++) {
    const { x, y } = batches[step % 2] as (typeof batches)[number];
    const loss = lossFn.forward(model.forward(x) as ReturnType<typeof randn>, y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
    if (marks.includes(step)) {
      // A turn of the event loop, in which what was collected is freed.
      globalThis.gc?.();
      await new Promise((done) => setTimeout(done, 0));
      const { bytes } = device.memory.stats();
      found.push({ bytes, heap: process.memoryUsage().arrayBuffers, losses: [...losses] });
    }
  }
  return found;
}

describe('500 steps of a network on wasm', () => {
  const plain = wasm({ threads: 1 }).then((device) => train(device, [100, 500]));

  test('use no more memory than 100', async () => {
    const [early, late] = (await plain) as [Memory, Memory];
    // The last results of a step may wait for the collector: a few KiB each.
    expect(late.bytes).toBeLessThan(early.bytes + 512 * 1024);
  }, 60_000);

  test('give the same losses on a budget that forces spilling, on which they stay', async () => {
    const memoryBudget = 1.25 * 1024 * 1024;
    const device = await wasm({ threads: 1, memoryBudget });
    const [early, late] = (await train(device, [100, 500])) as [Memory, Memory];
    expect(device.memory.stats().spills).toBeGreaterThan(0);
    expect(device.memory.stats().peakBytes).toBeLessThanOrEqual(memoryBudget);
    expect(late.bytes).toBeLessThanOrEqual(memoryBudget);
    expect(late.heap).toBeLessThan(early.heap + 8 * 1024 * 1024);
    expect(late.losses).toEqual(((await plain)[1] as Memory).losses);
  }, 60_000);
});
