import type { Device, Tensor } from '@flambeau/core';
import { logSoftmax, softmax, sum, tensor } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const SIZES = [1, 3, 4, 5, 16, 17, 67];
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const numbers = (n: number, seed = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(seed * (i + 1) * 12.9898) * 20);

const random = (shape: readonly number[], on = device, seed = 1): Tensor =>
  tensor(
    numbers(
      shape.reduce((p, n) => p * n, 1),
      seed,
    ),
    { device: on },
  ).reshape([...shape]);

/** Replaces every line along an axis of contiguous values by what a function makes of it in float64. */
function alongLines(
  values: ArrayLike<number>,
  [outer, n, inner]: readonly [number, number, number],
  line: (values: readonly number[], at: (i: number) => number) => readonly number[],
): number[] {
  const out = Array.from(values);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (k: number): number => (o * n + k) * inner + i;
      const results = line(
        Array.from({ length: n }, (_, k) => values[at(k)] as number),
        at,
      );
      results.forEach((value, k) => {
        out[at(k)] = value;
      });
    }
  }
  return out;
}

const topOf = (line: readonly number[]): number => line.reduce((a, b) => Math.max(a, b), -infinity);

function softmaxOf(line: readonly number[]): number[] {
  const top = topOf(line);
  const all = line.map((value) => Math.exp(value - top));
  const total = all.reduce((a, b) => a + b, 0);
  return all.map((value) => value / total);
}

function logSoftmaxOf(line: readonly number[]): number[] {
  const top = topOf(line);
  const total = line.reduce((a, b) => a + Math.exp(b - top), 0);
  return line.map((value) => value - top - Math.log(total));
}

function expectClose(found: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(found.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < found.length; i++) {
    if (Number.isNaN(expected[i] as number)) expect(found[i]).toBeNaN();
    else if (found[i] !== expected[i])
      worst = Math.max(worst, Math.abs((found[i] as number) - (expected[i] as number)));
  }
  expect(worst).toBeLessThan(tolerance);
}

async function agrees(x: Tensor): Promise<void> {
  const shape = x.shape as readonly [number, number, number];
  const values = await x.data();
  expectClose(await softmax(x, 1).data(), alongLines(values, shape, softmaxOf), 3e-6);
  expectClose(await logSoftmax(x, 1).data(), alongLines(values, shape, logSoftmaxOf), 1e-5);
}

describe('softmax and its logarithm', () => {
  test('along rows and along columns of every size', async () => {
    for (const n of SIZES) {
      for (const other of SIZES) {
        await agrees(random([other, n, 1]));
        await agrees(random([2, n, other]));
      }
      await agrees(random([1, n, 40]));
    }
  });

  test('along lines whose exponentials are too many to keep', async () => {
    await agrees(random([2, 140_001, 1]));
    await agrees(random([1, 20_001, 9]));
  });

  test('NaN makes its line NaN, minus infinity has no share', async () => {
    for (const n of [1, 2, 5, 18]) {
      for (const value of [nan, infinity, -infinity]) {
        const values = numbers(6 * n);
        values[3] = value;
        values[6 * n - 1] = value;
        for (const shape of [
          [6, n, 1],
          [1, n, 6],
          [2, n, 3],
        ])
          await agrees(tensor(values, { device }).reshape(shape));
      }
    }
  });

  test('values far apart neither overflow nor vanish', async () => {
    const x = tensor([1e30, 1e30, -1e30, 88], { device });
    expect(await softmax(x, 0).toArray()).toEqual([0.5, 0.5, 0, 0]);
    expect(await logSoftmax(tensor([1000, 0], { device }), 0).toArray()).toEqual([0, -1000]);
  });

  test('nothing in, nothing out, and one number is all there is', async () => {
    expect(await softmax(random([3, 0]), 1).toArray()).toEqual([[], [], []]);
    expect(softmax(random([0, 3]), 1).shape).toEqual([0, 3]);
    expect(await softmax(tensor(7, { device }), 0).item()).toBe(1);
    expect(await logSoftmax(tensor(7, { device }), 0).item()).toBe(0);
  });

  test('float64 is computed in float64', async () => {
    const x = tensor([1, 2, 3.5], { device, dtype: 'float64' });
    expectClose(await softmax(x, 0).data(), softmaxOf([1, 2, 3.5]), 1e-15);
  });

  test('do not depend on the number of threads', async () => {
    for (const shape of [
      [300, 501, 1],
      [3, 301, 333],
    ]) {
      const [one, two] = [random(shape), random(shape, threaded)];
      for (const op of [softmax, logSoftmax]) {
        const found = await op(two, 1).data();
        expect(found).toEqual(await op(one, 1).data());
      }
    }
  });
});

test('many rows sum to 1', async () => {
  const totals = await sum(softmax(random([200, 1000]), 1), 1).data();
  for (const total of totals) expect(Math.abs(total - 1)).toBeLessThan(3e-7);
});
