import type { ScalarNode } from '../../scalar/index.ts';
import { constant, defineScalarFunction, s } from '../../scalar/index.ts';
import type { BinaryOp, UnaryOp } from '../define.ts';
import { defineBinary, defineUnary } from '../define.ts';
import { first, isNegative, polynomial, withSign } from './nodes.ts';

const float = { rule: 'float' } as const;

// atan(x)/x − 1 = x²·P(x²)/Q(x²) for |x| ≤ 0.66 (S. Moshier, Cephes Mathematical Library, atan).
const ATAN_P = [
  -64.85021904942025371773, -122.886668449013617341, -75.0085579231470466734, -16.15753718733365076637,
  -0.8750608600031904122785,
];
const ATAN_Q = [
  194.5506571482613964425, 485.3903996359136964868, 432.8810604912902668951, 165.0270098316988542046,
  24.85846490142306297962, 1,
];

/** atan(a) for a ≥ 0. */
function atanPositive(a: ScalarNode): ScalarNode {
  const far = s.gt(a, 2.414213562373095);
  const middle = s.gt(a, 0.66);
  const z = s.select(far, s.div(-1, a), s.select(middle, s.div(s.sub(a, 1), s.add(a, 1)), a));
  const z2 = s.mul(z, z);
  const small = s.add(z, s.mul(z, s.mul(z2, s.div(polynomial(z2, ATAN_P), polynomial(z2, ATAN_Q)))));
  const start = s.select(far, Math.PI / 2, s.select(middle, Math.PI / 4, s.mul(a, 0)));
  return s.select(s.eq(a, Infinity), Math.PI / 2, s.add(start, small));
}

const atanNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'atan',
  evaluate: Math.atan,
  define: (x) => s.select(s.eq(x, 0), x, withSign(atanPositive(s.abs(x)), x)),
  vjp: (g, args) => [s.div(g, s.add(s.mul(first(args), first(args)), 1))],
});

const asinNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'asin',
  evaluate: Math.asin,
  define: (x) => {
    const a = s.abs(x);
    const angle = atanPositive(s.div(a, s.sqrt(s.mul(s.sub(1, a), s.add(a, 1)))));
    return s.select(s.eq(x, 0), x, withSign(angle, x));
  },
  vjp: (g, args) => [s.div(g, s.sqrt(s.sub(1, s.mul(first(args), first(args)))))],
});

const acosNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'acos',
  evaluate: Math.acos,
  define: (x) => s.mul(atanPositive(s.sqrt(s.div(s.sub(1, x), s.add(x, 1)))), 2),
  vjp: (g, args) => [s.neg(s.div(g, s.sqrt(s.sub(1, s.mul(first(args), first(args))))))],
});

const tanNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'tan',
  evaluate: Math.tan,
  define: (x) => s.div(s.sin(x), s.cos(x)),
  vjp: (g, _args, y) => [s.mul(g, s.add(s.mul(y, y), 1))],
});

const atan2Node: (y: ScalarNode, x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'atan2',
  evaluate: Math.atan2,
  define: (y, x) => {
    const [a, b] = [s.abs(x as ScalarNode), s.abs(y as ScalarNode)];
    const [low, high] = [s.min(a, b), s.max(a, b)];
    const ratio = s.select(s.eq(high, 0), high, s.select(s.eq(low, Infinity), 1, s.div(low, high)));
    const near = atanPositive(ratio);
    const quarter = s.select(s.gt(b, a), s.sub(Math.PI / 2, near), near);
    const half = s.select(isNegative(x as ScalarNode), s.sub(Math.PI, quarter), quarter);
    return withSign(half, y as ScalarNode);
  },
  vjp: (g, [y, x]) => {
    const [b, a] = [y as ScalarNode, x as ScalarNode];
    const scaled = s.div(g, s.add(s.mul(a, a), s.mul(b, b)));
    return [s.mul(scaled, a), s.neg(s.mul(scaled, b))];
  },
});

/**
 * Tangent of x in radians.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.tan.html
 *
 * @example
 * ```ts
 * import { tan, tensor } from '@flambeau/core';
 * tan(tensor([0, 1])); // [0, 1.5574]
 * ```
 */
export const tan: UnaryOp = /*#__PURE__*/ defineUnary('tan', (x) => tanNode(x), float);

/**
 * The angle in [−π/2, π/2] whose sine is x; NaN outside of [−1, 1].
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.asin.html
 *
 * @example
 * ```ts
 * import { asin, tensor } from '@flambeau/core';
 * asin(tensor([0, 1])); // [0, 1.5708]
 * ```
 */
export const asin: UnaryOp = /*#__PURE__*/ defineUnary('asin', (x) => asinNode(x), float);

/**
 * The angle in [0, π] whose cosine is x; NaN outside of [−1, 1].
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.acos.html
 *
 * @example
 * ```ts
 * import { acos, tensor } from '@flambeau/core';
 * acos(tensor([1, 0])); // [0, 1.5708]
 * ```
 */
export const acos: UnaryOp = /*#__PURE__*/ defineUnary('acos', (x) => acosNode(x), float);

/**
 * The angle in (−π/2, π/2) whose tangent is x.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.atan.html
 *
 * @example
 * ```ts
 * import { atan, tensor } from '@flambeau/core';
 * atan(tensor([0, 1])); // [0, 0.7854]
 * ```
 */
export const atan: UnaryOp = /*#__PURE__*/ defineUnary('atan', (x) => atanNode(x), float);

/**
 * The angle in [−π, π] of the point (x, y): atan(y / x) in the right quadrant.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.atan2.html
 *
 * @example
 * ```ts
 * import { atan2, tensor } from '@flambeau/core';
 * atan2(tensor([1, -1]), tensor([0, -1])); // [1.5708, -2.3562]
 * ```
 */
export const atan2: BinaryOp = /*#__PURE__*/ defineBinary('atan2', (y, x) => atan2Node(y, x), float);

/** πa less a multiple of 2π that leaves it in [0, 2π): taken off before the product, where it is exact. */
const turned = (a: ScalarNode): ScalarNode => s.sub(a, s.mul(s.floor(s.mul(a, 0.5)), 2));

/** sin(πa) for a ≥ 0. */
function sinPi(a: ScalarNode): ScalarNode {
  const r = turned(a);
  const folded = s.select(s.lt(r, 0.5), r, s.select(s.lt(r, 1.5), s.sub(1, r), s.sub(r, 2)));
  return s.sin(s.mul(folded, Math.PI));
}

/** cos(πa) for a ≥ 0. */
function cosPi(a: ScalarNode): ScalarNode {
  const r = turned(a);
  return s.sin(s.mul(s.select(s.lt(r, 1), s.sub(0.5, r), s.sub(r, 1.5)), Math.PI));
}

/** 3·j₁(t)/t in t², with the spherical Bessel function j₁. */
const BESSEL = [1, -1 / 10, 1 / 280, -1 / 15120, 1 / 1330560, -1 / 172972800, 1 / 31135104000];

/**
 * sin(πx) / (πx), and 1 at 0.
 *
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.sinc
 *
 * @example
 * ```ts
 * import { sinc, tensor } from '@flambeau/core';
 * sinc(tensor([0, 0.5])); // [1, 0.6366]
 * ```
 */
export const sinc: UnaryOp = /*#__PURE__*/ defineUnary(
  'sinc',
  (x) => {
    const a = s.abs(x);
    return s.select(s.eq(a, 0), 1, s.div(sinPi(a), s.mul(a, Math.PI)));
  },
  {
    rule: 'float',
    vjp: (g, args) => {
      const x = first(args);
      const t = s.mul(x, Math.PI);
      const isNear = s.lt(s.abs(x), 0.15);
      const series = s.mul(polynomial(s.mul(t, t), BESSEL), s.mul(x, -(Math.PI ** 2) / 3));
      // Near 0 the quotient is replaced: its own derivatives would be NaN there, and 0 times NaN is NaN.
      const far = s.select(isNear, constant(1, x.type), x);
      const a = s.abs(far);
      const quotient = s.div(s.sub(cosPi(a), s.div(sinPi(a), s.mul(a, Math.PI))), far);
      return [s.mul(g, s.select(isNear, series, quotient))];
    },
  },
);

/**
 * Degrees to radians.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.deg2rad.html
 *
 * @example
 * ```ts
 * import { deg2rad, tensor } from '@flambeau/core';
 * deg2rad(tensor([180, -90])); // [3.1416, -1.5708]
 * ```
 */
export const deg2rad: UnaryOp = /*#__PURE__*/ defineUnary('deg2rad', (x) => s.mul(x, Math.PI / 180), float);

/**
 * Radians to degrees.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.rad2deg.html
 *
 * @example
 * ```ts
 * import { rad2deg, tensor } from '@flambeau/core';
 * rad2deg(tensor([Math.PI])); // [180]
 * ```
 */
export const rad2deg: UnaryOp = /*#__PURE__*/ defineUnary('rad2deg', (x) => s.mul(x, 180 / Math.PI), float);
