import { f32 } from '../../emit/expression.ts';
import { f32x4, f64x2, v128 } from '../../emit/vector.ts';
import type { MathContext, Vector, VectorFunction } from './context.ts';
import { wideExp } from './exp.ts';
import { wideLog } from './log.ts';
import { narrow, widen } from './wide.ts';

/** Beyond, results are 0 and infinite in float32. */
const LOWEST = -110;
const HIGHEST = 100;

/** x to the power y = ±exp(y·log|x|), with the special cases of C (ISO/IEC 9899, F.10.4.4). */
export function pow(context: MathContext): VectorFunction {
  const { body, constants } = context;
  const logOf = wideLog(context);
  const expOf = wideExp(context);
  const [lowest, highest] = [constants.f64(LOWEST), constants.f64(HIGHEST)];
  const [zero, half, one] = [constants.f32(0), constants.f32(0.5), constants.f32(1)];
  const infinity = constants.f32(Infinity);
  const signBit = constants.f32(-0);
  /** A logarithm's wrong results: of 0, infinity and NaN. */
  const edge = (m: Vector, y: Vector): Vector =>
    f32x4.sub(f32x4.add(y, v128.andnot(m, f32x4.lt(m, infinity))), v128.and(infinity, f32x4.eq(m, zero)));

  return (...args) => {
    const [x, y] = args as readonly [Vector, Vector];
    const m = body.let(f32x4.abs(x));
    const bases = widen(context, m);
    // 0 where the logarithm is right: float32 lanes, so that infinities and NaN are put right for both halves at once.
    const wrong = widen(context, body.let(edge(m, zero)));
    const exponents = widen(context, y);
    const powers = bases.map((base, i) => {
      const logarithm = f64x2.add(logOf(base), wrong[i] as Vector);
      const product = body.let(f64x2.mul(logarithm, exponents[i] as Vector));
      return expOf(body.let(f64x2.pmax(f64x2.pmin(product, highest), lowest)));
    });
    const magnitude = body.let(narrow(context, powers));
    const isOne = v128.or(f32x4.eq(m, one), f32x4.eq(y, zero));
    body.set(magnitude, v128.bitselect(one, magnitude, isOne));
    // Of a negative base only integer powers are real, and odd ones have its sign.
    const whole = body.let(f32x4.eq(f32x4.trunc(y), y));
    const halved = body.let(f32x4.mul(y, half));
    const odd = v128.and(whole, f32x4.ne(f32x4.trunc(halved), halved));
    const negative = v128.and(f32x4.lt(x, zero), f32x4.lt(m, infinity));
    const result = v128.or(magnitude, v128.and(v128.and(x, signBit), odd));
    return body.let(v128.or(result, v128.andnot(negative, whole)));
  };
}

/**
 * x to a power that is the same in all lanes. Of the most common ones, 2, 3 and −1, it is a product or a quotient: right
 * to the last bit, which {@link pow} need not be.
 */
export function powOfAll(context: MathContext): VectorFunction {
  const { body, constants } = context;
  const general = pow(context);
  const one = constants.f32(1);
  return (...args) => {
    const [x, y] = args as readonly [Vector, Vector];
    const exponent = body.let(f32x4.extractLane(y, 0));
    const result = body.local('v128');
    const otherwise = (value: number, power: () => Vector, next: () => void) => (): void =>
      body.if(f32.eq(exponent, f32.const(value)), () => body.set(result, power()), next);
    const cube = (): Vector =>
      narrow(
        context,
        widen(context, x).map((h) => f64x2.mul(f64x2.mul(h, h), h)),
      );
    const rest = (): void => body.set(result, general(x, y));
    const inverse = otherwise(-1, () => f32x4.div(one, x), rest);
    otherwise(2, () => f32x4.mul(x, x), otherwise(3, cube, inverse))();
    return result;
  };
}
