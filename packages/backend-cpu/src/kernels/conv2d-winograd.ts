import type { FilterView } from './conv2d-geometry.ts';
import type { NumberArray } from './gemm.ts';
import {
  multiplyPanels,
  PANEL_CAPACITY,
  paddedColumns,
  paddedRows,
  panelScratch,
  TILE_COLUMNS,
  TILE_ROWS,
} from './panel-product.ts';
import type { PlaneView, WindowGrid } from './windows.ts';
import {
  gatherFilter,
  gatherOutput,
  SPECTRUM,
  spreadFilter,
  spreadGradient,
  spreadInput,
  TILE_SIZE,
} from './winograd-transforms.ts';

/** Beyond this the scratch holds too few tiles, and transforms cost more than they save. */
export const MAX_CHANNELS = 1024;

const MAX_TILES = 48;
const MIN_TILES = 12;
const LAYER_CAPACITY = Math.floor(PANEL_CAPACITY / SPECTRUM) - 24;
const { productBlock } = panelScratch();
const filterTile = new Float64Array(9);
const outputTile = new Float64Array(TILE_SIZE * TILE_SIZE);
let plane = new Float64Array(0);

/** Output tiles are numbered through all images; a block is a run of them. */
interface TileBlock {
  readonly start: number;
  readonly count: number;
  readonly across: number;
  readonly perImage: number;
}

/** `correlate` for 3 × 3 taps at stride 1: 36 products for each 16 outputs, instead of 144. */
export function correlateWinograd(
  images: number,
  grid: WindowGrid,
  source: PlaneView,
  filter: FilterView,
  target: PlaneView,
  bias: NumberArray | null,
  biasOffset: number,
): void {
  const { channels } = filter;
  const { across, perImage } = tiling(grid);
  const tiles = images * perImage;
  const rowBlock = split(
    filter.rows,
    Math.min(Math.floor(LAYER_CAPACITY / channels), Math.floor(LAYER_CAPACITY / MIN_TILES)),
    TILE_ROWS,
  );
  const tileBlock = split(
    tiles,
    Math.min(MAX_TILES, Math.floor(LAYER_CAPACITY / Math.max(channels, rowBlock))),
    TILE_COLUMNS,
  );
  for (let row = 0; row < filter.rows; row += rowBlock) {
    const rows = Math.min(rowBlock, filter.rows - row);
    const filterStride = spectrumStride(paddedRows(rows) * channels);
    spreadFilters(filter, row, rows, filterStride);
    for (let start = 0; start < tiles; start += tileBlock) {
      const count = Math.min(tileBlock, tiles - start);
      const block = { start, count, across, perImage };
      const pitch = paddedColumns(count);
      const inputStride = spectrumStride(pitch * channels);
      const productStride = spectrumStride(paddedRows(rows) * pitch);
      spreadTiles(
        block,
        grid.height,
        grid.width,
        grid.tapY[0],
        grid.tapX[0],
        source,
        0,
        channels,
        'tiles',
        inputStride,
      );
      for (let f = 0; f < SPECTRUM; f++) {
        multiplyPanels(
          rows,
          count,
          channels,
          f * filterStride,
          f * inputStride,
          f * productStride,
          pitch,
          false,
        );
      }
      storeTiles(block, grid, row, rows, pitch, productStride, target, bias, biasOffset);
    }
  }
}

/** `filterGradient` for 3 × 3 taps at stride 1. */
export function filterGradientWinograd(
  images: number,
  grid: WindowGrid,
  source: PlaneView,
  gradient: PlaneView,
  filter: FilterView,
): void {
  const { channels } = filter;
  const { across, perImage } = tiling(grid);
  const tiles = images * perImage;
  const pitch = paddedColumns(channels);
  const rowBlock = split(
    filter.rows,
    Math.min(Math.floor(LAYER_CAPACITY / pitch), Math.floor(LAYER_CAPACITY / MIN_TILES)),
    TILE_ROWS,
  );
  const tileBlock = split(
    tiles,
    Math.min(MAX_TILES, Math.floor(LAYER_CAPACITY / Math.max(pitch, rowBlock))),
    1,
  );
  for (let row = 0; row < filter.rows; row += rowBlock) {
    const rows = Math.min(rowBlock, filter.rows - row);
    const productStride = spectrumStride(paddedRows(rows) * pitch);
    productBlock.fill(0, 0, SPECTRUM * productStride);
    for (let start = 0; start < tiles; start += tileBlock) {
      const count = Math.min(tileBlock, tiles - start);
      const block = { start, count, across, perImage };
      const inputStride = spectrumStride(pitch * count);
      const gradientStride = spectrumStride(paddedRows(rows) * count);
      spreadTiles(
        block,
        grid.height,
        grid.width,
        grid.tapY[0],
        grid.tapX[0],
        source,
        0,
        channels,
        'channels',
        inputStride,
      );
      spreadTiles(block, grid.rows, grid.columns, 0, 0, gradient, row, rows, 'gradient', gradientStride);
      for (let f = 0; f < SPECTRUM; f++) {
        multiplyPanels(
          rows,
          channels,
          count,
          f * gradientStride,
          f * inputStride,
          f * productStride,
          pitch,
          true,
        );
      }
    }
    storeFilters(filter, row, rows, pitch, productStride);
  }
}

function tiling(grid: WindowGrid): { across: number; perImage: number } {
  const across = Math.ceil(grid.columns / TILE_SIZE);
  return { across, perImage: across * Math.ceil(grid.rows / TILE_SIZE) };
}

/** Equal blocks of at most `limit`, each a multiple of `unit` where that is possible. */
function split(size: number, limit: number, unit: number): number {
  const whole = Math.max(unit, limit - (limit % unit));
  const even = Math.ceil(size / Math.ceil(size / whole));
  return Math.min(whole, Math.ceil(even / unit) * unit);
}

/** An odd number of cache lines: 36 stores a power of two apart would all fall into one cache set. */
function spectrumStride(size: number): number {
  return Math.ceil(size / 16) * 16 + 8;
}

function panelIndex(lane: number, step: number, steps: number, width: number): number {
  const rest = lane % width;
  return ((lane - rest) * steps + step * width + rest) | 0;
}

/**
 * Transforms the tiles of a block, channel by channel, into panels whose lanes are the tiles (a convolution),
 * the channels (its filter gradient), or the channels of the output's gradient, which needs no margin.
 */
function spreadTiles(
  block: TileBlock,
  height: number,
  width: number,
  top: number,
  left: number,
  source: PlaneView,
  firstChannel: number,
  channels: number,
  lanes: 'tiles' | 'channels' | 'gradient',
  stride: number,
): void {
  const { start, count, across, perImage } = block;
  const margin = lanes === 'gradient' ? 0 : 2;
  const pitch = across * TILE_SIZE + margin;
  for (let done = 0; done < count; ) {
    const image = Math.floor((start + done) / perImage);
    const first = start + done - image * perImage;
    const run = Math.min(count - done, perImage - first);
    const firstRow = Math.floor(first / across);
    const bandRows = (Math.floor((first + run - 1) / across) - firstRow + 1) * TILE_SIZE + margin;
    for (let c = 0; c < channels; c++) {
      const from = source.offset + image * source.imageStride + (firstChannel + c) * source.planeStride;
      loadPlane(source.data, from, height, width, firstRow * TILE_SIZE + top, bandRows, left, pitch);
      let tileRow = 0;
      let tileColumn = first - firstRow * across;
      for (let t = done; t < done + run; t++) {
        const at = (tileRow * pitch + tileColumn) * TILE_SIZE;
        if (lanes === 'tiles')
          spreadInput(plane, at, pitch, panelIndex(t, c, channels, TILE_COLUMNS), stride);
        else if (lanes === 'channels')
          spreadInput(plane, at, pitch, panelIndex(c, t, count, TILE_COLUMNS), stride);
        else spreadGradient(plane, at, pitch, panelIndex(c, t, count, TILE_ROWS), stride);
        if (++tileColumn === across) {
          tileColumn = 0;
          tileRow++;
        }
      }
    }
    done += run;
  }
}

/** Copies a window of one source plane, zeros outside it. */
function loadPlane(
  source: NumberArray,
  offset: number,
  height: number,
  width: number,
  top: number,
  rows: number,
  left: number,
  pitch: number,
): void {
  if (plane.length < rows * pitch) plane = new Float64Array(rows * pitch);
  const target = plane;
  const x0 = Math.max(0, -left);
  const x1 = Math.min(pitch, width - left);
  let t = 0;
  for (let y = top; y < top + rows; y++) {
    const end = t + pitch;
    if (y < 0 || y >= height) {
      for (; t < end; t = (t + 1) | 0) target[t] = 0;
      continue;
    }
    let s = offset + y * width + left + x0;
    const begin = t + x0;
    const stop = t + x1;
    for (; t < begin; t = (t + 1) | 0) target[t] = 0;
    for (; t < stop; t = (t + 1) | 0, s = (s + 1) | 0) target[t] = source[s];
    for (; t < end; t = (t + 1) | 0) target[t] = 0;
  }
}

function spreadFilters(filter: FilterView, row: number, rows: number, stride: number): void {
  for (let m = 0; m < paddedRows(rows); m++) {
    for (let c = 0; c < filter.channels; c++) {
      const from =
        filter.offset + (row + Math.min(m, rows - 1)) * filter.rowStride + c * filter.channelStride;
      for (let t = 0; t < 9; t++) filterTile[t] = filter.data[from + filter.taps[t]];
      spreadFilter(filterTile, panelIndex(m, c, filter.channels, TILE_ROWS), stride);
    }
  }
}

function storeTiles(
  block: TileBlock,
  grid: WindowGrid,
  row: number,
  rows: number,
  pitch: number,
  stride: number,
  target: PlaneView,
  bias: NumberArray | null,
  biasOffset: number,
): void {
  const { data, offset, imageStride, planeStride, rowStep, columnStep } = target;
  const { start, count, across, perImage } = block;
  for (let t = 0; t < count; t++) {
    const image = Math.floor((start + t) / perImage);
    const tile = start + t - image * perImage;
    const y = Math.floor(tile / across) * TILE_SIZE;
    const x = (tile % across) * TILE_SIZE;
    const height = Math.min(TILE_SIZE, grid.rows - y);
    const width = Math.min(TILE_SIZE, grid.columns - x);
    const to = offset + image * imageStride + row * planeStride + y * rowStep + x * columnStep;
    for (let m = 0; m < rows; m++) {
      gatherOutput(m * pitch + t, stride, outputTile);
      storeTile(
        data,
        to + m * planeStride,
        rowStep,
        columnStep,
        height,
        width,
        bias === null ? 0 : bias[biasOffset + row + m],
      );
    }
  }
}

/** Outputs that cancel exactly come out of the transforms as noise of 1e-15 of the tile; they are zeros again here, as relu's gradient needs. */
function storeTile(
  data: NumberArray,
  to: number,
  rowStep: number,
  columnStep: number,
  height: number,
  width: number,
  shift: number,
): void {
  let largest = 0;
  for (let s = 0; s < TILE_SIZE * TILE_SIZE; s = (s + 1) | 0)
    largest = Math.max(largest, Math.abs(outputTile[s]));
  const noise = largest * 2 ** -40;
  for (let i = 0; i < height; i = (i + 1) | 0, to = (to + rowStep) | 0) {
    const s = (i * TILE_SIZE) | 0;
    for (let j = 0, o = to; j < width; j = (j + 1) | 0, o = (o + columnStep) | 0) {
      const value = outputTile[(s + j) | 0];
      data[o] = Math.abs(value) < noise ? shift : value + shift;
    }
  }
}

function storeFilters(filter: FilterView, row: number, rows: number, pitch: number, stride: number): void {
  for (let m = 0; m < rows; m++) {
    for (let c = 0; c < filter.channels; c++) {
      gatherFilter(m * pitch + c, stride, filterTile);
      const to = filter.offset + (row + m) * filter.rowStride + c * filter.channelStride;
      for (let t = 0; t < 9; t++) filter.data[to + filter.taps[t]] = filterTile[t];
    }
  }
}
