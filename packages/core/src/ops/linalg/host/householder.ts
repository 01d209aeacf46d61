/** Householder reflections as LAPACK packs them. */
export interface Reflections {
  /** R on and above the diagonal; below it the tails of the vectors v, whose first element is 1. Row-major (m, n). */
  readonly a: Float64Array<ArrayBuffer>;
  /** H = I − tau · v · vᵀ, one after the other. */
  readonly tau: Float64Array<ArrayBuffer>;
}

/** A = H₁ · H₂ ⋯ R with LAPACK's signs: the diagonal of R has the sign that avoids cancellation. */
export function factorQr(matrix: Float64Array, m: number, n: number): Reflections {
  const a = Float64Array.from(matrix);
  const tau = new Float64Array(Math.min(m, n));
  for (let j = 0; j < tau.length; j++) {
    tau[j] = makeReflection(a, m, n, j);
    reflect(a, n, j, tau[j] as number, a, n, m, j + 1, n);
  }
  return { a, tau };
}

/** Turns column j below the diagonal into a vector v, and its diagonal element into R's. Gives tau. */
function makeReflection(a: Float64Array, m: number, n: number, j: number): number {
  let tail = 0;
  for (let i = j + 1; i < m; i++) tail = Math.hypot(tail, a[i * n + j] as number);
  if (tail === 0) return 0;
  const first = a[j * n + j] as number;
  const beta = first > 0 || Object.is(first, 0) ? -Math.hypot(first, tail) : Math.hypot(first, tail);
  for (let i = j + 1; i < m; i++) a[i * n + j] = (a[i * n + j] as number) / (first - beta);
  a[j * n + j] = beta;
  return (beta - first) / beta;
}

/** Applies I − tau · v · vᵀ to columns `from` to `to` of a matrix with m rows; v lies in column j of `vectors`. */
function reflect(
  vectors: Float64Array,
  stride: number,
  j: number,
  tau: number,
  target: Float64Array,
  width: number,
  m: number,
  from: number,
  to: number,
): void {
  if (tau === 0) return;
  const dots = target.slice(j * width + from, j * width + to);
  for (let i = j + 1; i < m; i++) {
    const v = vectors[i * stride + j] as number;
    for (let c = from; c < to; c++) {
      dots[c - from] = (dots[c - from] as number) + v * (target[i * width + c] as number);
    }
  }
  for (let i = j; i < m; i++) {
    const v = tau * (i === j ? 1 : (vectors[i * stride + j] as number));
    for (let c = from; c < to; c++) {
      target[i * width + c] = (target[i * width + c] as number) - v * (dots[c - from] as number);
    }
  }
}

/** The first `columns` columns of H₁ · H₂ ⋯, (m, columns). */
export function formQ(
  { a, tau }: Reflections,
  m: number,
  n: number,
  columns: number,
): Float64Array<ArrayBuffer> {
  const q = new Float64Array(m * columns);
  for (let i = 0; i < Math.min(m, columns); i++) q[i * columns + i] = 1;
  for (let j = tau.length - 1; j >= 0; j--) reflect(a, n, j, tau[j] as number, q, columns, m, 0, columns);
  return q;
}

/** R of the factorisation: its first `rows` rows, (rows, n). */
export function formR({ a }: Reflections, n: number, rows: number): Float64Array<ArrayBuffer> {
  const r = new Float64Array(rows * n);
  for (let i = 0; i < rows; i++) for (let j = i; j < n; j++) r[i * n + j] = a[i * n + j] as number;
  return r;
}

/** Orthonormal columns, (m, k), with further ones so that there are `columns` of them. */
export function completeBasis(
  basis: Float64Array,
  m: number,
  k: number,
  columns: number,
): Float64Array<ArrayBuffer> {
  const out = formQ(factorQr(basis, m, k), m, k, columns);
  for (let i = 0; i < m; i++) out.set(basis.subarray(i * k, (i + 1) * k), i * columns);
  return out;
}
