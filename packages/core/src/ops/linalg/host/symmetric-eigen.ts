import { identity } from './matrix.ts';

/** A = V · diag(λ) · Vᵀ. */
export interface Eigen {
  /** Ascending. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Eigenvectors in the columns, row-major (n, n). */
  readonly vectors: Float64Array<ArrayBuffer>;
}

/** The eigenvalues and eigenvectors of a symmetric matrix: Householder to a tridiagonal one, then implicit QR steps. */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = Float64Array.from(matrix);
  const rows = identity(n);
  reduceToTridiagonal(a, rows, n);
  const d = Float64Array.from({ length: n }, (_, i) => a[i * n + i] as number);
  const e = Float64Array.from({ length: n }, (_, i) => (i + 1 < n ? (a[(i + 1) * n + i] as number) : 0));
  diagonalize(d, e, rows, n);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => (d[i] as number) - (d[j] as number));
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * n + to] = rows[from * n + i] as number;
  });
  return { values: Float64Array.from(order, (i) => d[i] as number), vectors };
}

/** Reflects A from both sides until only its diagonal and the ones beside it are left; `rows` becomes Qᵀ. */
function reduceToTridiagonal(a: Float64Array, rows: Float64Array, n: number): void {
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k + 2 < n; k++) {
    let tail = 0;
    for (let i = k + 2; i < n; i++) tail = Math.hypot(tail, a[i * n + k] as number);
    if (tail === 0) continue;
    const first = a[(k + 1) * n + k] as number;
    const beta = first > 0 ? -Math.hypot(first, tail) : Math.hypot(first, tail);
    const tau = (beta - first) / beta;
    v.fill(0);
    v[k + 1] = 1;
    for (let i = k + 2; i < n; i++) v[i] = (a[i * n + k] as number) / (first - beta);
    reflectBothSides(a, v, w, tau, k + 1, n);
    for (let i = k + 2; i < n; i++) {
      a[i * n + k] = 0;
      a[k * n + i] = 0;
    }
    a[(k + 1) * n + k] = beta;
    a[k * n + k + 1] = beta;
    reflectRows(rows, v, w, tau, k + 1, n);
  }
}

/** A ← H · A · H on rows and columns from `start`, as A − v · wᵀ − w · vᵀ. */
function reflectBothSides(
  a: Float64Array,
  v: Float64Array,
  w: Float64Array,
  tau: number,
  start: number,
  n: number,
): void {
  let dot = 0;
  for (let i = start; i < n; i++) {
    let sum = 0;
    for (let j = start; j < n; j++) sum += (a[i * n + j] as number) * (v[j] as number);
    w[i] = tau * sum;
    dot += (w[i] as number) * (v[i] as number);
  }
  for (let i = start; i < n; i++) w[i] = (w[i] as number) - (tau / 2) * dot * (v[i] as number);
  for (let i = start; i < n; i++) {
    const [vi, wi] = [v[i] as number, w[i] as number];
    for (let j = start; j < n; j++)
      a[i * n + j] = (a[i * n + j] as number) - vi * (w[j] as number) - wi * (v[j] as number);
  }
}

/** rows ← H · rows. */
function reflectRows(
  rows: Float64Array,
  v: Float64Array,
  w: Float64Array,
  tau: number,
  start: number,
  n: number,
): void {
  w.fill(0);
  for (let i = start; i < n; i++) {
    const vi = v[i] as number;
    for (let c = 0; c < n; c++) w[c] = (w[c] as number) + vi * (rows[i * n + c] as number);
  }
  for (let i = start; i < n; i++) {
    const vi = tau * (v[i] as number);
    for (let c = 0; c < n; c++) rows[i * n + c] = (rows[i * n + c] as number) - vi * (w[c] as number);
  }
}

/** Implicit QR steps with Wilkinson's shift on diagonal d and sub-diagonal e until e is negligible. */
function diagonalize(d: Float64Array, e: Float64Array, rows: Float64Array, n: number): void {
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i] as number), Math.abs(e[i] as number));
  const tiny = norm * Number.EPSILON ** 2;
  const negligible = (i: number): boolean =>
    Math.abs(e[i] as number) <=
    Math.max(Number.EPSILON * (Math.abs(d[i] as number) + Math.abs(d[i + 1] as number)), tiny);
  let high = n - 1;
  // Two or three steps per eigenvalue are usual; the bound keeps non-finite input from hanging.
  for (let left = 60 * n; high > 0 && left > 0; left--) {
    if (negligible(high - 1)) {
      high--;
      continue;
    }
    let low = high - 1;
    while (low > 0 && !negligible(low - 1)) low--;
    implicitStep(d, e, rows, n, low, high);
  }
}

/** One step on the unreduced block from `low` to `high`: a rotation, and others that chase the bulge it makes. */
function implicitStep(
  d: Float64Array,
  e: Float64Array,
  rows: Float64Array,
  n: number,
  low: number,
  high: number,
): void {
  const half = ((d[high - 1] as number) - (d[high] as number)) / 2;
  const last = e[high - 1] as number;
  const root = Math.hypot(half, last);
  const shift = (d[high] as number) - (last / (half + (half < 0 ? -root : root))) * last;
  let x = (d[low] as number) - shift;
  let z = e[low] as number;
  for (let k = low; k < high; k++) {
    const r = Math.hypot(x, z);
    const [c, s] = r === 0 ? [1, 0] : [x / r, z / r];
    if (k > low) e[k - 1] = r;
    const [dk, dn, ek] = [d[k] as number, d[k + 1] as number, e[k] as number];
    d[k] = c * c * dk + 2 * c * s * ek + s * s * dn;
    d[k + 1] = s * s * dk - 2 * c * s * ek + c * c * dn;
    e[k] = c * s * (dn - dk) + (c * c - s * s) * ek;
    if (k + 1 < high) {
      x = e[k] as number;
      z = s * (e[k + 1] as number);
      e[k + 1] = c * (e[k + 1] as number);
    }
    rotateRows(rows, n, k, k + 1, c, s);
  }
}

/** Rows i and j of a row-major matrix become c·i + s·j and c·j − s·i. */
export function rotateRows(a: Float64Array, n: number, i: number, j: number, c: number, s: number): void {
  const p = i * n;
  const q = j * n;
  for (let k = 0; k < n; k++) {
    const x = a[p + k] as number;
    const y = a[q + k] as number;
    a[p + k] = c * x + s * y;
    a[q + k] = c * y - s * x;
  }
}
