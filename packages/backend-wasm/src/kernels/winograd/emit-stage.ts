import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local, Procedure } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { v128 } from '../../emit/vector.ts';
import { integers, lesser } from '../loops/integers.ts';
import { transpose, zeros } from '../loops/vectors.ts';

/** Channels that lie side by side for each pixel: a block. */
export const BLOCK = 16;
/** Bytes of a pixel's channels of a block. */
export const PIXEL_BYTES: number = 4 * BLOCK;

/** source plane 0, bytes of a plane, height, width, first row, first column, rows, columns, channels, target */
export type StageParams = readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
const STAGE_PARAMS: StageParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/** Four planes at a place, as the lanes of vectors to come. */
type Cursors = readonly Local<'i32'>[];

/**
 * A function that copies a rectangle of planes, whose edges may lie outside of them, so that channels lie side by side:
 * `(block of channels, row, column, channel of the block)`. Outside are zeros. Lanes beyond the last channel, up to four,
 * repeat it; the rest of the last block is left alone.
 */
export function emitStage(builder: ModuleBuilder): Procedure<StageParams> {
  return builder.addFunction('stage', STAGE_PARAMS, (body, source, plane, height, width, ...rest) => {
    const [firstRow, firstColumn, rows, columns, channels, target] = rest;
    const [channel, to, at, row, y, x, left, own] = integers(body, 8);
    const cursors = integers(body, 4);
    const lastChannel = body.let(i32.sub(channels, i32.const(1)));
    const rowBytes = body.let(i32.mul(columns, i32.const(PIXEL_BYTES)));
    const blockBytes = body.let(i32.mul(rows, rowBytes));
    const zeroPixels = (count: Local<'i32'>): void =>
      body.while(count, () => {
        body.store(at, zeros);
        body.advance(at, PIXEL_BYTES);
        body.advance(count, -1);
      });
    body.while(i32.ltU(channel, channels), () => {
      const inBlock = i32.shl(i32.and(channel, i32.const(BLOCK - 1)), i32.const(2));
      body.set(to, i32.add(i32.mul(i32.shrU(channel, i32.const(4)), blockBytes), inBlock));
      body.advance(to, target);
      body.set(row, i32.const(0));
      body.while(i32.ltU(row, rows), () => {
        body.set(at, to);
        body.set(y, i32.add(firstRow, row));
        body.if(
          i32.geU(y, height),
          () => {
            body.set(left, columns);
            zeroPixels(left);
          },
          () => {
            // Columns left of the planes, then within, then right.
            body.set(left, i32.sub(i32.const(0), firstColumn));
            body.if(i32.ltS(left, i32.const(0)), () => body.set(left, i32.const(0)));
            body.set(x, i32.add(firstColumn, left));
            body.set(own, i32.sub(columns, left));
            zeroPixels(left);
            body.set(left, own);
            body.if(i32.ltS(i32.sub(width, x), own), () => body.set(own, i32.sub(width, x)));
            body.set(left, i32.sub(left, own));
            const place = i32.shl(i32.add(i32.mul(y, width), x), i32.const(2));
            for (const [i, cursor] of cursors.entries()) {
              body.set(cursor, lesser(i32.add(channel, i32.const(i)), lastChannel));
              body.set(cursor, i32.add(i32.add(source, place), i32.mul(cursor, plane)));
            }
            copyPixels(body, cursors, own, at);
            zeroPixels(left);
          },
        );
        body.advance(to, rowBytes);
        body.advance(row, 1);
      });
      body.advance(channel, 4);
    });
  });
}

/** Copies `count` neighbouring pixels of four planes. */
function copyPixels(body: FunctionBody, cursors: Cursors, count: Local<'i32'>, at: Local<'i32'>): void {
  body.while(i32.geU(count, i32.const(4)), () => {
    const planes = cursors.map((cursor) => body.let(v128.load(cursor)));
    for (const pixel of transpose(body, planes)) {
      body.store(at, pixel);
      body.advance(at, PIXEL_BYTES);
    }
    for (const cursor of cursors) body.advance(cursor, 16);
    body.advance(count, -4);
  });
  const pixel = body.local('v128');
  body.while(count, () => {
    for (const [lane, cursor] of cursors.entries()) {
      body.set(pixel, lane === 0 ? v128.load32Zero(cursor) : v128.load32Lane(pixel, lane, cursor));
      body.advance(cursor, 4);
    }
    body.store(at, pixel);
    body.advance(at, PIXEL_BYTES);
    body.advance(count, -1);
  });
}
