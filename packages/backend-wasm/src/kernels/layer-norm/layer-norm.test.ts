import type { Device, Tensor } from '@flambeau/core';
import { layerNorm, tensor } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const EPS = 1e-5;

const numbers = (n: number, seed = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed * (i + 1) * 12.9898) * 3);

const vector = (n: number, seed: number, on = device): Tensor => tensor(numbers(n, seed), { device: on });

/** The normalisation of rows of n numbers, in float64. */
function normalized(values: Float32Array, n: number, weight?: Float32Array, bias?: Float32Array): number[] {
  const out: number[] = [];
  for (let row = 0; row < values.length; row += n) {
    const line = [...values.subarray(row, row + n)];
    const mean = line.reduce((a, b) => a + b, 0) / n;
    const variance = line.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    for (const [i, value] of line.entries()) {
      const y = (value - mean) / Math.sqrt(variance + EPS);
      out.push(weight && bias ? y * (weight[i] as number) + (bias[i] as number) : y);
    }
  }
  return out;
}

const close = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 4));

describe('layerNorm', () => {
  test('of rows of every length, with a weight and without', async () => {
    for (const n of [1, 2, 3, 4, 5, 16, 17, 67]) {
      for (const rows of [1, 5, 33]) {
        const x = vector(rows * n, 1).reshape([rows, n]);
        const [weight, bias] = [vector(n, 2), vector(n, 3)];
        expect([...(await layerNorm(x, n).data())]).toEqual(close(normalized(numbers(rows * n), n)));
        expect([...(await layerNorm(x, n, { weight, bias }).data())]).toEqual(
          close(normalized(numbers(rows * n), n, numbers(n, 2), numbers(n, 3))),
        );
      }
    }
  });

  test('over several dimensions', async () => {
    const x = vector(2 * 3 * 5, 1).reshape([2, 3, 5]);
    expect([...(await layerNorm(x, [3, 5]).data())]).toEqual(close(normalized(numbers(30), 15)));
  });

  test('of numbers far from 0 that are close to each other', async () => {
    const values = Float32Array.from(numbers(1000), (value) => 10_000 + value);
    const found = [...(await layerNorm(tensor(values, { device }), 1000).data())];
    const expected = normalized(values, 1000);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 3);
  });

  test('of numbers the first of which lies far out', async () => {
    for (const [first, n] of [
      [1e6, 700],
      [20, 67],
      [-1e3, 5],
    ] as const) {
      const values = numbers(n).map((value, i) => (i === 0 ? first : 0.1 * value));
      const found = await layerNorm(tensor(values, { device }), n).data();
      for (const [i, value] of normalized(values, n).entries())
        expect(Math.abs((found[i] as number) - value)).toBeLessThan(2e-7 * Math.max(10, Math.abs(value)));
    }
  });

  test('infinity makes its row NaN; equal numbers become 0', async () => {
    const x = tensor([1, Number.POSITIVE_INFINITY, 2, 1e8, 1e8, 1e8], { device }).reshape([2, 3]);
    expect(await layerNorm(x, 3).toArray()).toEqual([
      [Number.NaN, Number.NaN, Number.NaN],
      [0, 0, 0],
    ]);
  });

  test('NaN makes its row NaN, and no other', async () => {
    const x = tensor([1, Number.NaN, 2, 1, 3, 2], { device }).reshape([2, 3]);
    const y = [...(await layerNorm(x, 3).data())];
    expect(y.map(Number.isNaN)).toEqual([true, true, true, false, false, false]);
  });

  test('nothing in, nothing out', () => {
    expect(layerNorm(vector(0, 1).reshape([0, 4]), 4).shape).toEqual([0, 4]);
    expect(layerNorm(vector(0, 1).reshape([3, 0]), 0).shape).toEqual([3, 0]);
  });

  test('float64 is computed in float64', async () => {
    const y = await layerNorm(tensor([1, 3], { device, dtype: 'float64' }), 2, { eps: 0 }).toArray();
    expect(y).toEqual([-1, 1]);
  });

  test('does not depend on the number of threads', async () => {
    const of = (on: Device): Promise<unknown> =>
      layerNorm(vector(900 * 700, 1, on).reshape([900, 700]), 700).data();
    expect(await of(threaded)).toEqual(await of(device));
  });
});
