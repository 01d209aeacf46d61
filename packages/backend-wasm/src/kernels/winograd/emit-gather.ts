import { f32, i32 } from '../../emit/expression.ts';
import type { Local, Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { integers, lesser, rangeOf } from '../loops/integers.ts';
import { transpose } from '../loops/transpose.ts';
import { gatherOutput, POINTS, TILE } from './transforms.ts';

/**
 * products of the first tile, bytes between tiles and frequencies, tiles, output plane 0 at the first tile, bytes of its
 * planes and rows, rows, columns and channels that are left, bias or 0, memory for a tile
 */
export type GatherParams = readonly [
  ...['i32', 'i32', 'i32', 'i32'],
  ...['i32', 'i32', 'i32'],
  ...['i32', 'i32', 'i32', 'i32', 'i32'],
];
const GATHER_PARAMS: GatherParams = [
  ...(['i32', 'i32', 'i32', 'i32'] as const),
  ...(['i32', 'i32', 'i32'] as const),
  ...(['i32', 'i32', 'i32', 'i32', 'i32'] as const),
];

/** Bytes of four channels of a tile. */
export const OUTPUT_TILE_BYTES: number = 16 * TILE * TILE;

/** A function that transforms the products of a row of tiles into output pixels, four channels at a time. */
export function emitGather(builder: ModuleBuilder, fused: boolean): Procedure<GatherParams> {
  return builder.addFunction(
    'gather',
    GATHER_PARAMS,
    (body, products, tileBytes, frequency, tiles, ...output) => {
      const [target, planeBytes, rowBytes, rowsLeft, columnsLeft, channelsLeft, bias, aside] = output;
      const apply = gatherOutput(body, fused);
      const [tile, from, at, y, columns, row, column, lane, to, source] = integers(body, 10);
      const shift = body.local('v128');
      const planes = integers(body, 4);
      const isWhole = (size: Local<'i32'>): ReturnType<typeof i32.geU> => i32.geU(size, i32.const(4));
      body.while(i32.gtS(channelsLeft, i32.const(0)), () => {
        body.if(bias, () => {
          body.set(shift, v128.load(bias));
          body.advance(bias, 16);
        });
        body.set(tile, tiles);
        body.set(from, products);
        body.set(y, target);
        body.set(columns, columnsLeft);
        body.while(tile, () => {
          body.set(at, from);
          const half = rangeOf(POINTS).map(() =>
            apply(
              rangeOf(POINTS).map(() => {
                const product = body.let(v128.load(at));
                body.advance(at, frequency);
                return product;
              }),
            ),
          );
          const rows = rangeOf(TILE).map((i) =>
            transpose(
              body,
              apply(half.map((values) => values[i] as Local<'v128'>)).map((pixel) =>
                body.let(f32x4.add(pixel, shift)),
              ),
            ),
          );
          body.if(
            i32.and(i32.and(isWhole(rowsLeft), isWhole(columns)), isWhole(channelsLeft)),
            () => {
              for (const [i, plane] of planes.entries())
                body.set(plane, i === 0 ? y : i32.add(planes[i - 1] as Local<'i32'>, planeBytes));
              for (const [i, channels] of rows.entries()) {
                for (const [c, pixels] of channels.entries()) body.store(planes[c] as Local<'i32'>, pixels);
                if (i < TILE - 1) for (const plane of planes) body.advance(plane, rowBytes);
              }
            },
            () => {
              for (const [i, channels] of rows.entries())
                for (const [c, pixels] of channels.entries()) body.store(aside, pixels, 16 * (c * TILE + i));
              body.set(lane, i32.const(0));
              body.while(i32.ltU(lane, lesser(channelsLeft, i32.const(4))), () => {
                body.set(row, i32.const(0));
                body.while(i32.ltU(row, lesser(rowsLeft, i32.const(TILE))), () => {
                  body.set(to, i32.add(y, i32.add(i32.mul(lane, planeBytes), i32.mul(row, rowBytes))));
                  const place = i32.add(i32.shl(lane, i32.const(2)), row);
                  body.set(source, i32.add(aside, i32.shl(place, i32.const(4))));
                  body.set(column, lesser(columns, i32.const(TILE)));
                  body.while(column, () => {
                    body.store(to, f32.load(source));
                    body.advance(to, 4);
                    body.advance(source, 4);
                    body.advance(column, -1);
                  });
                  body.advance(row, 1);
                });
                body.advance(lane, 1);
              });
            },
          );
          body.advance(from, tileBytes);
          body.advance(y, 4 * TILE);
          body.advance(columns, -TILE);
          body.advance(tile, -1);
        });
        body.advance(products, 16);
        body.advance(target, i32.shl(planeBytes, i32.const(2)));
        body.advance(channelsLeft, -4);
      });
    },
  );
}
