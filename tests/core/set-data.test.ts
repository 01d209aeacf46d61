import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import {
  batchNorm,
  classNll,
  isTensor,
  ones,
  reachableTensors,
  setData,
  setDefaultDevice,
  tensor,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => setDefaultDevice(cpu()));

describe('setData', () => {
  test('gives a leaf other values, dtype and device, and leaves its identity and its old views', () => {
    const device = countingDevice(cpu().backend);
    const x = tensor([1, 2], { requiresGrad: true });
    const view = x.detach();
    setData(x, tensor([3, 4], { dtype: 'float64', device }));
    expect([x.dtype, x.device, x.requiresGrad, x.isLeaf]).toEqual(['float64', device, true, true]);
    expect(x.dataSync()).toEqual(new Float64Array([3, 4]));
    expect(view.dataSync()).toEqual(new Float32Array([1, 2]));
  });

  test('uses up its source and frees the old memory', () => {
    const device = countingDevice(cpu().backend);
    const [x, y] = [ones([4], { device }).mul(1), ones([4], { device }).mul(2)];
    const before = device.counts.blocks;
    setData(x, y);
    expect(device.counts.blocks).toBe(before - 1);
    expect(y.released).toBe(true);
    x.dispose();
    expect(device.counts.blocks).toBe(before - 2);
  });

  test('with the tensor itself changes nothing', () => {
    const x = ones([2]);
    setData(x, x);
    expect(x.dataSync()).toEqual(new Float32Array([1, 1]));
  });

  test('refuses results and other shapes', () => {
    const x = ones([2], { requiresGrad: true });
    expect(() => setData(x.mul(2), ones([2]))).toThrow(
      'setData(): not a leaf: got a result of mul, expected leaves.',
    );
    expect(() => setData(x, ones([3]))).toThrow('setData(): shapes differ: got [3], expected [2].');
  });
});

test('tensors are found in lists longer than an argument list may be', () => {
  const x = ones([1]);
  const long = [...Array<unknown>(300_000).fill(0), x];
  expect([...reachableTensors([{ long, set: new Set(long), map: new Map([[1, long]]) }], isTensor)]).toEqual([
    x,
  ]);
});

test('batch normalisation takes its momentum as a tensor, too', () => {
  const x = tensor([
    [1, 2],
    [3, 6],
  ]);
  const run = (momentum: Parameters<typeof batchNorm>[3]): unknown[] => {
    const [mean, variance] = [zeros([2]), ones([2])];
    batchNorm(x, mean, variance, { training: true, ...momentum });
    return [mean.dataSync(), variance.dataSync()];
  };
  expect(run({ momentum: tensor([0.25]).reshape([]) })).toEqual(run({ momentum: 0.25 }));
});

test('the loss of an ignored label is 0, not −0', () => {
  const y = classNll(tensor([[1, 2]]), tensor([-100], { dtype: 'int32' }), -100, 'test');
  expect(Object.is(y.dataSync()[0], 0)).toBe(true);
});
