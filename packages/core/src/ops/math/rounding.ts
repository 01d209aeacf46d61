import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import type { MapFunction, UnaryOp } from '../define.ts';
import { defineMap, defineUnary } from '../define.ts';
import { castTo, div, mul, pow, round as roundRow } from '../elementwise.ts';
import type { MapOp, MapOperand } from '../map-op.ts';
import { isFloatNode, LARGEST } from './nodes.ts';

/**
 * The part behind the point, with the sign of x.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.frac.html
 *
 * @example
 * ```ts
 * import { frac, tensor } from '@flambeau/core';
 * frac(tensor([1.25, -1.25])); // [0.25, -0.25]
 * ```
 */
export const frac: UnaryOp = /*#__PURE__*/ defineUnary('frac', (x) => s.sub(x, s.trunc(x)), {
  rule: 'float',
  vjp: (g) => [g],
});

/** Options of {@link round}. */
export interface RoundOptions {
  /** How many decimals are kept; negative counts round to tens, hundreds …. Default 0. */
  readonly decimals?: number;
}

/** Rounding, and the declaration of its op. */
export interface Round {
  (x: Tensor, options?: RoundOptions): Tensor;
  readonly op: MapOp;
}

function toDecimals(row: UnaryOp): Round {
  const rounded = (x: Tensor, options?: RoundOptions): Tensor => {
    const decimals = options?.decimals ?? 0;
    if (decimals === 0) return row(x);
    if (!Number.isInteger(decimals)) {
      throw new ArgumentError('round', `invalid decimals: got ${decimals}, expected an integer.`, {
        decimals,
      });
    }
    if (!isFloat(x.dtype)) {
      throw new DTypeError('round', `decimals of ${x.dtype}: got ${decimals}, expected a float dtype.`, {
        dtype: x.dtype,
      });
    }
    const scale = 10 ** Math.abs(decimals);
    return composed(x.device, () =>
      decimals > 0 ? div(row(mul(x, scale)), scale) : mul(row(div(x, scale)), scale),
    );
  };
  return Object.assign(rounded, { op: row.op });
}

/**
 * The nearest integer, or the nearest number with `decimals` digits after the point; halves go to the even one.
 *
 * @throws {@link ArgumentError} unless `decimals` is an integer. @throws {@link DTypeError} for bools, and for integers
 * with `decimals`.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.round.html
 *
 * @example
 * ```ts
 * import { round, tensor } from '@flambeau/core';
 * round(tensor([0.5, 1.5])); // [0, 2]
 * round(tensor([0.1234, 12.5]), { decimals: 2 }); // [0.12, 12.5]
 * ```
 */
export const round: Round = /*#__PURE__*/ toDecimals(roundRow);

/** @internal */
export const nanToNumOp: MapFunction = /*#__PURE__*/ defineMap(
  'nanToNum',
  4,
  (x, nan, positive, negative) => {
    const [a, n, p, q] = [x, nan, positive, negative] as [ScalarNode, ScalarNode, ScalarNode, ScalarNode];
    if (!isFloatNode(a)) return a;
    const finite = s.select(s.eq(a, Infinity), p, s.select(s.eq(a, -Infinity), q, a));
    return s.select(s.isnan(a), n, finite);
  },
  {
    vjp: (g, [x]) => [s.select(s.lt(s.abs(x as ScalarNode), Infinity), g, 0), null, null, null],
  },
);

/** Options of {@link nanToNum}. */
export interface NanToNumOptions {
  /** In place of NaN. Default 0. */
  readonly nan?: number;
  /** In place of ∞. Default: the largest number of the dtype. */
  readonly posinf?: number;
  /** In place of −∞. Default: the smallest number of the dtype. */
  readonly neginf?: number;
}

/**
 * NaN and infinities replaced by numbers.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nan_to_num.html
 *
 * @example
 * ```ts
 * import { nanToNum, tensor } from '@flambeau/core';
 * nanToNum(tensor([NaN, 1, Infinity]), { posinf: 9 }); // [0, 1, 9]
 * ```
 */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  if (x.dtype !== 'float32' && x.dtype !== 'float64') return castTo(x, x.dtype);
  const largest = LARGEST[x.dtype];
  const { nan = 0, posinf = largest, neginf = -largest } = options;
  return nanToNumOp(x, nan, posinf, neginf);
}

/**
 * x itself: what `+x` is in PyTorch. @throws {@link DTypeError} for bools.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.positive.html
 *
 * @example
 * ```ts
 * import { positive, tensor } from '@flambeau/core';
 * positive(tensor([-1, 2])); // [-1, 2]
 * ```
 */
export const positive: UnaryOp = /*#__PURE__*/ defineUnary('positive', (x) => s.mul(x, 1), {
  rule: 'numbers',
});

/**
 * a to the power b in float64, whatever the operands: negative powers of integers have their values.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.float_power.html
 *
 * @example
 * ```ts
 * import { floatPower, tensor } from '@flambeau/core';
 * floatPower(tensor([2, 4], { dtype: 'int32' }), -1); // [0.5, 0.25]
 * ```
 */
export function floatPower(a: MapOperand, b: MapOperand): Tensor {
  const wide = (x: MapOperand): MapOperand => (typeof x === 'number' ? x : castTo(x, 'float64'));
  const shaped = typeof a === 'number' ? b : a;
  if (typeof shaped === 'number') return pow(a, b);
  return composed(shaped.device, () => pow(wide(a), wide(b)));
}
