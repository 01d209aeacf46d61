import { DTypeError } from '../../errors.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { constant, defineScalarFunction, s } from '../../scalar/index.ts';
import type { BinaryOp, MapOptions, UnaryOp } from '../define.ts';
import { defineBinary, defineUnary } from '../define.ts';

const bits = { rule: 'bits' } as const;

/** Integers alone: floats are refused by the rule, bools here. */
const integers = (name: string): MapOptions => ({
  rule: 'bits',
  check: (_operands, common) => {
    if (common === 'bool') {
      throw new DTypeError(
        name,
        "not defined for bools: got bool, expected an integer dtype. Cast with x.to('int32').",
        { dtype: 'bool' },
      );
    }
  },
});

/**
 * All bits turned over; of bools the logical not.
 *
 * @throws {@link DTypeError} for floats.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.bitwise_not.html
 *
 * @example
 * ```ts
 * import { bitwiseNot, tensor } from '@flambeau/core';
 * bitwiseNot(tensor([0, 5], { dtype: 'int32' })); // [-1, -6]
 * ```
 */
export const bitwiseNot: UnaryOp = /*#__PURE__*/ defineUnary(
  'bitwiseNot',
  (x) => s.xor(x, constant(x.type === 'bool' ? 1 : -1, x.type)),
  bits,
);

/**
 * a·2ᵇ by shifting bits, cut to the dtype.
 *
 * @throws {@link DTypeError} for floats and bools.
 * @remarks Shifts by less than 0 or by more than 31 count modulo 32. Source:
 * https://pytorch.org/docs/stable/generated/torch.bitwise_left_shift.html
 *
 * @example
 * ```ts
 * import { bitwiseLeftShift, tensor } from '@flambeau/core';
 * bitwiseLeftShift(tensor([1, 3], { dtype: 'int32' }), 2); // [4, 12]
 * ```
 */
export const bitwiseLeftShift: BinaryOp = /*#__PURE__*/ defineBinary(
  'bitwiseLeftShift',
  (a, b) => s.shl(a, b),
  /*#__PURE__*/ integers('bitwiseLeftShift'),
);

/**
 * ⌊a / 2ᵇ⌋ by shifting bits.
 *
 * @throws {@link DTypeError} for floats and bools.
 * @remarks Shifts by less than 0 or by more than 31 count modulo 32. Source:
 * https://pytorch.org/docs/stable/generated/torch.bitwise_right_shift.html
 *
 * @example
 * ```ts
 * import { bitwiseRightShift, tensor } from '@flambeau/core';
 * bitwiseRightShift(tensor([4, -3], { dtype: 'int32' }), 1); // [2, -2]
 * ```
 */
export const bitwiseRightShift: BinaryOp = /*#__PURE__*/ defineBinary(
  'bitwiseRightShift',
  (a, b) => s.shr(a, b),
  /*#__PURE__*/ integers('bitwiseRightShift'),
);

/** Euclid's algorithm on int32 takes at most this many divisions (Lamé's theorem: F₄₇ > 2³¹). */
const DIVISIONS = 46;

const gcdNode: (a: ScalarNode, b: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'gcd',
  evaluate: (a, b) => {
    let [x, y] = [Math.abs(a), Math.abs(b)];
    while (y !== 0) [x, y] = [y, x % y];
    return x;
  },
  define: (a, b) => {
    let [x, y] = [s.abs(a as ScalarNode), s.abs(b as ScalarNode)];
    for (let i = 0; i < DIVISIONS; i++) {
      const rest = s.select(s.eq(y, 0), y, s.fmod(x, y));
      [x, y] = [s.select(s.eq(y, 0), x, y), rest];
    }
    return x;
  },
  vjp: () => [],
});

/**
 * The greatest common divisor of integers.
 *
 * @throws {@link DTypeError} for floats and bools.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.gcd.html
 *
 * @example
 * ```ts
 * import { gcd, tensor } from '@flambeau/core';
 * gcd(tensor([12, -5], { dtype: 'int32' }), tensor([18, 10], { dtype: 'int32' })); // [6, 5]
 * ```
 */
export const gcd: BinaryOp = /*#__PURE__*/ defineBinary(
  'gcd',
  (a, b) => gcdNode(a, b),
  /*#__PURE__*/ integers('gcd'),
);

/**
 * The least common multiple of integers.
 *
 * @throws {@link DTypeError} for floats and bools.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.lcm.html
 *
 * @example
 * ```ts
 * import { lcm, tensor } from '@flambeau/core';
 * lcm(tensor([4, -3], { dtype: 'int32' }), tensor([6, 5], { dtype: 'int32' })); // [12, 15]
 * ```
 */
export const lcm: BinaryOp = /*#__PURE__*/ defineBinary(
  'lcm',
  (a, b) => {
    const shared = gcdNode(a, b);
    return s.select(s.eq(shared, 0), shared, s.abs(s.mul(s.div(a, shared), b)));
  },
  /*#__PURE__*/ integers('lcm'),
);
