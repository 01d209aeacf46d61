import { completeBasis, factorQr, formQ, formR } from './householder.ts';
import { identity, multiply, transposed } from './matrix.ts';
import { rotateRows, symmetricEigen } from './symmetric-eigen.ts';

/** A = U · diag(S) · Vh with k = min(m, n) singular values. */
export interface Svd {
  /** (m, k). */
  readonly u: Float64Array<ArrayBuffer>;
  /** Descending. */
  readonly s: Float64Array<ArrayBuffer>;
  /** (k, n). */
  readonly vh: Float64Array<ArrayBuffer>;
}

const MAX_SWEEPS = 60;

/** From this size on, rotations start from a good guess: it saves most of the sweeps. */
const LARGE = 24;

/** Below this share of the largest row, squares underflow: the row counts as zero. */
const NEGLIGIBLE = 1e-150;

/** The singular value decomposition: Householder QR, then one-sided Jacobi rotations of the rows of R. */
export function decomposeSvd(a: Float64Array, m: number, n: number): Svd {
  if (m < n) {
    const { u, s, vh } = decomposeSvd(transposed(a, m, n), n, m);
    return { u: transposed(vh, m, m), s, vh: transposed(u, n, m) };
  }
  const scale = a.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const reflections = factorQr(
    a.map((value) => value / scale),
    m,
    n,
  );
  const r = formR(reflections, n, n);
  const rotations = n < LARGE ? identity(n) : nearlyRight(r, n);
  const rows = n < LARGE ? r : multiply(rotations, r, n, n, n);
  orthogonalizeRows(rows, rotations, n);
  const norms = Float64Array.from({ length: n }, (_, i) => Math.sqrt(dotRows(rows, n, i, i)));
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (norms[j] as number) - (norms[i] as number),
  );
  const s = Float64Array.from(order, (i) => (norms[i] as number) * scale);
  const inner = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) inner[i * n + to] = rotations[from * n + i] as number;
  });
  const u = multiply(formQ(reflections, m, n, n), inner, m, n, n);
  return { u, s, vh: unitRows(rows, norms, order, n) };
}

/** Rotations that make the rows of R orthogonal but for rounding: the eigenvectors of R · Rᵀ, the largest first. */
function nearlyRight(r: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const { vectors } = symmetricEigen(multiply(r, transposed(r, n, n), n, n, n), n);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out[(n - 1 - j) * n + i] = vectors[i * n + j] as number;
  }
  return out;
}

/** The rows in order, each divided by its norm; rows of zeros become unit vectors orthogonal to all others. */
function unitRows(
  rows: Float64Array,
  norms: Float64Array,
  order: readonly number[],
  n: number,
): Float64Array<ArrayBuffer> {
  const rank = order.filter((i) => norms[i] !== 0).length;
  const columns = new Float64Array(n * rank);
  order.slice(0, rank).forEach((from, to) => {
    for (let c = 0; c < n; c++)
      columns[c * rank + to] = (rows[from * n + c] as number) / (norms[from] as number);
  });
  return transposed(rank === n ? columns : completeBasis(columns, n, rank, n), n, n);
}

/** Rotates pairs of rows until all are orthogonal; `rotations` has the same done to it. */
function orthogonalizeRows(rows: Float64Array, rotations: Float64Array, n: number): void {
  const tolerance = Number.EPSILON * Math.sqrt(n);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    const squares = squaresOfRows(rows, n);
    let rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const cross = dotRows(rows, n, p, q);
        const pp = squares[p] as number;
        const qq = squares[q] as number;
        if (!(Math.abs(cross) > tolerance * Math.sqrt(pp) * Math.sqrt(qq))) continue;
        rotated = true;
        const zeta = (qq - pp) / (2 * cross);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        rotateRows(rows, n, p, q, c, -c * t);
        rotateRows(rotations, n, p, q, c, -c * t);
        // What is left of a row after cancellation has to be measured again.
        squares[p] = dotRows(rows, n, p, p);
        squares[q] = dotRows(rows, n, q, q);
      }
    }
    if (!rotated) return;
  }
}

/** The squared norm of each row; rows that do not matter beside the largest become zeros. */
function squaresOfRows(rows: Float64Array, n: number): Float64Array {
  const squares = Float64Array.from({ length: n }, (_, i) => dotRows(rows, n, i, i));
  const limit = NEGLIGIBLE * Math.sqrt(squares.reduce((most, value) => Math.max(most, value), 0));
  for (let i = 0; i < n; i++) {
    if (!(Math.sqrt(squares[i] as number) <= limit)) continue;
    rows.fill(0, i * n, (i + 1) * n);
    squares[i] = 0;
  }
  return squares;
}

function dotRows(rows: Float64Array, n: number, i: number, j: number): number {
  const p = i * n;
  const q = j * n;
  let sum = 0;
  for (let c = 0; c < n; c++) sum += (rows[p + c] as number) * (rows[q + c] as number);
  return sum;
}

/** All m left and n right singular vectors: orthonormal ones are added to the first k. */
export function fullBases(
  { u, vh }: Pick<Svd, 'u' | 'vh'>,
  m: number,
  n: number,
): { readonly u: Float64Array<ArrayBuffer>; readonly vh: Float64Array<ArrayBuffer> } {
  const k = Math.min(m, n);
  return {
    u: m === k ? u : completeBasis(u, m, k, m),
    vh: n === k ? vh : transposed(completeBasis(transposed(vh, k, n), n, k, n), n, n),
  };
}
