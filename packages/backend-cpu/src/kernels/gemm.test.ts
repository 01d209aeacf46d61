import { describe, expect, test } from 'vitest';
import { gemm, type NumberArray } from './gemm.ts';

const noise = (length: number, seed: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(12.9898 * i + 78.233 * seed));

/** The definition, in float64, element by element. */
function naive(
  m: number,
  n: number,
  k: number,
  a: (i: number, p: number) => number,
  b: (p: number, j: number) => number,
): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) c[i * n + j]! += a(i, p) * b(p, j);
    }
  }
  return c;
}

function largestError(actual: NumberArray, expected: Float64Array): number {
  let error = 0;
  expected.forEach((value, i) => {
    const difference = Math.abs(actual[i]! - value);
    error = Math.max(error, difference);
  });
  return error;
}

const sizes = [
  [1, 1, 1],
  [1, 1, 40],
  [2, 3, 4],
  [5, 7, 3],
  [1, 50, 30],
  [50, 1, 30],
  [3, 90, 1],
  [200, 1, 1],
  [6, 6, 57],
  [7, 8, 64],
  [31, 33, 17],
  [64, 48, 32],
  [65, 97, 129],
  [257, 11, 40],
  [7, 389, 530],
  [8, 9, 1030],
] as const;

describe('gemm', () => {
  test.each(sizes)(
    'multiplies %i × %i with inner size %i as the definition does, transposed or not, in both precisions',
    (m, n, k) => {
      const a = noise(m * k, 1);
      const b = noise(k * n, 2);
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const [aRow, aCol] = transposeA ? [1, m] : [k, 1];
          const [bRow, bCol] = transposeB ? [1, k] : [n, 1];
          const expected = naive(
            m,
            n,
            k,
            (i, p) => a[i * aRow + p * aCol]!,
            (p, j) => b[p * bRow + j * bCol]!,
          );
          const c = new Float64Array(m * n).fill(Number.NaN);
          gemm(m, n, k, a, 0, aRow, aCol, b, 0, bRow, bCol, c, 0, n);
          expect(largestError(c, expected)).toBeLessThan(1e-14 * k);

          const a32 = Float32Array.from(a);
          const b32 = Float32Array.from(b);
          const exact = naive(
            m,
            n,
            k,
            (i, p) => a32[i * aRow + p * aCol]!,
            (p, j) => b32[p * bRow + j * bCol]!,
          );
          const c32 = new Float32Array(m * n).fill(Number.NaN);
          gemm(m, n, k, a32, 0, aRow, aCol, b32, 0, bRow, bCol, c32, 0, n);
          // One rounding of the float64 sum: half a unit in the last place of a value below k.
          expect(largestError(c32, exact)).toBeLessThan(k * 2 ** -24);
        }
      }
    },
  );

  test.each([
    [3, 4, 5],
    [40, 30, 20],
  ])(
    'reads offset, flipped and broadcast operands of %i × %i × %i in place and writes only its own rows',
    (m, n, k) => {
      const a = noise(2 * m * k + 3, 3);
      const b = noise(k + 2, 4);
      const last = 2 + 2 * (m * k - 1);
      const c = new Float64Array(m * (n + 2) + 5).fill(7);
      gemm(m, n, k, a, last, -2 * k, -2, b, 1, 1, 0, c, 5, n + 2);
      const product = naive(
        m,
        n,
        k,
        (i, p) => a[last - 2 * (i * k + p)]!,
        (p) => b[1 + p]!,
      );
      const expected = new Float64Array(c.length).fill(7);
      for (let i = 0; i < m; i++) expected.set(product.subarray(i * n, i * n + n), 5 + i * (n + 2));
      expect(largestError(c, expected)).toBeLessThan(1e-13);
    },
  );

  test.each([
    [2, 3, 4],
    [3, 2, 4],
    [40, 30, 20],
  ])('adds to the result and adds a bias to every row of %i × %i × %i', (m, n, k) => {
    const a = noise(m * k, 5);
    const b = noise(k * n, 6);
    const bias = noise(n + 1, 7);
    const before = noise(m * n, 8);
    const product = naive(
      m,
      n,
      k,
      (i, p) => a[i * k + p]!,
      (p, j) => b[p * n + j]!,
    );
    for (const accumulate of [false, true]) {
      const c = before.slice();
      gemm(m, n, k, a, 0, k, 1, b, 0, n, 1, c, 0, n, accumulate, bias, 1);
      const expected = product.map((value, i) => value + bias[1 + (i % n)]! + (accumulate ? before[i]! : 0));
      expect(largestError(c, expected)).toBeLessThan(1e-13);
    }
  });

  test('gives zeros, the bias, or the old result when there is nothing to sum', () => {
    const empty = new Float32Array(0);
    const c = Float32Array.of(1, 2, 3, 4);
    gemm(2, 2, 0, empty, 0, 0, 1, empty, 0, 2, 1, c, 0, 2, true);
    expect([...c]).toEqual([1, 2, 3, 4]);
    gemm(2, 2, 0, empty, 0, 0, 1, empty, 0, 2, 1, c, 0, 2, false, Float32Array.of(5, 6));
    expect([...c]).toEqual([5, 6, 5, 6]);
    gemm(2, 2, 0, empty, 0, 0, 1, empty, 0, 2, 1, c, 0, 2);
    expect([...c]).toEqual([0, 0, 0, 0]);
  });

  test('leaves the result alone when it has no rows or no columns', () => {
    const c = Float32Array.of(9);
    gemm(0, 5, 3, new Float32Array(0), 0, 3, 1, new Float32Array(15), 0, 5, 1, c, 0, 5);
    gemm(5, 0, 3, new Float32Array(15), 0, 3, 1, new Float32Array(0), 0, 0, 1, c, 0, 0);
    expect([...c]).toEqual([9]);
  });

  test('sums float32 products that cancel, as float64 does', () => {
    const k = 3000;
    const a = new Float32Array(8 * k).map((_, i) => (i % 2 === 0 ? 1e7 : -1e7));
    const b = new Float32Array(k * 8).fill(1);
    a[0] = 1e7 + 1;
    const c = new Float32Array(64);
    gemm(8, 8, k, a, 0, k, 1, b, 0, 8, 1, c, 0, 8);
    expect([...c]).toEqual(Array.from({ length: 64 }, (_, i) => (i < 8 ? 1 : 0)));
  });

  test('keeps a NaN or an infinity in its own row and column', () => {
    for (const size of [3, 20]) {
      const a = new Float32Array(size * size).fill(1);
      const b = new Float32Array(size * size).fill(1);
      a[size] = Number.NaN;
      b[1] = Number.POSITIVE_INFINITY;
      const c = new Float32Array(size * size);
      gemm(size, size, size, a, 0, size, 1, b, 0, size, 1, c, 0, size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const expected = i === 1 ? Number.NaN : j === 1 ? Number.POSITIVE_INFINITY : size;
          expect(c[i * size + j]).toBe(expected);
        }
      }
    }
  });

  test('multiplies integers exactly', () => {
    const a = Int32Array.from({ length: 20 * 10 }, (_, i) => 30000 - 7 * i);
    const b = Uint8Array.from({ length: 10 * 12 }, (_, i) => i);
    const c = new Int32Array(20 * 12);
    gemm(20, 12, 10, a, 0, 10, 1, b, 0, 12, 1, c, 0, 12);
    const expected = naive(
      20,
      12,
      10,
      (i, p) => a[i * 10 + p]!,
      (p, j) => b[p * 12 + j]!,
    );
    expect([...c]).toEqual([...expected]);
  });
});
