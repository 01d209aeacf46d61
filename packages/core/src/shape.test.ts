import { describe, expect, test } from 'vitest';
import { ShapeError } from './errors.ts';
import {
  broadcastShapes,
  broadcastStrides,
  contiguousStrides,
  isContiguous,
  normalizeAxes,
  normalizeAxis,
  resolveShape,
  sizeOf,
} from './shape.ts';

describe('broadcasting', () => {
  test.each([
    [
      [3, 1],
      [1, 4],
      [3, 4],
    ],
    [[], [2, 3], [2, 3]],
    [
      [5, 1, 2],
      [4, 1],
      [5, 4, 2],
    ],
    [
      [0, 3],
      [1, 3],
      [0, 3],
    ],
    [[1], [0], [0]],
  ])('%j and %j give %j', (a, b, expected) => {
    expect(broadcastShapes('add', a, b)).toEqual(expected);
    expect(broadcastShapes('add', b, a)).toEqual(expected);
  });

  test('sizes that differ are refused with both shapes and the dimension', () => {
    expect(() => broadcastShapes('add', [2, 3], [4, 3])).toThrow(ShapeError);
    expect(() => broadcastShapes('add', [2, 3], [4, 3])).toThrow(
      'add(): shapes do not broadcast: got [2, 3] and [4, 3], expected equal sizes or 1 in dimension 0 (2 ≠ 4). Align the sizes from the last dimension.',
    );
  });

  test('repeated axes have stride 0', () => {
    expect(broadcastStrides([3, 1], [1, 1], [2, 3, 4])).toEqual([0, 1, 0]);
  });
});

describe('layout', () => {
  test('row-major strides', () => {
    expect(contiguousStrides([2, 3, 4])).toEqual([12, 4, 1]);
    expect(contiguousStrides([])).toEqual([]);
  });

  test('strides of size-1 axes do not matter, nor any of an empty tensor', () => {
    expect(isContiguous([2, 1, 3], [3, 99, 1])).toBe(true);
    expect(isContiguous([2, 3], [1, 2])).toBe(false);
    expect(isContiguous([0, 3], [7, 7])).toBe(true);
  });

  test('a 0-d tensor has one element', () => {
    expect(sizeOf([])).toBe(1);
  });
});

describe('axes', () => {
  test('negative ones count from the end; 0-d tensors take 0 and −1', () => {
    expect(normalizeAxis('sum', -1, 3)).toBe(2);
    expect(normalizeAxis('sum', 0, 0)).toBe(0);
  });

  test.each([3, -4, 0.5])('%d is out of range for three dimensions', (axis) => {
    expect(() => normalizeAxis('sum', axis, 3)).toThrow(
      `sum(): dimension out of range: got ${axis}, expected an integer from -3 to 2 for 3 dimensions.`,
    );
  });

  test('none means all, twice the same is refused', () => {
    expect(normalizeAxes('sum', undefined, 2)).toEqual([0, 1]);
    expect(normalizeAxes('sum', [1, 0], 2)).toEqual([0, 1]);
    expect(() => normalizeAxes('sum', [0, -2], 2)).toThrow('a dimension is named twice: got [0, -2]');
  });
});

describe('resolveShape', () => {
  test('fills in −1', () => {
    expect(resolveShape('reshape', 12, [3, -1])).toEqual([3, 4]);
    expect(resolveShape('reshape', 0, [0, 5])).toEqual([0, 5]);
  });

  test.each([[[5, -1]], [[-1, -1]], [[2, 5]], [[0, -1]]])('%j does not fit 12 elements', (target) => {
    expect(() => resolveShape('reshape', 12, target)).toThrow(
      /reshape\(\): sizes do not fit: got 12 elements for shape/,
    );
  });
});
