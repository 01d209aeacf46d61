import type { ScalarNode } from '../../scalar/index.ts';
import { s } from '../../scalar/index.ts';

/** Σ cₖ·xᵏ by Horner's scheme; coefficients come lowest power first. */
export function polynomial(x: ScalarNode, coefficients: readonly number[]): ScalarNode {
  let sum: ScalarNode | number = coefficients[coefficients.length - 1] as number;
  for (let k = coefficients.length - 2; k >= 0; k--) sum = s.add(s.mul(x, sum), coefficients[k] as number);
  return sum as ScalarNode;
}

/** {@link polynomial} of a number. */
export function polynomialAt(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + (coefficients[k] as number);
  return sum;
}

/** The largest number of each float dtype. */
export const LARGEST: { readonly float32: number; readonly float64: number } = {
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
};

export const isFloatNode = (x: ScalarNode): boolean => x.type === 'float32' || x.type === 'float64';

/** True where the sign bit is set, −0 included. Not for NaN. */
export function isNegative(x: ScalarNode): ScalarNode {
  if (!isFloatNode(x)) return s.lt(x, 0);
  return s.or(s.lt(x, 0), s.and(s.eq(x, 0), s.lt(s.div(1, x), 0)));
}

/** |magnitude| with the sign of x, −0 included. */
export function withSign(magnitude: ScalarNode, x: ScalarNode): ScalarNode {
  return s.select(isNegative(x), s.neg(magnitude), magnitude);
}

/** x² as two parts whose sum is exact enough for exp(−x²): the square of a shortened x, and the rest. */
export function squareParts(x: ScalarNode): readonly [ScalarNode, ScalarNode] {
  const c = s.mul(x, x.type === 'float64' ? 2 ** 27 + 1 : 2 ** 12 + 1);
  const short = s.sub(c, s.sub(c, x));
  return [s.mul(short, short), s.mul(s.sub(x, short), s.add(x, short))];
}

/** The first argument of an adjoint's rule. */
export const first = (args: readonly ScalarNode[]): ScalarNode => args[0] as ScalarNode;
