import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { ArgumentError, noGrad, ones, rand, ShapeError, setDefaultDevice, tensor } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import * as nn from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

describe('RMSNorm', () => {
  test('divides by the root of the mean square, and scales', () => {
    const layer = new nn.RMSNorm(3, { eps: 0.25 });
    noGrad(() => layer.weight?.copy_(tensor([1, 2, 3])));
    const y = layer.forward(tensor([[1, -2, 0.5]]));
    const root = Math.sqrt((1 + 4 + 0.25) / 3 + 0.25);
    [1, -4, 1.5].forEach((v, i) => {
      expect(y.dataSync()[i]).toBeCloseTo(v / root, 6);
    });
  });

  test('takes the machine epsilon of the dtype where none is given', () => {
    const tiny = 2 ** -11;
    const of = (dtype: 'float32' | 'float64'): number =>
      new nn.RMSNorm(1, { elementwiseAffine: false }).forward(tensor([tiny], { dtype })).itemSync();
    expect(of('float32')).toBeCloseTo(tiny / Math.sqrt(tiny ** 2 + 2 ** -23), 6);
    expect(of('float64')).toBeCloseTo(tiny / Math.sqrt(tiny ** 2 + 2 ** -52), 14);
  });

  test('is saved and printed as in PyTorch', () => {
    expect(Object.keys(new nn.RMSNorm([2, 3]).stateDict())).toEqual(['weight']);
    expect(String(new nn.RMSNorm([2, 3]))).toBe('RMSNorm((2, 3), eps=null, elementwiseAffine=true)');
    expect(String(new nn.RMSNorm(4, { eps: 1e-6 }))).toBe('RMSNorm((4,), eps=1e-6, elementwiseAffine=true)');
  });
});

describe('layers without some parameters', () => {
  test('LayerNorm can do without its shift', () => {
    const layer = new nn.LayerNorm(2, { bias: false });
    expect(Object.keys(layer.stateDict())).toEqual(['weight']);
    expect(layer.forward(tensor([[1, 3]])).dataSync()[1]).toBeCloseTo(1, 4);
    expect(new nn.LayerNorm(2, { elementwiseAffine: false }).parameters()).toEqual([]);
  });

  test('InstanceNorm has neither parameters nor running statistics unless asked', () => {
    expect(Object.keys(new nn.InstanceNorm2d(3).stateDict())).toEqual([]);
    expect(
      Object.keys(new nn.InstanceNorm2d(3, { affine: true, trackRunningStats: true }).stateDict()),
    ).toEqual(['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']);
  });
});

describe('parameters start again', () => {
  test.each([
    ['LayerNorm', () => new nn.LayerNorm(2)],
    ['GroupNorm', () => new nn.GroupNorm(1, 2)],
    ['RMSNorm', () => new nn.RMSNorm(2)],
  ] as const)('%s', (_name, make) => {
    const layer = make();
    const fresh = Object.values(layer.stateDict()).map((x) => x.dataSync());
    noGrad(() => {
      for (const p of layer.parameters()) p.fill_(7);
    });
    layer.resetParameters();
    expect(Object.values(layer.stateDict()).map((x) => x.dataSync())).toEqual(fresh);
  });
});

describe('what does not fit is refused', () => {
  test.each([
    [
      () => new nn.InstanceNorm1d(3).forward(rand([2, 4, 5])),
      'InstanceNorm1d(): the input does not fit: got [2, 4, 5]',
    ],
    [() => new nn.InstanceNorm2d(3).forward(rand([3, 5])), 'expected (N, C, H, W) or (C, H, W) with C = 3'],
    [() => new nn.InstanceNorm1d(3).forward(rand([2, 3, 1])), 'one value per channel of an instance'],
    [() => new nn.BatchNorm3d(3).forward(rand([2, 3, 5, 5])), 'expected (N, C, D, H, W) with C = 3'],
    [() => new nn.LayerNorm(3).forward(rand([2, 4])), 'the normalizedShape does not fit: got [3] for [2, 4]'],
    [() => new nn.GroupNorm(2, 4).forward(ones([2, 6])), 'the weight does not fit: got [4], expected [6]'],
    [() => new nn.LocalResponseNorm(2).forward(ones([2, 6])), 'wrong rank: got [2, 6], expected (N, C, …)'],
  ])('inputs, case %#', (use, message) => {
    expect(use).toThrow(ShapeError);
    expect(use).toThrow(message);
  });

  test.each([
    [
      () => new nn.GroupNorm(3, 4),
      'GroupNorm(): invalid numGroups: got 3, expected a divisor of the 4 channels.',
    ],
    [() => new nn.LocalResponseNorm(0), 'LocalResponseNorm(): invalid size: got 0'],
    [() => new nn.LayerNorm([2, 0]), 'LayerNorm(): invalid normalizedShape: got 0'],
    [() => new nn.InstanceNorm1d(-1), 'InstanceNorm1d(): invalid numFeatures: got -1'],
  ])('arguments, case %#', (make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });
});
