import {
  fromTyped,
  indexCopy,
  indexSelect,
  isin,
  type ScatterReduction,
  scatter,
  scatterReduce,
  tensor,
  ValueError,
} from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { cpu } from '../index.ts';
import { cpuPrimitives } from '../primitives.ts';

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
  expect(() => indexSelect(matrix(4, 20), 0, wrong)).toThrow(
    /indexSelect\(\): index out of range: got 4 at position 1, expected 0 ≤ index < 4/,
  );
});

/** Integers that look drawn: 0 ≤ value < below. */
const drawn = (n: number, below: number, seed: number): Int32Array =>
  Int32Array.from({ length: n }, (_, i) => (Math.imul(i + seed, 0x9e3779b1) >>> 8) % below);

describe.each([
  ['cpu', cpu()],
  ['cpu without optional kernels', cpuPrimitives()],
])('many values at the same places, on %s', (_name, own) => {
  const [rows, columns, count] = [37, 11, 300];
  const base = Float64Array.from(drawn(rows * columns, 1000, 1), (n) => n / 500 - 1);
  const index = drawn(count * columns, rows, 2);
  const values = Float64Array.from(drawn(count * columns, 1000, 3), (n) => n / 500 - 1);
  const tensors = () =>
    [
      fromTyped(base, [rows, columns], { device: own }),
      fromTyped(index, [count, columns], { device: own }),
      fromTyped(values, [count, columns], { device: own }),
    ] as const;
  const expected = (join: (present: number, coming: number) => number): number[] => {
    const out = [...base];
    for (let e = 0; e < index.length; e++) {
      const at = (index[e] as number) * columns + (e % columns);
      out[at] = join(out[at] as number, values[e] as number);
    }
    return out;
  };

  test('the last stays', () => {
    const [x, places, source] = tensors();
    expect([...scatter(x, 0, places, source).dataSync()]).toEqual(expected((_, coming) => coming));
  });

  test.each<[ScatterReduction, (a: number, b: number) => number]>([
    ['sum', (a, b) => a + b],
    ['prod', (a, b) => a * b],
    ['amax', Math.max],
    ['amin', Math.min],
  ])('%s', (reduce, join) => {
    const [x, places, source] = tensors();
    const found = scatterReduce(x, 0, places, source, reduce).dataSync();
    for (const [i, value] of expected(join).entries()) expect(found[i]).toBeCloseTo(value, 12);
  });

  test('whole rows: the last of equal numbers stays', () => {
    const [x, , source] = tensors();
    const order = drawn(count, rows, 5);
    const found = indexCopy(x, 0, fromTyped(order, [count], { device: own }), source).dataSync();
    const out = [...base];
    order.forEach((row, i) => {
      for (let j = 0; j < columns; j++) out[row * columns + j] = values[i * columns + j] as number;
    });
    expect([...found]).toEqual(out);
  });

  test('membership', () => {
    const [elements, tests] = [drawn(500, 100, 7), drawn(60, 100, 8)];
    const found = isin(
      fromTyped(elements, [500], { device: own }),
      fromTyped(tests, [60], { device: own }),
    ).dataSync();
    const known = new Set(tests);
    expect([...found]).toEqual([...elements].map((n) => Number(known.has(n))));
    expect(found).toContain(0);
    expect(found).toContain(1);
  });
});
