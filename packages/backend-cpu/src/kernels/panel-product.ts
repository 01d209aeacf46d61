/** Rows of the register tile; `A` is packed in panels of this many rows. */
export const TILE_ROWS = 2;

/** Columns of the register tile; `B` is packed in panels of this many columns. */
export const TILE_COLUMNS = 3;

/** Doubles that each of the three scratch arrays holds. */
export const PANEL_CAPACITY: number = 1 << 18;

// Not exported: V8 builds address and length of a module's own constant array into the loop, 1.1 to 1.5 times as fast.
const rowPanels = new Float64Array(PANEL_CAPACITY);
const columnPanels = new Float64Array(PANEL_CAPACITY);
const productBlock = new Float64Array(PANEL_CAPACITY);

/** The scratch that all matrix and convolution kernels share; nothing in it outlives a call. */
export interface PanelScratch {
  /** `A`, float64, in panels of {@link TILE_ROWS} rows: element (i, p) at `(i - i % 2) * depth + 2 * p + i % 2`. */
  readonly rowPanels: Float64Array;
  /** `B`, float64, in panels of {@link TILE_COLUMNS} columns: element (p, j) at `(j - j % 3) * depth + 3 * p + j % 3`. */
  readonly columnPanels: Float64Array;
  /** `A · B`, float64, row-major. */
  readonly productBlock: Float64Array;
}

/** Returns the shared scratch. */
export function panelScratch(): PanelScratch {
  return { rowPanels, columnPanels, productBlock };
}

/** Rounds a number of rows of `A` up to whole panels. */
export function paddedRows(rows: number): number {
  return rows + (rows & 1);
}

/** Rounds a number of columns of `B` up to whole panels. */
export function paddedColumns(columns: number): number {
  return Math.ceil(columns / TILE_COLUMNS) * TILE_COLUMNS;
}

/**
 * Multiplies packed panels: `productBlock = A · B`, or `productBlock += A · B`.
 *
 * Panels are whole: lanes past `rows` and `columns` are computed too, so the product needs room for the padded block.
 * All arithmetic is in float64, whatever the dtype of the operands was.
 *
 * @param rows - rows of `A`.
 * @param columns - columns of `B`.
 * @param depth - inner size, that is columns of `A` and rows of `B`.
 * @param rowStart - where `A` begins in `rowPanels`.
 * @param columnStart - where `B` begins in `columnPanels`.
 * @param start - where the product begins in `productBlock`.
 * @param pitch - distance between rows of the product, at least `paddedColumns(columns)`.
 * @param accumulate - whether to add to the product instead of replacing it.
 */
export function multiplyPanels(
  rows: number,
  columns: number,
  depth: number,
  rowStart: number,
  columnStart: number,
  start: number,
  pitch: number,
  accumulate: boolean,
): void {
  for (let j = 0, b = columnStart; j < columns; j += TILE_COLUMNS, b += TILE_COLUMNS * depth) {
    for (
      let i = 0, a = rowStart, c = start + j;
      i < rows;
      i += TILE_ROWS, a += TILE_ROWS * depth, c += TILE_ROWS * pitch
    ) {
      multiplyTile(depth, a, b, c, pitch, accumulate);
    }
  }
}

/** One 2 × 3 tile: six accumulators and six products are what 16 registers hold without spilling. `| 0` spares overflow checks. */
function multiplyTile(
  depth: number,
  a: number,
  b: number,
  c: number,
  pitch: number,
  accumulate: boolean,
): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0;
  const end = (a + TILE_ROWS * depth) | 0;
  for (let p = a, q = b; p < end; p = (p + TILE_ROWS) | 0, q = (q + TILE_COLUMNS) | 0) {
    const b0 = columnPanels[q];
    const b1 = columnPanels[(q + 1) | 0];
    const b2 = columnPanels[(q + 2) | 0];
    const a0 = rowPanels[p];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    const a1 = rowPanels[(p + 1) | 0];
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
  }
  const d = (c + pitch) | 0;
  if (accumulate) {
    c00 += productBlock[c];
    c01 += productBlock[(c + 1) | 0];
    c02 += productBlock[(c + 2) | 0];
    c10 += productBlock[d];
    c11 += productBlock[(d + 1) | 0];
    c12 += productBlock[(d + 2) | 0];
  }
  productBlock[c] = c00;
  productBlock[(c + 1) | 0] = c01;
  productBlock[(c + 2) | 0] = c02;
  productBlock[d] = c10;
  productBlock[(d + 1) | 0] = c11;
  productBlock[(d + 2) | 0] = c12;
}
