import type { Expr } from '../../emit/expression.ts';
import { f32, i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { f32x4, v128 } from '../../emit/vector.ts';
import { integers, lesser, rangeOf } from '../loops/integers.ts';
import { transpose } from '../loops/vectors.ts';
import { BLOCK } from './emit-stage.ts';
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

const OUTPUT_BYTES = 16 * TILE * TILE;
/** Bytes of what lies aside: four channels of a tile, before them those of half a transform. */
export const ASIDE_BYTES: number = OUTPUT_BYTES + 16 * TILE * POINTS;

/**
 * A function that transforms the products of a row of tiles into output pixels, four channels at a time: of each tile a
 * cache line of channels before the next tile.
 */
export function emitGather(builder: ModuleBuilder, fused: boolean): Procedure<GatherParams> {
  return builder.addFunction(
    'gather',
    GATHER_PARAMS,
    (body, products, tileBytes, frequency, tiles, ...output) => {
      const [target, planeBytes, rowBytes, rowsLeft, columnsLeft, channelsLeft, bias, aside] = output;
      const transformTile = tileTransform(body, fused, frequency, aside);
      const [tile, from, y, columns, fourth, left, shiftAt, place, to] = integers(body, 9);
      const shift = body.local('v128');
      const planes = integers(body, 4);
      const fourPlanes = body.let(i32.shl(planeBytes, i32.const(2)));
      const isWhole = (size: Local<'i32'>): Expr<'i32'> => i32.geU(size, i32.const(4));
      body.while(i32.gtS(channelsLeft, i32.const(0)), () => {
        body.set(tile, tiles);
        body.set(from, products);
        body.set(y, target);
        body.set(columns, columnsLeft);
        body.while(tile, () => {
          body.set(fourth, i32.const(BLOCK / 4));
          body.set(left, channelsLeft);
          body.set(shiftAt, bias);
          body.set(place, from);
          body.set(to, y);
          body.while(i32.and(i32.ne(fourth, i32.const(0)), i32.gtS(left, i32.const(0))), () => {
            body.if(bias, () => body.set(shift, v128.load(shiftAt)));
            const rows = transformTile(place, shift);
            body.if(
              i32.and(i32.and(isWhole(rowsLeft), isWhole(columns)), isWhole(left)),
              () => {
                for (const [i, plane] of planes.entries())
                  body.set(plane, i === 0 ? to : i32.add(planes[i - 1] as Local<'i32'>, planeBytes));
                for (const [i, channels] of rows.entries()) {
                  for (const [c, pixels] of channels.entries()) body.store(planes[c] as Local<'i32'>, pixels);
                  if (i < TILE - 1) for (const plane of planes) body.advance(plane, rowBytes);
                }
              },
              () => {
                for (const [i, channels] of rows.entries())
                  for (const [c, pixels] of channels.entries())
                    body.store(aside, pixels, 16 * (c * TILE + i));
                copyPart(body, aside, to, planeBytes, rowBytes, { channels: left, rows: rowsLeft, columns });
              },
            );
            body.advance(place, 16);
            body.advance(to, fourPlanes);
            body.advance(shiftAt, 16);
            body.advance(left, -4);
            body.advance(fourth, -1);
          });
          body.advance(from, tileBytes);
          body.advance(y, 4 * TILE);
          body.advance(columns, -TILE);
          body.advance(tile, -1);
        });
        body.advance(products, 4 * BLOCK);
        body.advance(target, i32.mul(fourPlanes, i32.const(BLOCK / 4)));
        body.if(bias, () => body.advance(bias, 4 * BLOCK));
        body.advance(channelsLeft, -BLOCK);
      });
    },
  );
}

/**
 * Writes the transform of a tile's products, which are `frequency` bytes apart: rows of four channels' pixels. Between its
 * two halves values are in memory: as variables they are more than registers, and engines move them about.
 */
function tileTransform(
  body: FunctionBody,
  fused: boolean,
  frequency: Local<'i32'>,
  aside: Local<'i32'>,
): (products: Local<'i32'>, shift: Local<'v128'>) => readonly (readonly Local<'v128'>[])[] {
  const apply = gatherOutput(body, fused);
  const at = body.local('i32');
  const placeOf = (row: number, column: number): number => OUTPUT_BYTES + 16 * (POINTS * row + column);
  return (products, shift) => {
    body.set(at, products);
    for (const column of rangeOf(POINTS)) {
      const values = rangeOf(POINTS).map(() => {
        const product = body.let(v128.load(at));
        body.advance(at, frequency);
        return product;
      });
      for (const [row, value] of apply(values).entries()) body.store(aside, value, placeOf(row, column));
    }
    return rangeOf(TILE).map((row) => {
      const values = rangeOf(POINTS).map((column) => body.let(v128.load(aside, placeOf(row, column))));
      return transpose(
        body,
        apply(values).map((pixel) => body.let(f32x4.add(pixel, shift))),
      );
    });
  };
}

/** Copies what of a tile lies inside of the output. */
function copyPart(
  body: FunctionBody,
  tile: Local<'i32'>,
  target: Local<'i32'>,
  planeBytes: Local<'i32'>,
  rowBytes: Local<'i32'>,
  left: Readonly<Record<'channels' | 'rows' | 'columns', Local<'i32'>>>,
): void {
  const [channel, row, column, to, from] = integers(body, 5);
  body.set(channel, i32.const(0));
  body.while(i32.ltU(channel, lesser(left.channels, i32.const(4))), () => {
    body.set(row, i32.const(0));
    body.while(i32.ltU(row, lesser(left.rows, i32.const(TILE))), () => {
      body.set(to, i32.add(target, i32.add(i32.mul(channel, planeBytes), i32.mul(row, rowBytes))));
      const place = i32.add(i32.shl(channel, i32.const(2)), row);
      body.set(from, i32.add(tile, i32.shl(place, i32.const(4))));
      body.set(column, lesser(left.columns, i32.const(TILE)));
      body.while(column, () => {
        body.store(to, f32.load(from));
        body.advance(to, 4);
        body.advance(from, 4);
        body.advance(column, -1);
      });
      body.advance(row, 1);
    });
    body.advance(channel, 1);
  });
}
