import { i32, select } from '../../emit/expression.ts';
import type { Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { integers, lesser, padded } from '../loops/integers.ts';
import type { RangeParams } from '../loops/words.ts';
import { argumentWords, RANGE_PARAMS } from '../loops/words.ts';
import type { ApplyMap } from '../output-map.ts';
import type { Tile } from './tile.ts';
import { emitTile, START_AT_OUTPUT, START_AT_ZERO, TILE_ROWS, tileBytes } from './tile.ts';

/** Row tiles that are multiplied with one panel of columns after the other while they are in the second cache. */
const TILES_PER_BLOCK = 32;
/** Bytes of a tile's rows for one place in the depth. */
const A_STEP = 4 * TILE_ROWS;

/** What {@link addMultiply}'s function is given. */
export const MULTIPLY_ARGUMENTS = argumentWords(
  'm',
  'n',
  'k',
  /** How much of the depth is packed side by side. */
  'blockDepth',
  'packedA',
  'packedB',
  'output',
  /** Bytes from one row of the output to the next. */
  'rowBytes',
  /** The address of the numbers that sums start from, padded to whole panels; 0 for none. */
  'bias',
  /** The address of a tile for each row of tiles: those at an edge are computed there. */
  'edges',
);

/**
 * Adds a function that multiplies packed panels: `(arguments, start, end)` computes the row tiles from `start` to `end` of
 * y = A·B + bias. Sums are in float32, in the order of the depth. What it reads is not what it writes, except the sums of
 * earlier blocks of the depth, which it has written itself: a tile can be computed again. Rows that are done go through
 * `apply`.
 */
export function addMultiply(
  builder: ModuleBuilder,
  name: string,
  fused: boolean,
  shape: Tile,
  apply: ApplyMap,
): Procedure<RangeParams> {
  const multiplyTile = emitTile(builder, fused, shape, 'columns');
  return builder.addFunction(name, RANGE_PARAMS, (body, args, start, end) => {
    const words = MULTIPLY_ARGUMENTS.read(body, args);
    const { m, n, k, blockDepth, packedA, packedB, output, rowBytes, bias, edges } = words;
    const [blockEnd, at, depth, tile, column] = integers(body, 5);
    const [a, b, panelBytes, stripBytes, from] = integers(body, 5);
    // Elements of a place in the depth, over all tiles and over all panels.
    const wholeRows = body.let(padded(m, TILE_ROWS));
    const wholeColumns = body.let(padded(n, shape.columns));
    body.while(i32.ltU(start, end), () => {
      body.set(blockEnd, lesser(i32.add(start, i32.const(TILES_PER_BLOCK)), end));
      body.set(at, i32.const(0));
      body.doWhile(i32.ltU(at, k), () => {
        body.set(depth, lesser(blockDepth, i32.sub(k, at)));
        body.set(stripBytes, i32.mul(depth, i32.const(A_STEP)));
        body.set(panelBytes, i32.mul(depth, i32.const(4 * shape.columns)));
        body.set(b, i32.add(packedB, i32.mul(i32.mul(at, wholeColumns), i32.const(4))));
        body.set(column, i32.const(0));
        body.while(i32.ltU(column, n), () => {
          body.set(
            from,
            select(bias, i32.add(bias, i32.shl(column, i32.const(2))), i32.const(START_AT_ZERO)),
          );
          body.set(from, select(at, i32.const(START_AT_OUTPUT), from));
          body.set(tile, start);
          body.set(a, i32.add(packedA, i32.mul(i32.mul(at, wholeRows), i32.const(4))));
          body.advance(a, i32.mul(start, stripBytes));
          body.while(i32.ltU(tile, blockEnd), () => {
            const row = i32.mul(tile, i32.const(TILE_ROWS));
            const y = i32.add(output, i32.add(i32.mul(row, rowBytes), i32.shl(column, i32.const(2))));
            const left = [i32.sub(m, row), i32.sub(n, column)] as const;
            const edge = i32.add(edges, i32.mul(tile, i32.const(tileBytes(shape))));
            body.call(multiplyTile, depth, a, b, y, rowBytes, from, ...left, edge);
            body.advance(a, stripBytes);
            body.advance(tile, 1);
          });
          body.advance(b, panelBytes);
          body.advance(column, shape.columns);
        });
        body.advance(at, depth);
      });
      const row = i32.mul(start, i32.const(TILE_ROWS));
      const rows = i32.sub(lesser(i32.mul(blockEnd, i32.const(TILE_ROWS)), m), row);
      apply(body, i32.add(output, i32.mul(row, rowBytes)), i32.shl(n, i32.const(2)), rowBytes, rows);
      body.set(start, blockEnd);
    });
  });
}
