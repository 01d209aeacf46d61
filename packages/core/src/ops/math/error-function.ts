import type { ScalarNode } from '../../scalar/index.ts';
import { defineScalarFunction, s } from '../../scalar/index.ts';
import type { UnaryOp } from '../define.ts';
import { defineUnary } from '../define.ts';
import { ERF_FLOAT32, ERF_FLOAT64, ERFC_FAR, ERFC_FLOAT32, ERFC_MIDDLE } from './coefficients.ts';
import { first, polynomial, polynomialAt, squareParts } from './nodes.ts';

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/** exp(−x²), also where x² is large. */
function gauss(x: ScalarNode): ScalarNode {
  const [square, rest] = squareParts(x);
  return s.mul(s.exp(s.neg(square)), s.exp(s.neg(rest)));
}

/** erf(x) for |x| ≤ 1. */
function erfSmall(x: ScalarNode): ScalarNode {
  return s.mul(x, polynomial(s.mul(x, x), x.type === 'float64' ? ERF_FLOAT64 : ERF_FLOAT32));
}

/** erfc(a) for a ≥ 0.8. */
function erfcLarge(a: ScalarNode): ScalarNode {
  const part = (k: number, coefficients: readonly number[]): ScalarNode =>
    s.div(polynomial(s.div(s.sub(a, k), s.add(a, k)), coefficients), s.add(a, k));
  const scaled =
    a.type === 'float64'
      ? s.select(s.lt(a, 2.6), part(1.5, ERFC_MIDDLE), part(4, ERFC_FAR))
      : part(3, ERFC_FLOAT32);
  return s.select(s.gt(a, a.type === 'float64' ? 27.5 : 10.5), 0, s.mul(gauss(a), scaled));
}

/** erf(x) for |x| ≤ 1, of a number. */
const erfSmallAt = (x: number): number => x * polynomialAt(x * x, ERF_FLOAT64);

/** exp(−x²) of a number: x² would lose what the exponent needs. */
function gaussAt(x: number): number {
  const short = Math.fround(x);
  return Math.exp(-short * short) * Math.exp(-(x - short) * (x + short));
}

/** erfc(a) for a number a ≥ 0.8. */
function erfcLargeAt(a: number): number {
  if (a > 27.5) return 0;
  const k = a < 2.6 ? 1.5 : 4;
  return (gaussAt(a) * polynomialAt((a - k) / (a + k), k === 4 ? ERFC_FAR : ERFC_MIDDLE)) / (a + k);
}

function erfAt(x: number): number {
  const a = Math.abs(x);
  if (a < 1) return erfSmallAt(x);
  const large = 1 - erfcLargeAt(a);
  return x < 0 ? -large : large;
}

function erfcAt(x: number): number {
  const a = Math.abs(x);
  if (a < 0.8) return 1 - erfSmallAt(x);
  const large = erfcLargeAt(a);
  return x < 0 ? 2 - large : large;
}

function erfinvAt(x: number): number {
  const a = Math.abs(x);
  if (a === 0) return x;
  if (!(a < 1)) return a === 1 ? x * Infinity : Number.NaN;
  const w = -Math.log((1 - a) * (1 + a));
  let y = a * (w < 5 ? polynomialAt(w - 2.5, GILES_NEAR) : polynomialAt(Math.sqrt(w) - 3, GILES_FAR));
  for (let step = 0; step < 2; step++) {
    const off = a < 0.5 ? erfAt(y) - a : 1 - a - erfcAt(y);
    const u = off / (gaussAt(y) * TWO_OVER_ROOT_PI);
    y -= u / (1 + y * u);
  }
  return x < 0 ? -y : y;
}

const slope = (g: ScalarNode, x: ScalarNode, factor: number): ScalarNode =>
  s.mul(g, s.mul(s.exp(s.neg(s.mul(x, x))), factor));

/** The error function as a scalar node. @internal */
export const erfNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'erf',
  evaluate: erfAt,
  define: (x) => {
    const a = s.abs(x);
    const large = s.sub(1, erfcLarge(a));
    return s.select(s.lt(a, 1), erfSmall(x), s.select(s.lt(x, 0), s.neg(large), large));
  },
  vjp: (g, args) => [slope(g, first(args), TWO_OVER_ROOT_PI)],
});

const erfcNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'erfc',
  evaluate: erfcAt,
  define: (x) => {
    const a = s.abs(x);
    const large = erfcLarge(a);
    return s.select(s.lt(a, 0.8), s.sub(1, erfSmall(x)), s.select(s.lt(x, 0), s.sub(2, large), large));
  },
  vjp: (g, args) => [slope(g, first(args), -TWO_OVER_ROOT_PI)],
});

/**
 * The inverse of erf: a first guess (M. Giles, Approximating the erfinv function, 2011), then steps of Halley's method on
 * erf, or on erfc where erf is close to 1.
 */
const erfinvNode: (x: ScalarNode) => ScalarNode = /*#__PURE__*/ defineScalarFunction({
  name: 'erfinv',
  evaluate: erfinvAt,
  define: (x) => {
    const a = s.abs(x);
    const rest = s.sub(1, a);
    const w = s.neg(s.log(s.mul(rest, s.add(a, 1))));
    const near = polynomial(s.sub(w, 2.5), GILES_NEAR);
    const far = polynomial(s.sub(s.sqrt(w), 3), GILES_FAR);
    let y = s.mul(s.select(s.lt(w, 5), near, far), a);
    for (let step = 0; step < (x.type === 'float64' ? 2 : 1); step++) {
      const off = s.select(s.lt(a, 0.5), s.sub(erfNode(y), a), s.sub(rest, erfcNode(y)));
      const u = s.div(off, s.mul(gauss(y), TWO_OVER_ROOT_PI));
      y = s.sub(y, s.div(u, s.add(s.mul(y, u), 1)));
    }
    const inside = s.select(s.lt(x, 0), s.neg(y), y);
    return s.select(s.lt(a, 1), inside, s.select(s.eq(a, 1), s.mul(x, Infinity), s.log(s.neg(a))));
  },
  vjp: (g, _args, y) => [s.mul(g, s.mul(s.exp(s.mul(y, y)), Math.sqrt(Math.PI) / 2))],
});

const GILES_NEAR = [
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6,
  3.43273939e-7, 2.81022636e-8,
];
const GILES_FAR = [
  2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322,
  0.000100950558, -0.000200214257,
];

const float = { rule: 'float' } as const;

/**
 * The error function 2/√π · ∫₀ˣ exp(−t²) dt.
 *
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.erf
 *
 * @example
 * ```ts
 * import { erf, tensor } from '@flambeau/core';
 * erf(tensor([0, -1, 10])); // [0, -0.8427, 1]
 * ```
 */
export const erf: UnaryOp = /*#__PURE__*/ defineUnary('erf', (x) => erfNode(x), float);

/**
 * 1 − erf(x), without cancellation.
 *
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.erfc
 *
 * @example
 * ```ts
 * import { erfc, tensor } from '@flambeau/core';
 * erfc(tensor([0, -1])); // [1, 1.8427]
 * ```
 */
export const erfc: UnaryOp = /*#__PURE__*/ defineUnary('erfc', (x) => erfcNode(x), float);

/**
 * The inverse of {@link erf} on (−1, 1); ±∞ at ±1, NaN beyond.
 *
 * @remarks Source: https://pytorch.org/docs/stable/special.html#torch.special.erfinv
 *
 * @example
 * ```ts
 * import { erfinv, tensor } from '@flambeau/core';
 * erfinv(tensor([0, 0.5])); // [0, 0.4769]
 * ```
 */
export const erfinv: UnaryOp = /*#__PURE__*/ defineUnary('erfinv', (x) => erfinvNode(x), float);
