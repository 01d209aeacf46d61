import type { ScalarNode } from '../../scalar/index.ts';
import { constant, s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import type { BinaryOp, UnaryOp } from '../define.ts';
import { defineBinary, defineUnary } from '../define.ts';
import { isNegative, LARGEST, withSign } from './nodes.ts';

/**
 * |a| with the sign of b, −0 included.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.copysign.html
 *
 * @example
 * ```ts
 * import { copysign, tensor } from '@flambeau/core';
 * copysign(tensor([1, -2]), -1); // [-1, -2]
 * ```
 */
export const copysign: BinaryOp = /*#__PURE__*/ defineBinary('copysign', (a, b) => withSign(s.abs(a), b), {
  rule: 'float',
  vjp: (g, [a, b], y) => {
    const x = a as ScalarNode;
    return [s.select(s.eq(x, 0), 0, s.mul(g, s.div(y, x))), constant(0, (b as ScalarNode).type)];
  },
});

/**
 * True where the sign bit is set: below 0, and −0.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.signbit.html
 *
 * @example
 * ```ts
 * import { signbit, tensor } from '@flambeau/core';
 * signbit(tensor([1, -1, -0])); // [false, true, true]
 * ```
 */
export const signbit: UnaryOp = /*#__PURE__*/ defineUnary('signbit', (x) => isNegative(x), {
  rule: 'compare',
});

/** The exponent e with 0.5 ≤ |x| / 2ᵉ < 1, as a float. */
function exponentOf(x: ScalarNode): ScalarNode {
  const a = s.abs(x);
  const guess = s.add(s.floor(s.div(s.log(a), Math.LN2)), 1);
  const mantissa = s.mul(
    s.mul(a, s.pow(2, s.neg(s.floor(s.mul(guess, 0.5))))),
    s.pow(2, s.neg(s.sub(guess, s.floor(s.mul(guess, 0.5))))),
  );
  const up = s.select(s.ge(mantissa, 1), s.add(guess, 1), guess);
  const exponent = s.select(s.lt(mantissa, 0.5), s.sub(guess, 1), up);
  return s.select(s.and(s.lt(a, Infinity), s.gt(a, 0)), exponent, 0);
}

/** x / 2ᵉ in two steps: 2ᵉ alone may overflow. */
function scaledDown(x: ScalarNode, e: ScalarNode): ScalarNode {
  const half = s.floor(s.mul(e, 0.5));
  return s.mul(s.mul(x, s.pow(2, s.neg(half))), s.pow(2, s.neg(s.sub(e, half))));
}

/** @internal */
export const frexpMantissaOp: UnaryOp = /*#__PURE__*/ defineUnary(
  'frexpMantissa',
  (x) => scaledDown(x, exponentOf(x)),
  {
    rule: 'float',
    vjp: (g, [x]) => [scaledDown(g, exponentOf(x as ScalarNode))],
  },
);

/** @internal */
export const frexpExponentOp: UnaryOp = /*#__PURE__*/ defineUnary(
  'frexpExponent',
  (x) => s.cast(exponentOf(x), 'int32'),
  { rule: 'compare' },
);

/** A mantissa and an exponent. */
export interface MantissaAndExponent {
  /** With 0.5 ≤ |mantissa| < 1; 0, NaN and infinities as they are. */
  readonly mantissa: Tensor;
  /** int32. */
  readonly exponent: Tensor;
}

/**
 * x as mantissa · 2^exponent.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.frexp.html
 *
 * @example
 * ```ts
 * import { frexp, tensor } from '@flambeau/core';
 * frexp(tensor([12])).mantissa; // [0.75]
 * ```
 */
export function frexp(x: Tensor): MantissaAndExponent {
  return { mantissa: frexpMantissaOp(x), exponent: frexpExponentOp(x) };
}

/**
 * The next number from a in the direction of b.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nextafter.html. Subnormal numbers need a device that
 * keeps them.
 *
 * @example
 * ```ts
 * import { nextafter, tensor } from '@flambeau/core';
 * nextafter(tensor([1]), 2); // [1.0000001]
 * ```
 */
export const nextafter: BinaryOp = /*#__PURE__*/ defineBinary(
  'nextafter',
  (a, b) => {
    const [digits, lowest] = a.type === 'float64' ? [53, -1021] : [24, -125];
    const e = s.max(exponentOf(a), lowest as number);
    const unit = s.pow(2, s.sub(e, digits as number));
    const size = s.abs(a);
    // Towards 0 from a power of two the step is half as wide.
    const isPower = s.and(s.eq(scaledDown(size, e), 0.5), s.gt(e, lowest as number));
    const inward = s.select(isPower, s.mul(unit, 0.5), unit);
    const grown = withSign(s.add(size, unit), a);
    const shrunk = withSign(s.sub(size, inward), a);
    const smallest = a.type === 'float64' ? 5e-324 : 1.401298464324817e-45;
    const constants = (value: number): readonly [ScalarNode, ScalarNode] => [
      constant(-value, a.type),
      constant(value, a.type),
    ];
    const fromZero = s.select(s.lt(b, 0), ...constants(smallest));
    const largest = a.type === 'float64' ? LARGEST.float64 : LARGEST.float32;
    const fromInfinity = s.select(s.lt(a, 0), ...constants(largest));
    const away = s.xor(s.gt(b, a), s.lt(a, 0));
    const step = s.select(away, grown, shrunk);
    const moved = s.select(s.eq(a, 0), fromZero, s.select(s.eq(size, Infinity), fromInfinity, step));
    const same = s.eq(a, b);
    return s.select(s.isnan(b), b, s.select(s.or(s.isnan(a), same), s.select(same, b, a), moved));
  },
  { rule: 'float' },
);
