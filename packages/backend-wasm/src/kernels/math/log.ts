import { i32 } from '../../emit/expression.ts';
import { f32x4, f64x2, i64x2, v128 } from '../../emit/vector.ts';
import type { MathContext, Vector, VectorFunction } from './context.ts';
import { narrow, polynomial, widen } from './wide.ts';

// log(x) = k·ln 2 + log(m) with √½ ≤ m < √2, and log(m) = 2·artanh(s) with s = (m − 1)/(m + 1), as in W. J. Cody and
// W. Waite, Software Manual for the Elementary Functions (1980), chapter 5.
//
// 2·artanh(s) = s·(2 + z·P(z)) with z = s². The coefficients are minimax, computed for this file by Remez's exchange
// with 160 bits. Error 2⁻³⁶, relative: pow multiplies it by up to 88.
const ARTANH: readonly number[] = [
  0.6666666564504244, 0.40000335293221784, 0.28537301546886035, 0.23582292652388692,
];

const BITS_OF_ONE = 0x3ff0_0000_0000_0000n;
const BITS_OF_SQRT_HALF = 0x3fe6_a09e_667f_3bcdn;
const MANTISSA = 0x000f_ffff_ffff_ffffn;

/** log of float64 lanes, good enough for float32. They must be positive, normal and finite; else it is any number. */
export function wideLog(context: MathContext): (x: Vector) => Vector {
  const { body, constants } = context;
  const shift = constants.i64(BITS_OF_ONE - BITS_OF_SQRT_HALF);
  const mantissa = constants.i64(MANTISSA);
  const sqrtHalf = constants.i64(BITS_OF_SQRT_HALF);
  const integer = constants.f64(2 ** 52);
  const bias = constants.f64(2 ** 52 + 1023);
  const one = constants.f64(1);
  const ln2 = constants.f64(Math.LN2);
  const coefficients = [2, ...ARTANH].map((c) => constants.f64(c));
  return (x) => {
    // The exponent of x/√½ is k, and its mantissa that of m/√½.
    const bits = body.let(i64x2.add(x, shift));
    const k = f64x2.sub(v128.or(i64x2.shrU(bits, i32.const(52)), integer), bias);
    const m = body.let(i64x2.add(v128.and(bits, mantissa), sqrtHalf));
    const s = body.let(f64x2.div(f64x2.sub(m, one), f64x2.add(m, one)));
    const z = body.let(f64x2.mul(s, s));
    return body.let(f64x2.add(f64x2.mul(k, ln2), f64x2.mul(s, polynomial(context, z, coefficients))));
  };
}

/** Puts right what {@link wideLog} has no results for: `y` becomes −∞ where x is `pole`, NaN below it, and x above all. */
function edges({ constants }: MathContext, pole: number): (x: Vector, y: Vector) => Vector {
  const at = constants.f32(pole);
  const infinity = constants.f32(Infinity);
  return (x, y) => {
    const large = v128.andnot(x, f32x4.lt(x, infinity));
    const minus = v128.and(infinity, f32x4.eq(x, at));
    // All bits set are a NaN.
    return v128.or(f32x4.sub(f32x4.add(y, large), minus), f32x4.lt(x, at));
  };
}

/** log x */
export function log(context: MathContext): VectorFunction {
  const { body } = context;
  const of = wideLog(context);
  const edge = edges(context, 0);
  return (x) => body.let(edge(x as Vector, narrow(context, widen(context, x as Vector).map(of))));
}

/** log(1 + x), right also where x is near 0. */
export function log1p(context: MathContext): VectorFunction {
  const { body, constants } = context;
  const of = wideLog(context);
  const edge = edges(context, -1);
  const one = constants.f64(1);
  // Below, the sum would lose bits that count, and x is as near.
  const tiny = constants.f32(2 ** -25);
  return (x) => {
    const sums = widen(context, x as Vector).map((half) => body.let(f64x2.add(half, one)));
    const y = edge(x as Vector, narrow(context, sums.map(of)));
    return body.let(v128.bitselect(x as Vector, y, f32x4.lt(f32x4.abs(x as Vector), tiny)));
  };
}
