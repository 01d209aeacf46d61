import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { rangeOf } from '../loops/integers.ts';
import { multiplyAdd, TILE_COLUMNS } from '../matmul/tile.ts';
import { BLOCK, PIXEL_BYTES } from './emit-stage.ts';

const VECTORS = TILE_COLUMNS / 4;
const COLUMN_BYTES = 4 * TILE_COLUMNS;

/** Rows of the register tiles. Tiles with fewer wait for their sums. */
const HEIGHTS = [6, 4] as const;
type Height = (typeof HEIGHTS)[number];

const zeros = v128.const(new Uint8Array(16));

type Sums = readonly (readonly Local<'v128'>[])[];

const startingSums = (body: FunctionBody, height: Height): Sums =>
  rangeOf(height).map(() => rangeOf(VECTORS).map(() => body.let(zeros)));

/** Adds one product: a row of the right factor with one element for each row of the left one. */
function addProduct(
  body: FunctionBody,
  fused: boolean,
  sums: Sums,
  b: Local<'i32'>,
  element: (row: number) => Local<'v128'>,
  right: readonly Local<'v128'>[],
): void {
  for (const [v, lanes] of right.entries()) body.set(lanes, v128.load(b, 16 * v));
  for (const [row, lanes] of sums.entries()) {
    const left = element(row);
    for (const [v, sum] of lanes.entries())
      body.set(sum, multiplyAdd(fused, left, right[v] as Local<'v128'>, sum));
  }
}

/**
 * Writes the loop over row tiles: sixes, and fours at the end where six would do work for nothing. `each` does a tile.
 * At most one row more than `rows` is computed.
 */
function eachRowTile(body: FunctionBody, rows: Local<'i32'>, each: (height: Height) => void): void {
  const sixes = body.let(i32.divU(rows, i32.const(6)));
  const rest = body.let(i32.sub(rows, i32.mul(sixes, i32.const(6))));
  const fours = body.let(i32.const(0));
  body.if(
    i32.eq(rest, i32.const(5)),
    () => body.advance(sixes, 1),
    () => {
      body.if(rest, () => body.set(fours, i32.const(1)));
      // Seven or eight rows are two fours.
      body.if(
        i32.and(i32.leU(i32.sub(rest, i32.const(1)), i32.const(1)), i32.gtU(sixes, i32.const(0))),
        () => {
          body.advance(sixes, -1);
          body.set(fours, i32.const(2));
        },
      );
    },
  );
  for (const [count, height] of [
    [sixes, 6],
    [fours, 4],
  ] as const) {
    body.while(count, () => {
      each(height);
      body.advance(count, -1);
    });
  }
}

/** left factor, bytes of its blocks, blocks, tiles, right factor, its panels, output, bytes of its rows */
export type ProductParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
const PRODUCT_PARAMS: ProductParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/**
 * A function that multiplies tiles by filters at one frequency: `output[tile][k] = Σ left[block][tile][c] · right[panel]
 * [block · 16 + c][k]`. The left factor is read where it lies.
 */
export function emitProduct(builder: ModuleBuilder, fused: boolean): Procedure<ProductParams> {
  type TileParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  const tileParams: TileParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  const tileOf = (height: Height): Procedure<TileParams> =>
    builder.addFunction(
      `product_${height}`,
      tileParams,
      (body, a, blockBytes, blocks, b, output, rowBytes) => {
        const sums = startingSums(body, height);
        const right = rangeOf(VECTORS).map(() => body.local('v128'));
        const left = body.local('v128');
        const depth = body.local('i32');
        const nextBlock = body.let(i32.sub(blockBytes, i32.const(PIXEL_BYTES)));
        body.while(blocks, () => {
          body.set(depth, i32.const(BLOCK));
          body.doWhile(depth, () => {
            addProduct(
              body,
              fused,
              sums,
              b,
              (row) => {
                body.set(left, v128.load32Splat(a, PIXEL_BYTES * row));
                return left;
              },
              right,
            );
            body.advance(a, 4);
            body.advance(b, COLUMN_BYTES);
            body.advance(depth, -1);
          });
          body.advance(a, nextBlock);
          body.advance(blocks, -1);
        });
        for (const lanes of sums) {
          for (const [v, sum] of lanes.entries()) body.store(output, sum, 16 * v);
          body.advance(output, rowBytes);
        }
      },
    );
  const tiles = new Map(HEIGHTS.map((height) => [height, tileOf(height)]));
  return builder.addFunction(
    'product',
    PRODUCT_PARAMS,
    (body, left, blockBytes, blocks, rows, right, panels, output, rowBytes) => {
      const [a, y] = [body.local('i32'), body.local('i32')];
      const panelBytes = body.let(i32.mul(blocks, i32.const(BLOCK * COLUMN_BYTES)));
      body.while(panels, () => {
        body.set(a, left);
        body.set(y, output);
        eachRowTile(body, rows, (height) => {
          const tile = tiles.get(height) as Procedure<TileParams>;
          body.call(tile, a, blockBytes, blocks, right, y, rowBytes);
          body.advance(a, PIXEL_BYTES * height);
          body.advance(y, i32.mul(rowBytes, i32.const(height)));
        });
        body.advance(right, panelBytes);
        body.advance(output, COLUMN_BYTES);
        body.advance(panels, -1);
      });
    },
  );
}

/** gradients, bytes of their tiles, rows, inputs, bytes of their blocks, blocks, tiles, sums, bytes of their rows */
export type OuterParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
const OUTER_PARAMS: OuterParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/**
 * A function that adds up products of tiles at one frequency: `sums[k][c] += Σ gradients[tile][k] · inputs[block][tile]
 * [c]`. Both factors are read where they lie.
 */
export function emitOuterProduct(builder: ModuleBuilder, fused: boolean): Procedure<OuterParams> {
  type TileParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  const tileParams: TileParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  const tileOf = (height: Height): Procedure<TileParams> =>
    builder.addFunction(`outer_${height}`, tileParams, (body, a, tileBytes, b, depth, output, rowBytes) => {
      const sums = startingSums(body, height);
      const right = rangeOf(VECTORS).map(() => body.local('v128'));
      const left = body.local('v128');
      body.while(depth, () => {
        addProduct(
          body,
          fused,
          sums,
          b,
          (row) => {
            body.set(left, v128.load32Splat(a, 4 * row));
            return left;
          },
          right,
        );
        body.advance(a, tileBytes);
        body.advance(b, PIXEL_BYTES);
        body.advance(depth, -1);
      });
      for (const lanes of sums) {
        for (const [v, sum] of lanes.entries())
          body.store(output, f32x4.add(v128.load(output, 16 * v), sum), 16 * v);
        body.advance(output, rowBytes);
      }
    });
  const tiles = new Map(HEIGHTS.map((height) => [height, tileOf(height)]));
  return builder.addFunction(
    'outer',
    OUTER_PARAMS,
    (body, left, tileBytes, rows, right, blockBytes, blocks, depth, output, rowBytes) => {
      const [a, y] = [body.local('i32'), body.local('i32')];
      body.while(blocks, () => {
        for (const columns of rangeOf(BLOCK / TILE_COLUMNS)) {
          body.set(a, left);
          body.set(y, i32.add(output, i32.const(columns * COLUMN_BYTES)));
          eachRowTile(body, rows, (height) => {
            const tile = tiles.get(height) as Procedure<TileParams>;
            const b = i32.add(right, i32.const(columns * COLUMN_BYTES));
            body.call(tile, a, tileBytes, b, depth, y, rowBytes);
            body.advance(a, 4 * height);
            body.advance(y, i32.mul(rowBytes, i32.const(height)));
          });
        }
        body.advance(right, blockBytes);
        body.advance(output, PIXEL_BYTES);
        body.advance(blocks, -1);
      });
    },
  );
}
