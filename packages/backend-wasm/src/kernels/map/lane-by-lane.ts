import type { Expr } from '../../emit/expression.ts';
import { i32, select } from '../../emit/expression.ts';
import type { FunctionBody } from '../../emit/function.ts';
import { f32x4, f64x2, i32x4 } from '../../emit/vector.ts';
import type { LaneCount, Vector } from '../math/context.ts';
import type { MathCall } from './math-calls.ts';

interface Lanes<T extends 'i32' | 'f32' | 'f64'> {
  readonly splat: (x: Expr<T>) => Vector;
  readonly extractLane: (x: Vector, lane: number) => Expr<T>;
  readonly replaceLane: (x: Vector, lane: number, value: Expr<T>) => Vector;
}

/** Lanes by the type of their elements. */
export const LANES: { readonly [T in 'i32' | 'f32' | 'f64']: Lanes<T> } = {
  i32: i32x4,
  f32: f32x4,
  f64: f64x2,
};

/** Computes an operation that has no vector instruction, one lane after the other. A single element is in all of them. */
export function laneByLane<T extends 'i32' | 'f32' | 'f64'>(
  body: FunctionBody,
  type: T,
  count: LaneCount | 2,
  args: readonly Vector[],
  compute: (...args: readonly Expr<T>[]) => Expr<T>,
): Vector {
  const { splat, extractLane, replaceLane }: Lanes<T> = LANES[type];
  const at = (lane: number): Expr<T> => compute(...args.map((x) => body.let(extractLane(x, lane))));
  const result = body.let(splat(at(0)));
  for (let lane = 1; lane < count; lane++) body.set(result, replaceLane(result, lane, at(lane)));
  return result;
}

const zero: Expr<'i32'> = i32.const(0);

type Integer = (a: Expr<'i32'>, b: Expr<'i32'>) => Expr<'i32'>;

/** Operations on int32 that have no vector instruction. */
export const integerCode: Readonly<Record<string, (math: MathCall) => Integer>> = {
  div: () => (a, b) => {
    // wasm traps where core says 0, and on −2^31 / −1, which wraps.
    const special = i32.leU(i32.add(b, i32.const(1)), i32.const(1));
    const quotient = i32.divS(a, select(special, i32.const(1), b));
    return select(special, i32.mul(a, b), quotient);
  },
  fmod: () => (a, b) => select(b, i32.remS(a, select(b, b, i32.const(1))), zero),
  pow: (math) => (a, b) => math('pow', 'i32', [a, b]),
  shl: () => i32.shl,
  shr: () => i32.shrS,
};
