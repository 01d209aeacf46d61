import { hasRelaxedSimd } from '../../emit/vector.ts';
import { Areas } from '../../memory/areas.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { copyPadded } from '../loops/copy-padded.ts';
import { TILE_ROWS, tileBytes } from '../matmul/tile.ts';
import type { OutputMap } from '../output-map.ts';
import { keyOfMap } from '../output-map.ts';
import { CORRELATE_ARGUMENTS, emitCorrelate } from './emit-correlate.ts';
import { emitFilters, FILTER_ARGUMENTS } from './emit-filters.ts';
import { emitPad, PAD_ARGUMENTS } from './emit-pad.ts';
import type { Border, Planes } from './geometry.ts';

/** A place of a filter: which pixel it sees, counted from the one at a window's start, and where its weight is. */
export interface Tap {
  readonly y: number;
  readonly x: number;
  /** Bytes from the start of a channel's filter. */
  readonly filter: number;
}

/** Filters where they lie, a matrix of rows and channels for each group. Strides are in bytes. */
export interface Filters {
  readonly address: number;
  readonly group: number;
  readonly row: number;
  readonly channel: number;
}

/** Pixels to compute, and where they go. Strides are in bytes. */
export interface Target {
  readonly address: number;
  readonly height: number;
  readonly width: number;
  readonly image: number;
  readonly plane: number;
  readonly row: number;
  readonly column: number;
}

/** One correlation of planes with filters: what every pixel of the target is computed from. */
export interface Correlation {
  readonly taps: readonly Tap[];
  /** Pixels of the source from one output pixel to the next, down and to the right. */
  readonly step: readonly [number, number];
  readonly filters: Filters;
  readonly target: Target;
}

/** What correlations that run together have in common. */
export interface CorrelationInput {
  readonly images: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly channels: number;
  /** Output channels of a group. */
  readonly rows: number;
  readonly source: Planes;
  /** Numbers that output channels start from, side by side, or null. */
  readonly bias: { readonly address: number } | null;
  /** What is applied to the output, whose pixels then lie side by side. */
  readonly map: OutputMap | null;
}

/** Bytes of bordered planes that are made at a time. */
const BORDERED_BYTES = 1 << 24;
/** Floating-point operations that are worth another thread: some 50 µs. */
const GRAIN_FLOPS = 3e6;
/** Elements of planes that are worth another thread. */
export const GRAIN_COPIED = 65_536;
/** The deepest panel: it and a tile's filters stay in the first cache. */
const DEPTH = 256;

/** The border that taps need so as never to leave the planes. */
export function borderOf(
  taps: readonly Tap[],
  [stepY, stepX]: readonly [number, number],
  rows: number,
  columns: number,
  { height, width }: Pick<Planes, 'height' | 'width'>,
): Border {
  const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
  return {
    top: most(taps.map(({ y }) => -y)),
    left: most(taps.map(({ x }) => -x)),
    bottom: most(taps.map(({ y }) => y + stepY * (rows - 1) - (height - 1))),
    right: most(taps.map(({ x }) => x + stepX * (columns - 1) - (width - 1))),
  };
}

/** A border as wide as each of several. */
function unite(borders: readonly Border[]): Border {
  const most = (side: keyof Border): number => Math.max(0, ...borders.map((border) => border[side]));
  return { top: most('top'), left: most('left'), bottom: most('bottom'), right: most('right') };
}

/** Planes with a border, and where their own first element is. */
export interface Bordered {
  readonly plane: number;
  readonly row: number;
  /** Bytes from the start of a plane to its own first element. */
  readonly inset: number;
  /** False where planes need no copy. */
  readonly isCopy: boolean;
}

/** The layout of planes with a border. */
export function bordered({ height, width, plane }: Planes, border: Border): Bordered {
  const isCopy = Object.values(border).some((n) => n > 0);
  if (!isCopy) return { plane, row: 4 * width, inset: 0, isCopy };
  const row = 4 * (border.left + width + border.right);
  const rows = border.top + height + border.bottom;
  return { plane: rows * row, row, inset: border.top * row + 4 * border.left, isCopy };
}

/** How many images with borders are made at a time. */
export function imagesAtATime(images: number, channels: number, { plane, isCopy }: Bordered): number {
  if (!isCopy) return images;
  return Math.min(images, Math.max(1, Math.floor(BORDERED_BYTES / Math.max(1, channels * plane))));
}

/** Copies planes into planes with a border. */
export function addBorder(
  kernels: KernelCache,
  execute: Executor,
  source: number,
  { height, width }: Planes,
  layout: Bordered,
  target: number,
  planes: number,
): void {
  const { memory } = kernels;
  const pad = kernels.get('conv-pad', () => emitPad(memory));
  const words = PAD_ARGUMENTS.list({
    source,
    sourceRow: 4 * width,
    height,
    target,
    targetRow: layout.row,
    targetPlane: layout.plane,
    inset: layout.inset,
  });
  execute(pad, writeWords(memory, words), planes, Math.ceil((4 * GRAIN_COPIED) / layout.plane));
}

/** The tables of words that say where taps are. */
export function tapWords(taps: readonly Tap[], { row, inset }: Bordered): number[] {
  return taps.map(({ y, x }) => inset + y * row + 4 * x);
}

/** Correlates planes with filters, as products of packed panels. The targets together are the whole output. */
export class Correlator {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
  }

  run(input: CorrelationInput, correlations: readonly Correlation[]): void {
    const { images, groups, channels, rows, source } = input;
    const layout = bordered(
      source,
      unite(
        correlations.map(({ taps, step, target }) =>
          borderOf(taps, step, target.height, target.width, source),
        ),
      ),
    );
    const atATime = imagesAtATime(images, groups * channels, layout);
    const paddedRows = Math.ceil(rows / TILE_ROWS) * TILE_ROWS;
    const areas = new Areas();
    const borderedAt = areas.add(layout.isCopy ? atATime * groups * channels * layout.plane : 0);
    const biasAt = areas.add(4 * groups * paddedRows);
    const plans = correlations.map((correlation) => ({
      correlation,
      tapsAt: areas.add(4 * correlation.taps.length),
      filterTapsAt: areas.add(4 * correlation.taps.length),
      packedAt: areas.add(4 * groups * paddedRows * channels * correlation.taps.length),
    }));
    const deepest = Math.max(...correlations.map(({ taps }) => taps.length * channels));
    const { tile } = this.#kernels;
    const panel = 4 * tile.columns * Math.max(deepest, DEPTH);
    const perThread = Math.ceil((tileBytes(tile) + panel) / 64) * 64;
    const threadsAt = areas.add(perThread * this.#execute.threads);
    const base = this.#scratch.reserve(areas.bytes);
    this.#copyBias(input, base + biasAt, paddedRows);
    for (const { correlation, tapsAt, filterTapsAt, packedAt } of plans) {
      const { int32 } = this.#kernels.memory.views;
      int32.set(tapWords(correlation.taps, layout), (base + tapsAt) >>> 2);
      int32.set(
        correlation.taps.map(({ filter }) => filter),
        (base + filterTapsAt) >>> 2,
      );
      this.#packFilters(input, correlation, base + filterTapsAt, base + packedAt);
    }
    for (let image = 0; image < images; image += atATime) {
      const count = Math.min(atATime, images - image);
      const from = source.address + image * source.image;
      if (layout.isCopy) {
        const planes = count * groups * channels;
        addBorder(this.#kernels, this.#execute, from, source, layout, base + borderedAt, planes);
      }
      const at = layout.isCopy ? base + borderedAt : from;
      for (const { correlation, tapsAt, packedAt } of plans) {
        this.#correlate(input, correlation, layout, {
          source: at,
          images: count,
          target: correlation.target.address + image * correlation.target.image,
          taps: base + tapsAt,
          filters: base + packedAt,
          bias: input.bias ? base + biasAt : 0,
          scratch: base + threadsAt,
          scratchBytes: perThread,
        });
      }
    }
  }

  /** Copies the bias, each group's padded with zeros to whole tiles. */
  #copyBias({ bias, groups, rows }: CorrelationInput, to: number, paddedRows: number): void {
    if (!bias) return;
    for (let group = 0; group < groups; group++) {
      const from = { address: bias.address + 4 * group * rows, stride: 4 };
      copyPadded(this.#kernels.memory, from, rows, to + 4 * group * paddedRows, paddedRows);
    }
  }

  #packFilters(
    { groups, rows, channels }: CorrelationInput,
    { taps, filters }: Correlation,
    tapTable: number,
    packed: number,
  ): void {
    const { memory } = this.#kernels;
    const kernel = this.#kernels.get('conv-filters', () => emitFilters(memory));
    const words = FILTER_ARGUMENTS.list({
      filters: filters.address,
      groupStride: filters.group,
      rowStride: filters.row,
      channelStride: filters.channel,
      taps: tapTable,
      tapCount: taps.length,
      rows,
      channels,
      packed,
    });
    const perTile = Math.max(1, TILE_ROWS * channels * taps.length);
    const tiles = groups * Math.ceil(rows / TILE_ROWS);
    this.#execute(kernel, writeWords(memory, words), tiles, Math.ceil(GRAIN_COPIED / perTile));
  }

  #correlate(
    { groups, channels, rows, source, map }: CorrelationInput,
    { taps, step, target }: Correlation,
    layout: Bordered,
    at: Readonly<
      Record<
        'source' | 'images' | 'target' | 'taps' | 'filters' | 'bias' | 'scratch' | 'scratchBytes',
        number
      >
    >,
  ): void {
    const { memory, tile } = this.#kernels;
    const fused = hasRelaxedSimd();
    const pixels = target.height * target.width;
    const isScattered = target.column !== 4 || target.row !== 4 * target.width;
    const kernel = this.#kernels.get(`conv-correlate ${fused} ${isScattered}${keyOfMap(map)}`, () =>
      emitCorrelate(memory, fused, tile, isScattered, map),
    );
    const flopsPerPixel = 2 * rows * channels * Math.max(1, taps.length);
    const worth = Math.ceil(GRAIN_FLOPS / flopsPerPixel / tile.columns) * tile.columns;
    const bandPixels = Math.min(Math.max(worth, 8 * tile.columns), Math.max(1, pixels));
    const bands = Math.ceil(pixels / bandPixels);
    const words = CORRELATE_ARGUMENTS.list({
      source: at.source,
      sourceImage: layout.isCopy ? groups * channels * layout.plane : source.image,
      sourcePlane: layout.plane,
      stepY: step[0] * layout.row,
      stepX: 4 * step[1],
      channels,
      blockChannels: isScattered ? channels : Math.max(1, Math.floor(DEPTH / Math.max(1, taps.length))),
      taps: at.taps,
      tapCount: taps.length,
      columns: target.width,
      pixels,
      bandPixels,
      bands,
      groups,
      filters: at.filters,
      rows,
      bias: at.bias,
      target: at.target,
      targetImage: target.image,
      targetPlane: target.plane,
      targetRow: target.row,
      targetColumn: target.column,
      scratch: at.scratch,
      scratchBytes: at.scratchBytes,
    });
    const grain = Math.max(1, Math.ceil(GRAIN_FLOPS / (flopsPerPixel * bandPixels)));
    this.#execute(kernel, writeWords(memory, words), at.images * groups * bands, grain);
  }
}
