/** Which triangle of a square matrix is meant; `unit`: its diagonal counts as ones. */
export interface Triangle {
  readonly upper: boolean;
  readonly unit: boolean;
}

/**
 * Solves T · X = B in place of B, (n, k), by substitution. T is a triangle of the row-major matrix `a` whose rows are
 * `stride` apart. A zero on the diagonal gives infinities or NaN.
 */
export function solveTriangle(
  a: Float64Array,
  n: number,
  b: Float64Array,
  k: number,
  { upper, unit }: Triangle,
  stride: number = n,
): void {
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const [from, to] = upper ? [i + 1, n] : [0, i];
    for (let j = from; j < to; j++) {
      const factor = a[i * stride + j] as number;
      if (factor === 0) continue;
      for (let c = 0; c < k; c++) b[i * k + c] = (b[i * k + c] as number) - factor * (b[j * k + c] as number);
    }
    if (unit) continue;
    const pivot = a[i * stride + i] as number;
    for (let c = 0; c < k; c++) b[i * k + c] = (b[i * k + c] as number) / pivot;
  }
}

/** One triangle of a row-major (rows, columns) matrix as a matrix of its own; the rest is zero. */
export function triangleOf(
  a: Float64Array,
  rows: number,
  columns: number,
  { upper, unit }: Triangle,
): Float64Array<ArrayBuffer> {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const [from, to] = upper ? [i, columns] : [0, Math.min(i + 1, columns)];
    for (let j = from; j < to; j++)
      out[i * columns + j] = unit && i === j ? 1 : (a[i * columns + j] as number);
  }
  return out;
}
