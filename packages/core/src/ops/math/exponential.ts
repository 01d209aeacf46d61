import type { ScalarNode } from '../../scalar/index.ts';
import { defineScalarFunction, s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import type { BinaryOp, TernaryOp, UnaryOp } from '../define.ts';
import { defineBinary, defineTernary, defineUnary } from '../define.ts';
import { first } from './nodes.ts';

const float = { rule: 'float' } as const;

const log2Node: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'log2',
  evaluate: Math.log2,
  define: (x) => s.div(s.log(x), Math.LN2),
  vjp: (g, args) => [s.div(g, s.mul(first(args), Math.LN2))],
});

const log10Node: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'log10',
  evaluate: Math.log10,
  define: (x) => s.div(s.log(x), Math.LN10),
  vjp: (g, args) => [s.div(g, s.mul(first(args), Math.LN10))],
});

/**
 * 2 to the power x.
 *
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.exp2
 *
 * @example
 * ```ts
 * import { exp2, tensor } from '@flambeau/core';
 * exp2(tensor([0, 3, -1])); // [1, 8, 0.5]
 * ```
 */
export const exp2: UnaryOp = /*#__PURE__*/ defineUnary('exp2', (x) => s.pow(2, x), {
  rule: 'float',
  vjp: (g, _args, y) => [s.mul(g, s.mul(y, Math.LN2))],
});

/**
 * Logarithm to the base 2.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.log2.html
 *
 * @example
 * ```ts
 * import { log2, tensor } from '@flambeau/core';
 * log2(tensor([1, 8])); // [0, 3]
 * ```
 */
export const log2: UnaryOp = /*#__PURE__*/ defineUnary('log2', (x) => log2Node(x), float);

/**
 * Logarithm to the base 10.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.log10.html
 *
 * @example
 * ```ts
 * import { log10, tensor } from '@flambeau/core';
 * log10(tensor([1, 1000])); // [0, 3]
 * ```
 */
export const log10: UnaryOp = /*#__PURE__*/ defineUnary('log10', (x) => log10Node(x), float);

/** log(eᵃ + eᵇ) in a base, whose terms of ±∞ are not subtracted from each other. */
function logAdd(a: ScalarNode, b: ScalarNode, tail: (x: ScalarNode) => ScalarNode): ScalarNode {
  const high = s.max(a, b);
  const same = s.and(s.eq(a, b), s.eq(s.abs(a), Infinity));
  const gap = s.select(same, 0, s.neg(s.abs(s.sub(a, b))));
  return s.select(same, a, s.add(high, tail(gap)));
}

/** The shares of a and b in their sum of exponentials. */
function logAddShares(
  g: ScalarNode,
  a: ScalarNode,
  b: ScalarNode,
  power: (x: ScalarNode) => ScalarNode,
): readonly ScalarNode[] {
  const same = s.eq(a, b);
  const share = (x: ScalarNode, other: ScalarNode): ScalarNode =>
    s.select(same, s.mul(g, 0.5), s.div(g, s.add(power(s.sub(other, x)), 1)));
  return [share(a, b), share(b, a)];
}

/**
 * log(eᵃ + eᵇ), without overflow.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.logaddexp.html
 *
 * @example
 * ```ts
 * import { logaddexp, tensor } from '@flambeau/core';
 * logaddexp(tensor([0, 1000]), tensor([0, 1000])); // [0.6931, 1000.6931]
 * ```
 */
export const logaddexp: BinaryOp = /*#__PURE__*/ defineBinary(
  'logaddexp',
  (a, b) => logAdd(a, b, (gap) => s.log1p(s.exp(gap))),
  {
    rule: 'float',
    vjp: (g, [a, b]) => logAddShares(g, a as ScalarNode, b as ScalarNode, s.exp),
  },
);

/**
 * log₂(2ᵃ + 2ᵇ), without overflow.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.logaddexp2.html
 *
 * @example
 * ```ts
 * import { logaddexp2, tensor } from '@flambeau/core';
 * logaddexp2(tensor([0, 1000]), tensor([0, 1000])); // [1, 1001]
 * ```
 */
export const logaddexp2: BinaryOp = /*#__PURE__*/ defineBinary(
  'logaddexp2',
  (a, b) => logAdd(a, b, (gap) => s.div(s.log1p(s.exp(s.mul(gap, Math.LN2))), Math.LN2)),
  {
    rule: 'float',
    vjp: (g, [a, b]) => logAddShares(g, a as ScalarNode, b as ScalarNode, (x) => s.exp(s.mul(x, Math.LN2))),
  },
);

/**
 * x·log(y), and 0 where x is 0, unless y is NaN.
 *
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.xlogy
 *
 * @example
 * ```ts
 * import { tensor, xlogy } from '@flambeau/core';
 * xlogy(tensor([0, 2]), tensor([0, 1])); // [0, 0]
 * ```
 */
export const xlogy: BinaryOp = /*#__PURE__*/ defineBinary(
  'xlogy',
  (x, y) => s.select(s.isnan(y), y, s.select(s.eq(x, 0), 0, s.mul(x, s.log(y)))),
  {
    rule: 'float',
    vjp: (g, [x, y]) => {
      const [a, b] = [x as ScalarNode, y as ScalarNode];
      const atEdge = s.and(s.eq(a, 0), s.le(b, 0));
      return [s.select(atEdge, 0, s.mul(g, s.log(b))), s.div(s.mul(g, a), b)];
    },
  },
);

/** log(x / (1 − x)), around ½ by the difference from there, which is exact. */
function logOdds(x: ScalarNode): ScalarNode {
  const rest = s.sub(1, x);
  const middle = s.and(s.gt(x, 0.25), s.lt(x, 0.75));
  const nearHalf = s.log1p(s.div(s.mul(s.sub(x, 0.5), 2), s.select(middle, rest, 1)));
  return s.select(middle, nearHalf, s.log(s.div(x, rest)));
}

/** @internal */
export const logitOp: UnaryOp = /*#__PURE__*/ defineUnary('logit', logOdds, {
  rule: 'float',
  vjp: (g, [x]) => {
    const a = x as ScalarNode;
    const inside = s.and(s.ge(a, 0), s.le(a, 1));
    return [s.select(inside, s.div(g, s.mul(a, s.sub(1, a))), s.log(s.neg(s.abs(a))))];
  },
});

/** @internal */
export const logitClampedOp: BinaryOp = /*#__PURE__*/ defineBinary(
  'logitClamped',
  (x, eps) => logOdds(s.min(s.max(x, eps), s.sub(1, eps))),
  {
    rule: 'float',
    vjp: (g, [x, eps]) => {
      const [a, e] = [x as ScalarNode, eps as ScalarNode];
      const inside = s.and(s.ge(a, e), s.le(a, s.sub(1, e)));
      return [s.select(inside, s.div(g, s.mul(a, s.sub(1, a))), 0), null];
    },
  },
);

/**
 * log(x / (1 − x)), the inverse of sigmoid; with `eps`, x is first limited to [eps, 1 − eps].
 *
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.logit
 *
 * @example
 * ```ts
 * import { logit, tensor } from '@flambeau/core';
 * logit(tensor([0.5, 0.9])); // [0, 2.1972]
 * ```
 */
export function logit(x: Tensor, eps?: number): Tensor {
  return eps === undefined ? logitOp(x) : logitClampedOp(x, eps);
}

/**
 * √(a² + b²), without overflow on the way.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.hypot.html
 *
 * @example
 * ```ts
 * import { hypot, tensor } from '@flambeau/core';
 * hypot(tensor([3, 1e30]), tensor([4, 0])); // [5, 1e30]
 * ```
 */
export const hypot: BinaryOp = /*#__PURE__*/ defineBinary(
  'hypot',
  (a, b) => {
    const [p, q] = [s.abs(a), s.abs(b)];
    const [high, low] = [s.max(p, q), s.min(p, q)];
    const ratio = s.select(s.eq(high, 0), 0, s.div(low, high));
    const infinite = s.or(s.eq(p, Infinity), s.eq(q, Infinity));
    return s.select(infinite, Infinity, s.mul(high, s.sqrt(s.add(s.mul(ratio, ratio), 1))));
  },
  {
    rule: 'float',
    vjp: (g, [a, b], y) => [s.mul(g, s.div(a as ScalarNode, y)), s.mul(g, s.div(b as ScalarNode, y))],
  },
);

/** @internal */
export const lerpOp: TernaryOp = /*#__PURE__*/ defineTernary(
  'lerp',
  (start, end, weight) => {
    const gap = s.sub(end, start);
    return s.select(
      s.lt(weight, 0.5),
      s.add(start, s.mul(weight, gap)),
      s.sub(end, s.mul(gap, s.sub(1, weight))),
    );
  },
  {
    rule: 'float',
    vjp: (g, [start, end, weight]) => [
      s.mul(g, s.sub(1, weight as ScalarNode)),
      s.mul(g, weight as ScalarNode),
      s.mul(g, s.sub(end as ScalarNode, start as ScalarNode)),
    ],
  },
);

/**
 * start + weight·(end − start): from start at 0 to end at 1.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.lerp.html
 *
 * @example
 * ```ts
 * import { lerp, tensor } from '@flambeau/core';
 * lerp(tensor([0, 10]), tensor([1, 20]), 0.25); // [0.25, 12.5]
 * ```
 */
export function lerp(start: Tensor, end: Tensor, weight: Tensor | number): Tensor {
  return lerpOp(start, end, weight);
}

/**
 * x·2ᵒᵗʰᵉʳ.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.ldexp.html
 *
 * @example
 * ```ts
 * import { ldexp, tensor } from '@flambeau/core';
 * ldexp(tensor([1, 3]), tensor([4, -1])); // [16, 1.5]
 * ```
 */
export const ldexp: BinaryOp = /*#__PURE__*/ defineBinary(
  'ldexp',
  (x, exponent) => s.mul(x, s.pow(2, exponent)),
  float,
);
