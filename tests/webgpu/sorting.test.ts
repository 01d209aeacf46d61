import { webgpu } from '@flambeau/backend-webgpu';
import {
  bincount,
  fromTyped,
  ones,
  scatterAdd,
  searchsorted,
  sort,
  tensor,
  topk,
  zeros,
} from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { gpu, hasAdapter } from './adapter.ts';

/** Whole numbers from 0 to `below`, with many repetitions. */
const places = (length: number, below: number): Int32Array =>
  Int32Array.from({ length }, (_, i) => Math.floor(Math.abs(Math.sin(i * 12.9898) * 43758.5453)) % below);

describe.runIf(hasAdapter)('sorting (not run without an adapter)', async () => {
  const device = hasAdapter ? await webgpu({ gpu }) : undefined!;

  test.each([1, 2, 31, 32, 33, 64, 100, 5000])('%i numbers, stable in both directions', async (n) => {
    const data = Float32Array.from(places(n, 50), (value) => value - 25);
    for (const descending of [false, true]) {
      const { values, indices } = sort(fromTyped(data, [n], { device }), 0, { descending, stable: true });
      const order = [...data.keys()].sort(
        (a, b) => (descending ? data[b]! - data[a]! : data[a]! - data[b]!) || a - b,
      );
      expect([...(await indices.data())]).toEqual(order);
      expect([...(await values.data())]).toEqual(order.map((i) => data[i]));
    }
  });

  test('NaN is the largest, and keeps company with the infinities in order; zeros of both signs are equal', async () => {
    const data = Float32Array.of(0, Number.NaN, -Infinity, -0, Infinity, -1e-30, Number.NaN, 3);
    const { values, indices } = sort(fromTyped(data, [8], { device }));
    expect([...(await indices.data())]).toEqual([2, 5, 0, 3, 7, 4, 1, 6]);
    expect([...(await values.data())]).toEqual([
      -Infinity,
      Math.fround(-1e-30),
      0,
      -0,
      3,
      Infinity,
      NaN,
      NaN,
    ]);
  });

  test('along an axis in the middle, and integers', async () => {
    const data = Int32Array.from(places(3 * 70 * 5, 1000), (value) => 500 - value);
    const found = await sort(fromTyped(data, [3, 70, 5], { device }), 1).values.data();
    for (const [i, k] of [
      [0, 0],
      [2, 4],
      [1, 3],
    ] as const) {
      const line = Array.from({ length: 70 }, (_, j) => data[(i * 70 + j) * 5 + k]!).sort((a, b) => a - b);
      expect(Array.from({ length: 70 }, (_, j) => found[(i * 70 + j) * 5 + k])).toEqual(line);
    }
  });

  test('the largest of many, and where values belong among sorted ones', async () => {
    const { values, indices } = topk(tensor([1, 4, 2, 9, 3], { device }), 2);
    expect([await values.toArray(), await indices.toArray()]).toEqual([
      [9, 4],
      [3, 1],
    ]);
    const edges = tensor([1, 3, 3, 5], { device });
    const x = tensor([0, 3, 6, Number.NaN], { device });
    expect(await searchsorted(edges, x).toArray()).toEqual([0, 1, 4, 4]);
    expect(await searchsorted(edges, x, { right: true }).toArray()).toEqual([0, 3, 4, 4]);
  });
});

describe.runIf(hasAdapter)('scattering (not run without an adapter)', async () => {
  const device = hasAdapter ? await webgpu({ gpu }) : undefined!;

  test('long lines of an index, shared by all columns, are sorted once and give the sums of short ones', async () => {
    const [rows, columns, n] = [40, 6, 700];
    const index = places(n, rows);
    const source = Float32Array.from({ length: n * columns }, (_, i) => Math.sin(i));
    const expected = new Float64Array(rows * columns);
    for (let r = 0; r < n; r++)
      for (let c = 0; c < columns; c++) expected[index[r]! * columns + c]! += source[r * columns + c]!;
    const shared = fromTyped(index, [n, 1], { device }).expand([n, columns]);
    const own = shared.contiguous();
    for (const i of [shared, own]) {
      const y = scatterAdd(
        zeros([rows, columns], { device }),
        0,
        i,
        fromTyped(source, [n, columns], { device }),
      );
      const found = await y.data();
      for (const [at, value] of expected.entries()) expect(found[at]).toBeCloseTo(value, 4);
    }
  });

  test('counts of a hundred thousand are exact', async () => {
    const data = places(100_000, 37);
    const expected = new Array<number>(37).fill(0);
    for (const value of data) expected[value]!++;
    const counts = await bincount(fromTyped(data, [data.length], { device }));
    expect([...(await counts.data())]).toEqual(expected);
  });

  test('a position outside is an error with its place, also in a long line, and where there is nothing to fill', async () => {
    for (const n of [5, 400]) {
      const index = new Int32Array(n);
      index[n - 2] = 9;
      const y = scatterAdd(
        zeros([3], { device }),
        0,
        fromTyped(index, [n], { device }),
        ones([n], { device }),
      );
      await expect(y.data()).rejects.toThrow(`index out of range: got 9 at position ${n - 2}`);
    }
    const empty = scatterAdd(
      zeros([0], { device }),
      0,
      tensor([4], { dtype: 'int32', device }),
      ones([1], { device }),
    );
    await expect(empty.add(1).data()).rejects.toThrow('index out of range: got 4 at position 0');
  });
});
