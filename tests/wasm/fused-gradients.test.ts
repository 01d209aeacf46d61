import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { wasm } from '@flambeau/backend-wasm';
import {
  avgPool2d,
  batchNorm,
  type Device,
  groupNorm,
  layerNorm,
  logSoftmax,
  manualSeed,
  maxPool2d,
  mul,
  randn,
  softmax,
  softmaxNll,
  sum,
  type Tensor,
  tensor,
} from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';

const devices = new Map<string, Device>();

beforeAll(async () => {
  devices.set('one thread', await wasm({ threads: 1 }));
  devices.set('two threads', await wasm({ threads: 2 }));
});

/** The largest distance between two tensors, in parts of the largest value expected, at least 1. */
function distance(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const [y, z] = [found.dataSync(), expected.dataSync()];
  let [worst, scale] = [0, 1];
  for (let i = 0; i < z.length; i++) {
    worst = Math.max(worst, Math.abs((y[i] as number) - (z[i] as number)));
    scale = Math.max(scale, Math.abs(z[i] as number));
  }
  return worst / scale;
}

/** Compares a function and its gradients with those of cpu in float64. */
function expectSame(inputs: readonly Tensor[], fn: (...inputs: readonly Tensor[]) => Tensor): void {
  const leaves = inputs.map((x) => x.detach().clone().requiresGrad_());
  const exact = inputs.map((x) => x.detach().to(cpu()).to('float64').requiresGrad_());
  const [found, expected] = [fn(...leaves), fn(...exact)];
  expect(distance(found, expected)).toBeLessThan(2e-5);
  if (found.size === 0) return;
  const weights = randn(found.shape, { device: cpu() });
  sum(mul(found, weights.to(found.device))).backward();
  sum(mul(expected, weights.to('float64'))).backward();
  leaves.forEach((leaf, i) => {
    expect(distance(leaf.grad as Tensor, (exact[i] as Tensor).grad as Tensor)).toBeLessThan(2e-5);
  });
}

describe.each(['one thread', 'two threads'])('values and gradients on %s', (name) => {
  const drawn = (...shape: number[]): Tensor => randn(shape, { device: devices.get(name) as Device });

  test.each([
    [1, 1, 1],
    [5, 17, 1],
    [3, 4, 5],
    [2, 33, 40],
    [300, 300, 1],
    [1, 300, 300],
  ])('softmax and its logarithm, of %i × %i × %i along the second', (...shape) => {
    manualSeed(3);
    const x = drawn(...shape);
    expectSame([x], (v) => softmax(v as Tensor, 1));
    expectSame([x], (v) => logSoftmax(v as Tensor, 1));
  });

  test.each([
    [1, 1],
    [5, 10],
    [33, 17],
    [700, 301],
  ])('cross-entropy of %i rows of %i', (rows, classes) => {
    manualSeed(7);
    const labels = Int32Array.from({ length: rows }, (_, i) => (i % 5 === 4 ? -1 : (7 * i) % classes));
    expectSame([drawn(rows, classes).mul(5)], (v) => {
      const x = v as Tensor;
      return softmaxNll(x, tensor(labels, { device: x.device }), -1, 'test');
    });
  });

  test.each([
    [1, 1],
    [5, 3],
    [40, 17],
    [70, 64],
    [500, 768],
  ])('layerNorm of %i rows of %i', (rows, n) => {
    manualSeed(4);
    const x = drawn(rows, n).mul(2).add(1);
    expectSame([x], (v) => layerNorm(v as Tensor, n));
    expectSame([x, drawn(n), drawn(n)], (v, weight, bias) =>
      layerNorm(v as Tensor, n, { weight: weight as Tensor, bias: bias as Tensor }),
    );
  });

  test.each([
    [1, [2, 2, 1]],
    [2, [5, 6, 1]],
    [1, [3, 4, 3]],
    [3, [1, 6, 17]],
    [4, [3, 4, 5]],
    [8, [4, 64, 49]],
    [2, [70, 10, 64]],
  ] as const)('groupNorm of %i groups of %j', (groups, shape) => {
    manualSeed(8);
    const x = drawn(...shape)
      .mul(2)
      .add(1);
    const channels = shape[1];
    expectSame([x], (v) => groupNorm(v as Tensor, groups));
    expectSame([x, drawn(channels), drawn(channels)], (v, weight, bias) =>
      groupNorm(v as Tensor, groups, { weight: weight as Tensor, bias: bias as Tensor }),
    );
  });

  test.each([
    [2, 1, 1],
    [5, 3, 17],
    [40, 21, 1],
    [4, 64, 49],
    [20, 20, 1024],
    [4000, 100, 1],
  ])('batchNorm of %i × %i × %i', (images, channels, plane) => {
    manualSeed(5);
    const x = drawn(images, channels, plane).mul(2).add(1);
    expectSame([x, drawn(channels), drawn(channels)], (v, weight, bias) =>
      batchNorm(v as Tensor, null, null, { weight, bias, training: true }),
    );
  });

  test.each([
    [4, 4, 2, {}],
    [6, 26, 2, {}],
    [5, 19, 2, {}],
    [8, 8, 3, { stride: 2, padding: 1 }],
    [7, 30, 3, { stride: 1, padding: 1 }],
    [9, 17, [3, 2], { stride: [3, 2], padding: [0, 1], ceilMode: true }],
    [200, 260, 2, {}],
    [6, 6, 6, {}],
    [13, 23, [2, 5], { stride: [3, 7], padding: [1, 2] }],
    [9, 21, [3, 4], { stride: [1, 1] }],
    [10, 11, 3, { stride: 4, ceilMode: true }],
  ] as const)('pooling of %i × %i by windows of %j, %j', (height, width, size, options) => {
    manualSeed(6);
    const x = drawn(3, 4, height, width);
    expectSame([x], (v) => maxPool2d(v as Tensor, size, options));
    expectSame([x], (v) => avgPool2d(v as Tensor, size, options));
    expectSame([x], (v) => avgPool2d(v as Tensor, size, { ...options, countIncludePad: false }));
    expectSame([x], (v) => avgPool2d(v as Tensor, size, { ...options, divisorOverride: 3 }));
  });
});
