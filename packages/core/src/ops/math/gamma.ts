import { ArgumentError } from '../../errors.ts';
import type { ScalarNode } from '../../scalar/index.ts';
import { constant, defineScalarFunction, s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import type { UnaryOp } from '../define.ts';
import { defineUnary } from '../define.ts';
import {
  DIGAMMA_FLOAT32,
  DIGAMMA_FLOAT64,
  DIGAMMA_ROOT,
  GAMMA_FLOAT32,
  GAMMA_FLOAT64,
} from './coefficients.ts';
import { BERNOULLI, DIGAMMA_TAIL, digammaAt, LANCZOS, LANCZOS_G, lgammaAt } from './gamma-numbers.ts';
import { first, polynomial } from './nodes.ts';

/** Arguments are shifted up by this much, to where asymptotic series are accurate. */
const SHIFT = 10;

/** The polynomials for a type. */
const near = (x: ScalarNode, float32: readonly number[], float64: readonly number[]): readonly number[] =>
  x.type === 'float64' ? float64 : float32;

/** The step to [1.5, 2.5) or, for digamma, to [1, 2): 1 where x is below, −1 where it is above. */
function steps(x: ScalarNode, start: number): ScalarNode {
  const above = s.select(s.lt(x, start + 1), constant(0, x.type), constant(-1, x.type));
  return s.select(s.lt(x, start), constant(1, x.type), above);
}

/** log Γ(x) for x ≥ 0.5: below 3.5, where it is 0 twice, by a polynomial around 2. */
function lgammaPositive(x: ScalarNode): ScalarNode {
  const step = steps(x, 1.5);
  const t = s.sub(x, s.sub(2, step));
  const factor = s.log(s.select(s.eq(step, 0), 1, s.select(s.gt(step, 0), x, s.sub(x, 1))));
  const aroundTwo = s.mul(t, polynomial(t, near(x, GAMMA_FLOAT32, GAMMA_FLOAT64)));
  const around = s.sub(aroundTwo, s.mul(step, factor));
  const z = s.sub(x, 1);
  let sum: ScalarNode | number = LANCZOS[0] as number;
  for (let k = 1; k < LANCZOS.length; k++) sum = s.add(s.div(LANCZOS[k] as number, s.add(z, k)), sum);
  const power = s.mul(s.add(z, 0.5), s.sub(s.log(s.add(z, LANCZOS_G + 0.5)), 1));
  const far = s.add(s.sub(power, LANCZOS_G), s.log(s.mul(sum as ScalarNode, Math.sqrt(2 * Math.PI))));
  return s.select(s.lt(x, 3.5), around, s.select(s.eq(x, Infinity), x, far));
}

/** The distance to the nearest integer, times π. */
function angleFromInteger(x: ScalarNode): ScalarNode {
  const rest = s.sub(x, s.floor(x));
  return s.mul(s.select(s.gt(rest, 0.5), s.sub(rest, 1), rest), Math.PI);
}

const lgammaNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'lgamma',
  evaluate: lgammaAt,
  define: (x) => {
    const [reflect, small] = [s.lt(x, -0.5), s.lt(x, 0.5)];
    const y = lgammaPositive(s.select(reflect, s.sub(1, x), s.select(small, s.add(x, 1), x)));
    const reflected = s.sub(s.log(s.div(Math.PI, s.abs(s.sin(angleFromInteger(x))))), y);
    const negative = s.select(s.eq(x, s.floor(x)), Infinity, reflected);
    const value = s.select(reflect, negative, s.select(small, s.sub(y, s.log(s.abs(x))), y));
    return s.select(s.eq(s.abs(x), Infinity), s.abs(x), value);
  },
  vjp: (g, args) => [s.mul(g, digammaNode(first(args)))],
});

/** ψ(x) for x ≥ 0.5: around its root by a polynomial, beyond shifted up to where the asymptotic series holds. */
function digammaPositive(x: ScalarNode): ScalarNode {
  const [root, rest] = DIGAMMA_ROOT;
  const high = x.type === 'float64' ? root : Math.fround(root);
  const step = steps(x, 1);
  const a = s.add(x, step);
  const shift = s.div(step, s.select(s.gt(step, 0), x, a));
  const fromRoot = s.sub(s.sub(a, high), root - high + rest);
  const around = s.mul(fromRoot, polynomial(s.sub(a, 1.5), near(x, DIGAMMA_FLOAT32, DIGAMMA_FLOAT64)));
  let shifted: ScalarNode = s.div(1, x);
  for (let k = 1; k < SHIFT; k++) shifted = s.add(shifted, s.div(1, s.add(x, k)));
  const z = s.add(x, SHIFT);
  const z2 = s.div(1, s.mul(z, z));
  const far = s.sub(s.sub(s.sub(s.log(z), s.div(0.5, z)), s.mul(polynomial(z2, DIGAMMA_TAIL), z2)), shifted);
  return s.select(s.lt(x, 3), s.sub(around, shift), far);
}

const digammaNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'digamma',
  evaluate: digammaAt,
  define: (x) => {
    const [reflect, small] = [s.lt(x, -0.5), s.lt(x, 0.5)];
    const y = digammaPositive(s.select(reflect, s.sub(1, x), s.select(small, s.add(x, 1), x)));
    const angle = angleFromInteger(x);
    const reflected = s.sub(y, s.div(s.mul(s.cos(angle), Math.PI), s.sin(angle)));
    const pole = s.select(s.eq(x, 0), s.div(-1, x), s.log(s.neg(s.abs(x))));
    const inside = s.select(reflect, reflected, s.select(small, s.sub(y, s.div(1, x)), y));
    return s.select(s.and(s.le(x, 0), s.eq(x, s.floor(x))), pole, s.select(s.eq(x, Infinity), x, inside));
  },
  vjp: (g, args) => [s.mul(g, polygammaNode(1)(first(args)))],
});

function factorial(n: number): number {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

/** xᵏ for k ≥ 1. */
function power(x: ScalarNode, k: number): ScalarNode {
  let product = x;
  for (let i = 1; i < k; i++) product = s.mul(product, x);
  return product;
}

/** (−1)ⁿ⁺¹·n!·ζ(n + 1, x) for x > 0, by Euler–Maclaurin summation after a shift. */
function polygammaPositive(n: number, x: ScalarNode): ScalarNode {
  const order = n + 1;
  let sum: ScalarNode = s.div(1, power(x, order));
  for (let k = 1; k < SHIFT; k++) sum = s.add(sum, s.div(1, power(s.add(x, k), order)));
  const z = s.add(x, SHIFT);
  const last = s.div(1, power(z, order));
  sum = s.add(sum, s.add(s.mul(last, s.div(z, n)), s.mul(last, 0.5)));
  const z2 = s.div(1, s.mul(z, z));
  let term = s.mul(last, z);
  for (let k = 1; k <= 8; k++) {
    term = s.mul(term, z2);
    const rising = factorial(order + 2 * k - 2) / factorial(n);
    sum = s.add(sum, s.mul(term, ((BERNOULLI[k - 1] as number) * rising) / factorial(2 * k)));
  }
  return s.mul(sum, (n % 2 === 0 ? -1 : 1) * factorial(n));
}

/** dⁿ cot(πx)/dxⁿ = πⁿ·Pₙ(cot πx): the coefficients of Pₙ, by Pₙ₊₁(c) = −(1 + c²)·Pₙ′(c). */
function cotangentDerivative(n: number): readonly number[] {
  let p = [0, 1];
  for (let k = 0; k < n; k++) {
    const slope = p.slice(1).map((c, i) => -(i + 1) * c);
    p = Array.from({ length: slope.length + 2 }, (_, i) => (slope[i] ?? 0) + (slope[i - 2] ?? 0));
  }
  return p;
}

const nodes: Map<number, (x: ScalarNode) => ScalarNode> = /*#__PURE__*/ new Map();

/** The n-th derivative of the digamma function, n ≥ 1. */
function polygammaNode(n: number): (x: ScalarNode) => ScalarNode {
  const known = nodes.get(n);
  if (known) return known;
  const sign = n % 2 === 0 ? 1 : -1;
  const made = defineScalarFunction({
    name: `polygamma${n}`,
    define: (x) => {
      const [reflect, small] = [s.lt(x, -0.5), s.lt(x, 0.5)];
      const y = polygammaPositive(n, s.select(reflect, s.sub(1, x), s.select(small, s.add(x, 1), x)));
      const angle = angleFromInteger(x);
      const cotangent = s.div(s.cos(angle), s.sin(angle));
      const mirror = s.mul(polynomial(cotangent, cotangentDerivative(n)), Math.PI ** (n + 1));
      const lowest = s.div(-sign * factorial(n), power(x, n + 1));
      const inside = s.select(
        reflect,
        s.sub(s.mul(y, sign), mirror),
        s.select(small, s.add(y, lowest), s.select(s.eq(x, Infinity), 0, y)),
      );
      const pole = s.and(s.and(s.le(x, 0), s.gt(x, -Infinity)), s.eq(x, s.floor(x)));
      return s.select(pole, s.mul(s.add(s.abs(x), 1), -sign * Infinity), inside);
    },
    vjp: (g, args) => [s.mul(g, polygammaNode(n + 1)(first(args)))],
  });
  nodes.set(n, made);
  return made;
}

const float = { rule: 'float' } as const;

/**
 * log|Γ(x)|; ∞ at 0 and the negative integers.
 *
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.gammaln
 *
 * @example
 * ```ts
 * import { lgamma, tensor } from '@flambeau/core';
 * lgamma(tensor([1, 5])); // [0, 3.1781]
 * ```
 */
export const lgamma: UnaryOp = /*#__PURE__*/ defineUnary('lgamma', (x) => lgammaNode(x), float);

/**
 * The derivative of {@link lgamma}: Γ′(x)/Γ(x).
 *
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.digamma
 *
 * @example
 * ```ts
 * import { digamma, tensor } from '@flambeau/core';
 * digamma(tensor([1, 0.5])); // [-0.5772, -1.9635]
 * ```
 */
export const digamma: UnaryOp = /*#__PURE__*/ defineUnary('digamma', (x) => digammaNode(x), float);

/** The rows of {@link polygamma}, by order. */
const rows: Map<number, UnaryOp> = /*#__PURE__*/ new Map();

/**
 * The n-th derivative of {@link digamma}.
 *
 * @param n - an integer of at least 0.
 * @throws {@link ArgumentError} for another order.
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.polygamma
 *
 * @example
 * ```ts
 * import { polygamma, tensor } from '@flambeau/core';
 * polygamma(1, tensor([1])); // [1.6449]
 * ```
 */
export function polygamma(n: number, x: Tensor): Tensor {
  if (!Number.isInteger(n) || n < 0) {
    throw new ArgumentError('polygamma', `invalid order: got ${n}, expected an integer of at least 0.`, {
      n,
    });
  }
  if (n === 0) return digamma(x);
  const row = rows.get(n) ?? defineUnary(`polygamma${n}`, polygammaNode(n), float);
  rows.set(n, row);
  return row(x);
}
