import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
import { webgpu } from '@flambeau/backend-webgpu';
import type { Device, Tensor } from '@flambeau/core';
import { DeviceLostError, fromTyped, manualSeed, setDefaultDevice } from '@flambeau/core';
import { crossEntropy } from '@flambeau/losses';
import { Conv2d, Flatten, Linear, MaxPool2d, type Module, ReLU, Sequential } from '@flambeau/nn';
import { Adam, type OptimizerStateDict } from '@flambeau/optim';
import { loadCheckpoint, saveCheckpoint } from '@flambeau/serialize';
import { describe, expect, test } from 'vitest';
import { gpu, hasAdapter, watched } from './adapter.ts';

const BATCH = 8;
const EDGE = 16;

/** The benchmark's network, small: two pairs of convolutions, two linear layers. */
function network(): Module<[Tensor], Tensor> {
  return new Sequential(
    ...[new Conv2d(3, 4, 3, { padding: 1 }), new ReLU(), new Conv2d(4, 4, 3, { padding: 1 }), new ReLU()],
    new MaxPool2d(2),
    ...[new Conv2d(4, 8, 3, { padding: 1 }), new ReLU(), new Conv2d(8, 8, 3, { padding: 1 }), new ReLU()],
    new MaxPool2d(2),
    ...[new Flatten(), new Linear(8 * 4 * 4, 16), new ReLU(), new Linear(16, 10)],
  );
}

interface Batch {
  readonly x: Tensor;
  readonly labels: Tensor;
}

/** Four batches that come again and again. */
const batches =
  (device: Device) =>
  (step: number): Batch => {
    const phase = step % 4;
    const pixels = Float32Array.from({ length: BATCH * 3 * EDGE * EDGE }, (_, i) =>
      Math.sin(i * 0.37 + phase),
    );
    const labels = Int32Array.from({ length: BATCH }, (_, i) => (i + phase) % 10);
    return {
      x: fromTyped(pixels, [BATCH, 3, EDGE, EDGE], { device }),
      labels: fromTyped(labels, [BATCH], { device }),
    };
  };

interface Saved {
  readonly model: Record<string, Tensor>;
  readonly optimizer: OptimizerStateDict;
  readonly steps: number;
}

/** Training on a device, step by step; from a checkpoint if there is one. */
class Training {
  readonly #device: Device;
  readonly #model: Module<[Tensor], Tensor>;
  readonly #optimizer: Adam;
  readonly #batchOf: (step: number) => Batch;
  #steps = 0;

  constructor(device: Device, checkpoint?: Uint8Array, batchOf = batches(device)) {
    setDefaultDevice(device);
    manualSeed(7);
    this.#device = device;
    this.#batchOf = batchOf;
    this.#model = network();
    this.#optimizer = new Adam(this.#model.parameters(), { lr: 1e-2 });
    if (!checkpoint) return;
    const { model, optimizer, steps } = loadCheckpoint(checkpoint) as Saved;
    this.#model.loadStateDict(model);
    this.#optimizer.loadStateDict(optimizer);
    this.#steps = steps;
  }

  /** A step; its loss. */
  async step(): Promise<number> {
    setDefaultDevice(this.#device);
    const { x, labels } = this.#batchOf(++this.#steps);
    this.#optimizer.zeroGrad();
    const loss = crossEntropy(this.#model.forward(x), labels);
    loss.backward();
    this.#optimizer.step();
    return loss.item();
  }

  save(): Promise<Uint8Array> {
    const saved = {
      model: this.#model.stateDict(),
      optimizer: this.#optimizer.stateDict(),
      steps: this.#steps,
    };
    return saveCheckpoint(saved);
  }
}

const numbers = (device: Device) => device.report() as Readonly<Record<string, number>>;

async function losses(training: Training, steps: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < steps; i++) found.push(await training.step());
  return found;
}

describe.runIf(hasAdapter)('training a convolutional network on WebGPU (not run without an adapter)', () => {
  test('gives the losses of the cpu to a thousandth over 50 steps', async () => {
    const expected = await losses(new Training(cpu()), 50);
    const found = await losses(new Training(await webgpu({ gpu })), 50);
    found.forEach((loss, i) => {
      expect(Math.abs(loss - expected[i]!)).toBeLessThan(1e-3);
    });
    expect(expected[49]).toBeLessThan(expected[0]! / 2);
  });

  test('takes one submit and at most 60 dispatches a step, and compiles nothing after the second', async () => {
    const device = await webgpu({ gpu });
    const training = new Training(device);
    await losses(training, 2);
    let before = numbers(device);
    for (let step = 0; step < 5; step++) {
      await training.step();
      const after = numbers(device);
      expect(after['submits']! - before['submits']!).toBe(1);
      expect(after['dispatches']! - before['dispatches']!).toBeLessThanOrEqual(60);
      expect(after['pipelines']).toBe(before['pipelines']);
      before = after;
    }
  });

  test('goes on from its last checkpoint on a new device when the old one is lost', async () => {
    const uninterrupted = await losses(new Training(cpu()), 8);
    const { gpu: own, opened } = watched();
    const first = new Training(await webgpu({ gpu: own }));
    await losses(first, 4);
    const checkpoint = await first.save();
    const interrupted = first.step();
    opened[0]!.destroy();
    await expect(interrupted).rejects.toThrow(DeviceLostError);
    const rest = await losses(new Training(await webgpu({ gpu: own }), checkpoint), 4);
    rest.forEach((loss, i) => {
      expect(loss).toBeCloseTo(uninterrupted[4 + i]!, 3);
    });
  });

  test('holds no more after 500 steps than after 100', { timeout: 120_000 }, async () => {
    const device = await webgpu({ gpu });
    const training = new Training(device);
    const early = await heldAfter(training, 100, device);
    const late = await heldAfter(training, 400, device);
    expect(late).toBeLessThanOrEqual(early + 64 * 1024);
  });

  test('holds no more on a budget that the batches alone exceed, which are spilled and come back', {
    timeout: 120_000,
  }, async () => {
    const memoryBudget = 1 << 20;
    const device = await webgpu({ gpu, memoryBudget });
    const batch = batches(device);
    // Computed on the device, so that dropping one takes reading it back.
    const kept: Tensor[] = [];
    for (let i = 0; i < 60; i++) kept.push(await settled(batch(i).x.mul(1)));
    const training = new Training(device, undefined, (step) => ({
      ...batch(step),
      x: kept[step % 60] as Tensor,
    }));
    const early = await heldAfter(training, 100, device);
    const late = await heldAfter(training, 400, device);
    expect(late).toBeLessThanOrEqual(Math.min(memoryBudget, early + 256 * 1024));
    expect(device.stats().spills).toBeGreaterThan(50);
    expect(device.stats().peakBytes).toBeLessThanOrEqual(memoryBudget);
    const reference = await losses(new Training(cpu()), 40);
    const again = await losses(
      new Training(device, undefined, (step) => ({ ...batch(step), x: kept[step % 60] as Tensor })),
      40,
    );
    again.forEach((loss, i) => {
      expect(loss).toBeCloseTo(reference[i]!, 3);
    });
  });
});

/** The bytes on a device after so many steps, and a turn of the event loop in which what was collected is freed. */
async function heldAfter(training: Training, steps: number, device: Device): Promise<number> {
  await losses(training, steps);
  globalThis.gc?.();
  await new Promise((done) => setTimeout(done, 0));
  return device.stats().bytes;
}

/** The tensor, once it has been computed. */
async function settled(x: Tensor): Promise<Tensor> {
  await x.narrow(0, 0, 1).data();
  return x;
}
