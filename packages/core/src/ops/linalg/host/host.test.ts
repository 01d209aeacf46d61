import { describe, expect, test } from 'vitest';
import { factorLdl, solveLdl } from './bunch-kaufman.ts';
import { exponentials, squaringsFor } from './exponential.ts';
import { factorQr, formQ, formR } from './householder.ts';
import { factorLu, invertLu, permutationMatrix } from './lu.ts';
import { identity, multiply, transposed } from './matrix.ts';
import { decomposeSvd, fullBases } from './svd.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { triangleOf } from './triangular.ts';

/** Evenly distributed numbers in (−1, 1), the same in every run. */
function drawn(count: number): Float64Array<ArrayBuffer> {
  let state = 7;
  return Float64Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return state / 1073741823.5 - 1;
  });
}

function farthest(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
}

const diagonal = (s: Float64Array): Float64Array<ArrayBuffer> => {
  const out = new Float64Array(s.length ** 2);
  s.forEach((value, i) => {
    out[i * (s.length + 1)] = value;
  });
  return out;
};

const symmetrical = (n: number): Float64Array<ArrayBuffer> => {
  const a = drawn(n * n);
  return a.map((value, at) => value + (a[(at % n) * n + Math.floor(at / n)] as number));
};

describe('factors of larger matrices multiply to the matrix', () => {
  test.each([
    [40, 40],
    [50, 20],
    [20, 50],
  ])('LU of %i × %i', (m, n) => {
    const a = drawn(m * n);
    const k = Math.min(m, n);
    const { lu, pivots } = factorLu(a, m, n);
    const lower = triangleOf(lu, m, n, { upper: false, unit: true });
    const l = Float64Array.from(
      { length: m * k },
      (_, at) => lower[Math.floor(at / k) * n + (at % k)] as number,
    );
    const u = triangleOf(lu.subarray(0, k * n), k, n, { upper: true, unit: false });
    expect(
      farthest(multiply(permutationMatrix(pivots, m), multiply(l, u, m, k, n), m, m, n), a),
    ).toBeLessThan(1e-13);
  });

  test.each([
    [40, 40],
    [50, 20],
    [20, 50],
  ])('QR and SVD of %i × %i', (m, n) => {
    const a = drawn(m * n);
    const k = Math.min(m, n);
    const factors = factorQr(a, m, n);
    const q = formQ(factors, m, n, m);
    expect(farthest(multiply(q, formR(factors, n, m), m, m, n), a)).toBeLessThan(1e-13);
    expect(farthest(multiply(transposed(q, m, m), q, m, m, m), identity(m))).toBeLessThan(1e-13);
    const { u, s, vh } = decomposeSvd(a, m, n);
    expect(farthest(multiply(multiply(u, diagonal(s), m, k, k), vh, m, k, n), a)).toBeLessThan(1e-13);
    expect(s.every((value, i) => i === 0 || value <= (s[i - 1] as number))).toBe(true);
    const full = fullBases({ u, vh }, m, n);
    expect(farthest(multiply(transposed(full.u, m, m), full.u, m, m, m), identity(m))).toBeLessThan(1e-13);
    expect(farthest(multiply(full.vh, transposed(full.vh, n, n), n, n, n), identity(n))).toBeLessThan(1e-13);
  });

  test('eigenvalues and eigenvectors of 60 × 60', () => {
    const a = symmetrical(60);
    const { values, vectors } = symmetricEigen(a, 60);
    const product = multiply(
      multiply(vectors, diagonal(values), 60, 60, 60),
      transposed(vectors, 60, 60),
      60,
      60,
      60,
    );
    expect(farthest(product, a)).toBeLessThan(1e-12);
    expect(values.every((value, i) => i === 0 || value >= (values[i - 1] as number))).toBe(true);
  });

  test('an indefinite system of 60 equations, where half of the diagonal is zero', () => {
    const a = symmetrical(60).map((value, at) => (at % 122 === 0 ? 0 : value));
    const x = drawn(120);
    const { ld, pivots } = factorLdl(a, 60);
    expect(pivots.some((pivot) => pivot < 0)).toBe(true);
    expect(farthest(solveLdl(ld, pivots, 60, multiply(a, x, 60, 60, 2), 2), x)).toBeLessThan(1e-10);
  });
});

describe('matrices at the edge', () => {
  test.each([
    [12, 10],
    [40, 30],
  ])(
    'singular values of a %i × %i matrix of rank 2 vanish, and the vectors are orthonormal all the same',
    (m, n) => {
      const a = multiply(drawn(m * 2), drawn(n * 2), m, 2, n);
      const { u, s, vh } = decomposeSvd(a, m, n);
      expect(s.slice(2).every((value) => value < 1e-14)).toBe(true);
      expect(farthest(multiply(transposed(u, m, n), u, n, m, n), identity(n))).toBeLessThan(1e-13);
      expect(farthest(multiply(vh, transposed(vh, n, n), n, n, n), identity(n))).toBeLessThan(1e-13);
    },
  );

  test('singular values of very different size are all right to the last digits', () => {
    const sizes = [1e60, 1, 1e-60];
    const a = Float64Array.of(0, 1, 0, 1e-60, 0, 0, 0, 0, 1e60);
    decomposeSvd(a, 3, 3).s.forEach((value, i) => {
      expect(value / (sizes[i] as number)).toBeCloseTo(1, 14);
    });
  });

  test('eigenvalues that repeat keep orthonormal vectors', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 1, 2, 1, 1, 1, 2), 3);
    [1, 1, 4].forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 14);
    });
    expect(farthest(multiply(transposed(vectors, 3, 3), vectors, 3, 3, 3), identity(3))).toBeLessThan(1e-14);
  });

  test('NaN does not hang any iteration', () => {
    const a = symmetrical(8).fill(Number.NaN, 24, 26);
    expect(symmetricEigen(a, 8).values.some(Number.isNaN)).toBe(true);
    expect(decomposeSvd(a, 8, 8).s.some(Number.isNaN)).toBe(true);
    expect(invertLu(factorLu(a, 8, 8), 8).some(Number.isNaN)).toBe(true);
    expect(exponentials(a, 8, squaringsFor(a, 8)).at(-1)?.some(Number.isNaN)).toBe(true);
  });

  test('the exponential of a rotation by 40 turns and a quarter is a quarter turn', () => {
    const angle = 2 * Math.PI * 40.25;
    const a = Float64Array.of(0, -angle, angle, 0);
    const found = exponentials(a, 2, squaringsFor(a, 2)).at(-1) as Float64Array;
    expect(farthest(found, Float64Array.of(0, -1, 1, 0))).toBeLessThan(1e-12);
  });

  test('the exponential of a large negative number is zero, of a large positive one infinite', () => {
    const of = (value: number): number | undefined => {
      const a = Float64Array.of(value);
      return exponentials(a, 1, squaringsFor(a, 1)).at(-1)?.[0];
    };
    expect(of(-1e6)).toBe(0);
    expect(of(1e6)).toBe(Infinity);
    expect(of(1)).toBeCloseTo(Math.E, 15);
  });
});
