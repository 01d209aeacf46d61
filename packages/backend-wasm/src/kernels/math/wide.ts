import { f32x4, f64x2, shuffle32 } from '../../emit/vector.ts';
import type { MathContext, Vector } from './context.ts';

/**
 * Float32 lanes as float64: the first two and the last two; only the former where they are all the same.
 *
 * Functions of float32 are computed in float64. Without fused multiply-add, which not every engine has and whose results
 * would differ, float32 needs split constants, corrections and a care for subnormals that cost as much as the second
 * vector does, and its results are not as good: here they are those of the exact value, rounded, but for few.
 */
export type Wide = readonly Vector[];

/** The float32 lanes as float64. */
export function widen({ body, lanes }: MathContext, x: Vector): Wide {
  const low = body.let(f64x2.promoteLowF32x4(x));
  return lanes === 1 ? [low] : [low, body.let(f64x2.promoteLowF32x4(shuffle32(x, x, [2, 3, 2, 3])))];
}

/** Rounds to float32: subnormal and infinite results come by themselves. */
export function narrow({ body }: MathContext, [low, high]: Wide): Vector {
  const first = f32x4.demoteF64x2Zero(low as Vector);
  if (high) return shuffle32(first, f32x4.demoteF64x2Zero(high), [0, 1, 4, 5]);
  const single = body.let(first);
  return shuffle32(single, single, [0, 1, 0, 1]);
}

/**
 * c₀ + c₁x + c₂x² + … in float64, by G. Estrin's scheme (1960): pairs, then pairs of pairs. Horner's rule has fewer
 * products, but each waits for the one before, and there the time goes.
 */
export function polynomial({ body }: MathContext, x: Vector, coefficients: readonly Vector[]): Vector {
  let parts = coefficients;
  let power = x;
  while (parts.length > 1) {
    const pairs: Vector[] = [];
    for (let i = 0; i < parts.length; i += 2) {
      const [low, high] = [parts[i] as Vector, parts[i + 1]];
      pairs.push(high ? body.let(f64x2.add(low, f64x2.mul(high, power))) : low);
    }
    parts = pairs;
    if (parts.length > 1) power = body.let(f64x2.mul(power, power));
  }
  return parts[0] as Vector;
}
