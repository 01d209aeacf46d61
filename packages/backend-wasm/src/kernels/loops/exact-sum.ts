import type { Expr } from '../../emit/expression.ts';
import { f64 } from '../../emit/expression.ts';
import type { FunctionBody, Local } from '../../emit/function.ts';
import { f64x2 } from '../../emit/vector.ts';
import type { Turn } from './each-vector.ts';
import { pairwise, sumOfPair } from './each-vector.ts';
import { rangeOf } from './integers.ts';

/** A sum of float32 values, every one added in float64: nothing is lost where they are large and close to each other. */
export interface ExactSum {
  /** Adds the elements of a turn at a cursor. */
  readonly add: (turn: Turn, cursor: Local<'i32'>) => void;
  readonly total: () => Expr<'f64'>;
}

/** A new sum, at 0, for loops that do `unroll` vectors a turn. */
export function exactSum(body: FunctionBody, unroll: number): ExactSum {
  const sums = rangeOf(2 * unroll).map(() => body.let(f64x2.splat(f64.const(0))));
  return {
    add: ({ offsets, loadWide }, cursor) => {
      const values = offsets.flatMap((at) => loadWide(cursor, at));
      for (const [i, value] of values.entries()) body.set(sums[i], f64x2.add(sums[i], value));
    },
    total: () => sumOfPair(pairwise(sums, f64x2.add), body),
  };
}
