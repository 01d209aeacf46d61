import { fromTyped, indexSelect, tensor, ValueError } from '@flambeau/core';
import { expect, test } from 'vitest';
import { cpu } from '../index.ts';

const device = cpu();
const index = tensor([3, 0, 3, 1], { dtype: 'int32', device });

/** x[i][j] = 100·i + j. */
const matrix = (rows: number, columns: number) =>
  fromTyped(
    Float32Array.from({ length: rows * columns }, (_, e) => 100 * Math.floor(e / columns) + (e % columns)),
    [rows, columns],
    { device },
  );

test.each([1, 15, 16, 17, 40])('rows of %i are picked whole', (columns) => {
  const expected = [3, 0, 3, 1].flatMap((row) => Array.from({ length: columns }, (_, j) => 100 * row + j));
  expect([...indexSelect(matrix(4, columns), 0, index).dataSync()]).toEqual(expected);
});

test('rows of a view are picked where they lie', () => {
  const view = matrix(6, 50).narrow(0, 1, 5).narrow(1, 20, 30);
  const expected = [3, 0, 3, 1].flatMap((row) =>
    Array.from({ length: 30 }, (_, j) => 100 * (row + 1) + 20 + j),
  );
  expect([...indexSelect(view, 0, index).dataSync()]).toEqual(expected);
  const columns = indexSelect(matrix(40, 5).t(), 0, index);
  expect([...columns.dataSync()]).toEqual(
    [3, 0, 3, 1].flatMap((j) => Array.from({ length: 40 }, (_, i) => 100 * i + j)),
  );
});

test('a row out of range is named', () => {
  const wrong = tensor([0, 4], { dtype: 'int32', device });
  expect(() => indexSelect(matrix(4, 20), 0, wrong)).toThrow(ValueError);
  expect(() => indexSelect(matrix(4, 20), 0, wrong)).toThrow(/got 4 at position 20, expected 0 ≤ index < 4/);
});
