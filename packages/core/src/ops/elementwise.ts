import type { DType } from '../dtype.ts';
import { DTYPES } from '../dtype.ts';
import { ArgumentError, DTypeError } from '../errors.ts';
import type { ScalarNode } from '../scalar/index.ts';
import { constant, node, s } from '../scalar/index.ts';
import type { Tensor } from '../tensor.ts';
import type { BinaryOp, TernaryOp, UnaryOp } from './define.ts';
import { defineBinary, defineTernary, defineUnary } from './define.ts';
import type { MapOp, MapOperand } from './map-op.ts';

const zero = (x: ScalarNode): ScalarNode => constant(0, x.type);

/** Refuses a number as second operand that integers cannot take. @internal */
export const forIntegers =
  (op: string, isRefused: (number: number) => boolean, fault: string): NonNullable<MapOp['check']> =>
  ([, b], common) => {
    if (typeof b === 'number' && isRefused(b) && DTYPES[common].category < 2) {
      throw new ArgumentError(
        op,
        `${fault}: got ${common} and ${b}, expected a float dtype. Cast with x.to('float32').`,
      );
    }
  };

/** Refuses a division of integers by the number 0. Kernels cannot throw: a 0 in a tensor gives 0. @internal */
export const byZero = (op: string): NonNullable<MapOp['check']> =>
  forIntegers(op, (n) => n === 0, 'integers divided by zero');

// Arithmetic

/** a + b, elementwise, broadcast. bool adds as "or". */
export const add: BinaryOp = /*#__PURE__*/ defineBinary('add', (a, b) => s.add(a, b));
/** a − b, elementwise, broadcast. @throws {@link DTypeError} for bools. */
export const sub: BinaryOp = /*#__PURE__*/ defineBinary('sub', (a, b) => s.sub(a, b), { rule: 'numbers' });
/** a · b, elementwise, broadcast. bool multiplies as "and". */
export const mul: BinaryOp = /*#__PURE__*/ defineBinary('mul', (a, b) => s.mul(a, b));
/** a / b, elementwise true division: integers give float32. */
export const div: BinaryOp = /*#__PURE__*/ defineBinary('div', (a, b) => s.div(a, b), { rule: 'float' });
/**
 * a to the power b, elementwise. An integer to a negative power is 0, but for 1 and −1.
 *
 * @throws {@link DTypeError} when both are bools. @throws {@link ArgumentError} for integers and a negative number.
 */
export const pow: BinaryOp = /*#__PURE__*/ defineBinary('pow', (a, b) => s.pow(a, b), {
  rule: 'arithmetic',
  check: /*#__PURE__*/ forIntegers('pow', (n) => n < 0, 'integers to a negative power'),
});
/**
 * The remainder of truncated division, with the sign of a (C's fmod). That of an integer by a tensor's 0 is 0: unlike
 * PyTorch's, kernels do not throw.
 *
 * @throws {@link DTypeError} when both are bools. @throws {@link ArgumentError} for integers and the number 0.
 */
export const fmod: BinaryOp = /*#__PURE__*/ defineBinary('fmod', (a, b) => s.fmod(a, b), {
  rule: 'arithmetic',
  check: /*#__PURE__*/ byZero('fmod'),
});
/** The remainder of floored division, with the sign of b (Python's %). Zeros and bools as in {@link fmod}. */
export const remainder: BinaryOp = /*#__PURE__*/ defineBinary(
  'remainder',
  (a, b) => {
    const r = s.fmod(a, b);
    const otherSign = s.xor(s.lt(r, 0), s.lt(b, 0));
    return s.select(s.and(s.ne(r, 0), otherSign), s.add(r, b), r);
  },
  {
    rule: 'arithmetic',
    check: /*#__PURE__*/ byZero('remainder'),
    vjp: (g, [a, b]) => [g, s.neg(s.mul(g, s.floor(s.div(a as ScalarNode, b as ScalarNode))))],
  },
);
/** The larger of a and b; NaN wins. Equal operands share the gradient. */
export const maximum: BinaryOp = /*#__PURE__*/ defineBinary('maximum', (a, b) => s.max(a, b));
/** The smaller of a and b; NaN wins. Equal operands share the gradient. */
export const minimum: BinaryOp = /*#__PURE__*/ defineBinary('minimum', (a, b) => s.min(a, b));
/** −x. @throws {@link DTypeError} for bools. */
export const neg: UnaryOp = /*#__PURE__*/ defineUnary('neg', (x) => s.neg(x), { rule: 'numbers' });
/** |x|; its gradient at 0 is 0. @throws {@link DTypeError} for bools. */
export const abs: UnaryOp = /*#__PURE__*/ defineUnary('abs', (x) => s.abs(x), { rule: 'arithmetic' });
/** −1, 0 or 1 by the sign of x; 0 for NaN. */
export const sign: UnaryOp = /*#__PURE__*/ defineUnary(
  'sign',
  (x) => s.select(s.gt(x, 0), 1, s.select(s.lt(x, 0), constant(-1, x.type), zero(x))),
  { vjp: (g) => [s.mul(g, 0)] },
);
/** x². @throws {@link DTypeError} for bools. */
export const square: UnaryOp = /*#__PURE__*/ defineUnary('square', (x) => s.mul(x, x), {
  rule: 'numbers',
  vjp: (g, [x]) => [s.mul(g, s.mul(x as ScalarNode, 2))],
});
/** 1 / x. */
export const reciprocal: UnaryOp = /*#__PURE__*/ defineUnary('reciprocal', (x) => s.div(1, x), {
  rule: 'float',
});

// Exponentials, roots, trigonometry

/** e to the power x. */
export const exp: UnaryOp = /*#__PURE__*/ defineUnary('exp', (x) => s.exp(x), { rule: 'float' });
/** e to the power x, minus 1, accurate near 0. */
export const expm1: UnaryOp = /*#__PURE__*/ defineUnary('expm1', (x) => s.expm1(x), { rule: 'float' });
/** Natural logarithm. */
export const log: UnaryOp = /*#__PURE__*/ defineUnary('log', (x) => s.log(x), { rule: 'float' });
/** Natural logarithm of 1 + x, accurate near 0. */
export const log1p: UnaryOp = /*#__PURE__*/ defineUnary('log1p', (x) => s.log1p(x), { rule: 'float' });
/** Square root; NaN below 0. */
export const sqrt: UnaryOp = /*#__PURE__*/ defineUnary('sqrt', (x) => s.sqrt(x), { rule: 'float' });
/** 1 / √x. */
export const rsqrt: UnaryOp = /*#__PURE__*/ defineUnary('rsqrt', (x) => s.div(1, s.sqrt(x)), {
  rule: 'float',
  vjp: (g, _args, y) => [s.mul(s.mul(g, -0.5), s.mul(y, s.mul(y, y)))],
});
/** Sine of x in radians. */
export const sin: UnaryOp = /*#__PURE__*/ defineUnary('sin', (x) => s.sin(x), { rule: 'float' });
/** Cosine of x in radians. */
export const cos: UnaryOp = /*#__PURE__*/ defineUnary('cos', (x) => s.cos(x), { rule: 'float' });

// Activations

/** Hyperbolic tangent. */
export const tanh: UnaryOp = /*#__PURE__*/ defineUnary('tanh', (x) => s.tanh(x), { rule: 'float' });
/** 1 / (1 + e^−x). */
export const sigmoid: UnaryOp = /*#__PURE__*/ defineUnary('sigmoid', (x) => s.sigmoid(x), { rule: 'float' });
/** max(x, 0); NaN stays NaN; its gradient at 0 is 0. */
export const relu: UnaryOp = /*#__PURE__*/ defineUnary('relu', (x) => s.max(x, 0), {
  vjp: (g, _args, y) => [s.select(s.le(y, 0), 0, g)],
});
/** x where x > 0, else slope·x. */
export const leakyRelu: BinaryOp = /*#__PURE__*/ defineBinary('leakyRelu', (x, slope) =>
  s.select(s.gt(x, 0), x, s.mul(x, slope)),
);

// Rounding: bools are refused

const wholeRule = { rule: 'arithmetic', vjp: zeroGradient } as const;
/** The largest integer not above x. */
export const floor: UnaryOp = /*#__PURE__*/ defineUnary('floor', (x) => whole(x, s.floor), wholeRule);
/** The smallest integer not below x. */
export const ceil: UnaryOp = /*#__PURE__*/ defineUnary(
  'ceil',
  (x) => whole(x, (v) => s.neg(s.floor(s.neg(v)))),
  wholeRule,
);
/** x without its fraction. */
export const trunc: UnaryOp = /*#__PURE__*/ defineUnary('trunc', (x) => whole(x, s.trunc), wholeRule);
/** The nearest integer; halves go to the even one. */
export const round: UnaryOp = /*#__PURE__*/ defineUnary('round', (x) => whole(x, halfToEven), wholeRule);

function whole(x: ScalarNode, rule: (x: ScalarNode) => ScalarNode): ScalarNode {
  return x.type === 'int32' || x.type === 'bool' ? x : rule(x);
}

function halfToEven(x: ScalarNode): ScalarNode {
  const low = s.floor(x);
  const rest = s.sub(x, low);
  const isEven = s.eq(s.sub(low, s.mul(s.floor(s.div(low, 2)), 2)), 0);
  const high = s.add(low, 1);
  const whole = s.select(s.lt(rest, 0.5), low, s.select(s.gt(rest, 0.5), high, s.select(isEven, low, high)));
  return s.select(s.eq(whole, 0), s.mul(x, 0), whole); // −0.3 gives −0
}

function zeroGradient(g: ScalarNode): readonly ScalarNode[] {
  return [s.mul(g, 0)];
}

/**
 * x limited to [low, high]. The gradient passes where low ≤ x ≤ high. NaN stays NaN.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.clamp.html
 */
export const clampOp: TernaryOp = /*#__PURE__*/ defineTernary(
  'clamp',
  (x, low, high) => s.min(s.max(x, low), high),
  {
    vjp: (g, [x, low, high]) => {
      const [a, lo, hi] = [x as ScalarNode, low as ScalarNode, high as ScalarNode];
      return [
        s.select(s.and(s.ge(a, lo), s.le(a, hi)), g, 0),
        s.select(s.and(s.lt(a, lo), s.lt(lo, hi)), g, 0),
        s.select(s.or(s.gt(a, hi), s.gt(lo, hi)), g, 0),
      ];
    },
  },
);

// Comparisons and predicates

/** a = b, as bool. */
export const eq: BinaryOp = /*#__PURE__*/ defineBinary('eq', (a, b) => s.eq(a, b), { rule: 'compare' });
/** a ≠ b, as bool. */
export const ne: BinaryOp = /*#__PURE__*/ defineBinary('ne', (a, b) => s.ne(a, b), { rule: 'compare' });
/** a < b, as bool. */
export const lt: BinaryOp = /*#__PURE__*/ defineBinary('lt', (a, b) => s.lt(a, b), { rule: 'compare' });
/** a ≤ b, as bool. */
export const le: BinaryOp = /*#__PURE__*/ defineBinary('le', (a, b) => s.le(a, b), { rule: 'compare' });
/** a > b, as bool. */
export const gt: BinaryOp = /*#__PURE__*/ defineBinary('gt', (a, b) => s.gt(a, b), { rule: 'compare' });
/** a ≥ b, as bool. */
export const ge: BinaryOp = /*#__PURE__*/ defineBinary('ge', (a, b) => s.ge(a, b), { rule: 'compare' });
/** True where x is NaN. */
export const isnan: UnaryOp = /*#__PURE__*/ defineUnary('isnan', (x) => s.isnan(x), { rule: 'compare' });
/** True where x is +∞ or −∞. */
export const isinf: UnaryOp = /*#__PURE__*/ defineUnary(
  'isinf',
  (x) => floatOnly(x, (v) => s.eq(s.abs(v), Infinity), 0),
  {
    rule: 'compare',
  },
);
/** True where x is neither infinite nor NaN. */
export const isfinite: UnaryOp = /*#__PURE__*/ defineUnary(
  'isfinite',
  (x) => floatOnly(x, (v) => s.lt(s.abs(v), Infinity), 1),
  { rule: 'compare' },
);

function floatOnly(x: ScalarNode, test: (x: ScalarNode) => ScalarNode, otherwise: 0 | 1): ScalarNode {
  if (x.type === 'float32' || x.type === 'float64') return test(x);
  return otherwise === 1 ? s.eq(x, x) : s.ne(x, x);
}

/** True where both are nonzero. */
export const logicalAnd: BinaryOp = /*#__PURE__*/ defineBinary('logicalAnd', (a, b) => s.and(a, b), {
  rule: 'logical',
});
/** True where at least one is nonzero. */
export const logicalOr: BinaryOp = /*#__PURE__*/ defineBinary('logicalOr', (a, b) => s.or(a, b), {
  rule: 'logical',
});
/** True where exactly one is nonzero. */
export const logicalXor: BinaryOp = /*#__PURE__*/ defineBinary('logicalXor', (a, b) => s.xor(a, b), {
  rule: 'logical',
});
/** True where x is zero. */
export const logicalNot: UnaryOp = /*#__PURE__*/ defineUnary(
  'logicalNot',
  (x) => s.xor(x, constant(1, 'bool')),
  {
    rule: 'logical',
  },
);
/** Bitwise "and" of integers or bools. */
export const bitwiseAnd: BinaryOp = /*#__PURE__*/ defineBinary('bitwiseAnd', (a, b) => s.and(a, b), {
  rule: 'bits',
});
/** Bitwise "or" of integers or bools. */
export const bitwiseOr: BinaryOp = /*#__PURE__*/ defineBinary('bitwiseOr', (a, b) => s.or(a, b), {
  rule: 'bits',
});
/** Bitwise "exclusive or" of integers or bools. */
export const bitwiseXor: BinaryOp = /*#__PURE__*/ defineBinary('bitwiseXor', (a, b) => s.xor(a, b), {
  rule: 'bits',
});

/** a where the condition holds, else b; broadcast. Gradients go to the chosen operand. */
export const where: TernaryOp = /*#__PURE__*/ defineTernary(
  'where',
  (condition, a, b) => s.select(condition, a, b),
  {
    rule: 'select',
  },
);

const casts: Readonly<Record<DType, UnaryOp>> = /*#__PURE__*/ (() => {
  const cast = (dtype: DType): UnaryOp =>
    defineUnary(`to_${dtype}`, (x) => convert(x, dtype), { rule: 'typed' });
  return {
    float32: cast('float32'),
    float64: cast('float64'),
    int32: cast('int32'),
    uint8: cast('uint8'),
    int8: cast('int8'),
    bool: cast('bool'),
  };
})();

/** A cast that changes the dtype even where both dtypes are computed in int32. */
function convert(x: ScalarNode, dtype: DType): ScalarNode {
  return x.dtype !== dtype && x.type === dtype ? node('cast', x.type, [x], 0, dtype) : s.cast(x, dtype);
}

/** x converted to another dtype; the tensor itself if it has it already. Floats are truncated to integers. */
export function castTo(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const cast = casts[dtype];
  if (!cast)
    throw new DTypeError(
      'to',
      `unknown dtype: got '${String(dtype)}', expected one of ${Object.keys(casts).join(', ')}.`,
    );
  return cast(x);
}

/** The cast ops, for the op table. @internal */
export const castOps: readonly MapOp[] = /*#__PURE__*/ Object.values(casts).map((cast) => cast.op);

/**
 * x limited to [min, max]; a missing bound does not limit.
 *
 * @param x - any shape and dtype.
 * @param min - number or tensor, broadcast.
 * @param max - number or tensor, broadcast.
 *
 * @example
 * ```ts
 * import { clamp, tensor } from '@flambeau/core';
 * clamp(tensor([-2, 0.5, 9]), -1, 1); // [-1, 0.5, 1]
 * ```
 */
export function clamp(x: Tensor, min?: MapOperand | null, max?: MapOperand | null): Tensor {
  if (min != null && max != null) return clampOp(x, min, max);
  if (min != null) return clampMin(x, min);
  if (max != null) return clampMax(x, max);
  throw new ArgumentError('clamp', 'no bound: got neither min nor max, expected at least one.');
}

/** The one-sided forms of {@link clamp}: unlike `maximum`, a tie gives x the whole gradient. @internal */
export const clampMin: BinaryOp = /*#__PURE__*/ defineBinary('clampMin', (x, low) => s.max(x, low), {
  vjp: (g, [x, low]) => {
    const [a, lo] = [x as ScalarNode, low as ScalarNode];
    return [s.select(s.ge(a, lo), g, 0), s.select(s.lt(a, lo), g, 0)];
  },
});
/** @internal */
export const clampMax: BinaryOp = /*#__PURE__*/ defineBinary('clampMax', (x, high) => s.min(x, high), {
  vjp: (g, [x, high]) => {
    const [a, hi] = [x as ScalarNode, high as ScalarNode];
    return [s.select(s.le(a, hi), g, 0), s.select(s.gt(a, hi), g, 0)];
  },
});

/** Any elementwise function, as the in-place form `x.apply_(fn)` takes it. */
export interface InPlaceForm {
  readonly op: MapOp;
}
