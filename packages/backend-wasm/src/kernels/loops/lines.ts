import { sizeOf } from '@flambeau/core/functional';
import type { Expr } from '../../emit/expression.ts';
import { i32 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';

/** A contiguous tensor as lines along an axis: `count` of them, each with `length` elements that are `inner` apart. */
export interface Lines {
  readonly length: number;
  readonly inner: number;
  readonly count: number;
}

/** The lines along an axis; a 0-d tensor is one of a single element. */
export function linesOf(shape: readonly number[], axis: number): Lines {
  const length = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  return { length, inner, count: sizeOf(shape.slice(0, axis)) * inner };
}

/** How many elements lie before the first one of a line. */
export function lineStart(
  body: FunctionBody,
  line: Expr<'i32'>,
  { length, inner }: { readonly length: Expr<'i32'>; readonly inner: Expr<'i32'> },
): Local<'i32'> {
  const index = body.let(line);
  const outer = body.let(i32.divU(index, inner));
  // outer · length · inner, and what is left of the index.
  const whole = i32.mul(outer, i32.mul(i32.sub(length, i32.const(1)), inner));
  return body.let(i32.add(index, whole));
}
