import type { Device, Tensor } from '@flambeau/core';
import { fromTyped, linear, matmul, relu, tidy, zeros } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { hasAdapter } from './adapter.ts';
import { styles } from './styles.ts';

/** Numbers between −1 and 1 that are never the same twice in a row. */
const numbers = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(seed + i * 1.7) * Math.cos(seed * 3 + i * 0.37));

function product(a: Float32Array, b: Float32Array, [m, k, n]: readonly [number, number, number]): number[] {
  const y = new Array<number>(m * n).fill(0);
  for (let i = 0; i < m; i++)
    for (let d = 0; d < k; d++) for (let j = 0; j < n; j++) y[i * n + j]! += a[i * k + d]! * b[d * n + j]!;
  return y;
}

function turned(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!;
  return out;
}

/** The same matrix in other layouts: as it is, transposed, and inside of a larger one at an odd place. */
const layouts: Readonly<
  Record<string, (data: Float32Array, shape: [number, number], device: Device) => Tensor>
> = {
  plain: (data, shape, device) => fromTyped(data, shape, { device }),
  turned: (data, [r, c], device) => fromTyped(turned(data, r, c), [c, r], { device }).transpose(0, 1),
  inside: (data, [r, c], device) => {
    const around = new Float32Array((r + 2) * (c + 3)).fill(Number.NaN);
    for (let i = 0; i < r; i++) around.set(data.subarray(i * c, (i + 1) * c), (i + 1) * (c + 3) + 1);
    return fromTyped(around, [r + 2, c + 3], { device })
      .narrow(0, 1, r)
      .narrow(1, 1, c);
  },
};

/** Factors stay below 1, so that a sum of k products is right to k roundings of numbers below k. */
function expectClose(found: ArrayLike<number>, expected: readonly number[], k: number): void {
  let worst = 0;
  for (const [i, value] of expected.entries()) {
    const distance = Math.abs(found[i]! - value);
    // NaN must not pass for small.
    if (!(distance <= worst)) worst = distance;
  }
  expect(found.length).toBe(expected.length);
  expect(worst).toBeLessThan(2 ** -23 * Math.max(4, (k * Math.sqrt(k)) / 4));
}

describe.runIf(hasAdapter).each(styles)(
  'matrix products (not run without an adapter): %s',
  (_name, device) => {
    const sizes = [
      [1, 1, 1],
      [4, 8, 4],
      [3, 5, 7],
      [17, 33, 12],
      [64, 64, 64],
      [70, 100, 130],
      [129, 20, 140],
      [1, 300, 9],
      [9, 300, 1],
    ] as const;

    test.each(sizes)('%i × %i times × %i, in every layout of both', async (m, k, n) => {
      const [a, b] = [numbers(m * k, 1), numbers(k * n, 2)];
      const expected = product(a, b, [m, k, n]);
      for (const left of Object.values(layouts)) {
        for (const right of Object.values(layouts)) {
          const y = matmul(left(a, [m, k], device), right(b, [k, n], device));
          expectClose(await y.data(), expected, k);
        }
      }
    });

    test('batches, of which one factor is broadcast', async () => {
      const [a, b] = [numbers(3 * 2 * 5 * 6, 3), numbers(2 * 6 * 8, 4)];
      const y = matmul(fromTyped(a, [3, 2, 5, 6], { device }), fromTyped(b, [2, 6, 8], { device }));
      const expected = [0, 1, 2, 3, 4, 5].flatMap((i) =>
        product(a.subarray(i * 30, (i + 1) * 30), b.subarray((i % 2) * 48, ((i % 2) + 1) * 48), [5, 6, 8]),
      );
      expectClose(await y.data(), expected, 6);
    });

    test('linear layers, with and without bias', async () => {
      for (const [rows, inputs, outputs] of [
        [5, 7, 3],
        [64, 256, 12],
      ] as const) {
        const [x, w, b] = [numbers(rows * inputs, 5), numbers(outputs * inputs, 6), numbers(outputs, 7)];
        const plain = product(x, turned(w, outputs, inputs), [rows, inputs, outputs]);
        const [tx, tw] = [
          fromTyped(x, [rows, inputs], { device }),
          fromTyped(w, [outputs, inputs], { device }),
        ];
        expectClose(await linear(tx, tw).data(), plain, inputs);
        const biased = linear(tx, tw, fromTyped(b, [outputs], { device }));
        expectClose(
          await biased.data(),
          plain.map((value, i) => value + b[i % outputs]!),
          inputs,
        );
      }
    });

    test('an empty sum is 0, and an empty product has no elements', async () => {
      expect([...(await matmul(zeros([2, 0], { device }), zeros([0, 3], { device })).data())]).toEqual([
        0, 0, 0, 0, 0, 0,
      ]);
      expect(matmul(zeros([0, 2], { device }), zeros([2, 3], { device })).shape).toEqual([0, 3]);
      expect([...(await linear(zeros([2, 0], { device }), zeros([3, 0], { device })).data())]).toEqual([
        0, 0, 0, 0, 0, 0,
      ]);
    });

    test('NaN and infinities reach their rows and columns alone', async () => {
      const a = numbers(5 * 6, 1);
      a[7] = Number.NaN;
      const b = numbers(6 * 5, 2);
      b[3] = Infinity;
      const found = await matmul(fromTyped(a, [5, 6], { device }), fromTyped(b, [6, 5], { device })).data();
      product(a, b, [5, 6, 5]).forEach((value, i) => {
        if (Number.isFinite(value)) expect(found[i]).toBeCloseTo(value, 5);
        else expect(found[i]).toBe(value);
      });
    });
  },
);

describe.runIf(hasAdapter)('the tiles for GPUs (not run without an adapter)', () => {
  test.each([
    [20, 3000, 24],
    [33, 1025, 7],
  ])('few rows and columns of a long sum, %i × %i × %i, are taken in parts', async (m, k, n) => {
    const [, device] = styles[1]!;
    const [a, b] = [numbers(m * k, 1), numbers(k * n, 2)];
    const before = device.report()['dispatches'] as number;
    const y = matmul(fromTyped(a, [m, k], { device }), fromTyped(b, [k, n], { device }));
    const found = await y.data();
    expect((device.report()['dispatches'] as number) - before).toBe(2);
    expectClose(found, product(a, b, [m, k, n]), k);
    const fused = await tidy(() =>
      relu(matmul(fromTyped(a, [m, k], { device }), fromTyped(b, [k, n], { device }))),
    ).data();
    expect([...fused]).toEqual([...found].map((value) => Math.max(value, 0)));
  });

  test('a product that is large enough for the largest tile', async () => {
    const [, device] = styles[1]!;
    const [m, k, n] = [1500, 9, 1500] as const;
    const [a, b] = [numbers(m * k, 1), numbers(k * n, 2)];
    const y = await matmul(fromTyped(a, [m, k], { device }), fromTyped(b, [k, n], { device })).data();
    expectClose(y, product(a, b, [m, k, n]), k);
  });
});
