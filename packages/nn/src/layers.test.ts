import '@flambeau/autograd';
import { gradcheck } from '@flambeau/autograd/gradcheck';
import { cpu } from '@flambeau/backend-cpu';
import {
  ArgumentError,
  DTypeError,
  manualSeed,
  ones,
  rand,
  ShapeError,
  setDefaultDevice,
  type Tensor,
  tensor,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as nn from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));
beforeEach(() => void manualSeed(3));

describe('layers refuse what they cannot do', () => {
  test.each<[string, () => unknown, string]>([
    [
      'sizes',
      () => new nn.Linear(1.5, 1),
      'Linear(): invalid inFeatures: got 1.5, expected an integer of at least 0.',
    ],
    [
      'channels',
      () => new nn.Conv2d(0, 1, 3),
      'Conv2d(): invalid inChannels: got 0, expected an integer of at least 1.',
    ],
    [
      'kernels',
      () => new nn.Conv2d(1, 1, 0),
      'Conv2d(): invalid kernelSize: got 0, expected an integer of at least 1, or a pair of them.',
    ],
    ['triples', () => new nn.MaxPool2d([2, 2, 2] as never), 'MaxPool2d(): invalid kernelSize: got [2,2,2]'],
    [
      'groups',
      () => new nn.Conv2d(4, 6, 3, { groups: 4 }),
      'Conv2d(): channels are not divisible by groups: got 4 and 6 channels in 4 groups, expected multiples of 4.',
    ],
    [
      'strided same',
      () => new nn.Conv2d(1, 1, 3, { padding: 'same', stride: 2 }),
      "Conv2d(): 'same' needs steps of 1: got stride (2, 2), expected (1, 1).",
    ],
    [
      'unknown padding',
      () => new nn.Conv2d(1, 1, 3, { padding: 'full' as never }),
      "Conv2d(): invalid padding: got 'full'",
    ],
    [
      'padding modes',
      () => new nn.Conv2d(1, 1, 3, { paddingMode: 'mirror' as never }),
      "Conv2d(): invalid paddingMode: got 'mirror', expected 'zeros', 'reflect', 'replicate', 'circular'.",
    ],
    [
      'padding modes of transposes',
      () => new nn.ConvTranspose2d(1, 1, 3, { paddingMode: 'reflect' as never }),
      "ConvTranspose2d(): invalid paddingMode: got 'reflect', expected 'zeros'.",
    ],
    [
      'lists of another length',
      () => new nn.Conv3d(1, 1, [1, 2] as never),
      'Conv3d(): invalid kernelSize: got [1,2], expected an integer of at least 1, or a list of 3.',
    ],
    [
      'sizes that no stride gives',
      () => new nn.ConvTranspose1d(1, 1, 3, { stride: 2 }).forward(ones([1, 1, 4]), [11]),
      'ConvTranspose1d(): invalid outputSize: got [11], expected [9] or up to a step more.',
    ],
    [
      'fractions without a size',
      () => new nn.FractionalMaxPool2d(2, {}),
      'FractionalMaxPool2d(): no size, or two: got {}, expected either outputSize or outputRatio.',
    ],
    [
      'probabilities',
      () => new nn.Dropout(1.1),
      'Dropout(): not a probability: got 1.1, expected 0 ≤ p ≤ 1.',
    ],
    ['features', () => new nn.BatchNorm2d(-1), 'BatchNorm2d(): invalid numFeatures: got -1'],
  ])('%s', (_name, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(ArgumentError);
  });

  test.each<[string, () => unknown, string]>([
    [
      'ranks of planes',
      () => new nn.Conv2d(1, 1, 1).forward(ones([2, 2])),
      'conv2d(): wrong rank: got [2, 2], expected (N, C, H, W) or (C, H, W).',
    ],
    [
      'lengths than a mirror needs',
      () => new nn.Conv1d(1, 1, 3, { padding: 4, paddingMode: 'reflect' }).forward(ones([1, 1, 4])),
      "pad(): the padding is too wide: got 4 for size 4 of dimension 2, expected at most 3 for 'reflect'.",
    ],
    [
      'channels of planes',
      () => new nn.Conv2d(3, 1, 1).forward(ones([1, 2, 2, 2])),
      'conv2d(): channels do not fit: got input [1, 2, 2, 2]',
    ],
    [
      'ranks of batches',
      () => new nn.BatchNorm2d(3).forward(ones([2, 3])),
      'BatchNorm2d(): the input does not fit: got [2, 3], expected (N, C, H, W) with C = 3.',
    ],
    [
      'channels of batches',
      () => new nn.BatchNorm1d(3).forward(ones([2, 4])),
      'BatchNorm1d(): the input does not fit: got [2, 4], expected (N, C) or (N, C, L) with C = 3.',
    ],
    [
      'a batch of one value',
      () => new nn.BatchNorm1d(3).forward(ones([1, 3])),
      'batchNorm(): one value per channel when training',
    ],
    [
      'features of rows',
      () => new nn.Linear(3, 1).forward(ones([2, 4])),
      'linear(): the weight does not fit: got x [2, 4]',
    ],
  ])('inputs with other %s', (_name, use, message) => {
    expect(use).toThrow(message);
    expect(use).toThrow(ShapeError);
  });

  test('inputs of another dtype', () => {
    expect(() => new nn.Linear(2, 1).forward(ones([1, 2], { dtype: 'float64' }))).toThrow(DTypeError);
  });
});

describe('Dropout', () => {
  const share = (y: Tensor): number => y.eq(0).sum().itemSync() / y.size;

  test('zeroes a share of p and keeps the mean', () => {
    for (const p of [0.1, 0.5, 0.9]) {
      const y = new nn.Dropout(p).forward(ones([200, 500]));
      // Five standard deviations of 100 000 draws.
      expect(Math.abs(share(y) - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 1e5));
      const kept = y.dataSync().filter((v) => v !== 0);
      expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - p))]));
    }
  });

  test('drops the same elements after the same seed, and others at the next call', () => {
    const layer = new nn.Dropout();
    const draw = (): unknown => layer.forward(ones([64])).dataSync();
    const first = draw();
    expect(draw()).not.toEqual(first);
    manualSeed(3);
    expect(draw()).toEqual(first);
  });

  test('sends gradients through what it kept', () => {
    const x = rand([32], { requiresGrad: true });
    const y = new nn.Dropout(0.25).forward(x);
    y.sum().backward();
    const factor = y.detach().div(x.detach()).dataSync();
    x.grad?.dataSync().forEach((g, i) => {
      expect(g).toBeCloseTo(factor[i] as number, 5);
    });
  });

  test('keeps NaN, as PyTorch', () => {
    expect(new nn.Dropout(1).forward(tensor([Number.NaN, 1])).dataSync()).toEqual(
      new Float32Array([Number.NaN, 0]),
    );
  });

  test('does not advance the generator of weights', () => {
    manualSeed(1);
    const expected = new nn.Linear(3, 3).weight.dataSync();
    manualSeed(1);
    new nn.Dropout().forward(ones([10]));
    expect(new nn.Linear(3, 3).weight.dataSync()).toEqual(expected);
  });
});

describe('BatchNorm', () => {
  test('averages all batches without momentum, on a device that can only be read asynchronously', async () => {
    const device = countingDevice(cpu().backend, { syncRead: false });
    const norm = new nn.BatchNorm1d(1, { momentum: null, device });
    for (const values of [
      [0, 2],
      [4, 6],
      [10, 12],
    ])
      norm.forward(tensor(values, { device }).reshape([2, 1]));
    expect(await norm.runningMean?.item()).toBeCloseTo((1 + 5 + 11) / 3, 5);
    expect(await norm.runningVar?.item()).toBeCloseTo(2, 5);
    expect(await norm.numBatchesTracked?.item()).toBe(3);
  });

  test('forgets on request', () => {
    const norm = new nn.BatchNorm1d(2);
    const fresh = Object.values(norm.stateDict()).map((x) => x.dataSync());
    norm.forward(rand([4, 2]));
    norm.resetParameters();
    expect(Object.values(norm.stateDict()).map((x) => x.dataSync())).toEqual(fresh);
  });

  test('does not count batches in evaluation', () => {
    const norm = new nn.BatchNorm1d(2).eval();
    norm.forward(rand([4, 2]));
    expect(norm.numBatchesTracked?.itemSync()).toBe(0);
  });
});

describe('ReLU in place', () => {
  test('writes into its input and has the gradient of relu', () => {
    const x = tensor([-1, 0, 2], { requiresGrad: true });
    const y = x.mul(2);
    expect(new nn.ReLU({ inplace: true }).forward(y)).toBe(y);
    y.sum().backward();
    expect(y.dataSync()).toEqual(new Float32Array([0, 0, 4]));
    expect(x.grad?.dataSync()).toEqual(new Float32Array([0, 0, 2]));
  });

  test('refuses a leaf that requires a gradient', () => {
    expect(() => new nn.ReLU({ inplace: true }).forward(ones([1], { requiresGrad: true }))).toThrow(
      'a leaf that requires a gradient is written in place',
    );
  });
});

describe('gradients agree with finite differences', () => {
  const float64 = { dtype: 'float64' } as const;
  const leaf = (shape: readonly number[]): Tensor => rand(shape, { ...float64, requiresGrad: true });

  test.each<[string, () => nn.Module, readonly number[]]>([
    ['Linear', () => new nn.Linear(3, 2, float64), [2, 3]],
    [
      "Conv2d with 'same' padding of an even kernel",
      () => new nn.Conv2d(2, 2, [2, 4], { ...float64, padding: 'same' }),
      [1, 2, 3, 4],
    ],
    ['BatchNorm2d', () => new nn.BatchNorm2d(2, float64), [2, 2, 2, 2]],
    ['BatchNorm2d in evaluation', () => new nn.BatchNorm2d(2, float64).eval(), [2, 2, 2, 2]],
    [
      'a model',
      () =>
        new nn.Sequential(
          new nn.Conv2d(1, 2, 2, float64),
          new nn.Tanh(),
          new nn.MaxPool2d(2),
          new nn.Flatten(),
          new nn.Linear(2, 2, float64),
          new nn.LogSoftmax(1),
        ),
      [2, 1, 3, 3],
    ],
  ])('%s', async (_name, make, shape) => {
    const model = make();
    const parameters = model.parameters();
    // Every parameter is an input of the function: replaced by the copy that gradcheck moves.
    const fn = (x: Tensor, ...values: Tensor[]): Tensor => {
      const owners = model.modules() as unknown as Record<string, Tensor>[];
      const swapped: [Record<string, Tensor>, string, Tensor][] = [];
      for (const owner of owners) {
        for (const [field, value] of Object.entries(owner)) {
          const at = parameters.indexOf(value);
          if (at >= 0) swapped.push([owner, field, value]);
          if (at >= 0) owner[field] = values[at] as Tensor;
        }
      }
      const y = model.forward(x);
      for (const [owner, field, value] of swapped) owner[field] = value;
      return y;
    };
    await expect(gradcheck(fn, [leaf(shape), ...parameters])).resolves.toBe(true);
  });
});

describe('initialisers', () => {
  test('write without recording, on any device', () => {
    const device = countingDevice(cpu().backend);
    const x = zeros([4, 4], { device, requiresGrad: true });
    expect(nn.kaimingUniform_(x)).toBe(x);
    expect(x.isLeaf).toBe(true);
    manualSeed(3);
    expect(nn.kaimingUniform_(zeros([4, 4])).dataSync()).toEqual(x.dataSync());
  });

  test('refuse integers, vectors and unknown names', () => {
    expect(() => nn.normal_(zeros([2], { dtype: 'int32' }))).toThrow(
      'normal_(): not defined for integers: got int32',
    );
    expect(() => nn.xavierUniform_(zeros([2]))).toThrow(
      'calculateFanInAndFanOut(): too few dimensions: got [2], expected (out, in, …).',
    );
    expect(() => nn.calculateGain('swish' as never)).toThrow(
      "calculateGain(): unknown nonlinearity: got 'swish'",
    );
  });

  test('leave an empty weight alone', () => {
    expect(nn.kaimingNormal_(zeros([0, 3])).size).toBe(0);
    expect(new nn.Linear(0, 2).forward(zeros([1, 0])).dataSync()).toEqual(new Float32Array(2));
  });

  test('count fans', () => {
    expect(nn.calculateFanInAndFanOut(zeros([8, 4, 3, 5]))).toEqual([60, 120]);
  });
});

test('Softmax and LogSoftmax along a missing dimension name it', () => {
  expect(() => new nn.Softmax(2).forward(ones([2, 2]))).toThrow('softmax(): dimension out of range: got 2');
});
