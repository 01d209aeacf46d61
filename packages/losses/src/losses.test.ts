import { grad } from '@flambeau/autograd';
import { gradcheck } from '@flambeau/autograd/gradcheck';
import { cpu } from '@flambeau/backend-cpu';
import {
  ArgumentError,
  addLayer,
  DTypeError,
  manualSeed,
  ones,
  rand,
  ShapeError,
  setDefaultDevice,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  BCELoss,
  BCEWithLogitsLoss,
  bceLoss,
  bceWithLogitsLoss,
  CrossEntropyLoss,
  crossEntropy,
  L1Loss,
  l1Loss,
  MSELoss,
  mseLoss,
  NLLLoss,
  NLLLoss2d,
  nllLoss,
  SmoothL1Loss,
  smoothL1Loss,
} from './index.ts';

setDefaultDevice(cpu()); // the tables below hold tensors
beforeEach(() => void manualSeed(3));

const labels = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });

describe('gradients agree with finite differences', () => {
  /** Float64 leaves in [low, high). */
  const leaf = (shape: readonly number[], low = 0, high = 1): Tensor =>
    rand(shape, { dtype: 'float64' })
      .mul(high - low)
      .add(low)
      .requiresGrad_();
  const wide = (shape: readonly number[]): Tensor => leaf(shape, -2, 2);
  const inside = (shape: readonly number[]): Tensor => leaf(shape, 0.05, 0.95);
  const rows = labels(2, -100, 1);

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
      (x, w) => crossEntropy(x as Tensor, rows, { weight: w as Tensor, labelSmoothing: 0.2 }),
      () => [wide([3, 3]), leaf([3])],
    ],
    [
      'crossEntropy of probabilities',
      (x, t, w) => crossEntropy(x as Tensor, t as Tensor, { weight: w as Tensor }),
      () => [wide([2, 3]), leaf([2, 3]), leaf([3])],
    ],
    [
      'nllLoss',
      (x, w) => nllLoss(x as Tensor, rows, { weight: w as Tensor }),
      () => [wide([3, 3]), leaf([3])],
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
});

describe('objects', () => {
  test('print their names, as PyTorch', () => {
    const all = [
      new MSELoss(),
      new L1Loss(),
      new SmoothL1Loss(),
      new BCELoss(),
      new BCEWithLogitsLoss(),
      new NLLLoss(),
      new CrossEntropyLoss(),
    ];
    expect(all.map(String)).toEqual([
      'MSELoss()',
      'L1Loss()',
      'SmoothL1Loss()',
      'BCELoss()',
      'BCEWithLogitsLoss()',
      'NLLLoss()',
      'CrossEntropyLoss()',
    ]);
    expect(NLLLoss2d).toBe(NLLLoss);
    expect(all.every(({ reduction }) => reduction === 'mean')).toBe(true);
  });

  test('move and convert their weights', () => {
    const device = countingDevice(cpu().backend);
    const criterion = new CrossEntropyLoss({ weight: ones([2]) });
    expect(criterion.to('float64').to(device)).toBe(criterion);
    expect([criterion.weight?.dtype, criterion.weight?.device]).toEqual(['float64', device]);
    const y = criterion.forward(
      zeros([1, 2], { dtype: 'float64', device }),
      tensor([1], { dtype: 'int32', device }),
    );
    expect(y.itemSync()).toBeCloseTo(Math.log(2), 12);
  });
});

describe('what does not fit is refused', () => {
  const x = zeros([4, 3]);

  test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
    [
      'reductions',
      () => mseLoss(x, x, { reduction: 'avg' as never }),
      ArgumentError,
      "mseLoss(): unknown reduction: got 'avg', expected 'mean', 'sum' or 'none'.",
    ],
    [
      'reductions of objects',
      () => new MSELoss({ reduction: 'avg' as never }),
      ArgumentError,
      "MSELoss(): unknown reduction: got 'avg'",
    ],
    [
      'columns beside rows',
      () => mseLoss(zeros([4]), zeros([4, 1])),
      ShapeError,
      'mseLoss(): shapes differ: got input [4] and target [4, 1], expected equal shapes.',
    ],
    ['sizes', () => l1Loss(x, zeros([4, 2])), ShapeError, 'l1Loss(): shapes do not broadcast'],
    [
      'integers',
      () => smoothL1Loss(labels(1), labels(2)),
      DTypeError,
      "smoothL1Loss(): the input is not float: got int32, expected a float dtype. Cast with input.to('float32').",
    ],
    [
      'integer targets',
      () => mseLoss(ones([1]), labels(2)),
      DTypeError,
      'mseLoss(): the target is not float: got int32',
    ],
    [
      'beta',
      () => smoothL1Loss(x, x, { beta: -1 }),
      ArgumentError,
      'smoothL1Loss(): beta is negative: got -1',
    ],
    [
      'shapes of probabilities',
      () => bceLoss(x, zeros([4])),
      ShapeError,
      'bceLoss(): shapes differ: got input [4, 3] and target [4]',
    ],
    [
      'weights of elements',
      () => bceWithLogitsLoss(x, x, { weight: ones([2, 4, 3]) }),
      ShapeError,
      'bceWithLogitsLoss(): the weight does not fit: got [2, 4, 3], expected a shape that broadcasts to [4, 3].',
    ],
    [
      'weights of positives',
      () => bceWithLogitsLoss(x, x, { posWeight: ones([2]) }),
      ShapeError,
      'bceWithLogitsLoss(): shapes do not broadcast',
    ],
    [
      'scalars',
      () => crossEntropy(zeros([]), labels(0)),
      ShapeError,
      'crossEntropy(): too few dimensions: got input [], expected (C), (N, C) or (N, C, …).',
    ],
    [
      'numbers of labels',
      () => crossEntropy(x, labels(0, 1)),
      ShapeError,
      'crossEntropy(): labels do not fit: got input [4, 3] and target [2], expected (N, C, …) and (N, …).',
    ],
    [
      'float labels',
      () => nllLoss(x, zeros([4])),
      DTypeError,
      "nllLoss(): labels are not integers: got float32, expected int32. Pass { dtype: 'int32' } or cast with target.to('int32').",
    ],
    [
      'weights of classes',
      () => nllLoss(x, labels(0, 1, 2, 0), { weight: ones([4]) }),
      ShapeError,
      'nllLoss(): the weight does not fit: got [4], expected [3], one factor per class.',
    ],
    [
      'dtypes of weights',
      () => nllLoss(x, labels(0, 1, 2, 0), { weight: ones([3], { dtype: 'float64' }) }),
      DTypeError,
      'nllLoss(): dtypes differ: got weight float64 and input float32',
    ],
    [
      'smoothing',
      () => crossEntropy(x, labels(0, 1, 2, 0), { labelSmoothing: 1.5 }),
      ArgumentError,
      'crossEntropy(): invalid labelSmoothing: got 1.5, expected a number in [0, 1].',
    ],
    [
      'integer probabilities',
      () => crossEntropy(x, zeros([4, 3], { dtype: 'int32' })),
      DTypeError,
      'crossEntropy(): class probabilities are not float: got int32 with the shape of the input',
    ],
    [
      'ignored probabilities',
      () => crossEntropy(x, x, { ignoreIndex: 1 }),
      ArgumentError,
      'crossEntropy(): ignoreIndex needs labels: got 1 with class probabilities',
    ],
    [
      'integer logits',
      () => crossEntropy(x.to('int32'), labels(0, 1, 2, 0)),
      DTypeError,
      'crossEntropy(): the input is not float: got int32',
    ],
  ])('%s', (_name, use, type, message) => {
    expect(use).toThrow(message);
    expect(use).toThrow(type);
  });

  test.each([
    [
      3,
      'crossEntropy(): class label out of range: got 3 at position 2, expected 0 ≤ label < 3 (or ignoreIndex -100). Do the labels start at 0?',
    ],
    [-1, 'crossEntropy(): class label out of range: got -1 at position 2'],
  ])('label %d of 3 classes', (label, message) => {
    expect(() => crossEntropy(x, labels(0, 1, label, 2))).toThrow(message);
    expect(() => crossEntropy(x, labels(0, 1, label, 2))).toThrow(ValueError);
    expect(() => nllLoss(x, labels(0, 1, label, 2))).toThrow(message.replace('crossEntropy', 'nllLoss'));
  });

  test.each([
    [1.5, 'about 1.5'],
    [-0.25, 'about -0.25'],
    [1.2, 'about 1.2'],
    [1 + 2 ** -23, 'about 1.000001'],
    [-1e-30, 'about -0.000001'],
    [1e9, 'more than 2047'],
    [Number.NEGATIVE_INFINITY, 'less than -2047'],
    [Number.NaN, 'NaN'],
  ])('probability %d', (p, text) => {
    const use = (): Tensor => bceLoss(tensor([0, 1, p]), tensor([0, 1, 1]));
    expect(use).toThrow(
      `bceLoss(): not a probability: got ${text} at position 2, expected 0 ≤ input ≤ 1. Apply sigmoid first, or pass logits to bceWithLogitsLoss.`,
    );
    expect(use).toThrow(ValueError);
  });

  test('on a device with asynchronous reads, invalid values are told at the next await', async () => {
    const device = countingDevice(cpu().backend, { syncRead: false });
    const probability = bceLoss(tensor([2, 0.5], { device }), ones([2], { device }));
    await expect(probability.item()).rejects.toThrow(
      'bceLoss(): not a probability: got about 2 at position 0',
    );
    const label = crossEntropy(zeros([1, 2], { device }), tensor([7], { dtype: 'int32', device }));
    await expect(label.item()).rejects.toThrow(
      'crossEntropy(): class label out of range: got 7 at position 0, expected 0 ≤ label < 2',
    );
  });
});

describe('costs', () => {
  test('a squared error is one map and one sum forward, and one map backward', () => {
    const [x, y] = [rand([50], { requiresGrad: true }), rand([50])];
    const calls: string[] = [];
    const remove = addLayer((call, next) => {
      calls.push(call.op.name);
      return next(call);
    });
    mseLoss(x, y).backward();
    remove();
    // div divides the one sum by the count; fill makes the 1 that backward starts with.
    expect(calls).toEqual(['mseLoss', 'mseLoss', 'sum', 'div', 'fill', 'mseLossSlope']);
  });

  test.each([false, true])('what a loss makes on its way is released at once, deferring %s', (defer) => {
    const device = countingDevice(cpu().backend, { defer });
    const on = (x: Tensor): Tensor => x.to(device);
    const [x, p, t, c] = [on(rand([3, 4])), on(rand([3, 4])), on(labels(0, 3, -100)), on(ones([4]).mul(2))];
    const runs: (() => Tensor)[] = [
      () => mseLoss(x, p),
      () => smoothL1Loss(x, p),
      () => bceLoss(x, p, { weight: c }),
      () => bceWithLogitsLoss(x, p, { posWeight: c }),
      () => crossEntropy(x, t, { weight: c, labelSmoothing: 0.1 }),
      () => crossEntropy(x, p),
      () => nllLoss(x, t),
    ];
    for (const run of runs) run().dataSync(); // everything is on the device from here on
    for (const run of runs) {
      const before = device.counts.blocks;
      const y = run();
      y.dataSync();
      y.dispose();
      expect(device.counts.blocks, String(run)).toBe(before);
    }
  });
});
