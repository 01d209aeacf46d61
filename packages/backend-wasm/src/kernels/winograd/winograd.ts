import { hasRelaxedSimd } from '../../emit/vector.ts';
import { Areas } from '../../memory/areas.ts';
import type { Scratch } from '../../memory/scratch.ts';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import type { Geometry, Planes } from '../conv/geometry.ts';
import { densePlanes } from '../conv/geometry.ts';
import { partsOfGradient } from '../conv/weight-gradient.ts';
import { copyPadded } from '../loops/copy-padded.ts';
import type { OutputMap } from '../output-map.ts';
import { keyOfMap } from '../output-map.ts';
import { emitFilterTransform, FILTER_ARGUMENTS } from './emit-filter.ts';
import { emitForward, FORWARD_ARGUMENTS } from './emit-forward.ts';
import { ASIDE_BYTES } from './emit-gather.ts';
import { emitFinish, emitGradient, FINISH_ARGUMENTS, GRADIENT_ARGUMENTS } from './emit-gradient.ts';
import { HALF_BYTES } from './emit-spread.ts';
import { BLOCK, PIXEL_BYTES } from './emit-stage.ts';
import { blocksOf, oddLines, panelsOf, stageBytes, tilingOf } from './plan.ts';
import { POINTS, SPECTRUM, TILE } from './transforms.ts';

/** Floating-point operations that are worth another thread: some 50 µs. */
const GRAIN_FLOPS = 3e6;
/** Rows that the last tile of rows may have too many. */
const SPARE_ROWS = 4;

/** 3 × 3 filters of one group where they lie. Strides are in bytes, from one to the next. */
interface FilterView {
  readonly address: number;
  readonly row: number;
  readonly channel: number;
  readonly tap: number;
}

/** One group's convolution: planes in, planes out. */
interface Pass {
  readonly images: number;
  readonly channels: number;
  readonly rows: number;
  readonly padding: readonly [number, number];
  readonly source: Planes;
  readonly filters: FilterView;
  readonly bias: number | null;
  readonly target: Planes;
  readonly map: OutputMap | null;
}

/** Convolves with 3 × 3 filters by way of transforms, which take less than a third of the multiplications. */
export class Winograd {
  readonly #kernels: KernelCache;
  readonly #execute: Executor;
  readonly #scratch: Scratch;
  readonly #fused = hasRelaxedSimd();

  constructor(kernels: KernelCache, execute: Executor, scratch: Scratch) {
    this.#kernels = kernels;
    this.#execute = execute;
    this.#scratch = scratch;
  }

  /** y = x * w + bias. Arguments are addresses. */
  forward(g: Geometry, x: number, w: number, bias: number | null, y: number, map: OutputMap | null): void {
    const { N, C, H, W, K, OH, OW, groups, padding } = g;
    const channels = C / groups;
    this.#eachGroup(groups, {
      images: N,
      channels,
      rows: K / groups,
      padding,
      source: densePlanes(x, C, H, W),
      filters: { address: w, row: 36 * channels, channel: 36, tap: 4 },
      bias,
      target: densePlanes(y, K, OH, OW),
      map,
    });
  }

  /** dx: the convolution of dy by the filters turned around, whose rows and channels have changed places. */
  inputGradient(g: Geometry, dy: number, w: number, dx: number, map: OutputMap | null): void {
    const { N, C, H, W, K, OH, OW, groups, padding } = g;
    const rows = C / groups;
    this.#eachGroup(groups, {
      images: N,
      channels: K / groups,
      rows,
      padding: [2 - padding[0], 2 - padding[1]],
      source: densePlanes(dy, K, OH, OW),
      filters: { address: w + 32, row: 36, channel: 36 * rows, tap: -4 },
      bias: null,
      target: densePlanes(dx, C, H, W),
      map,
    });
  }

  /** Convolves the groups one after the other, given the first. */
  #eachGroup(groups: number, first: Pass): void {
    const { channels, rows, source, filters, bias, target } = first;
    for (let group = 0; group < groups; group++) {
      this.#pass({
        ...first,
        source: { ...source, address: source.address + group * channels * source.plane },
        filters: { ...filters, address: filters.address + 36 * group * rows * channels },
        bias: bias === null ? null : bias + 4 * group * rows,
        target: { ...target, address: target.address + group * rows * target.plane },
      });
    }
  }

  #pass({ images, channels, rows, padding, source, filters, bias, target, map }: Pass): void {
    const { memory, tile } = this.#kernels;
    const tiling = tilingOf(images, target.height, target.width, channels, rows);
    const [blocks, panels] = [blocksOf(channels), panelsOf(rows, tile)];
    const tiles = tiling.groupTiles + SPARE_ROWS;
    const filterFrequency = oddLines(panels * blocks * BLOCK * 4 * tile.columns);
    const inputBlock = tiles * PIXEL_BYTES;
    const inputFrequency = oddLines(blocks * inputBlock);
    const productTile = panels * 4 * tile.columns;
    const productFrequency = oddLines(tiles * productTile);
    const own = new Areas();
    const stage = stageBytes(channels, tiling.segmentTiles, POINTS);
    own.add(stage);
    const inputsAt = own.add(SPECTRUM * inputFrequency);
    const productsAt = own.add(SPECTRUM * productFrequency);
    const asideAt = own.add(Math.max(ASIDE_BYTES, HALF_BYTES));
    const areas = new Areas();
    const filtersAt = areas.add(SPECTRUM * filterFrequency);
    const biasAt = areas.add(bias === null ? 0 : panels * 4 * tile.columns);
    const threadsAt = areas.add(own.bytes * this.#execute.threads);
    const base = this.#scratch.reserve(areas.bytes);
    if (bias !== null) {
      const padded = panels * tile.columns;
      copyPadded(memory, { address: bias, stride: 4 }, rows, base + biasAt, padded);
    }
    this.#transformFilters(filters, channels, rows, base + filtersAt, filterFrequency);

    const kernel = this.#kernels.get(`winograd ${this.#fused}${keyOfMap(map)}`, () =>
      emitForward(memory, this.#fused, tile, map),
    );
    const { units: _, groupTiles: __, groupUnits, ...cut } = tiling;
    const words = FORWARD_ARGUMENTS.list({
      ...cut,
      groupUnits,
      source: source.address,
      sourceImage: source.image,
      sourcePlane: source.plane,
      height: source.height,
      width: source.width,
      padY: padding[0],
      padX: padding[1],
      channels,
      filters: base + filtersAt,
      filterFrequency,
      rows,
      target: target.address,
      targetImage: target.image,
      targetPlane: target.plane,
      outHeight: target.height,
      outWidth: target.width,
      bias: bias === null ? 0 : base + biasAt,
      inputBlock,
      inputFrequency,
      productTile,
      productFrequency,
      scratch: base + threadsAt,
      scratchBytes: own.bytes,
      stageBytes: stage,
      inputsAt,
      productsAt,
      asideAt,
    });
    const flops = 2 * SPECTRUM * channels * rows * tiling.groupTiles;
    const grain = groupUnits * Math.max(1, Math.ceil(GRAIN_FLOPS / flops));
    this.#execute(kernel, writeWords(memory, words), tiling.units, grain);
  }

  #transformFilters(
    { address, row, channel, tap }: FilterView,
    channels: number,
    rows: number,
    target: number,
    frequency: number,
  ): void {
    const { memory, tile } = this.#kernels;
    const kernel = this.#kernels.get(`winograd-filter ${this.#fused}`, () =>
      emitFilterTransform(memory, this.#fused, tile),
    );
    const words = FILTER_ARGUMENTS.list({
      filters: address,
      rowStride: row,
      channelStride: channel,
      tapStride: tap,
      rows,
      channels,
      paddedChannels: blocksOf(channels) * BLOCK,
      target,
      frequency,
    });
    const grain = Math.ceil(1024 / channels);
    this.#execute(kernel, writeWords(memory, words), panelsOf(rows, tile), grain);
  }

  /** dw. Arguments are addresses. */
  weightGradient(g: Geometry, dy: number, x: number, dw: number): void {
    const { N, C, H, W, K, OH, OW, groups } = g;
    const [channels, rows] = [C / groups, K / groups];
    const [source, gradient] = [densePlanes(x, C, H, W), densePlanes(dy, K, OH, OW)];
    for (let group = 0; group < groups; group++) {
      this.#weightPass(
        { ...g, N, C: channels, K: rows },
        { ...source, address: x + group * channels * source.plane },
        { ...gradient, address: dy + group * rows * gradient.plane },
        dw + 36 * group * rows * channels,
      );
    }
  }

  #weightPass({ N, C, K, padding }: Geometry, source: Planes, gradient: Planes, dw: number): void {
    const { memory, tile } = this.#kernels;
    const tiling = tilingOf(N, gradient.height, gradient.width, C, K);
    const tiles = tiling.groupTiles;
    const [blocks, paddedRows] = [blocksOf(C), blocksOf(K) * BLOCK];
    const flops = 2 * SPECTRUM * C * K * tiling.units * tiling.segmentTiles;
    const groups = Math.ceil(tiling.units / tiling.groupUnits);
    const wanted = partsOfGradient(4 * flops, groups);
    const partUnits = tiling.groupUnits * Math.ceil(groups / wanted);
    const parts = Math.ceil(tiling.units / partUnits);
    const inputBlock = tiles * PIXEL_BYTES;
    const inputFrequency = oddLines(blocks * inputBlock);
    const gradientTile = 4 * paddedRows;
    const gradientFrequency = oddLines(tiles * gradientTile);
    const sumRow = blocks * PIXEL_BYTES;
    const sumFrequency = oddLines(paddedRows * sumRow);
    const sumPart = SPECTRUM * sumFrequency;
    const own = new Areas();
    own.add(stageBytes(C, tiling.segmentTiles, POINTS));
    const gradientStageAt = own.add(stageBytes(K, tiling.segmentTiles, TILE));
    const inputsAt = own.add(SPECTRUM * inputFrequency);
    const gradientsAt = own.add(SPECTRUM * gradientFrequency);
    const asideAt = own.add(HALF_BYTES);
    const areas = new Areas();
    const sumsAt = areas.add(parts * sumPart);
    const threadsAt = areas.add(own.bytes * this.#execute.threads);
    const base = this.#scratch.reserve(areas.bytes);

    const kernel = this.#kernels.get(`winograd-gradient ${this.#fused}`, () =>
      emitGradient(memory, this.#fused, tile),
    );
    const { groupTiles: _, ...cut } = tiling;
    const words = GRADIENT_ARGUMENTS.list({
      ...cut,
      source: source.address,
      sourceImage: source.image,
      sourcePlane: source.plane,
      height: source.height,
      width: source.width,
      padY: padding[0],
      padX: padding[1],
      channels: C,
      gradient: gradient.address,
      gradientImage: gradient.image,
      gradientPlane: gradient.plane,
      outHeight: gradient.height,
      outWidth: gradient.width,
      rows: K,
      partUnits,
      inputBlock,
      inputFrequency,
      gradientTile,
      gradientFrequency,
      sums: base + sumsAt,
      sumPart,
      sumFrequency,
      sumRow,
      scratch: base + threadsAt,
      scratchBytes: own.bytes,
      gradientStageAt,
      asideAt,
      inputsAt,
      gradientsAt,
    });
    this.#execute(kernel, writeWords(memory, words), parts, 1);
    const finish = this.#kernels.get(`winograd-finish ${this.#fused}`, () => emitFinish(memory, this.#fused));
    const last = FINISH_ARGUMENTS.list({
      sums: base + sumsAt,
      parts,
      sumPart,
      sumFrequency,
      sumRow,
      channels: C,
      target: dw,
    });
    this.#execute(finish, writeWords(memory, last), K, Math.ceil(2048 / C));
  }
}
