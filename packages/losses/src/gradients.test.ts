// By finite differences in float64.
import { grad } from '@flambeau/autograd';
import { gradcheck } from '@flambeau/autograd/gradcheck';
import { cpu } from '@flambeau/backend-cpu';
import {
  type Device,
  logSoftmax,
  manualSeed,
  ones,
  rand,
  setDefaultDevice,
  type Tensor,
  tensor,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  bceLoss,
  bceWithLogitsLoss,
  cosineEmbeddingLoss,
  crossEntropy,
  ctcLoss,
  gaussianNllLoss,
  hingeEmbeddingLoss,
  huberLoss,
  klDiv,
  l1Loss,
  marginRankingLoss,
  mseLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  nllLoss,
  poissonNllLoss,
  smoothL1Loss,
  softMarginLoss,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from './index.ts';

const devices: readonly (readonly [string, Device])[] = [
  ['cpu', cpu()],
  ['a device with deferred maps and asynchronous reads', asynchronous()],
];

/** Memory is given back at awaits alone, and differences make many tensors between two. */
function asynchronous(): Device {
  return countingDevice(cpu().backend, { defer: true, syncRead: false, budget: 1 << 24 });
}

beforeEach(() => {
  setDefaultDevice(cpu());
  manualSeed(3);
});

const labels = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });

describe.each(devices)('gradients agree with finite differences on %s', (_about, device) => {
  beforeEach(() => setDefaultDevice(device));

  /** Float64 leaves in [low, high). */
  const leaf = (shape: readonly number[], low = 0, high = 1): Tensor =>
    rand(shape, { dtype: 'float64' })
      .mul(high - low)
      .add(low)
      .requiresGrad_();
  const wide = (shape: readonly number[]): Tensor => leaf(shape, -2, 2);
  const inside = (shape: readonly number[]): Tensor => leaf(shape, 0.05, 0.95);
  const rows = (): Tensor => labels(2, -100, 1);
  const signs = (): Tensor => tensor([1, -1, -1, 1], { dtype: 'float64' });

  const cases: [string, (...xs: Tensor[]) => Tensor, () => Tensor[]][] = [
    ['mseLoss', (a, b) => mseLoss(a as Tensor, b as Tensor), () => [wide([2, 3]), wide([2, 3])]],
    [
      'mseLoss with a broadcast target',
      (a, b) => mseLoss(a as Tensor, b as Tensor),
      () => [wide([2, 3]), wide([3])],
    ],
    ['l1Loss', (a, b) => l1Loss(a as Tensor, b as Tensor), () => [wide([2, 3]), wide([2, 3])]],
    [
      'smoothL1Loss',
      (a, b) => smoothL1Loss(a as Tensor, b as Tensor, { beta: 0.7 }),
      () => [wide([2, 3]), wide([2, 3])],
    ],
    [
      'bceLoss',
      (x, t, w) => bceLoss(x as Tensor, t as Tensor, { weight: w as Tensor }),
      () => [inside([2, 3]), leaf([2, 3]), leaf([3])],
    ],
    [
      'bceWithLogitsLoss',
      (x, t, weight, posWeight) =>
        bceWithLogitsLoss(x as Tensor, t as Tensor, {
          weight: weight as Tensor,
          posWeight: posWeight as Tensor,
        }),
      () => [wide([2, 3]), leaf([2, 3]), leaf([2, 1]), leaf([3], 1, 3)],
    ],
    [
      'crossEntropy',
      (x, w) => crossEntropy(x as Tensor, rows(), { weight: w as Tensor, labelSmoothing: 0.2 }),
      () => [wide([3, 3]), leaf([3])],
    ],
    [
      'crossEntropy of probabilities',
      (x, t, w) => crossEntropy(x as Tensor, t as Tensor, { weight: w as Tensor }),
      () => [wide([2, 3]), leaf([2, 3]), leaf([3])],
    ],
    [
      'nllLoss',
      (x, w) => nllLoss(x as Tensor, rows(), { weight: w as Tensor }),
      () => [wide([3, 3]), leaf([3])],
    ],
    [
      'huberLoss',
      (a, b) => huberLoss(a as Tensor, b as Tensor, { delta: 0.7 }),
      () => [wide([2, 3]), wide([2, 3])],
    ],
    ['klDiv', (a, b) => klDiv(a as Tensor, b as Tensor), () => [wide([2, 3]), inside([2, 3])]],
    [
      'klDiv of logarithms',
      (a, b) => klDiv(a as Tensor, b as Tensor, { logTarget: true, reduction: 'batchmean' }),
      () => [wide([2, 3]), wide([2, 3])],
    ],
    [
      'poissonNllLoss',
      (a, b) => poissonNllLoss(a as Tensor, b as Tensor, { full: true }),
      () => [wide([2, 3]), leaf([2, 3], 1.5, 4)],
    ],
    [
      'gaussianNllLoss',
      (a, b, v) => gaussianNllLoss(a as Tensor, b as Tensor, v as Tensor),
      () => [wide([2, 3]), wide([2, 3]), inside([2, 1])],
    ],
    // Squared, because what is made of straight lines has no second derivative.
    ['hingeEmbeddingLoss', (a) => hingeEmbeddingLoss((a as Tensor).square(), signs()), () => [wide([4])]],
    [
      'marginRankingLoss',
      (a, b) => marginRankingLoss((a as Tensor).square(), b as Tensor, signs(), { margin: 0.3 }),
      () => [wide([4]), wide([4])],
    ],
    ['softMarginLoss', (a) => softMarginLoss(a as Tensor, signs()), () => [wide([4])]],
    [
      'multiMarginLoss',
      (x, w) => multiMarginLoss(x as Tensor, labels(2, 0), { p: 2, weight: w as Tensor }),
      () => [wide([2, 3]), leaf([3])],
    ],
    [
      'multilabelMarginLoss',
      (x) => multilabelMarginLoss(x as Tensor, labels(2, 0, -1, 1).reshape([1, 4])),
      () => [wide([1, 4])],
    ],
    [
      'multilabelSoftMarginLoss',
      (x, t, w) => multilabelSoftMarginLoss(x as Tensor, t as Tensor, { weight: w as Tensor }),
      () => [wide([2, 3]), leaf([2, 3]), leaf([3])],
    ],
    [
      'cosineEmbeddingLoss',
      (a, b) => cosineEmbeddingLoss(a as Tensor, b as Tensor, signs()),
      () => [wide([4, 3]), wide([4, 3])],
    ],
    [
      'tripletMarginLoss',
      (a, p, n) => tripletMarginLoss(a as Tensor, p as Tensor, n as Tensor, { p: 3, swap: true, margin: 2 }),
      () => [wide([2, 3]), wide([2, 3]), wide([2, 3])],
    ],
    [
      'tripletMarginWithDistanceLoss',
      (a, p, n) =>
        tripletMarginWithDistanceLoss(a as Tensor, p as Tensor, n as Tensor, {
          distanceFunction: (x, y) => x.sub(y).square().sum(1),
          margin: 2,
        }),
      () => [wide([2, 3]), wide([2, 3]), wide([2, 3])],
    ],
  ];

  test.each(cases)('%s, in all operands', async (_name, fn, make) => {
    await expect(gradcheck(fn, make())).resolves.toBe(true);
  });

  test.each(cases)('%s, of second order', async (_name, fn, make) => {
    const slope = (...xs: Tensor[]): Tensor => {
      const [first] = grad(fn(...xs).mul(1.5), xs, { createGraph: true });
      return (first as Tensor).mul(ones((first as Tensor).shape, { dtype: 'float64' }));
    };
    await expect(gradcheck(slope, make())).resolves.toBe(true);
  });

  test('ctcLoss of logSoftmax: its gradient holds that of the softmax', async () => {
    const run = (x: Tensor): Tensor =>
      ctcLoss(logSoftmax(x, 2), labels(1, 1, 2, 2, 0, 0).reshape([2, 3]), [6, 4], [3, 1]);
    await expect(gradcheck(run as never, [wide([6, 2, 3])])).resolves.toBe(true);
  });
});

describe('what differences do not show', () => {
  test('ctcLoss has no second derivative, and says so', () => {
    const x = zeros([3, 1, 2], { requiresGrad: true });
    const [slope] = grad(ctcLoss(x, labels(1), [3], [1]), [x], { createGraph: true });
    expect(() => grad((slope as Tensor).sum(), [x])).toThrow('ctcLoss(): no second derivative');
  });

  test('a probability of 0 or 1 has a target of gradient ±100, the bound of its logarithm', () => {
    const [x, t] = [tensor([0, 1]), tensor([1, 0], { requiresGrad: true })];
    const [slope] = grad(bceLoss(x, t, { reduction: 'sum' }), [t]);
    expect([...(slope as Tensor).dataSync()]).toEqual([100, -100]);
  });

  test('a soft margin bends by ¼ at 0', () => {
    const x = tensor([0], { dtype: 'float64', requiresGrad: true });
    const [slope] = grad(softMarginLoss(x, ones([1], { dtype: 'float64' })), [x], { createGraph: true });
    const [curvature] = grad(slope as Tensor, [x]);
    expect([slope?.itemSync(), curvature?.itemSync()]).toEqual([-0.5, 0.25]);
  });
});
