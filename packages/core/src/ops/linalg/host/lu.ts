import { identity, transposed } from './matrix.ts';
import { solveTriangle } from './triangular.ts';

/** A = P · L · U, packed as LAPACK does. */
export interface LuFactors {
  /** L below the diagonal, whose ones are not stored, and U: row-major (m, n). */
  readonly lu: Float64Array<ArrayBuffer>;
  /** Row i was exchanged with row `pivots[i] − 1`, one after the other. */
  readonly pivots: Int32Array;
  /** 1 or −1: the determinant of P. */
  readonly sign: number;
  /** Position, from 1, of the first zero on U's diagonal; 0 when there is none. */
  readonly singular: number;
}

/** Gaussian elimination with row exchanges: the largest element of a column becomes the pivot. */
export function factorLu(a: Float64Array, m: number, n: number, pivot = true): LuFactors {
  const lu = Float64Array.from(a);
  const k = Math.min(m, n);
  const pivots = new Int32Array(k);
  let [sign, singular] = [1, 0];
  for (let j = 0; j < k; j++) {
    const p = pivot ? largestBelow(lu, m, n, j) : j;
    pivots[j] = p + 1;
    if (p !== j) {
      sign = -sign;
      exchangeRows(lu, n, j, p);
    }
    const top = lu[j * n + j] as number;
    if (top === 0) {
      singular ||= j + 1;
      continue;
    }
    for (let i = j + 1; i < m; i++) {
      const factor = (lu[i * n + j] as number) / top;
      lu[i * n + j] = factor;
      if (factor === 0) continue;
      for (let c = j + 1; c < n; c++)
        lu[i * n + c] = (lu[i * n + c] as number) - factor * (lu[j * n + c] as number);
    }
  }
  return { lu, pivots, sign, singular };
}

function largestBelow(lu: Float64Array, m: number, n: number, j: number): number {
  let p = j;
  for (let i = j + 1; i < m; i++) {
    if (Math.abs(lu[i * n + j] as number) > Math.abs(lu[p * n + j] as number)) p = i;
  }
  return p;
}

export function exchangeRows(a: Float64Array, n: number, i: number, j: number): void {
  for (let c = 0; c < n; c++) {
    const kept = a[i * n + c] as number;
    a[i * n + c] = a[j * n + c] as number;
    a[j * n + c] = kept;
  }
}

/** Where each row of P · X comes from: `order[i]` is the row of A that became row i of L · U. */
export function rowOrder(pivots: ArrayLike<number>, m: number): number[] {
  const order = Array.from({ length: m }, (_, i) => i);
  for (let i = 0; i < pivots.length; i++) {
    const p = (pivots[i] as number) - 1;
    [order[i], order[p]] = [order[p] as number, order[i] as number];
  }
  return order;
}

/** The matrix P of A = P · L · U, (m, m). */
export function permutationMatrix(pivots: ArrayLike<number>, m: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(m * m);
  rowOrder(pivots, m).forEach((row, i) => {
    out[row * m + i] = 1;
  });
  return out;
}

/** X of A · X = B for B (n, k), from the factors of A. Infinities or NaN where A is singular. */
export function solveLu(
  lu: Float64Array,
  pivots: ArrayLike<number>,
  n: number,
  b: Float64Array,
  k: number,
): Float64Array<ArrayBuffer> {
  const x = new Float64Array(n * k);
  rowOrder(pivots, n).forEach((row, i) => {
    x.set(b.subarray(row * k, (row + 1) * k), i * k);
  });
  solveTriangle(lu, n, x, k, { upper: false, unit: true });
  solveTriangle(lu, n, x, k, { upper: true, unit: false });
  return x;
}

/** X of Aᵀ · X = B for B (n, k), from the factors of A. */
export function solveLuTransposed(
  lu: Float64Array,
  pivots: ArrayLike<number>,
  n: number,
  b: Float64Array,
  k: number,
): Float64Array<ArrayBuffer> {
  const back = transposed(lu, n, n);
  const z = Float64Array.from(b);
  solveTriangle(back, n, z, k, { upper: false, unit: false });
  solveTriangle(back, n, z, k, { upper: true, unit: true });
  const x = new Float64Array(n * k);
  rowOrder(pivots, n).forEach((row, i) => {
    x.set(z.subarray(i * k, (i + 1) * k), row * k);
  });
  return x;
}

/** A⁻¹ from the factors of A. */
export function invertLu(
  { lu, pivots }: Pick<LuFactors, 'lu' | 'pivots'>,
  n: number,
): Float64Array<ArrayBuffer> {
  return solveLu(lu, pivots, n, identity(n), n);
}
