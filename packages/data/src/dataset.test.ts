import { cpu } from '@flambeau/backend-cpu';
import type { Tensor } from '@flambeau/core';
import {
  ArgumentError,
  arange,
  manualSeed,
  ShapeError,
  setDefaultDevice,
  tensor,
  zeros,
} from '@flambeau/core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { ArrayDataset, RandomSampler, randomSplit, Subset, TensorDataset } from './index.ts';

setDefaultDevice(cpu());

describe('TensorDataset', () => {
  test('gives a row of each tensor', async () => {
    const dataset = new TensorDataset(arange(6).reshape([3, 2]), tensor([7, 8, 9]));
    expectTypeOf(dataset.get(0)).toEqualTypeOf<[Tensor, Tensor]>();
    const [x, y] = dataset.get(2);
    expect(await x.toArray()).toEqual([4, 5]);
    expect(await y.item()).toBe(9);
    expect(dataset.length).toBe(3);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'different lengths',
      () => new TensorDataset(zeros([3]), zeros([4, 3])),
      /got first dimensions 3, 4, expected equal ones/,
    ],
    ['a single value', () => new TensorDataset(zeros([])), /got first dimensions none/],
  ])('refuses %s', (_what, make, message) => {
    expect(make).toThrow(ShapeError);
    expect(make).toThrow(message);
  });

  test.each([-1, 3, 0.5, Number.NaN])('refuses position %d', (index) => {
    const dataset = new TensorDataset(zeros([3]));
    expect(() => dataset.get(index)).toThrow(ArgumentError);
    expect(() => dataset.batch([0, index])).toThrow(/expected an integer with 0 ≤ index < 3/);
  });

  test('refuses what is no tensor', () => {
    expect(() => new TensorDataset()).toThrow(/no tensors/);
    expect(() => new TensorDataset([1] as unknown as Tensor)).toThrow(/argument 0 is not a tensor/);
  });
});

test('an array is a dataset', () => {
  const dataset = new ArrayDataset(['a', 'b']);
  expect([dataset.length, dataset.get(1)]).toEqual([2, 'b']);
  expect(() => dataset.get(2)).toThrow(/got 2/);
});

test('a subset has an order of its own and checks its positions', () => {
  const subset = new Subset(new ArrayDataset(['a', 'b', 'c']), [2, 0, 2]);
  expect([0, 1, 2].map((i) => subset.get(i))).toEqual(['c', 'a', 'c']);
  expect(() => subset.get(3)).toThrow(/expected an integer with 0 ≤ index < 3/);
  expect(() => new Subset(new ArrayDataset(['a']), [1])).toThrow(/Subset\(\): index out of range: got 1/);
});

describe('randomSplit', () => {
  test('parts have no sample in common and none is lost', () => {
    manualSeed(3);
    const parts = randomSplit(new ArrayDataset([...'abcdefg']), [3, 4]);
    expectTypeOf(parts).toEqualTypeOf<[Subset<string>, Subset<string>]>();
    expect(parts.map(({ length }) => length)).toEqual([3, 4]);
    expect(parts.flatMap(({ indices }) => [...indices]).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test.each([[[3, 3]], [[0.5, 0.4]], [[8, -1]], [[3.5, 3.5]]])('refuses %j of 7', (lengths) => {
    expect(() => randomSplit(new ArrayDataset([...'abcdefg']), lengths)).toThrow(
      /do not add up.*add up to 7/,
    );
  });
});

test('a random sampler refuses a count that is none', () => {
  expect(() => new RandomSampler({ length: 3 }, { numSamples: 0 })).toThrow(/invalid numSamples: got 0/);
});
