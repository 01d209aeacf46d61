import type { FilterView } from './conv2d-geometry.ts';
import type { NumberArray } from './gemm.ts';
import { packRows } from './gemm.ts';
import {
  PANEL_CAPACITY,
  paddedColumns,
  paddedRows,
  panelScratch,
  TILE_COLUMNS,
  TILE_ROWS,
} from './panel-product.ts';
import type { PlaneView, WindowBlock, WindowGrid } from './windows.ts';
import { loadWindowBand, multiplyWindows, windowBlocks } from './windows.ts';

const { productBlock, rowPanels } = panelScratch();

const MAX_ROWS = 768;
const MAX_DEPTH = 320;
const MAX_COLUMNS = 384;

/** `correlate` for any taps: windows are packed a block at a time and multiplied as matrices. */
export function correlateDirect(
  images: number,
  grid: WindowGrid,
  source: PlaneView,
  filter: FilterView,
  target: PlaneView,
  bias: NumberArray | null,
  biasOffset: number,
): void {
  const depth = filter.channels * filter.taps.length;
  const resident = paddedRows(filter.rows) * depth <= PANEL_CAPACITY && filter.rows <= MAX_ROWS;
  if (resident) packFilter(filter, 0, filter.rows, 0, depth, true);
  for (let row = 0; row < filter.rows; row += MAX_ROWS) {
    const rows = Math.min(MAX_ROWS, filter.rows - row);
    const limit = wholeColumns(rows);
    for (const block of windowBlocks(images, grid.rows * grid.columns, limit)) {
      const columns = block.images * block.positions;
      const pitch = paddedColumns(columns);
      if (depth === 0) productBlock.fill(0, 0, rows * pitch);
      for (let q = 0; q < depth; q += MAX_DEPTH) {
        const size = Math.min(MAX_DEPTH, depth - q);
        const { first, count } = channelRange(q, size, filter.taps.length);
        const band = loadWindowBand(grid, block, source, first, count);
        if (!resident) packFilter(filter, row, rows, q, size, false);
        const filterStart = resident ? q * paddedRows(rows) : 0;
        const tap = q - first * filter.taps.length;
        multiplyWindows(rows, band.positions, 0, columns, band.taps, tap, size, filterStart, pitch, q > 0);
      }
      storePlanes(grid, block, row, rows, pitch, target, bias, biasOffset + row);
    }
  }
}

/** `filterGradient` for any taps. */
export function filterGradientDirect(
  images: number,
  grid: WindowGrid,
  source: PlaneView,
  gradient: PlaneView,
  filter: FilterView,
): void {
  const taps = filter.taps.length;
  const total = filter.channels * taps;
  const gridSize = grid.rows * grid.columns;
  const blocks = windowBlocks(images, gridSize, MAX_DEPTH);
  for (let row = 0; row < filter.rows; row += MAX_ROWS) {
    const rows = Math.min(MAX_ROWS, filter.rows - row);
    const limit = wholeColumns(rows);
    for (let q = 0; q < total; q += limit) {
      const columns = Math.min(limit, total - q);
      const pitch = paddedColumns(columns);
      const { first, count } = channelRange(q, columns, taps);
      productBlock.fill(0, 0, paddedRows(rows) * pitch);
      for (const block of blocks) {
        const depth = block.images * block.positions;
        const band = loadWindowBand(grid, block, source, first, count);
        for (let n = 0; n < block.images; n++) {
          const from =
            gradient.offset +
            (block.image + n) * gradient.imageStride +
            row * gradient.planeStride +
            block.position;
          packRows(
            rows,
            block.positions,
            gradient.data,
            from,
            gradient.planeStride,
            1,
            n * block.positions * TILE_ROWS,
            depth,
          );
        }
        const tap = q - first * taps;
        multiplyWindows(rows, band.taps, tap, columns, band.positions, 0, depth, 0, pitch, true);
      }
      for (let m = 0; m < rows; m++) {
        const to = filter.offset + (row + m) * filter.rowStride;
        for (let j = 0; j < columns; j++) {
          const c = Math.floor((q + j) / taps);
          filter.data[to + c * filter.channelStride + filter.taps[q + j - c * taps]] =
            productBlock[m * pitch + j];
        }
      }
    }
  }
}

/** As many columns, in whole panels, as the product has room for. */
function wholeColumns(rows: number): number {
  const room = Math.min(MAX_COLUMNS, Math.floor(PANEL_CAPACITY / paddedRows(rows)));
  return room - (room % TILE_COLUMNS);
}

function channelRange(tap: number, count: number, taps: number): { first: number; count: number } {
  const first = Math.floor(tap / taps);
  return { first, count: Math.ceil((tap + count) / taps) - first };
}

/** Packs filter rows into row panels; `blocked` lays blocks of {@link MAX_DEPTH} one after another. */
function packFilter(
  filter: FilterView,
  row: number,
  rows: number,
  from: number,
  depth: number,
  blocked: boolean,
): void {
  const { data, offset, rowStride, channelStride, taps } = filter;
  const blockDepth = blocked ? MAX_DEPTH : depth;
  let t = 0;
  for (let q = from; q < from + depth; q += blockDepth) {
    const end = Math.min(q + blockDepth, from + depth);
    for (let m = row; m < row + rows; m += TILE_ROWS) {
      const s = offset + m * rowStride;
      const next = m + 1 < row + rows ? rowStride : 0;
      for (let p = q; p < end; p++) {
        const c = Math.floor(p / taps.length);
        const o = s + c * channelStride + taps[p - c * taps.length];
        rowPanels[t++] = data[o];
        rowPanels[t++] = data[o + next];
      }
    }
  }
}

function storePlanes(
  grid: WindowGrid,
  block: WindowBlock,
  row: number,
  rows: number,
  pitch: number,
  target: PlaneView,
  bias: NumberArray | null,
  biasOffset: number,
): void {
  const { data, offset, imageStride, planeStride, rowStep, columnStep } = target;
  const end = block.position + block.positions;
  for (let m = 0; m < rows; m++) {
    const shift = bias === null ? 0 : bias[biasOffset + m];
    let s = m * pitch;
    for (let n = block.image; n < block.image + block.images; n++) {
      const plane = offset + n * imageStride + (row + m) * planeStride;
      for (let p = block.position; p < end; ) {
        const y = Math.floor(p / grid.columns);
        const x = p - y * grid.columns;
        const run = Math.min(end - p, grid.columns - x);
        let t = plane + y * rowStep + x * columnStep;
        for (const stop = s + run; s < stop; s = (s + 1) | 0, t = (t + columnStep) | 0)
          data[t] = productBlock[s] + shift;
        p += run;
      }
    }
  }
}
