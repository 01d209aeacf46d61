/** A = L · D · Lᵀ of a symmetric matrix, packed as LAPACK's sytrf does for the lower triangle. */
export interface LdlFactors {
  /** D's blocks on and beside the diagonal, L below. Row-major (n, n). */
  readonly ld: Float64Array<ArrayBuffer>;
  /** A 1×1 block: the row exchanged with, from 1. A 2×2 block: the same, negative, twice. */
  readonly pivots: Int32Array;
}

/** Balances the growth of elements between steps of one and of two rows: (1 + √17) / 8. */
const ALPHA = (1 + Math.sqrt(17)) / 8;

/** Bunch–Kaufman's diagonal pivoting, reading the lower triangle. */
export function factorLdl(a: Float64Array, n: number): LdlFactors {
  const ld = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) ld[i * n + j] = a[i * n + j] as number;
  const pivots = new Int32Array(n);
  for (let k = 0; k < n; ) {
    const { row, size } = choosePivot(ld, n, k);
    const last = k + size - 1;
    if (row !== last) exchange(ld, n, k, last, row);
    if (size === 1) eliminateOne(ld, n, k);
    else eliminateTwo(ld, n, k);
    pivots[k] = size === 1 ? row + 1 : -(row + 1);
    if (size === 2) pivots[k + 1] = -(row + 1);
    k += size;
  }
  return { ld, pivots };
}

function choosePivot(ld: Float64Array, n: number, k: number): { row: number; size: 1 | 2 } {
  const at = (i: number, j: number): number => Math.abs(ld[i * n + j] as number);
  let most = k + 1;
  for (let i = k + 2; i < n; i++) if (at(i, k) > at(most, k)) most = i;
  const column = most < n ? at(most, k) : 0;
  if (column === 0 || at(k, k) >= ALPHA * column) return { row: k, size: 1 };
  let line = 0;
  for (let j = k; j < most; j++) line = Math.max(line, at(most, j));
  for (let i = most + 1; i < n; i++) line = Math.max(line, at(i, most));
  if (at(k, k) >= ALPHA * column * (column / line)) return { row: k, size: 1 };
  return { row: most, size: at(most, most) >= ALPHA * line ? 1 : 2 };
}

/** Rows and columns `i` and `j` > `i` of what is left, exchanged within the lower triangle. */
function exchange(ld: Float64Array, n: number, k: number, i: number, j: number): void {
  const swap = (p: number, q: number): void => {
    const kept = ld[p] as number;
    ld[p] = ld[q] as number;
    ld[q] = kept;
  };
  for (let r = j + 1; r < n; r++) swap(r * n + i, r * n + j);
  for (let r = i + 1; r < j; r++) swap(r * n + i, j * n + r);
  swap(i * n + i, j * n + j);
  if (i > k) swap(i * n + k, j * n + k);
}

function eliminateOne(ld: Float64Array, n: number, k: number): void {
  const pivot = ld[k * n + k] as number;
  if (pivot === 0) return;
  for (let j = k + 1; j < n; j++) {
    const factor = (ld[j * n + k] as number) / pivot;
    for (let i = j; i < n; i++)
      ld[i * n + j] = (ld[i * n + j] as number) - (ld[i * n + k] as number) * factor;
  }
  for (let i = k + 1; i < n; i++) ld[i * n + k] = (ld[i * n + k] as number) / pivot;
}

function eliminateTwo(ld: Float64Array, n: number, k: number): void {
  const beside = ld[(k + 1) * n + k] as number;
  const second = (ld[(k + 1) * n + k + 1] as number) / beside;
  const first = (ld[k * n + k] as number) / beside;
  const scale = 1 / (first * second - 1) / beside;
  for (let j = k + 2; j < n; j++) {
    const [x, y] = [ld[j * n + k] as number, ld[j * n + k + 1] as number];
    const p = scale * (second * x - y);
    const q = scale * (first * y - x);
    for (let i = j; i < n; i++) {
      ld[i * n + j] =
        (ld[i * n + j] as number) - (ld[i * n + k] as number) * p - (ld[i * n + k + 1] as number) * q;
    }
    ld[j * n + k] = p;
    ld[j * n + k + 1] = q;
  }
}

/** X of A · X = B for B (n, k), from the factors of A. */
export function solveLdl(
  ld: Float64Array,
  pivots: ArrayLike<number>,
  n: number,
  b: Float64Array,
  k: number,
): Float64Array<ArrayBuffer> {
  const x = Float64Array.from(b);
  const subtract = (target: number, source: number, factor: number): void => {
    for (let c = 0; c < k; c++)
      x[target * k + c] = (x[target * k + c] as number) - factor * (x[source * k + c] as number);
  };
  const swap = (i: number, j: number): void => {
    if (i === j) return;
    const kept = x.slice(i * k, (i + 1) * k);
    x.copyWithin(i * k, j * k, (j + 1) * k);
    x.set(kept, j * k);
  };
  const partner = (i: number): number => Math.abs(pivots[i] as number) - 1;
  const starts: number[] = [];
  for (let i = 0; i < n; i += (pivots[i] as number) > 0 ? 1 : 2) starts.push(i);
  for (const i of starts) {
    const size = (pivots[i] as number) > 0 ? 1 : 2;
    swap(i + size - 1, partner(i));
    for (let r = i + size; r < n; r++)
      for (let j = i; j < i + size; j++) subtract(r, j, ld[r * n + j] as number);
    divideByBlock(ld, n, x, k, i, size);
  }
  for (const i of starts.reverse()) {
    const size = (pivots[i] as number) > 0 ? 1 : 2;
    for (let r = i + size; r < n; r++)
      for (let j = i; j < i + size; j++) subtract(j, r, ld[r * n + j] as number);
    swap(i + size - 1, partner(i));
  }
  return x;
}

/** Solves with one diagonal block of D. */
function divideByBlock(
  ld: Float64Array,
  n: number,
  x: Float64Array,
  k: number,
  i: number,
  size: 1 | 2,
): void {
  const first = ld[i * n + i] as number;
  const [beside, second] =
    size === 1 ? [0, 1] : [ld[(i + 1) * n + i] as number, ld[(i + 1) * n + i + 1] as number];
  for (let c = 0; c < k; c++) {
    const p = x[i * k + c] as number;
    if (size === 1) {
      x[i * k + c] = p / first;
      continue;
    }
    const q = x[(i + 1) * k + c] as number;
    const scaled = (first / beside) * (second / beside) - 1;
    x[i * k + c] = ((second / beside) * (p / beside) - q / beside) / scaled;
    x[(i + 1) * k + c] = ((first / beside) * (q / beside) - p / beside) / scaled;
  }
}
