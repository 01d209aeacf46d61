/** A factor, and where the matrix turned out not to be positive definite. */
export interface CholeskyFactor {
  /** L of A = L · Lᵀ, row-major, zeros above the diagonal. */
  readonly factor: Float64Array<ArrayBuffer>;
  /** Order, from 1, of the first leading minor that is not positive definite; 0 when all are. */
  readonly info: number;
}

/** Factors the symmetric matrix of which `a`, (n, n), gives the lower or the upper triangle. */
export function factorCholesky(a: Float64Array, n: number, fromUpper = false): CholeskyFactor {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) factor[i * n + j] = a[fromUpper ? j * n + i : i * n + j] as number;
  }
  for (let j = 0; j < n; j++) {
    let rest = factor[j * n + j] as number;
    for (let c = 0; c < j; c++) rest -= (factor[j * n + c] as number) ** 2;
    factor[j * n + j] = rest;
    if (rest <= 0) return { factor, info: j + 1 };
    const top = Math.sqrt(rest);
    factor[j * n + j] = top;
    for (let i = j + 1; i < n; i++) {
      let sum = factor[i * n + j] as number;
      for (let c = 0; c < j; c++) sum -= (factor[i * n + c] as number) * (factor[j * n + c] as number);
      factor[i * n + j] = sum / top;
    }
  }
  return { factor, info: 0 };
}
