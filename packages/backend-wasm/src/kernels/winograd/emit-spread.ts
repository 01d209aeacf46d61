import { i32 } from '../../emit/expression.ts';
import type { Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { v128 } from '../../emit/vector.ts';
import { integers, rangeOf } from '../loops/integers.ts';
import { BLOCK, PIXEL_BYTES } from './emit-stage.ts';
import type { TransformCode } from './transforms.ts';
import { POINTS, TILE } from './transforms.ts';

/**
 * stage, bytes of its rows and blocks, blocks of channels, tiles, target, bytes between the target's blocks, tiles and
 * frequencies, memory for half a transform
 */
export type SpreadParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
const SPREAD_PARAMS: SpreadParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
/** Bytes of half a transform. */
export const HALF_BYTES: number = 16 * POINTS * POINTS;

/**
 * A function that transforms the tiles of a staged rectangle, `side` pixels each way, four channels at a time. Frequencies
 * are ordered by columns: the number of one is 6 · column + row.
 */
export function emitSpread(
  builder: ModuleBuilder,
  name: string,
  fused: boolean,
  side: typeof POINTS | typeof TILE,
  code: TransformCode,
): Procedure<SpreadParams> {
  return builder.addFunction(
    name,
    SPREAD_PARAMS,
    (body, stage, rowBytes, stageBlock, blocks, tiles, ...to) => {
      const [target, targetBlock, targetTile, frequency, aside] = to;
      const apply = code(body, fused);
      const [tile, vector, place, from, out, block] = integers(body, 6);
      const rows = integers(body, side);
      body.while(blocks, () => {
        body.set(from, stage);
        body.set(block, target);
        body.set(tile, tiles);
        body.while(tile, () => {
          body.set(place, from);
          body.set(vector, i32.const(BLOCK / 4));
          body.while(vector, () => {
            rows.forEach((row, i) => {
              body.set(row, i === 0 ? place : i32.add(rows[i - 1] as typeof row, rowBytes));
            });
            // As variables, the values between the halves are more than registers, and engines move them about.
            for (const [i, row] of rows.entries()) {
              const pixels = rangeOf(side).map((column) => body.let(v128.load(row, PIXEL_BYTES * column)));
              for (const [column, value] of apply(pixels).entries())
                body.store(aside, value, 16 * (POINTS * i + column));
            }
            body.set(out, i32.add(block, i32.sub(place, from)));
            for (const column of rangeOf(POINTS)) {
              const values = rangeOf(side).map((i) => body.let(v128.load(aside, 16 * (POINTS * i + column))));
              for (const value of apply(values)) {
                body.store(out, value);
                body.advance(out, frequency);
              }
            }
            body.advance(place, 16);
            body.advance(vector, -1);
          });
          body.advance(from, TILE * PIXEL_BYTES);
          body.advance(block, targetTile);
          body.advance(tile, -1);
        });
        body.advance(stage, stageBlock);
        body.advance(target, targetBlock);
        body.advance(blocks, -1);
      });
    },
  );
}
