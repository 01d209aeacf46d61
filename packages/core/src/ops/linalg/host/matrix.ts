/** A · B of row-major matrices: (m, k) · (k, n). */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p] as number;
      for (let j = 0; j < n; j++)
        out[i * n + j] = (out[i * n + j] as number) + factor * (b[p * n + j] as number);
    }
  }
  return out;
}

/** The transpose of a row-major (m, n) matrix. */
export function transposed(a: Float64Array, m: number, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j] as number;
  return out;
}

/** The identity, (m, n). */
export function identity(m: number, n: number = m): Float64Array<ArrayBuffer> {
  const out = new Float64Array(m * n);
  for (let i = 0; i < Math.min(m, n); i++) out[i * n + i] = 1;
  return out;
}

/** The first `count` columns of a row-major (m, n) matrix. */
export function firstColumns(a: Float64Array, m: number, n: number, count: number): Float64Array {
  if (count === n) return a;
  const out = new Float64Array(m * count);
  for (let i = 0; i < m; i++) out.set(a.subarray(i * n, i * n + count), i * count);
  return out;
}

/** True when no element is infinite or NaN. */
export function allFinite(a: Float64Array): boolean {
  return a.every(Number.isFinite);
}
