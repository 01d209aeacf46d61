import { range } from './correlation-text.ts';

/** The part of a product that a workgroup computes: `rows` × `columns`, 4 × 4 an invocation. */
export interface TileShape {
  readonly rows: number;
  readonly columns: number;
}

/** How many products deep a tile is. */
export const DEPTH = 16;

/** Tiles after which sums go to the total, so that rounding errors stay small. A power of two. */
const CHUNK = 8;

/** Tiles of workgroups of 256, which every device that is no phone of old has; 10 KiB of workgroup memory at most. */
const SHAPES: readonly TileShape[] = [
  { rows: 64, columns: 64 },
  { rows: 128, columns: 32 },
  { rows: 32, columns: 128 },
];

/** The tile that computes least beyond the product's edges. */
export function tileFor(rows: number, columns: number): TileShape {
  const area = (tile: TileShape): number =>
    Math.ceil(rows / tile.rows) * tile.rows * Math.ceil(columns / tile.columns) * tile.columns;
  return SHAPES.reduce((best, tile) => (area(tile) < area(best) ? tile : best));
}

/** Invocations of a workgroup. */
export const threadsOf = ({ rows, columns }: TileShape): number => (rows * columns) / 16;

/** Vectors from one step of a tile's depth to the next. One more than there are keeps the banks of memory apart. */
const pitch = (length: number): number => length / 4 + 1;

/** Workgroup memory for a tile of each operand: vectors of 4 neighbours, one row for each step of the depth. */
export const tileMemory = ({ rows, columns }: TileShape): string => `
var<workgroup> leftTile: array<vec4<f32>, ${DEPTH * pitch(rows)}>;
var<workgroup> rightTile: array<vec4<f32>, ${DEPTH * pitch(columns)}>;`;

/** Where a vector stands in a tile. */
export const leftAt = ({ rows }: TileShape, step: string, quad: string): string =>
  `leftTile[(${step}) * ${pitch(rows)} + ${quad}]`;
export const rightAt = ({ columns }: TileShape, step: string, quad: string): string =>
  `rightTile[(${step}) * ${pitch(columns)} + ${quad}]`;

/** Sums of an invocation: `total0` to `total3`, one vector of columns for each row. */
export const SUMS: string = range(4)
  .map((i) => `var total${i} = vec4<f32>(); var part${i} = vec4<f32>();`)
  .join(' ');

/** Adds what was collected to the totals. */
export const FLUSH: string = range(4)
  .map((i) => `total${i} += part${i}; part${i} = vec4<f32>();`)
  .join(' ');

/** Multiplies the tiles in workgroup memory; `number` counts them. */
export const multiplyTiles = (tile: TileShape, number: string): string => `
    for (var step = 0; step < ${DEPTH}; step++) {
      let left = ${leftAt(tile, 'step', 'rowQuad')};
      let right = ${rightAt(tile, 'step', 'columnQuad')};
      ${range(4)
        .map((i) => `part${i} += left[${i}] * right;`)
        .join(' ')}
    }
    if ((${number} & ${CHUNK - 1}) == ${CHUNK - 1}) { ${FLUSH} }`;
