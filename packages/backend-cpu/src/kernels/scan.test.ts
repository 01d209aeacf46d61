import {
  cummax,
  cummin,
  cumprod,
  cumsum,
  fromTyped,
  logcumsumexp,
  prod,
  setDefaultDevice,
  type Tensor,
} from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { cpu } from '../index.ts';

/** (outer, n, inner): lines along the middle axis, longer than any block of a kernel. */
const SHAPE = [3, 517, 5] as const;
const [outer, n, inner] = SHAPE;

/** Uneven numbers between −1 and 1 that float32 holds exactly. */
const values = Float32Array.from(
  { length: outer * n * inner },
  (_, i) => (((i * 7919) % 2003) - 1001) / 1024,
);

const at = (o: number, k: number, i: number): number => (o * n + k) * inner + i;

/** What a plain loop gives along each line. */
function expected(line: (numbers: readonly number[]) => readonly number[]): Float64Array {
  const out = new Float64Array(values.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const numbers = Array.from({ length: n }, (_, k) => values[at(o, k, i)] as number);
      line(numbers).forEach((y, k) => {
        out[at(o, k, i)] = y;
      });
    }
  }
  return out;
}

const totals =
  (start: number, step: (total: number, v: number) => number) =>
  (numbers: readonly number[]): number[] => {
    let total = start;
    return numbers.map((v) => {
      total = step(total, v);
      return total;
    });
  };

const largestError = (found: ArrayLike<number>, wanted: Float64Array): number =>
  wanted.reduce(
    (worst, y, i) => Math.max(worst, Math.abs((found[i] as number) - y) / Math.max(1, Math.abs(y))),
    0,
  );

const positions = (better: (a: number, b: number) => boolean) => (numbers: readonly number[]) => {
  let best = 0;
  return numbers.map((x, k) => {
    if (better(x, numbers[best] as number)) best = k;
    return best;
  });
};

describe('scans of 15 lines of 517 numbers', () => {
  let x: Tensor;
  beforeAll(() => {
    setDefaultDevice(cpu());
    x = fromTyped(values, SHAPE);
  });

  test('running sums are rounded once, from float64', () => {
    const wanted = expected(totals(0, (a, v) => a + v));
    expect(Array.from(cumsum(x, 1).dataSync())).toEqual(Array.from(Float32Array.from(wanted)));
  });

  test('running products are rounded once, from float64', () => {
    const wanted = expected(totals(1, (a, v) => a * v));
    expect(Array.from(cumprod(x, 1).dataSync())).toEqual(Array.from(Float32Array.from(wanted)));
  });

  test('running extremes name the last of equal elements', () => {
    const largest = expected(positions((a, b) => a >= b));
    const smallest = expected(positions((a, b) => a <= b));
    expect(Array.from(cummax(x, 1).indices.dataSync())).toEqual(Array.from(largest));
    expect(Array.from(cummin(x, 1).indices.dataSync())).toEqual(Array.from(smallest));
  });

  test('logarithms of running sums of exponentials agree with the sums', () => {
    const wanted = expected((numbers) => totals(0, (a, v) => a + Math.exp(v))(numbers).map(Math.log));
    expect(largestError(logcumsumexp(x, 1).dataSync(), wanted)).toBeLessThan(1e-7);
  });
});

test('a hundred thousand small numbers add up without drift', () => {
  setDefaultDevice(cpu());
  const count = 100_000;
  const sums = cumsum(fromTyped(new Float32Array(count).fill(0.1), [count]), 0).dataSync();
  const tenth = Math.fround(0.1);
  expect(sums[count - 1]).toBe(Math.fround(tenth * count));
});

test('products over strided dimensions take every element once', () => {
  setDefaultDevice(cpu());
  const twos = fromTyped(
    Float32Array.from({ length: 24 }, (_, i) => 1 + (i % 3)),
    [2, 4, 3],
  );
  // Along the first two dimensions, each column holds one number eight times.
  expect(Array.from(prod(prod(twos.permute(2, 0, 1), 1), 1).dataSync())).toEqual([1, 256, 6561]);
});
