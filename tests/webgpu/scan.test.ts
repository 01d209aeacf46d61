import { grad } from '@flambeau/autograd';
import type { Device, Tensor } from '@flambeau/core';
import {
  cummax,
  cummin,
  cumprod,
  cumsum,
  fromTyped,
  logcumsumexp,
  ones,
  prod,
  sum,
  tensor,
} from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { hasAdapter } from './adapter.ts';
import { distance, numbers } from './distance.ts';
import { styles } from './styles.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const from = (data: Float32Array | Int32Array, shape: readonly number[], device: Device): Tensor =>
  fromTyped(data, shape, { device });

/** Running values along an axis, in float64: `step` makes the next state, `result` what is written of it. */
function running<S>(
  data: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  start: S,
  step: (state: S, value: number, position: number) => S,
  result: (state: S) => number,
): number[] {
  const n = shape[axis] as number;
  const apart = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const out = new Array<number>(data.length);
  for (let line = 0; line < data.length / n; line++) {
    let state = start;
    const first = Math.floor(line / apart) * n * apart + (line % apart);
    for (let i = 0; i < n; i++) {
      const at = first + i * apart;
      state = step(state, data[at] as number, i);
      out[at] = result(state);
    }
  }
  return out;
}

const itself = (x: number): number => x;
const logOfSum = (a: number, b: number): number => {
  if (a === b) return a + Math.LN2;
  const top = Math.max(a, b);
  return top + Math.log1p(Math.exp(Math.min(a, b) - top));
};

/** Lines in one go, and long ones by blocks. */
const cases: readonly (readonly [readonly number[], number])[] = [
  [[1], 0],
  [[5, 3], 1],
  [[4, 17, 3], 1],
  [[2, 1000], 1],
  [[1003, 2], 0],
  [[100_000], 0],
];

describe.runIf(hasAdapter).each(styles)(
  'running values (not run without an adapter): %s',
  (_name, device) => {
    test.each(cases)('sums, extremes and log-sums of %j along %i', async (shape, axis) => {
      const data = numbers(
        shape.reduce((a, b) => a * b, 1),
        3,
      );
      const x = from(data, shape, device);
      const [most, least] = [cummax(x, axis), cummin(x, axis)];
      const found = await Promise.all(
        [cumsum(x, axis), logcumsumexp(x, axis), most.values, most.indices, least.values, least.indices].map(
          (t) => t.data(),
        ),
      );
      const along = (start: number, step: (a: number, b: number) => number): number[] =>
        running(data, shape, axis, start, step, itself);
      expect(
        distance(
          found[0]!,
          along(0, (a, b) => a + b),
        ),
      ).toBeLessThan(1e-6);
      expect(distance(found[1]!, along(-infinity, logOfSum))).toBeLessThan(1e-5);
      for (const [i, better] of [
        (a: number, b: number) => a >= b,
        (a: number, b: number) => a <= b,
      ].entries()) {
        const best = (result: (state: readonly [number, number]) => number): number[] =>
          running<readonly [number, number]>(
            data,
            shape,
            axis,
            [nan, 0],
            (state, v, at) => (at === 0 || better(v, state[0]) ? [v, at] : state),
            result,
          );
        expect([...found[2 + 2 * i]!]).toEqual(best(([value]) => value));
        expect([...found[3 + 2 * i]!]).toEqual(best(([, at]) => at));
      }
    });

    test.each(cases)(
      'products of %j along %i, and their gradients by linear scans from the end',
      async (shape, axis) => {
        const near = numbers(
          shape.reduce((a, b) => a * b, 1),
          3,
        ).map((v) => 1 + v / 1000);
        const x = from(near, shape, device).requiresGrad_();
        const y = cumprod(x, axis);
        const expected = running<number>(near, shape, axis, 1, (a, b) => a * b, itself);
        expect(distance(await y.data(), expected)).toBeLessThan(near.length > 10_000 ? 1e-4 : 1e-5);
        const [dx] = grad(sum(y), [x]) as [Tensor];
        // Σ_{j ≥ k} y_j / x_k: the elements in reverse are the same lines from their ends.
        const sums = running<number>(
          [...expected].reverse(),
          shape,
          axis,
          0,
          (a, b) => a + b,
          itself,
        ).reverse();
        expect(
          distance(
            await dx.data(),
            sums.map((total, i) => total / near[i]!),
          ),
        ).toBeLessThan(near.length > 10_000 ? 1e-3 : 1e-4);
      },
    );

    test('NaN, infinities and equal values', async () => {
      for (const n of [6, 1000]) {
        const data = new Float32Array(n).fill(-infinity);
        data.set([1, 1, infinity], 2);
        const x = from(data, [n], device);
        const { values, indices } = cummax(x, 0);
        const top = [...data].map((_, i) => (i < 2 ? -infinity : i < 4 ? 1 : infinity));
        expect(await values.toArray()).toEqual(top);
        expect(await indices.toArray()).toEqual([...data].map((_, i) => Math.min(i, 4)));
        expect(await logcumsumexp(x, 0).toArray()).toEqual(
          top.map((v, i) => (i === 3 ? expect.closeTo(1 + Math.LN2, 6) : v)),
        );
        data[1] = nan;
        const spoiled = from(data, [n], device);
        const least = cummin(spoiled, 0);
        expect(await least.values.toArray()).toEqual([...data].map((_, i) => (i === 0 ? -infinity : nan)));
        expect(((await least.indices.toArray()) as number[])[n - 1]).toBe(1);
        expect(((await cumsum(spoiled, 0).toArray()) as number[]).slice(1)).toEqual(
          [...data].slice(1).map(() => nan),
        );
      }
    });

    test('integers are exact, and what does not fit is a fault', async () => {
      for (const n of [3, 2000]) {
        const big = ones([2, n], { device, dtype: 'int32' }).mul(
          tensor([[1], [2 ** 30]], { device, dtype: 'int32' }),
        );
        await expect(cumsum(big, 1).data()).rejects.toThrow(`got ${2 ** 31}, expected`);
        await expect(cumprod(big, 1).data()).rejects.toThrow('cumprod(): an integer product does not fit');
        await expect(prod(big, 1).data()).rejects.toThrow('prod(): an integer product does not fit');
        const alternating = Int32Array.from({ length: n }, (_, i) => (i % 2 ? -(2 ** 31) : 2 ** 31 - 1));
        const sums = running<number>(alternating, [n], 0, 0, (a, b) => a + b, itself);
        expect(await cumsum(from(alternating, [n], device), 0).toArray()).toEqual(sums);
        const signs = Int32Array.from({ length: n }, (_, i) => (i === 1 ? -(2 ** 31) : 1));
        expect(await cumprod(from(signs, [n], device), 0).toArray()).toEqual(
          [...signs].map((_, i) => (i < 1 ? 1 : -(2 ** 31))),
        );
        const zero = Int32Array.from({ length: n }, (_, i) => (i === n - 1 ? 0 : 70_000));
        expect(await prod(from(zero, [n], device)).item()).toBe(0);
      }
      const factors = from(
        Float32Array.from({ length: 30_000 }, (_, i) => (i % 2 ? 0.5 : 2)),
        [3, 10_000],
        device,
      );
      expect(await prod(factors, 1).toArray()).toEqual([1, 1, 1]);
    });
  },
);
