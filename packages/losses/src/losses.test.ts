import { cpu } from '@flambeau/backend-cpu';
import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
import {
  addLayer,
  fromTyped,
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
import '@flambeau/autograd';
import {
  BCELoss,
  BCEWithLogitsLoss,
  bceLoss,
  bceWithLogitsLoss,
  CrossEntropyLoss,
  CTCLoss,
  cosineEmbeddingLoss,
  crossEntropy,
  ctcLoss,
  gaussianNllLoss,
  hingeEmbeddingLoss,
  huberLoss,
  KLDivLoss,
  klDiv,
  L1Loss,
  MSELoss,
  MultiLabelMarginLoss,
  MultiMarginLoss,
  marginRankingLoss,
  mseLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  NLLLoss,
  NLLLoss2d,
  nllLoss,
  poissonNllLoss,
  SmoothL1Loss,
  smoothL1Loss,
  softMarginLoss,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from './index.ts';

setDefaultDevice(cpu()); // the tables below hold tensors
beforeEach(() => void manualSeed(3));

const labels = (...values: number[]): Tensor => tensor(values, { dtype: 'int32' });

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
      new KLDivLoss(),
      new MultiMarginLoss(),
      new MultiLabelMarginLoss(),
      new CTCLoss(),
    ];
    expect(all.map(String)).toEqual([
      'MSELoss()',
      'L1Loss()',
      'SmoothL1Loss()',
      'BCELoss()',
      'BCEWithLogitsLoss()',
      'NLLLoss()',
      'CrossEntropyLoss()',
      'KLDivLoss()',
      'MultiMarginLoss()',
      'MultiLabelMarginLoss()',
      'CTCLoss()',
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

describe('targets of integers', () => {
  test.each([
    ['hingeEmbeddingLoss', hingeEmbeddingLoss, [1, -1]],
    ['softMarginLoss', softMarginLoss, [1, -1]],
    ['multilabelSoftMarginLoss', multilabelSoftMarginLoss, [1, 0]],
    ['poissonNllLoss', poissonNllLoss, [1, 3]],
  ] as const)('%s gives what it gives for floats', (_name, loss, target) => {
    const x = tensor([0.25, -0.5]);
    expect(loss(x, labels(...target)).itemSync()).toBe(loss(x, tensor([...target])).itemSync());
  });
});

test('one variance for all is a tensor of it', () => {
  const [x, y] = [rand([2, 3]), rand([2, 3])];
  for (const variance of [0.5, 0]) {
    const each = gaussianNllLoss(x, y, ones([2, 3]).mul(variance));
    expect(gaussianNllLoss(x, y, variance).itemSync()).toBeCloseTo(each.itemSync(), 4);
  }
});

test.each([
  ['cpu', cpu()],
  ['cpu without optional kernels', cpuPrimitives()],
])('an input without steps spells the empty target alone, on %s', (_name, device) => {
  // Only here: PyTorch 1.13 reads what is before the first step.
  const x = logSoftmax(zeros([1, 3, 2], { device }), 2).requiresGrad_();
  const targets = labels(1, 1, 1).to(device).reshape([3, 1]);
  const run = (zeroInfinity: boolean): Tensor =>
    ctcLoss(x, targets, [0, 0, 1], [0, 1, 1], { reduction: 'none', zeroInfinity });
  const spelled = expect.closeTo(Math.log(2), 6);
  expect([...run(false).dataSync()].map((value) => value + 0)).toEqual([0, Infinity, spelled]);
  const finite = run(true);
  expect([...finite.dataSync()].map((value) => value + 0)).toEqual([0, 0, spelled]);
  finite.sum().backward();
  const half = expect.closeTo(0.5, 6);
  const minusHalf = expect.closeTo(-0.5, 6);
  expect([...(x.grad?.dataSync() ?? [])]).toEqual([0, 0, 0, 0, half, minusHalf]);
});

test('alignments of long sequences are the same with and without the kernel', () => {
  const [steps, n, classes, count] = [150, 4, 11, 40];
  const logits = rand([steps, n, classes], { dtype: 'float64' }).mul(4);
  const targets = Int32Array.from({ length: n * count }, (_, i) => ((i * i) % 5) + 1);
  const [fused, lowered] = [cpu(), cpuPrimitives()].map((device) => {
    const x = logSoftmax(logits.to(device), 2).detach().requiresGrad_();
    const padded = fromTyped(targets, [n, count], { device });
    const y = ctcLoss(x, padded, [150, 120, 149, 90], [40, 40, 7, 31], { reduction: 'none' });
    y.sum().backward();
    return [...y.dataSync(), ...(x.grad?.dataSync() ?? [])];
  }) as [number[], number[]];
  expect(fused).toHaveLength(n + steps * n * classes);
  const apart = fused.map((value, i) => Math.abs(value - (lowered[i] as number)));
  expect(Math.max(...apart)).toBeLessThan(1e-9);
});

test('lengths in tensors are those of numbers, whether targets are padded or one after another', () => {
  const x = logSoftmax(rand([6, 2, 4]), 2);
  const expected = ctcLoss(x, labels(1, 3, 2, 0).reshape([2, 2]), [6, 5], [2, 1]).itemSync();
  expect(ctcLoss(x, labels(1, 3, 2, 0).reshape([2, 2]), labels(6, 5), labels(2, 1)).itemSync()).toBe(
    expected,
  );
  expect(ctcLoss(x, labels(1, 3, 2), labels(6, 5), labels(2, 1)).itemSync()).toBe(expected);
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
    const [rows, several] = [
      on(labels(0, 3, 1)),
      on(
        tensor(
          [
            [0, 3, -1, 1],
            [1, -1, 0, 0],
            [-1, 0, 0, 0],
          ],
          { dtype: 'int32' },
        ),
      ),
    ];
    const runs: (() => Tensor)[] = [
      () => mseLoss(x, p),
      () => smoothL1Loss(x, p),
      () => bceLoss(x, p, { weight: c }),
      () => bceWithLogitsLoss(x, p, { posWeight: c }),
      () => crossEntropy(x, t, { weight: c, labelSmoothing: 0.1 }),
      () => crossEntropy(x, p),
      () => nllLoss(x, t),
      () => klDiv(x, p),
      () => huberLoss(x, p),
      () => poissonNllLoss(x, p, { full: true }),
      () => hingeEmbeddingLoss(x, p),
      () => marginRankingLoss(x, p, p),
      () => tripletMarginWithDistanceLoss(x, p, x, { swap: true }),
      () => gaussianNllLoss(x, p, p),
      () => softMarginLoss(x, p),
      () => multiMarginLoss(x, rows, { p: 2, weight: c }),
      () => multilabelMarginLoss(x, several),
      () => multilabelSoftMarginLoss(x, p),
      () => cosineEmbeddingLoss(x, p, c.narrow(0, 0, 3)),
      () => tripletMarginLoss(x, p, x, { swap: true }),
      () => ctcLoss(x, several.select(0, 0), [3], [2]),
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
