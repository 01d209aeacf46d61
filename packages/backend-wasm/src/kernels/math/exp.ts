import { i32 } from '../../emit/expression.ts';
import { f32x4, f64x2, i64x2, v128 } from '../../emit/vector.ts';
import type { MathContext, Vector, VectorFunction } from './context.ts';
import { narrow, polynomial, widen } from './wide.ts';

// exp(x) = 2ⁿ·exp(r) with n = round(x/ln 2) and |r| ≤ ln 2 / 2, as in W. J. Cody and W. Waite, Software Manual for the
// Elementary Functions (1980), chapter 6. In float64 one constant for ln 2 is enough.
//
// exp(r) = 1 + r + r²·P(r). The coefficients are minimax, computed for this file by Remez's exchange with 160 bits.

/** Error 2⁻²⁸ of exp(r). */
const EXP: readonly number[] = [
  0.4999999344776814, 0.16666520632053303, 0.04166838805532789, 0.008368716846892008, 0.0013814597987784583,
];
/** Error 2⁻³² of exp(r) − 1, relative to itself. */
const EXPM1: readonly number[] = [
  0.5000000044163498, 0.16666666370462457, 0.041666360914967206, 0.00833338937034568, 0.0013940627207149597,
  0.00019845876716148743,
];

/** exp is 0 in float32 below, and infinite above. */
const LOWEST = -110;
const HIGHEST = 100;

/** Adding it to a float64 leaves the nearest integer, plus the bias of exponents, in the lowest bits. */
const ROUND = 1.5 * 2 ** 52 + 1023;

/** x = n·ln 2 + r. */
interface Reduced {
  readonly r: Vector;
  /** 2ⁿ */
  readonly power: Vector;
}

function reduction({ body, constants }: MathContext): (x: Vector) => Reduced {
  const perLn2 = constants.f64(Math.LOG2E);
  const round = constants.f64(ROUND);
  const ln2 = constants.f64(Math.LN2);
  return (x) => {
    const rounded = body.let(f64x2.add(f64x2.mul(x, perLn2), round));
    const r = body.let(f64x2.sub(x, f64x2.mul(f64x2.sub(rounded, round), ln2)));
    return { r, power: body.let(i64x2.shl(rounded, i32.const(52))) };
  };
}

/** exp of float64 lanes, good enough for float32. They must lie between −700 and 700, or be NaN. */
export function wideExp(context: MathContext): (x: Vector) => Vector {
  const reduce = reduction(context);
  const coefficients = [1, 1, ...EXP].map((c) => context.constants.f64(c));
  return (x) => {
    const { r, power } = reduce(x);
    return context.body.let(f64x2.mul(polynomial(context, r, coefficients), power));
  };
}

/** exp(x) − 1 of float64 lanes, likewise; right to float32 relative to itself. */
export function wideExpm1(context: MathContext): (x: Vector) => Vector {
  const { body, constants } = context;
  const reduce = reduction(context);
  const one = constants.f64(1);
  const coefficients = [1, ...EXPM1].map((c) => constants.f64(c));
  return (x) => {
    const { r, power } = reduce(x);
    const less = f64x2.mul(polynomial(context, r, coefficients), r);
    return body.let(f64x2.add(f64x2.mul(less, power), f64x2.sub(power, one)));
  };
}

/** Limits float32 lanes; NaN stays. */
function clamping({ constants }: MathContext, lowest: number, highest: number): VectorFunction {
  const low = constants.f32(lowest);
  const high = constants.f32(highest);
  return (x) => f32x4.pmax(f32x4.pmin(x as Vector, high), low);
}

/** eˣ */
export function exp(context: MathContext): VectorFunction {
  const { body } = context;
  const clamp = clamping(context, LOWEST, HIGHEST);
  const of = wideExp(context);
  return (x) => body.let(narrow(context, widen(context, body.let(clamp(x as Vector))).map(of)));
}

/** eˣ − 1, right also where eˣ is near 1. */
export function expm1(context: MathContext): VectorFunction {
  const { body, constants } = context;
  const clamp = clamping(context, LOWEST, HIGHEST);
  const sign = constants.f32(-0);
  const of = wideExpm1(context);
  return (x) => {
    const y = narrow(context, widen(context, body.let(clamp(x as Vector))).map(of));
    // The sum makes a 0 of −0. All other signs are right already.
    return body.let(v128.or(y, v128.and(x as Vector, sign)));
  };
}

/** tanh(x) = (e²ˣ − 1) / (e²ˣ + 1) */
export function tanh(context: MathContext): VectorFunction {
  const { body, constants } = context;
  // Beyond, float32 has ±1.
  const clamp = clamping(context, -20, 20);
  const sign = constants.f32(-0);
  const two = constants.f64(2);
  const of = wideExpm1(context);
  return (x) => {
    const y = widen(context, body.let(clamp(x as Vector))).map((half) => {
      const less = of(body.let(f64x2.add(half, half)));
      return body.let(f64x2.div(less, f64x2.add(less, two)));
    });
    return body.let(v128.or(narrow(context, y), v128.and(x as Vector, sign)));
  };
}
