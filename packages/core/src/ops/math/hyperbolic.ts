import type { ScalarNode } from '../../scalar/index.ts';
import { defineScalarFunction, s } from '../../scalar/index.ts';
import type { UnaryOp } from '../define.ts';
import { defineUnary } from '../define.ts';
import { first, withSign } from './nodes.ts';

const float = { rule: 'float' } as const;

/** eᵃ / 2 where eᵃ alone would overflow. */
function halfExp(a: ScalarNode): ScalarNode {
  const root = s.exp(s.mul(a, 0.5));
  return s.mul(s.mul(root, 0.5), root);
}

const sinhNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'sinh',
  evaluate: Math.sinh,
  define: (x) => {
    const a = s.abs(x);
    const e = s.expm1(s.min(a, 20));
    const small = s.mul(s.add(e, s.div(e, s.add(e, 1))), 0.5);
    return withSign(s.select(s.gt(a, 20), halfExp(a), small), x);
  },
  vjp: (g, args) => [s.mul(g, coshNode(first(args)))],
});

const coshNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'cosh',
  evaluate: Math.cosh,
  define: (x) => {
    const a = s.abs(x);
    const e = s.exp(s.min(a, 20));
    return s.select(s.gt(a, 20), halfExp(a), s.mul(s.add(e, s.div(1, e)), 0.5));
  },
  vjp: (g, args) => [s.mul(g, sinhNode(first(args)))],
});

/** Above this, 1 beside x² is lost. */
const far = (x: ScalarNode): number => (x.type === 'float64' ? 2 ** 28 : 2 ** 13);

const asinhNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'asinh',
  evaluate: Math.asinh,
  define: (x) => {
    const a = s.abs(x);
    const b = s.min(a, far(x));
    const b2 = s.mul(b, b);
    const small = s.log1p(s.add(b, s.div(b2, s.add(s.sqrt(s.add(b2, 1)), 1))));
    return withSign(s.select(s.gt(a, far(x)), s.add(s.log(a), Math.LN2), small), x);
  },
  vjp: (g, args) => [s.div(g, s.sqrt(s.add(s.mul(first(args), first(args)), 1)))],
});

const acoshNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'acosh',
  evaluate: Math.acosh,
  define: (x) => {
    const t = s.sub(s.min(x, far(x)), 1);
    const small = s.log1p(s.add(t, s.sqrt(s.add(s.mul(t, 2), s.mul(t, t)))));
    const value = s.select(s.gt(x, far(x)), s.add(s.log(x), Math.LN2), small);
    return s.select(s.lt(x, 1), s.log(s.sub(-1, s.abs(x))), value);
  },
  vjp: (g, args) => [s.div(g, s.sqrt(s.sub(s.mul(first(args), first(args)), 1)))],
});

const atanhNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'atanh',
  evaluate: Math.atanh,
  define: (x) => {
    const a = s.abs(x);
    const value = s.mul(s.log1p(s.div(s.mul(a, 2), s.sub(1, a))), 0.5);
    return s.select(s.gt(a, 1), s.log(s.neg(a)), withSign(value, x));
  },
  vjp: (g, args) => [s.div(g, s.sub(1, s.mul(first(args), first(args))))],
});

/**
 * Hyperbolic sine.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.sinh.html
 *
 * @example
 * ```ts
 * import { sinh, tensor } from '@flambeau/core';
 * sinh(tensor([0, 1])); // [0, 1.1752]
 * ```
 */
export const sinh: UnaryOp = /*#__PURE__*/ defineUnary('sinh', (x) => sinhNode(x), float);

/**
 * Hyperbolic cosine.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cosh.html
 *
 * @example
 * ```ts
 * import { cosh, tensor } from '@flambeau/core';
 * cosh(tensor([0, 1])); // [1, 1.5431]
 * ```
 */
export const cosh: UnaryOp = /*#__PURE__*/ defineUnary('cosh', (x) => coshNode(x), float);

/**
 * Inverse hyperbolic sine.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.asinh.html
 *
 * @example
 * ```ts
 * import { asinh, tensor } from '@flambeau/core';
 * asinh(tensor([0, 1])); // [0, 0.8814]
 * ```
 */
export const asinh: UnaryOp = /*#__PURE__*/ defineUnary('asinh', (x) => asinhNode(x), float);

/**
 * Inverse hyperbolic cosine; NaN below 1.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.acosh.html
 *
 * @example
 * ```ts
 * import { acosh, tensor } from '@flambeau/core';
 * acosh(tensor([1, 2])); // [0, 1.317]
 * ```
 */
export const acosh: UnaryOp = /*#__PURE__*/ defineUnary('acosh', (x) => acoshNode(x), float);

/**
 * Inverse hyperbolic tangent; ±∞ at ±1, NaN beyond.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.atanh.html
 *
 * @example
 * ```ts
 * import { atanh, tensor } from '@flambeau/core';
 * atanh(tensor([0, 0.5])); // [0, 0.5493]
 * ```
 */
export const atanh: UnaryOp = /*#__PURE__*/ defineUnary('atanh', (x) => atanhNode(x), float);
