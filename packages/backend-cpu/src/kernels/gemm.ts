import {
  multiplyPanels,
  paddedColumns,
  paddedRows,
  panelScratch,
  TILE_COLUMNS,
  TILE_ROWS,
} from './panel-product.ts';
import type { NumberArray } from './thin-product.ts';
import { thinProduct } from './thin-product.ts';

export type { NumberArray } from './thin-product.ts';

const { columnPanels, productBlock, rowPanels } = panelScratch();

const BLOCK_ROWS = 256;
const BLOCK_COLUMNS = 384;
const BLOCK_DEPTH = 512;
const MIN_PACKED_SIDE = 6;
const MIN_PACKED_WORK = 2048;

/**
 * Matrix product with strided operands: `C = A · B`, `C += A · B`, and `+ bias` on every row.
 *
 * Formula: `c[i, j] = (accumulate ? c[i, j] : 0) + Σ_p a[i, p] · b[p, j] + bias[j]`.
 * Strides and offsets count elements and may describe any view, transposed, broadcast (0) or flipped (negative).
 * `k = 0` gives zeros (or the bias).
 *
 * @param m - rows of `A` and `C`.
 * @param n - columns of `B` and `C`.
 * @param k - columns of `A`, rows of `B`.
 * @param c - result, row-major with `cRow` elements between rows; must not overlap the operands.
 * @param bias - one value per column, from `biasOffset` on.
 */
export function gemm(
  m: number,
  n: number,
  k: number,
  a: NumberArray,
  aOffset: number,
  aRow: number,
  aCol: number,
  b: NumberArray,
  bOffset: number,
  bRow: number,
  bCol: number,
  c: NumberArray,
  cOffset: number,
  cRow: number,
  accumulate = false,
  bias: NumberArray | null = null,
  biasOffset = 0,
): void {
  if (m >= MIN_PACKED_SIDE && n >= MIN_PACKED_SIDE && m * n * k >= MIN_PACKED_WORK) {
    packedProduct(
      m,
      n,
      k,
      a,
      aOffset,
      aRow,
      aCol,
      b,
      bOffset,
      bRow,
      bCol,
      c,
      cOffset,
      cRow,
      accumulate,
      bias,
      biasOffset,
    );
  } else {
    thinProduct(
      m,
      n,
      k,
      a,
      aOffset,
      aRow,
      aCol,
      b,
      bOffset,
      bRow,
      bCol,
      c,
      cOffset,
      cRow,
      accumulate,
      bias,
      biasOffset,
    );
  }
}

function packedProduct(
  m: number,
  n: number,
  k: number,
  a: NumberArray,
  aOffset: number,
  aRow: number,
  aCol: number,
  b: NumberArray,
  bOffset: number,
  bRow: number,
  bCol: number,
  c: NumberArray,
  cOffset: number,
  cRow: number,
  accumulate: boolean,
  bias: NumberArray | null,
  biasOffset: number,
): void {
  const blockRows = paddedRows(evenBlock(m, BLOCK_ROWS));
  const blockColumns = paddedColumns(evenBlock(n, BLOCK_COLUMNS));
  const blockDepth = evenBlock(k, BLOCK_DEPTH);
  for (let i = 0; i < m; i += blockRows) {
    const rows = Math.min(blockRows, m - i);
    for (let j = 0; j < n; j += blockColumns) {
      const columns = Math.min(blockColumns, n - j);
      for (let p = 0; p < k; p += blockDepth) {
        const depth = Math.min(blockDepth, k - p);
        if (j === 0 || blockDepth < k)
          packRows(rows, depth, a, aOffset + i * aRow + p * aCol, aRow, aCol, 0, depth);
        packColumns(depth, columns, b, bOffset + p * bRow + j * bCol, bRow, bCol);
        multiplyPanels(rows, columns, depth, 0, 0, 0, blockColumns, p > 0);
      }
      storeBlock(
        rows,
        columns,
        blockColumns,
        c,
        cOffset + i * cRow + j,
        cRow,
        accumulate,
        bias,
        biasOffset + j,
      );
    }
  }
}

/** Splits `size` into equal blocks of at most `limit`, so that no block is a sliver. */
function evenBlock(size: number, limit: number): number {
  return Math.ceil(size / Math.ceil(size / limit));
}

/**
 * Packs rows × depth of `a` into row panels of an inner size `panelDepth`, from `target` on.
 * `panelDepth` may exceed `depth`: several calls then fill one panel side by side.
 */
export function packRows(
  rows: number,
  depth: number,
  a: NumberArray,
  offset: number,
  rowStride: number,
  colStride: number,
  target: number,
  panelDepth: number,
): void {
  for (let i = 0; i < rows; i += TILE_ROWS) {
    let s = offset + i * rowStride;
    let t = target + i * panelDepth;
    if (i + 1 < rows) {
      for (let p = 0; p < depth; p++) {
        rowPanels[t] = a[s];
        rowPanels[(t + 1) | 0] = a[(s + rowStride) | 0];
        s = (s + colStride) | 0;
        t = (t + TILE_ROWS) | 0;
      }
    } else {
      for (let p = 0; p < depth; p++) {
        rowPanels[t] = a[s];
        rowPanels[(t + 1) | 0] = 0;
        s = (s + colStride) | 0;
        t = (t + TILE_ROWS) | 0;
      }
    }
  }
}

function packColumns(
  depth: number,
  columns: number,
  b: NumberArray,
  offset: number,
  rowStride: number,
  colStride: number,
): void {
  for (let j = 0; j < columns; j += TILE_COLUMNS) {
    // A panel's missing columns repeat a present one: their products are never stored.
    const second = j + 1 < columns ? colStride : 0;
    const third = j + 2 < columns ? 2 * colStride : 0;
    let s = offset + j * colStride;
    let t = j * depth;
    for (let p = 0; p < depth; p++) {
      columnPanels[t] = b[s];
      columnPanels[(t + 1) | 0] = b[(s + second) | 0];
      columnPanels[(t + 2) | 0] = b[(s + third) | 0];
      s = (s + rowStride) | 0;
      t = (t + TILE_COLUMNS) | 0;
    }
  }
}

function storeBlock(
  rows: number,
  columns: number,
  pitch: number,
  c: NumberArray,
  cOffset: number,
  cRow: number,
  accumulate: boolean,
  bias: NumberArray | null,
  biasOffset: number,
): void {
  for (let i = 0; i < rows; i++) {
    let s = i * pitch;
    let t = cOffset + i * cRow;
    const end = s + columns;
    if (bias !== null) {
      for (let j = biasOffset, q = s; q < end; q = (q + 1) | 0, j = (j + 1) | 0) productBlock[q] += bias[j];
    }
    if (accumulate) {
      for (; s < end; s = (s + 1) | 0, t = (t + 1) | 0) c[t] += productBlock[s];
    } else {
      for (; s < end; s = (s + 1) | 0, t = (t + 1) | 0) c[t] = productBlock[s];
    }
  }
}
