import { i32 } from '../../emit/expression.ts';
import { f32x4, f64x2, i32x4, shuffle32, v128 } from '../../emit/vector.ts';
import type { MathContext, Vector, VectorFunction } from './context.ts';
import { narrow, polynomial, widen } from './wide.ts';

// x = n·π/2 + r with |r| ≤ π/4; then n says which of ±sin(r) and ±cos(r) is meant: W. J. Cody and W. Waite, Software
// Manual for the Elementary Functions (1980), chapter 8.
//
// sin(r) = r·(1 + z·S(z)) and cos(r) = 1 − z/2 + z²·C(z) with z = r². The coefficients are minimax, computed for this
// file by Remez's exchange with 160 bits: errors 2⁻³⁷ and 2⁻³³.
const SIN: readonly number[] = [
  -0.16666666640786645, 0.008333329303629525, -0.00019839311877285353, 2.71811787153589e-6,
];
const COS: readonly number[] = [0.04166664567658313, -0.001388731593609526, 2.4433119936567268e-5];

/** π/2 as the sum of its first 33 bits and the rest: products of the first with n below 2²⁰ are exact. */
const HALF_PI_HIGH = 1.5707963267341256;
const HALF_PI_LOW = 6.077100506506192e-11;

/** Beyond, n is too large for that, and the imported function is called. Few arguments are. */
const LARGEST = 1e6;

/** Adding it to a float64 leaves the nearest integer in the lowest bits. */
const ROUND = 1.5 * 2 ** 52;

function trigonometric(context: MathContext, name: 'sin' | 'cos'): VectorFunction {
  const { body, constants, imported } = context;
  const perHalfPi = constants.f64(2 / Math.PI);
  const round = constants.f64(ROUND);
  const [high, low] = [constants.f64(HALF_PI_HIGH), constants.f64(HALF_PI_LOW)];
  const sine = [1, ...SIN].map((c) => constants.f64(c));
  const cosine = [1, -0.5, ...COS].map((c) => constants.f64(c));
  const one = constants.i32(1);
  const largest = constants.f32(LARGEST);
  return (...args) => {
    const [x] = args as readonly [Vector];
    const halves = widen(context, x);
    const rounded = halves.map((half) => body.let(f64x2.add(f64x2.mul(half, perHalfPi), round)));
    const r = halves.map((half, i) => {
      const n = body.let(f64x2.sub(rounded[i] as Vector, round));
      return body.let(f64x2.sub(f64x2.sub(half, f64x2.mul(n, high)), f64x2.mul(n, low)));
    });
    const z = r.map((half) => body.let(f64x2.mul(half, half)));
    const odds = r.map((half, i) => f64x2.mul(half, polynomial(context, z[i] as Vector, sine)));
    const evens = z.map((half) => polynomial(context, half, cosine));
    const [sines, cosines] = [narrow(context, odds), narrow(context, evens)];
    const n = shuffle32(rounded[0] as Vector, rounded.at(-1) as Vector, [0, 2, 4, 6]);
    const quadrant = body.let(name === 'sin' ? n : i32x4.add(n, one));
    const odd = i32x4.eq(v128.and(quadrant, one), one);
    const sign = i32x4.shl(i32x4.shrU(quadrant, i32.const(1)), i32.const(31));
    const y = body.let(v128.xor(v128.bitselect(cosines, sines, odd), sign));
    const large = body.let(f32x4.gt(f32x4.abs(x), largest));
    body.if(v128.anyTrue(large), () => {
      const called = body.let(f32x4.splat(imported(name, f32x4.extractLane(x, 0))));
      for (let lane = 1; lane < context.lanes; lane++) {
        body.set(called, f32x4.replaceLane(called, lane, imported(name, f32x4.extractLane(x, lane))));
      }
      body.set(y, v128.bitselect(called, y, large));
    });
    return y;
  };
}

/** sin x, of radians. */
export const sin = (context: MathContext): VectorFunction => trigonometric(context, 'sin');

/** cos x, of radians. */
export const cos = (context: MathContext): VectorFunction => trigonometric(context, 'cos');
