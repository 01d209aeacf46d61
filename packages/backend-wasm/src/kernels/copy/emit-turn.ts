import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { MemoryImport } from '../../emit/module.ts';
import { ModuleBuilder } from '../../emit/module.ts';
import { shuffle32, v128 } from '../../emit/vector.ts';
import type { Vector } from '../loops/each-vector.ts';
import { lesser, rangeOf } from '../loops/integers.ts';
import { transpose } from '../loops/vectors.ts';
import { copyElement, outerStart } from './emit-copy.ts';

/**
 * Source neighbours that a unit of work has. As many rows of the target are written side by side: where these lie a power of
 * two apart they share a set of the first cache, which holds no more of them.
 */
export const STRIP = 8;

/**
 * from, to; size of the target's neighbours and their bytes apart in the source; size of the source's neighbours and their
 * bytes apart in the target; strips; then the outer dimensions.
 */
const TURN_WORDS = 7;

/** A tile that is turned in registers: as many elements a side as a vector has. */
function turned(body: FunctionBody, rows: readonly Local<'v128'>[]): Vector[] {
  if (rows.length === 2) {
    const [a, b] = rows;
    return [shuffle32(a, b, [0, 1, 4, 5]), shuffle32(a, b, [2, 3, 6, 7])];
  }
  return transpose(body, rows);
}

/** Copies where neighbours of the source are not those of the target, tile by tile. A unit of work is a strip. */
export function emitTurn(width: 4 | 8, rank: number, memory: MemoryImport): ModuleBuilder {
  const builder = new ModuleBuilder(memory);
  builder.addFunction('run', ['i32', 'i32', 'i32'], (body, args, start, end) => {
    const side = 16 / width;
    const [inner, stepX, across, stepY, strips] = [2, 3, 4, 5, 6].map((at) =>
      body.let(i32.load(args, 4 * at)),
    );
    body.while(i32.ltU(start, end), () => {
      const outer = body.let(i32.divU(start, strips));
      const first = body.let(i32.mul(i32.sub(start, i32.mul(outer, strips)), i32.const(STRIP)));
      const [from, to] = outerStart(body, args, outer, { rank, first: TURN_WORDS });
      body.advance(from, i32.mul(first, i32.const(width)));
      body.advance(to, i32.mul(first, stepY));
      const columns = body.let(lesser(i32.sub(across, first), i32.const(STRIP)));
      const wholeColumns = body.let(i32.and(columns, i32.const(-side)));
      const wholeRows = body.let(i32.and(inner, i32.const(-side)));
      const strip: Strip = { from, to, stepX, stepY, width };
      turnTiles(body, strip, wholeRows, wholeColumns, side);
      const none = i32.const(0);
      copyEach(body, strip, [wholeRows, inner], [none, wholeColumns]);
      copyEach(body, strip, [none, inner], [wholeColumns, columns]);
      body.advance(start, 1);
    });
  });
  return builder;
}

interface Strip {
  readonly from: Local<'i32'>;
  readonly to: Local<'i32'>;
  /** Bytes in the source from one neighbour of the target to the next. */
  readonly stepX: Local<'i32'>;
  readonly stepY: Local<'i32'>;
  readonly width: 4 | 8;
}

function turnTiles(
  body: FunctionBody,
  { from, to, stepX, stepY, width }: Strip,
  rows: Local<'i32'>,
  columns: Local<'i32'>,
  side: number,
): void {
  const [source, target] = [body.let(from), body.let(to)];
  const [rowsLeft, columnsLeft] = [body.let(rows), body.local('i32')];
  const [y, down] = [body.local('i32'), body.let(i32.mul(stepX, i32.const(side)))];
  body.while(rowsLeft, () => {
    const cursors = rangeOf(side).map((i) => body.let(i32.add(source, i32.mul(stepX, i32.const(i)))));
    body.set(y, target);
    body.set(columnsLeft, columns);
    body.while(columnsLeft, () => {
      const tile = turned(
        body,
        cursors.map((cursor) => body.let(v128.load(cursor))),
      );
      for (const row of tile) {
        body.store(y, row);
        body.advance(y, stepY);
      }
      for (const cursor of cursors) body.advance(cursor, 16);
      body.advance(columnsLeft, -side);
    });
    body.advance(source, down);
    body.advance(target, width * side);
    body.advance(rowsLeft, -side);
  });
}

/** Copies a rectangle element by element. */
function copyEach(
  body: FunctionBody,
  { from, to, stepX, stepY, width }: Strip,
  [firstRow, lastRow]: readonly [Expr<'i32'>, Expr<'i32'>],
  [firstColumn, lastColumn]: readonly [Expr<'i32'>, Expr<'i32'>],
): void {
  const [column, row] = [body.let(firstColumn), body.local('i32')];
  const [x, y] = [body.local('i32'), body.local('i32')];
  body.countTo(column, lastColumn, () => {
    body.set(row, firstRow);
    body.set(x, i32.add(from, i32.add(i32.mul(row, stepX), i32.mul(column, i32.const(width)))));
    body.set(y, i32.add(to, i32.add(i32.mul(column, stepY), i32.mul(row, i32.const(width)))));
    body.countTo(row, lastRow, () => {
      copyElement(body, width, x, y);
      body.advance(x, stepX);
      body.advance(y, width);
    });
  });
}
