import type { Geometry } from '../conv/geometry.ts';
import type { Tile as ProductTile } from '../matmul/tile.ts';
import { BLOCK, PIXEL_BYTES } from './emit-stage.ts';
import { type POINTS, TILE } from './transforms.ts';

/** Fewer channels than this are not worth the transforms. */
const FEW_CHANNELS = 16;
/** Tiles that are multiplied at a time: they and their products stay in the second cache. */
const GROUP_TILES = 48;
/** The same where there are so many channels that the filters do not stay there. */
const GROUP_TILES_OF_MANY = 96;
const MANY_CHANNELS: number = 128 * 128;
/** The most tiles of a row that are staged together. */
const SEGMENT_TILES = 32;

/** Whether a convolution, its gradient by x included, can go by way of transforms, and is better off. */
export function suitsWinograd({ C, K, R, S, stride, dilation, padding, groups }: Geometry): boolean {
  const isThreeByThree = R === 3 && S === 3;
  const isDense = [...stride, ...dilation].every((n) => n === 1) && padding.every((n) => n <= 2);
  return isThreeByThree && isDense && Math.min(C, K) / groups >= FEW_CHANNELS;
}

/** How the output of a convolution is cut into tiles. */
export interface Tiling {
  readonly tileRows: number;
  readonly tileColumns: number;
  /** Parts that a row of tiles is cut into, and the tiles of one. */
  readonly segments: number;
  readonly segmentTiles: number;
  /** Parts of rows, of all images. */
  readonly units: number;
  /** Parts of rows that are computed together, and their tiles. */
  readonly groupUnits: number;
  readonly groupTiles: number;
}

/** Cuts `images` images of an output into tiles; channels are those of a group. */
export function tilingOf(
  images: number,
  height: number,
  width: number,
  channels: number,
  rows: number,
): Tiling {
  const tileRows = Math.ceil(height / TILE);
  const tileColumns = Math.ceil(width / TILE);
  const segments = Math.ceil(tileColumns / SEGMENT_TILES);
  const segmentTiles = Math.ceil(tileColumns / segments);
  const units = images * tileRows * segments;
  const wanted = channels * rows >= MANY_CHANNELS ? GROUP_TILES_OF_MANY : GROUP_TILES;
  const groupUnits = Math.max(1, Math.min(units, Math.round(wanted / segmentTiles)));
  return {
    tileRows,
    tileColumns,
    segments,
    segmentTiles,
    units,
    groupUnits,
    groupTiles: groupUnits * segmentTiles,
  };
}

const CACHE_LINE = 64;

/** The next odd number of cache lines: what lies so far apart does not meet in one set of the cache. */
export function oddLines(bytes: number): number {
  const lines = Math.ceil(bytes / CACHE_LINE);
  return CACHE_LINE * (lines % 2 === 0 ? lines + 1 : lines);
}

/** Blocks that channels fill. */
export const blocksOf = (channels: number): number => Math.ceil(channels / BLOCK);

/** Panels that output channels fill. */
export const panelsOf = (rows: number, { columns }: ProductTile): number => Math.ceil(rows / columns);

/** Bytes of a staged rectangle of tiles. */
export function stageBytes(channels: number, tiles: number, side: typeof POINTS | typeof TILE): number {
  return blocksOf(channels) * side * (tiles * TILE + side - TILE) * PIXEL_BYTES;
}
