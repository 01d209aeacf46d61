import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { integers, rangeOf } from '../loops/integers.ts';
import { zeros } from '../loops/vectors.ts';
import type { Tile } from '../matmul/tile.ts';
import { multiplyAdd } from '../matmul/tile.ts';
import { BLOCK, PIXEL_BYTES } from './emit-stage.ts';

/** Rows of the register tiles. Tiles with fewer wait for their sums. */
const HEIGHTS = [6, 4] as const;
type Height = (typeof HEIGHTS)[number];

type Sums = readonly (readonly Local<'v128'>[])[];

const startingSums = (body: FunctionBody, height: Height, { columns }: Tile): Sums =>
  rangeOf(height).map(() => rangeOf(columns / 4).map(() => body.let(zeros)));

/** Adds one product: a row of the right factor with one element for each row of the left one. */
function addProduct(
  body: FunctionBody,
  fused: boolean,
  sums: Sums,
  { left, right }: Factors,
  rightRow: (v: number) => Expr<'v128'>,
  leftElement: (row: number) => Expr<'v128'>,
): void {
  for (const [v, lanes] of right.entries()) body.set(lanes, rightRow(v));
  for (const [row, lanes] of sums.entries()) {
    body.set(left, leftElement(row));
    for (const [v, sum] of lanes.entries())
      body.set(sum, multiplyAdd(fused, left, right[v] as Local<'v128'>, sum));
  }
}

/** What the factors are loaded into. */
interface Factors {
  readonly left: Local<'v128'>;
  readonly right: readonly Local<'v128'>[];
}

const factors = (body: FunctionBody, { columns }: Tile): Factors => ({
  left: body.local('v128'),
  right: rangeOf(columns / 4).map(() => body.local('v128')),
});

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
export function emitProduct(builder: ModuleBuilder, fused: boolean, shape: Tile): Procedure<ProductParams> {
  const columnBytes = 4 * shape.columns;
  type TileParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  const tileParams: TileParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  const tileOf = (height: Height): Procedure<TileParams> =>
    builder.addFunction(
      `product_${height}`,
      tileParams,
      (body, a, blockBytes, blocks, b, output, rowBytes) => {
        const sums = startingSums(body, height, shape);
        const loaded = factors(body, shape);
        const depth = body.local('i32');
        const nextBlock = body.let(i32.sub(blockBytes, i32.const(PIXEL_BYTES)));
        body.while(blocks, () => {
          body.set(depth, i32.const(BLOCK / shape.unroll));
          body.doWhile(depth, () => {
            for (const place of rangeOf(shape.unroll)) {
              addProduct(
                body,
                fused,
                sums,
                loaded,
                (v) => v128.load(b, columnBytes * place + 16 * v),
                (row) => v128.load32Splat(a, PIXEL_BYTES * row + 4 * place),
              );
            }
            body.advance(a, 4 * shape.unroll);
            body.advance(b, columnBytes * shape.unroll);
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
      const [a, y] = integers(body, 2);
      const panelBytes = body.let(i32.mul(blocks, i32.const(BLOCK * columnBytes)));
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
        body.advance(output, columnBytes);
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
export function emitOuterProduct(
  builder: ModuleBuilder,
  fused: boolean,
  shape: Tile,
): Procedure<OuterParams> {
  const columnBytes = 4 * shape.columns;
  type TileParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  const tileParams: TileParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  const tileOf = (height: Height): Procedure<TileParams> =>
    builder.addFunction(`outer_${height}`, tileParams, (body, a, tileBytes, b, depth, output, rowBytes) => {
      const sums = startingSums(body, height, shape);
      const loaded = factors(body, shape);
      const steps = (count: number): void => {
        for (const place of rangeOf(count)) {
          addProduct(
            body,
            fused,
            sums,
            loaded,
            (v) => v128.load(b, PIXEL_BYTES * place + 16 * v),
            (row) => v128.load32Splat(a, 4 * row),
          );
          body.advance(a, tileBytes);
        }
        body.advance(b, PIXEL_BYTES * count);
        body.advance(depth, -count);
      };
      if (shape.unroll > 1) body.while(i32.geU(depth, i32.const(shape.unroll)), () => steps(shape.unroll));
      body.while(depth, () => steps(1));
      const place = body.let(output);
      for (const lanes of sums) {
        for (const [v, sum] of lanes.entries()) body.set(sum, f32x4.add(v128.load(place, 16 * v), sum));
        body.advance(place, rowBytes);
      }
      for (const lanes of sums) {
        for (const [v, sum] of lanes.entries()) body.store(output, sum, 16 * v);
        body.advance(output, rowBytes);
      }
    });
  const tiles = new Map(HEIGHTS.map((height) => [height, tileOf(height)]));
  return builder.addFunction(
    'outer',
    OUTER_PARAMS,
    (body, left, tileBytes, rows, right, blockBytes, blocks, depth, output, rowBytes) => {
      const [a, y] = integers(body, 2);
      body.while(blocks, () => {
        for (const panel of rangeOf(BLOCK / shape.columns)) {
          body.set(a, left);
          body.set(y, i32.add(output, i32.const(panel * columnBytes)));
          eachRowTile(body, rows, (height) => {
            const tile = tiles.get(height) as Procedure<TileParams>;
            const b = i32.add(right, i32.const(panel * columnBytes));
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
