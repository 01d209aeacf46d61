import type { Expr } from '../../emit/expression.ts';
import { i32, select } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';

/** 0, 1, … below `count`: what code is written for, one after the other. */
export const rangeOf = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** New integer variables. */
export const integers = (body: FunctionBody, count: number): Local<'i32'>[] =>
  rangeOf(count).map(() => body.local('i32'));

/** The lesser of two unsigned integers. */
export const lesser = (a: Expr<'i32'>, b: Expr<'i32'>): Expr<'i32'> => select(i32.ltU(a, b), a, b);

/** How many parts of `side` cover `size`. */
export const partsOf = (size: Expr<'i32'>, side: number): Expr<'i32'> =>
  i32.divU(i32.add(size, i32.const(side - 1)), i32.const(side));

/** The next multiple of `side`. */
export const padded = (size: Expr<'i32'>, side: number): Expr<'i32'> =>
  i32.mul(partsOf(size, side), i32.const(side));
