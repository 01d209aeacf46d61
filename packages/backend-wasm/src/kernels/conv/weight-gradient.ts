import { hasRelaxedSimd } from '../../emit/vector.ts';
import { Areas } from '../../memory/areas.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { ADD_PARTS_ARGUMENTS, emitAddParts } from '../loops/emit-add-parts.ts';
import { TILE_ROWS, tileBytes } from '../matmul/tile.ts';
import { addBorder, bordered, borderOf, GRAIN_COPIED, imagesAtATime, tapWords } from './correlation.ts';
import { windowTaps } from './direct.ts';
import { emitWeightGradient, WEIGHT_GRADIENT_ARGUMENTS } from './emit-weight-gradient.ts';
import type { Geometry } from './geometry.ts';
import { densePlanes } from './geometry.ts';

/** Floating-point operations of a part of the sums. The parts, and so the numbers, do not depend on the threads. */
const PART_FLOPS = 1.5e8;
/** The most parts, and with them threads. */
const MOST_PARTS = 8;
/** Bytes of packed panels: they stay in the second cache. */
const PANEL_BYTES = 1.5 * (1 << 20);
/** The deepest panels. */
const DEPTH = 256;

/** How many parts the images of a gradient are cut into. */
export function partsOfGradient(flops: number, images: number): number {
  return Math.max(1, Math.min(MOST_PARTS, images, Math.round(flops / PART_FLOPS)));
}

/** Computes gradients of filters, as products of packed panels: any filter, stride, dilation and groups. */
export class WeightGradient {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
  }

  /** dw = Σ dy · (what its pixels see in x). Arguments are addresses. */
  run(g: Geometry, dy: number, x: number, dw: number): void {
    const { N, C, H, W, K, R, S, OH, OW, groups } = g;
    const { memory, tile } = this.#kernels;
    const [channels, rows, pixels] = [C / groups, K / groups, OH * OW];
    const taps = windowTaps(g);
    const source = densePlanes(x, C, H, W);
    const layout = bordered(source, borderOf(taps, g.stride, OH, OW, source));
    const atATime = imagesAtATime(N, C, layout);
    const columns = channels * R * S;
    const rowBytes = 4 * Math.ceil(columns / tile.columns) * tile.columns;
    const wanted = partsOfGradient(2 * K * columns * pixels * N, Math.min(N, atATime));
    const parts = Math.ceil(atATime / Math.ceil(atATime / wanted));
    const paddedRows = Math.ceil(rows / TILE_ROWS) * TILE_ROWS;
    const fitting = Math.floor(PANEL_BYTES / (4 * paddedRows + rowBytes));
    const depth = Math.max(64, Math.min(DEPTH, fitting));
    const blockImages = Math.max(1, Math.floor(depth / pixels));
    const blockPixels = Math.min(pixels, depth);

    const areas = new Areas();
    const borderedAt = areas.add(layout.isCopy ? atATime * C * layout.plane : 0);
    const tapsAt = areas.add(4 * taps.length);
    const sumsAt = areas.add(parts * K * rowBytes);
    const panels = blockImages * blockPixels * (4 * paddedRows + rowBytes);
    const perThread = Math.ceil((tileBytes(tile) + panels) / 64) * 64;
    const threadsAt = areas.add(perThread * this.#execute.threads);
    const base = this.#scratch.reserve(areas.bytes);
    memory.views.int32.set(tapWords(taps, layout), (base + tapsAt) >>> 2);

    const fused = hasRelaxedSimd();
    const kernel = this.#kernels.get(`conv-weights ${fused}`, () => emitWeightGradient(memory, fused, tile));
    const gradient = densePlanes(dy, K, OH, OW);
    for (let image = 0; image < N; image += atATime) {
      const images = Math.min(atATime, N - image);
      const from = source.address + image * source.image;
      if (layout.isCopy)
        addBorder(this.#kernels, this.#execute, from, source, layout, base + borderedAt, images * C);
      const words = WEIGHT_GRADIENT_ARGUMENTS.list({
        source: layout.isCopy ? base + borderedAt : from,
        sourceImage: C * layout.plane,
        sourcePlane: layout.plane,
        stepY: g.stride[0] * layout.row,
        stepX: 4 * g.stride[1],
        taps: base + tapsAt,
        tapCount: taps.length,
        channels,
        gradient: gradient.address + image * gradient.image,
        gradientImage: gradient.image,
        gradientPlane: gradient.plane,
        rows,
        columns: OW,
        pixels,
        images,
        partImages: Math.ceil(images / parts),
        blockImages,
        blockPixels,
        groups,
        fresh: Number(image === 0),
        sums: base + sumsAt,
        sumBytes: rows * rowBytes,
        scratch: base + threadsAt,
        scratchBytes: perThread,
      });
      this.#execute(kernel, writeWords(memory, words), parts * groups, 1);
    }
    this.#addParts(base + sumsAt, parts, K, rowBytes, columns, dw);
  }

  #addParts(
    sums: number,
    parts: number,
    rows: number,
    rowBytes: number,
    columns: number,
    target: number,
  ): void {
    const { memory } = this.#kernels;
    const kernel = this.#kernels.get('conv-add-parts', () => emitAddParts(memory));
    const partBytes = rows * rowBytes;
    const words = ADD_PARTS_ARGUMENTS.list({ sums, parts, partBytes, rowBytes, columns, target });
    const grain = Math.ceil(GRAIN_COPIED / (parts * columns));
    this.#execute(kernel, writeWords(memory, words), rows, grain);
  }
}
