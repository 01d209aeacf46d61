import { f32x4, f64x2, v128 } from '../../emit/vector.ts';
import type { MathContext, Vector, VectorFunction } from './context.ts';
import { wideExpm1 } from './exp.ts';
import { narrow, polynomial, widen } from './wide.ts';

// erf(x) = ±(1 − exp(−a·R(a))) with a = |x|: R = −log(erfc(a))/a is smooth, so that one polynomial serves all x. The
// coefficients are minimax on [0, 4], computed for this file by Remez's exchange with 200 bits: error 2⁻³¹ of erf.
const LOGARITHM: readonly number[] = [
  1.1283791666278977, 0.6366198345755405, 0.10277127716385255, -0.019117694907816608, -0.0002530609348641445,
  0.0017993536270248893, -0.0007406856652422976, 0.0001674808225679917, -2.13545559147891e-5,
  1.1932944879855845e-6,
];

/** Beyond, float32 has ±1. */
const LARGEST = 4;

/** The error function 2/√π · ∫₀ˣ exp(−t²) dt. */
export function erf(context: MathContext): VectorFunction {
  const { body, constants } = context;
  const largest = constants.f32(LARGEST);
  const sign = constants.f32(-0);
  // With the signs turned, so that the product is the exponent.
  const coefficients = LOGARITHM.map((c) => constants.f64(-c));
  const expm1 = wideExpm1(context);
  return (...args) => {
    const [x] = args as readonly [Vector];
    const magnitude = body.let(f32x4.pmin(f32x4.abs(x), largest));
    const exponents = widen(context, magnitude).map((a) =>
      body.let(f64x2.mul(polynomial(context, a, coefficients), a)),
    );
    const less = exponents.map(expm1);
    return body.let(v128.or(f32x4.abs(narrow(context, less)), v128.and(x, sign)));
  };
}
