import type { NumberArray } from './gemm.ts';
import { multiplyPanels, panelScratch, TILE_COLUMNS, TILE_ROWS } from './panel-product.ts';

const THIN_ROWS = 2;
const { rowPanels, columnPanels, productBlock } = panelScratch();

/**
 * Windows that slide over zero-padded planes: the window at grid position (i, j) reads, at tap t,
 * the source pixel (i · stepY + tapY[t], j · stepX + tapX[t]), or 0 where that lies outside.
 */
export interface WindowGrid {
  /** Source rows. */
  readonly height: number;
  /** Source columns. */
  readonly width: number;
  /** Grid rows. */
  readonly rows: number;
  /** Grid columns. */
  readonly columns: number;
  readonly stepY: number;
  readonly stepX: number;
  readonly tapY: readonly number[];
  readonly tapX: readonly number[];
}

/** One group's channels in a contiguous NCHW tensor; the steps let a sparse grid of pixels be written. */
export interface PlaneView {
  readonly data: NumberArray;
  readonly offset: number;
  readonly imageStride: number;
  readonly planeStride: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** A run of grid positions: all positions of several images, or some positions of one. */
export interface WindowBlock {
  readonly image: number;
  readonly images: number;
  readonly position: number;
  readonly positions: number;
}

/** Cuts `images` grids into blocks of at most `limit` positions, equal as far as possible. */
export function windowBlocks(images: number, gridSize: number, limit: number): WindowBlock[] {
  const blocks: WindowBlock[] = [];
  if (gridSize === 0) return blocks;
  const perImage = Math.ceil(gridSize / limit);
  const size = Math.ceil(gridSize / perImage);
  const together = Math.max(1, Math.floor(limit / gridSize));
  const group = Math.ceil(images / Math.ceil(images / together));
  for (let image = 0; image < images; image += group) {
    for (let position = 0; position < gridSize; position += size) {
      blocks.push({
        image,
        images: Math.min(group, images - image),
        position,
        positions: Math.min(size, gridSize - position),
      });
    }
  }
  return blocks;
}

/** Padded float64 copies of the source rows that a block of windows reads, with the offsets of positions and taps in them. */
export interface WindowBand {
  /** Offset of each position of the block. */
  readonly positions: Int32Array;
  /** Offset of each (channel, tap), channels counted from the first one loaded. */
  readonly taps: Int32Array;
}

let planes = new Float64Array(0);

/**
 * Copies the rows that `block` reads to padded planes, for `channels` channels from `firstChannel` on.
 */
export function loadWindowBand(
  grid: WindowGrid,
  block: WindowBlock,
  source: PlaneView,
  firstChannel: number,
  channels: number,
): WindowBand {
  const { height, width, columns, stepY, stepX, tapY, tapX } = grid;
  const firstRow = Math.floor(block.position / columns);
  const lastRow = Math.floor((block.position + block.positions - 1) / columns);
  const top = firstRow * stepY + Math.min(...tapY);
  const left = Math.min(...tapX);
  const bandHeight = lastRow * stepY + Math.max(...tapY) - top + 1;
  const bandWidth = (columns - 1) * stepX + Math.max(...tapX) - left + 1;
  const planeSize = bandHeight * bandWidth;
  const imageSize = channels * planeSize;
  if (planes.length < block.images * imageSize) planes = new Float64Array(block.images * imageSize);
  else planes.fill(0, 0, block.images * imageSize);

  const y0 = Math.max(0, top);
  const y1 = Math.min(height, top + bandHeight);
  const x0 = Math.max(0, left);
  const x1 = Math.min(width, left + bandWidth);
  for (let n = 0; n < block.images; n++) {
    for (let c = 0; c < channels; c++) {
      const from =
        source.offset + (block.image + n) * source.imageStride + (firstChannel + c) * source.planeStride;
      const to = n * imageSize + c * planeSize - top * bandWidth - left;
      for (let y = y0; y < y1; y++)
        copyRun(source.data, from + y * width + x0, to + y * bandWidth + x0, x1 - x0);
    }
  }

  const positions = new Int32Array(block.images * block.positions);
  for (let n = 0, p = 0; n < block.images; n++) {
    let row = 0;
    let column = block.position - firstRow * columns;
    for (let i = 0; i < block.positions; i++) {
      positions[p++] = n * imageSize + row * stepY * bandWidth + column * stepX;
      if (++column === columns) {
        column = 0;
        row++;
      }
    }
  }
  const taps = new Int32Array(channels * tapY.length);
  let q = 0;
  for (let c = 0; c < channels; c++) {
    for (let t = 0; t < tapY.length; t++) {
      taps[q++] = c * planeSize + (firstRow * stepY + tapY[t] - top) * bandWidth + tapX[t] - left;
    }
  }
  return { positions, taps };
}

function copyRun(source: NumberArray, from: number, to: number, length: number): void {
  const target = planes;
  for (const end = from + length; from < end; from = (from + 1) | 0, to = (to + 1) | 0)
    target[to] = source[from];
}

/**
 * Multiplies packed rows by windows: `productBlock = A · B`, or `+=`, where `B` holds at column j, inner index p
 * the band element at `lanes[laneStart + j] + steps[stepStart + p]`.
 * Lanes are positions and steps are taps for a convolution, the other way round for the gradient of its filter.
 *
 * @param rowStart - where `A` begins in `rowPanels`.
 * @param pitch - distance between rows of the product, a multiple of 3.
 */
export function multiplyWindows(
  rows: number,
  lanes: Int32Array,
  laneStart: number,
  laneCount: number,
  steps: Int32Array,
  stepStart: number,
  stepCount: number,
  rowStart: number,
  pitch: number,
  accumulate: boolean,
): void {
  const last = laneStart + laneCount - 1;
  const stepEnd = stepStart + stepCount;
  if (rows > THIN_ROWS) {
    packWindows(lanes, laneStart, last, steps, stepStart, stepEnd);
    multiplyPanels(rows, laneCount, stepCount, rowStart, 0, 0, pitch, accumulate);
  } else {
    for (let m = 0; m < rows; m++) {
      multiplyThin(lanes, laneStart, last, steps, stepStart, stepEnd, rowStart + m, m * pitch, accumulate);
    }
  }
}

function packWindows(
  lanes: Int32Array,
  laneStart: number,
  last: number,
  steps: Int32Array,
  stepStart: number,
  stepEnd: number,
): void {
  const source = planes;
  let t = 0;
  for (let j = laneStart; j <= last; j += TILE_COLUMNS) {
    const lane0 = lanes[j];
    // A panel's missing columns repeat the last one: their products are never stored.
    const lane1 = lanes[Math.min(j + 1, last)];
    const lane2 = lanes[Math.min(j + 2, last)];
    for (let p = stepStart; p < stepEnd; p = (p + 1) | 0) {
      const step = steps[p];
      columnPanels[t] = source[(lane0 + step) | 0];
      columnPanels[(t + 1) | 0] = source[(lane1 + step) | 0];
      columnPanels[(t + 2) | 0] = source[(lane2 + step) | 0];
      t = (t + TILE_COLUMNS) | 0;
    }
  }
}

/** One row times windows read in place: for so few rows, packing would cost more than the product. */
function multiplyThin(
  lanes: Int32Array,
  laneStart: number,
  last: number,
  steps: Int32Array,
  stepStart: number,
  stepEnd: number,
  row: number,
  c: number,
  accumulate: boolean,
): void {
  const source = planes;
  for (let j = laneStart; j <= last; j += TILE_COLUMNS, c += TILE_COLUMNS) {
    const lane0 = lanes[j];
    const lane1 = lanes[Math.min(j + 1, last)];
    const lane2 = lanes[Math.min(j + 2, last)];
    let c0 = 0;
    let c1 = 0;
    let c2 = 0;
    for (let p = stepStart, a = row; p < stepEnd; p = (p + 1) | 0, a = (a + TILE_ROWS) | 0) {
      const step = steps[p];
      const weight = rowPanels[a];
      c0 += weight * source[(lane0 + step) | 0];
      c1 += weight * source[(lane1 + step) | 0];
      c2 += weight * source[(lane2 + step) | 0];
    }
    productBlock[c] = accumulate ? productBlock[c] + c0 : c0;
    productBlock[c + 1] = accumulate ? productBlock[c + 1] + c1 : c1;
    productBlock[c + 2] = accumulate ? productBlock[c + 2] + c2 : c2;
  }
}
