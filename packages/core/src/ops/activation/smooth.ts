import { ArgumentError } from '../../errors.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import type { TernaryOp, UnaryOp } from '../define.ts';
import { defineTernary, defineUnary } from '../define.ts';
import { erfNode } from '../math/error-function.ts';

const float = { rule: 'float' } as const;

/** log(1 + eˣ) without overflow. */
const logOnePlusExp = (x: ScalarNode): ScalarNode => s.add(s.max(x, 0), s.log1p(s.exp(s.neg(s.abs(x)))));

/**
 * x·sigmoid(x), also known as swish.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.silu.html
 *
 * @example
 * ```ts
 * import { silu, tensor } from '@flambeau/core';
 * silu(tensor([-1, 2])); // [-0.2689, 1.7616]
 * ```
 */
export const silu: UnaryOp = /*#__PURE__*/ defineUnary('silu', (x) => s.mul(x, s.sigmoid(x)), float);

/**
 * x·tanh(log(1 + eˣ)).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.mish.html
 *
 * @example
 * ```ts
 * import { mish, tensor } from '@flambeau/core';
 * mish(tensor([-1, 2])); // [-0.3034, 1.944]
 * ```
 */
export const mish: UnaryOp = /*#__PURE__*/ defineUnary(
  'mish',
  (x) => s.mul(x, s.tanh(logOnePlusExp(x))),
  float,
);

/**
 * x / (1 + |x|).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html
 *
 * @example
 * ```ts
 * import { softsign, tensor } from '@flambeau/core';
 * softsign(tensor([-1, 3])); // [-0.5, 0.75]
 * ```
 */
export const softsign: UnaryOp = /*#__PURE__*/ defineUnary(
  'softsign',
  (x) => s.div(x, s.add(s.abs(x), 1)),
  float,
);

/**
 * x − tanh(x).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.tanhshrink.html
 *
 * @example
 * ```ts
 * import { tanhshrink, tensor } from '@flambeau/core';
 * tanhshrink(tensor([0, 1])); // [0, 0.2384]
 * ```
 */
export const tanhshrink: UnaryOp = /*#__PURE__*/ defineUnary('tanhshrink', (x) => s.sub(x, s.tanh(x)), float);

/**
 * log(1 / (1 + e^−x)), without overflow.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html
 *
 * @example
 * ```ts
 * import { logsigmoid, tensor } from '@flambeau/core';
 * logsigmoid(tensor([-100, 0])); // [-100, -0.6931]
 * ```
 */
export const logsigmoid: UnaryOp = /*#__PURE__*/ defineUnary(
  'logsigmoid',
  (x) => s.sub(s.min(x, 0), s.log1p(s.exp(s.neg(s.abs(x))))),
  // Symbolic differentiation takes sign(0) = 0 for a constant, and gives 0 as the second derivative there.
  { rule: 'float', vjp: (g, [x]) => [s.mul(g, s.sigmoid(s.neg(x as ScalarNode)))] },
);

/**
 * The sigmoid by straight lines: (x + 3) / 6, limited to [0, 1].
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hardsigmoid.html
 *
 * @example
 * ```ts
 * import { hardsigmoid, tensor } from '@flambeau/core';
 * hardsigmoid(tensor([-4, 0, 1.5])); // [0, 0.5, 0.75]
 * ```
 */
export const hardsigmoid: UnaryOp = /*#__PURE__*/ defineUnary(
  'hardsigmoid',
  (x) => s.div(s.min(s.max(s.add(x, 3), 0), 6), 6),
  {
    rule: 'float',
    vjp: (g, [x]) => {
      const a = x as ScalarNode;
      return [s.select(s.and(s.gt(a, -3), s.lt(a, 3)), s.div(g, 6), 0)];
    },
  },
);

/**
 * x·hardsigmoid(x).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hardswish.html
 *
 * @example
 * ```ts
 * import { hardswish, tensor } from '@flambeau/core';
 * hardswish(tensor([-4, 1, 4])); // [0, 0.6667, 4]
 * ```
 */
export const hardswish: UnaryOp = /*#__PURE__*/ defineUnary(
  'hardswish',
  (x) => s.div(s.mul(x, s.min(s.max(s.add(x, 3), 0), 6)), 6),
  {
    rule: 'float',
    vjp: (g, [x]) => {
      const a = x as ScalarNode;
      const inside = s.mul(g, s.add(s.div(a, 3), 0.5));
      return [s.select(s.lt(a, -3), 0, s.select(s.gt(a, 3), g, inside))];
    },
  },
);

/** @internal */
export const softplusOp: TernaryOp = /*#__PURE__*/ defineTernary(
  'softplus',
  (x, beta, threshold) => {
    const scaled = s.mul(x, beta);
    const linear = s.gt(scaled, threshold);
    // 0 stands for x where the line is taken: eˣ would overflow, and its derivative be NaN.
    return s.select(linear, x, s.div(s.log1p(s.exp(s.select(linear, 0, scaled))), beta));
  },
  float,
);

/**
 * log(1 + e^(β·x)) / β; x itself where β·x is above a threshold.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html
 *
 * @example
 * ```ts
 * import { softplus, tensor } from '@flambeau/core';
 * softplus(tensor([0, 100])); // [0.6931, 100]
 * ```
 */
export function softplus(x: Tensor, beta = 1, threshold = 20): Tensor {
  return softplusOp(x, beta, threshold);
}

/** @internal */
export const geluOp: UnaryOp = /*#__PURE__*/ defineUnary(
  'gelu',
  (x) => s.mul(s.mul(x, 0.5), s.add(erfNode(s.mul(x, Math.SQRT1_2)), 1)),
  float,
);

/** @internal */
export const geluTanhOp: UnaryOp = /*#__PURE__*/ defineUnary(
  'geluTanh',
  (x) => {
    const cubed = s.mul(s.mul(s.mul(x, x), x), 0.044715);
    return s.mul(s.mul(x, 0.5), s.add(s.tanh(s.mul(s.add(x, cubed), Math.sqrt(2 / Math.PI))), 1));
  },
  float,
);

/** Options of {@link gelu}. */
export interface GeluOptions {
  /** `'none'` (default): with the error function; `'tanh'`: the approximation by tanh. */
  readonly approximate?: 'none' | 'tanh';
}

/**
 * Gaussian error linear unit: x·Φ(x), with the distribution function Φ of the normal distribution.
 *
 * @throws {@link ArgumentError} for another approximation.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.gelu.html
 *
 * @example
 * ```ts
 * import { gelu, tensor } from '@flambeau/core';
 * gelu(tensor([-1, 1])); // [-0.1587, 0.8413]
 * gelu(tensor([-1, 1]), { approximate: 'tanh' }); // [-0.1588, 0.8412]
 * ```
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  const { approximate = 'none' } = options;
  if (approximate === 'none') return geluOp(x);
  if (approximate === 'tanh') return geluTanhOp(x);
  throw new ArgumentError(
    'gelu',
    `unknown approximation: got '${String(approximate)}', expected 'none' or 'tanh'.`,
    { approximate },
  );
}
