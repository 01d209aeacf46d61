import { cpu } from '@flambeau/backend-cpu';
import {
  AsyncReadError,
  arange,
  atAsync,
  type Index,
  indexPut,
  nonzero,
  oneHot,
  setAtAsync,
  setDefaultDevice,
  type Tensor,
  tensor,
  zeros,
} from '@flambeau/core';
import { countingDevice } from '@flambeau/core/testing';
import { describe, expect, test } from 'vitest';

setDefaultDevice(cpu());

/** 0 … 23 as (2, 3, 4): element [i, j, k] is 12i + 4j + k. */
const cube = (): Tensor => arange(24).reshape([2, 3, 4]);
const list = (x: Tensor): number[] => [...x.dataSync()];
const ints = (values: readonly number[]): Tensor => tensor(values, { dtype: 'int32' });

describe('at', () => {
  test.each<[string, readonly Index[], readonly number[], readonly number[]]>([
    ['a position', [1], [3, 4], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]],
    ['a negative position', [-1, -1, -1], [], [23]],
    ['a whole dimension and a range', [':', [1, 3], 0], [2, 2], [4, 8, 16, 20]],
    ['an open range with a step', [0, 0, [null, null, 2]], [2], [0, 2]],
    ['a negative step', [0, 0, [null, null, -1]], [4], [3, 2, 1, 0]],
    ['a negative step with ends', [0, 0, [3, 0, -2]], [2], [3, 1]],
    ['a range over the end', [0, 0, [2, 99]], [2], [2, 3]],
    ['an empty range', [0, 0, [3, 1]], [0], []],
    ['an ellipsis', ['...', 0], [2, 3], [0, 4, 8, 12, 16, 20]],
    ['an ellipsis in the middle', [0, '...', [0, 2]], [3, 2], [0, 1, 4, 5, 8, 9]],
    ['a new axis', [0, null, 0], [1, 4], [0, 1, 2, 3]],
  ])('%s', (_title, indices, shape, values) => {
    const found = cube().at(...indices);
    expect(found.shape).toEqual(shape);
    expect(list(found)).toEqual(values);
  });

  test('positions in a tensor, negative ones too', () => {
    const found = cube().at(0, tensor([2, -3], { dtype: 'int32' }));
    expect(found.shape).toEqual([2, 4]);
    expect(list(found)).toEqual([8, 9, 10, 11, 0, 1, 2, 3]);
  });

  test('a mask', () => {
    const x = cube();
    expect(list(x.at(x.gt(20)))).toEqual([21, 22, 23]);
    expect(x.at(tensor([true, false])).shape).toEqual([1, 3, 4]);
  });

  test('several tensors walk together, in place when next to each other, else in front', () => {
    const together = cube().at(':', ints([0, 2]), ints([1, -1]));
    expect(together.shape).toEqual([2, 2]);
    expect(list(together)).toEqual([1, 11, 13, 23]);
    const apart = cube().at(ints([0, 1, 1]), [1, 3], ints([3, 0, 3]));
    expect(apart.shape).toEqual([3, 2]);
    expect(list(apart)).toEqual([7, 11, 16, 20, 19, 23]);
  });

  test('a mask beside other indices', () => {
    const rows = tensor([true, false, true]);
    expect(list(cube().at(0, rows, ints([3, 0])))).toEqual([3, 8]);
    expect(cube().at(':', rows, [0, 2]).shape).toEqual([2, 2, 2]);
  });

  test('a mask on a device that is read asynchronously: refused, and the asynchronous way works', async () => {
    const device = countingDevice(cpu().backend, { syncRead: false });
    const x = tensor([5, 6, 7], { device });
    const mask = x.gt(5);
    expect(() => x.at(mask)).toThrow(AsyncReadError);
    expect(() => x.at(mask)).toThrow(/await atAsync\(x, indices\)/);
    expect(await (await atAsync(x, [mask])).toArray()).toEqual([6, 7]);
    expect(() => x.setAt([mask], tensor([1, 2], { device }))).toThrow(/await setAtAsync/);
    await setAtAsync(x, [mask], tensor([1, 2], { device }));
    expect(await x.toArray()).toEqual([5, 1, 2]);
    expect(() => oneHot(tensor([2], { dtype: 'int32', device }))).toThrow(/await oneHotAsync\(x\)/);
    const found = await nonzero(x.gt(1), { asTuple: true });
    expect(await indexPut(x, found, tensor(9, { device })).toArray()).toEqual([9, 1, 9]);
  });

  test('views share memory with their base', () => {
    const x = cube();
    x.at(0, 1).fill_(-1);
    expect(list(x.at(0))).toEqual([0, 1, 2, 3, -1, -1, -1, -1, 8, 9, 10, 11]);
  });

  test.each<[readonly Index[], string]>([
    [[2], 'select(): index out of range: got 2, expected an integer from -2 to 1 for dimension 0.'],
    [[0, 0, 0, 0], 'at(): too many indices: got 4 for shape [2, 3, 4], expected at most 3.'],
    [[[0, 1, 0]], 'at(): invalid step: got 0, expected an integer other than 0.'],
    [['...', '...'], "at(): two ellipses: got more than one '...', expected at most one."],
  ])('%j is refused', (indices, message) => {
    expect(() => cube().at(...indices)).toThrow(message);
  });
});

describe('setAt', () => {
  test('writes numbers and broadcast tensors', () => {
    const x = zeros([2, 3])
      .setAt([0], 1)
      .setAt([':', 2], tensor([7, 8]));
    expect(list(x)).toEqual([1, 1, 7, 0, 0, 8]);
  });

  test('writes through a mask', () => {
    const x = arange(4);
    x.setAt([x.gt(1)], 0);
    expect(list(x)).toEqual([0, 1, 0, 0]);
  });

  test('writes at positions in tensors, through a view too', () => {
    const x = zeros([3, 4]);
    x.setAt([ints([0, 2]), ints([1, 3])], tensor([5, 6]));
    x.at(1).setAt([ints([0, -1, 0])], tensor([7, 8, 9]));
    expect(list(x)).toEqual([0, 5, 0, 0, 9, 0, 0, 8, 0, 0, 0, 6]);
  });

  test('writes a value for each true element of a mask', () => {
    const x = zeros([2, 2]);
    x.setAt([x.eq(0)], arange(4));
    expect(list(x)).toEqual([0, 1, 2, 3]);
    expect(
      list(
        zeros([3, 2]).setAt(
          [tensor([true, false, true])],
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toEqual([1, 2, 0, 0, 3, 4]);
  });

  test('a mask of another size is refused', () => {
    expect(() => zeros([3]).setAt([tensor([true])], 1)).toThrow(
      /the mask does not fit: got \[1\] over \[3\]/,
    );
  });

  test('a value that overlaps its target is read first', () => {
    const x = arange(5);
    x.setAt([[1, 5]], x.at([0, 4]));
    expect(list(x)).toEqual([0, 0, 1, 2, 3]);
  });

  test('a value that does not fit is refused and nothing is written', () => {
    const x = zeros([2, 3]);
    expect(() => x.setAt([0], tensor([1, 2]))).toThrow(/sizes do not fit/);
    expect(() => x.setAt([ints([0, 2])], 1)).toThrow(/got 2 at position 1, expected -2 ≤ index < 2/);
    expect(list(x)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
