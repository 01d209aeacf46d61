import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import type { NestCode } from './nest.ts';
import { STRIP } from './nest.ts';

/** Neighbouring columns: 4 · `vectors` of them, or a single one when that is 0. */
export interface Columns {
  readonly vectors: number;
  /** Address of the first value. */
  readonly start: Local<'i32'>;
  /** Address of the first result. */
  readonly target: Local<'i32'>;
}

/** Writes code for the columns of a unit of work: as many at a time as fit in `vectors` vectors, then 4, then one. */
export function eachColumns(
  body: FunctionBody,
  code: NestCode,
  unit: Expr<'i32'>,
  vectors: number,
  write: (columns: Columns) => void,
): void {
  const kept = body.let(i32.divU(unit, code.strips));
  const first = body.let(i32.mul(i32.sub(unit, i32.mul(kept, code.strips)), i32.const(STRIP)));
  const start = code.start(kept);
  body.set(start, i32.add(start, i32.mul(first, i32.const(4))));
  const position = i32.add(i32.mul(kept, code.columns), first);
  const target = body.let(i32.add(code.y, i32.mul(position, i32.const(4))));
  const left = body.let(i32.sub(code.columns, first));
  body.if(i32.gtS(left, i32.const(STRIP)), () => body.set(left, i32.const(STRIP)));
  for (const count of new Set([vectors, 1, 0])) {
    const width = Math.max(4 * count, 1);
    body.while(i32.geS(left, i32.const(width)), () => {
      write({ vectors: count, start, target });
      for (const cursor of [start, target]) body.set(cursor, i32.add(cursor, i32.const(4 * width)));
      body.set(left, i32.sub(left, i32.const(width)));
    });
  }
}

/** Writes the loop over all reduced elements of some columns: the address moves down the rows. */
export function eachRow(
  body: FunctionBody,
  code: NestCode,
  start: Local<'i32'>,
  write: (at: Local<'i32'>, run: Local<'i32'>, row: Local<'i32'>) => void,
): void {
  code.eachRun(start, (at, run) => {
    const row = body.let(i32.const(0));
    body.countTo(row, code.length, () => {
      write(at, run, row);
      body.set(at, i32.add(at, code.step));
    });
  });
}
