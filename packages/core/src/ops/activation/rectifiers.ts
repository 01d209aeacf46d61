import { ArgumentError } from '../../errors.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import type { BinaryOp, TernaryOp, UnaryOp } from '../define.ts';
import { defineBinary, defineTernary, defineUnary } from '../define.ts';

/** x where it is not above 0, else 0: keeps exponentials of a branch that is not taken, and their derivatives, finite. */
const negativePart = (x: ScalarNode): ScalarNode => s.select(s.gt(x, 0), 0, x);

const SELU_ALPHA = 1.6732632423543772848170429916717;
const SELU_SCALE = 1.0507009873554804934193349852946;

/** @internal */
export const eluOp: BinaryOp = /*#__PURE__*/ defineBinary(
  'elu',
  (x, alpha) => s.select(s.gt(x, 0), x, s.mul(alpha, s.expm1(negativePart(x)))),
  { rule: 'float' },
);

/**
 * Exponential linear unit: x above 0, else α·(eˣ − 1).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.elu.html
 *
 * @example
 * ```ts
 * import { elu, tensor } from '@flambeau/core';
 * elu(tensor([-1, 2])); // [-0.6321, 2]
 * ```
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  return eluOp(x, alpha);
}

/** @internal */
export const celuOp: BinaryOp = /*#__PURE__*/ defineBinary(
  'celu',
  (x, alpha) => s.select(s.gt(x, 0), x, s.mul(alpha, s.expm1(s.div(negativePart(x), alpha)))),
  { rule: 'float' },
);

/**
 * Continuously differentiable exponential linear unit: x above 0, else α·(e^(x/α) − 1).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.celu.html
 *
 * @example
 * ```ts
 * import { celu, tensor } from '@flambeau/core';
 * celu(tensor([-1, 2]), 2); // [-0.7869, 2]
 * ```
 */
export function celu(x: Tensor, alpha = 1): Tensor {
  return celuOp(x, alpha);
}

/**
 * Scaled exponential linear unit (G. Klambauer and others, Self-Normalizing Neural Networks, 2017).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.selu.html
 *
 * @example
 * ```ts
 * import { selu, tensor } from '@flambeau/core';
 * selu(tensor([-1, 1])); // [-1.1113, 1.0507]
 * ```
 */
export const selu: UnaryOp = /*#__PURE__*/ defineUnary(
  'selu',
  (x) => s.mul(s.select(s.gt(x, 0), x, s.mul(s.expm1(negativePart(x)), SELU_ALPHA)), SELU_SCALE),
  { rule: 'float' },
);

/** @internal */
export const preluOp: BinaryOp = /*#__PURE__*/ defineBinary('prelu', (x, weight) =>
  s.select(s.gt(x, 0), x, s.mul(weight, negativePart(x))),
);

/** @internal */
export const hardtanhOp: TernaryOp = /*#__PURE__*/ defineTernary(
  'hardtanh',
  (x, low, high) => s.min(s.max(x, low), high),
  {
    vjp: (g, [x, low, high]) => {
      const [a, lo, hi] = [x as ScalarNode, low as ScalarNode, high as ScalarNode];
      return [s.select(s.and(s.gt(a, lo), s.lt(a, hi)), g, 0), null, null];
    },
  },
);

/**
 * x limited to [minVal, maxVal]; its gradient is 0 at the limits too.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html
 *
 * @example
 * ```ts
 * import { hardtanh, tensor } from '@flambeau/core';
 * hardtanh(tensor([-3, 0.5, 3])); // [-1, 0.5, 1]
 * ```
 */
export function hardtanh(x: Tensor, minVal = -1, maxVal = 1): Tensor {
  return hardtanhOp(x, minVal, maxVal);
}

/**
 * x limited to [0, 6].
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html
 *
 * @example
 * ```ts
 * import { relu6, tensor } from '@flambeau/core';
 * relu6(tensor([-1, 3, 9])); // [0, 3, 6]
 * ```
 */
export function relu6(x: Tensor): Tensor {
  return hardtanhOp(x, 0, 6);
}

/** @internal */
export const thresholdOp: TernaryOp = /*#__PURE__*/ defineTernary(
  'threshold',
  (x, limit, value) => s.select(s.le(x, limit), value, x),
  {
    vjp: (g, [x, limit]) => [s.select(s.le(x as ScalarNode, limit as ScalarNode), 0, g), null, null],
  },
);

/**
 * x above the threshold, else a value.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.threshold.html
 *
 * @example
 * ```ts
 * import { tensor, threshold } from '@flambeau/core';
 * threshold(tensor([0.5, 2]), 1, -7); // [-7, 2]
 * ```
 */
export function threshold(x: Tensor, limit: number, value: number): Tensor {
  return thresholdOp(x, limit, value);
}

/** @internal */
export const softshrinkOp: BinaryOp = /*#__PURE__*/ defineBinary(
  'softshrink',
  (x, lambd) =>
    s.select(s.gt(x, lambd), s.sub(x, lambd), s.select(s.lt(x, s.neg(lambd)), s.add(x, lambd), 0)),
  { rule: 'float', vjp: shrinkGradient },
);

/** @internal */
export const hardshrinkOp: BinaryOp = /*#__PURE__*/ defineBinary(
  'hardshrink',
  (x, lambd) => s.select(withinBand(x, lambd), 0, x),
  { vjp: shrinkGradient },
);

function withinBand(x: ScalarNode, lambd: ScalarNode): ScalarNode {
  return s.and(s.ge(x, s.neg(lambd)), s.le(x, lambd));
}

function shrinkGradient(g: ScalarNode, [x, lambd]: readonly ScalarNode[]): readonly (ScalarNode | null)[] {
  const [a, limit] = [x as ScalarNode, lambd as ScalarNode];
  return [s.select(s.or(s.gt(a, limit), s.lt(a, s.neg(limit))), g, 0), null];
}

/**
 * x moved by λ towards 0, and 0 from −λ to λ.
 *
 * @throws {@link ArgumentError} for a negative λ.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softshrink.html
 *
 * @example
 * ```ts
 * import { softshrink, tensor } from '@flambeau/core';
 * softshrink(tensor([-2, 0.3, 2])); // [-1.5, 0, 1.5]
 * ```
 */
export function softshrink(x: Tensor, lambd = 0.5): Tensor {
  if (!(lambd >= 0)) {
    throw new ArgumentError(
      'softshrink',
      `a negative lambd: got ${lambd}, expected a number of at least 0.`,
      {
        lambd,
      },
    );
  }
  return softshrinkOp(x, lambd);
}

/**
 * x, but 0 from −λ to λ.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hardshrink.html
 *
 * @example
 * ```ts
 * import { hardshrink, tensor } from '@flambeau/core';
 * hardshrink(tensor([-2, 0.3, 2])); // [-2, 0, 2]
 * ```
 */
export function hardshrink(x: Tensor, lambd = 0.5): Tensor {
  return hardshrinkOp(x, lambd);
}
