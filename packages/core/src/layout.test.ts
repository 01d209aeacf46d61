import { describe, expect, test } from 'vitest';
import { mergeLayouts } from './layout.ts';

describe('mergeLayouts', () => {
  test('joins dimensions that follow each other in every layout', () => {
    expect(
      mergeLayouts({
        shape: [2, 3, 4],
        strides: [
          [12, 4, 1],
          [24, 8, 2],
        ],
      }),
    ).toEqual({ shape: [24], strides: [[1], [2]] });
  });

  test('keeps apart what one layout walks differently', () => {
    const transposed = {
      shape: [2, 3, 4],
      strides: [
        [12, 4, 1],
        [1, 8, 2],
      ],
    };
    expect(mergeLayouts(transposed)).toEqual({
      shape: [2, 12],
      strides: [
        [12, 1],
        [1, 2],
      ],
    });
  });

  test('joins repeated dimensions with repeated ones only', () => {
    expect(mergeLayouts({ shape: [2, 3, 4], strides: [[0, 0, 1]] })).toEqual({
      shape: [6, 4],
      strides: [[0, 1]],
    });
    expect(
      mergeLayouts({
        shape: [2, 3],
        strides: [
          [0, 0],
          [3, 1],
        ],
      }),
    ).toEqual({ shape: [6], strides: [[0], [1]] });
  });

  test('drops dimensions of size 1, whatever their strides', () => {
    expect(mergeLayouts({ shape: [1, 5, 1], strides: [[7, 1, 9]] })).toEqual({ shape: [5], strides: [[1]] });
  });

  test('follows negative strides', () => {
    expect(mergeLayouts({ shape: [2, 3], strides: [[-3, -1]] })).toEqual({ shape: [6], strides: [[-1]] });
  });

  test('leaves one dimension of a scalar', () => {
    expect(mergeLayouts({ shape: [], strides: [[], []] })).toEqual({ shape: [1], strides: [[0], [0]] });
    expect(mergeLayouts({ shape: [1, 1], strides: [[4, 4]] })).toEqual({ shape: [1], strides: [[0]] });
  });

  test('a size of 0 stays 0', () => {
    expect(mergeLayouts({ shape: [3, 0], strides: [[1, 1]] }).shape).toContain(0);
  });
});
