import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
import { webgpu } from '@flambeau/backend-webgpu';
import type { Device, Tensor } from '@flambeau/core';
import { fromTyped, manualSeed, setDefaultDevice } from '@flambeau/core';
import { crossEntropy } from '@flambeau/losses';
import { Conv2d, Flatten, Linear, MaxPool2d, type Module, ReLU, Sequential } from '@flambeau/nn';
import { Adam } from '@flambeau/optim';
import { describe, expect, test } from 'vitest';
import { gpu, hasAdapter } from './adapter.ts';

const BATCH = 8;

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

/** A loop of training on a device, step by step. */
function training(device: Device): () => Promise<number> {
  setDefaultDevice(device);
  manualSeed(7);
  const model = network();
  const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
  let step = 0;
  return async () => {
    step++;
    const pixels = Float32Array.from({ length: BATCH * 3 * 256 }, (_, i) => Math.sin(i * 0.37 + (step % 4)));
    const x = fromTyped(pixels, [BATCH, 3, 16, 16], { device });
    const labels = Int32Array.from({ length: BATCH }, (_, i) => (i + step) % 10);
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), fromTyped(labels, [BATCH], { device }));
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}

const numbers = (device: Device) => device.report() as Readonly<Record<string, number>>;

describe.runIf(hasAdapter)('training a convolutional network on WebGPU (not run without an adapter)', () => {
  test('gives the losses of the cpu, by one submit and at most 60 dispatches a step', async () => {
    const device = await webgpu({ gpu });
    const [own, reference] = [training(device), training(cpu())];
    let before = numbers(device);
    for (let step = 0; step < 12; step++) {
      expect(await own()).toBeCloseTo(await reference(), 3);
      const after = numbers(device);
      if (step > 1) {
        expect(after['submits']! - before['submits']!).toBe(1);
        expect(after['dispatches']! - before['dispatches']!).toBeLessThanOrEqual(60);
        expect(after['pipelines']).toBe(before['pipelines']);
      }
      before = after;
    }
  });
});
