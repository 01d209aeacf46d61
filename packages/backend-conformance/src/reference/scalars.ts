import type { Scalar, ScalarNode, Tier1 } from '@flambeau/core';
import { s } from '@flambeau/core';

/** A tier-1 operation: how it is written, what it means for single numbers, and which numbers it is tried on. */
export interface ScalarCheck {
  readonly arity: 1 | 2 | 3;
  readonly write: (...args: ScalarNode[]) => ScalarNode;
  /** On floats; results are rounded to the dtype. Absent: not an operation on floats. */
  readonly float?: (...values: number[]) => number;
  /** On int32; results wrap around. Absent: not an operation on integers. */
  readonly integer?: (...values: number[]) => number;
  /** On bools too, by what it means for the integers 0 and 1. */
  readonly bool?: boolean;
  /** Numbers for operands, where not all are allowed. */
  readonly floats?: readonly (readonly number[])[];
  readonly integers?: readonly (readonly number[])[];
}

type Numbers = (...values: number[]) => number;
type Written = (a: ScalarNode, b: Scalar) => ScalarNode;

const unary = (
  write: (x: ScalarNode) => ScalarNode,
  float: Numbers,
  more: Partial<ScalarCheck> = {},
): ScalarCheck => ({
  arity: 1,
  write: write as ScalarCheck['write'],
  float,
  ...more,
});

const binary = (write: Written, more: Partial<ScalarCheck>): ScalarCheck => ({
  arity: 2,
  write: write as ScalarCheck['write'],
  ...more,
});

const comparison = (write: Written, holds: (a: number, b: number) => boolean): ScalarCheck => {
  const value: Numbers = (a = 0, b = 0) => Number(holds(a, b));
  return binary(write, { float: value, integer: value });
};

const bits = (write: Written, value: (a: bigint, b: bigint) => bigint): ScalarCheck =>
  binary(write, { integer: exactly(value), bool: true });

const shift = (write: Written, value: (a: bigint, b: bigint) => bigint): ScalarCheck =>
  binary(write, { integer: exactly(value), integers: [INTEGERS, COUNTS] });

/** Integer arithmetic without a bound, wrapped into int32 at the end. */
function exactly(value: (a: bigint, b: bigint) => bigint): Numbers {
  return (a = 0, b = 0) => Number(BigInt.asIntN(32, value(BigInt(a), BigInt(b))));
}

const nanOr =
  (fn: (a: number, b: number) => number): Numbers =>
  (a = 0, b = 0) =>
    Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : fn(a, b);

/** C's pow, which gives 1 where JavaScript's gives NaN. */
const power: Numbers = (a = 0, b = 0) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b);

const SMALL: readonly number[] = [-3, -2, -1, 0, 1, 2, 3];
const ANGLES: readonly number[] = [Number.NaN, 0, -0, 1, -1, 0.5, 3, -6.25, 20, Infinity];
const COUNTS: readonly number[] = [0, 1, 7, 31];
const INTEGERS: readonly number[] = [0, 1, -1, 2, 7, -7, 100, 65537, 2147483647, -2147483648];
/** The least integer has no quotient by −1. */
const DIVISIBLE: readonly number[] = INTEGERS.filter((value) => value !== -2147483648);

/** Tier 1 by name: what every backend's map has. One without an entry does not compile. */
export const scalarChecks: Readonly<Record<Exclude<Tier1, 'cast'>, ScalarCheck>> = {
  add: binary(s.add, { float: (a = 0, b = 0) => a + b, integer: exactly((a, b) => a + b) }),
  sub: binary(s.sub, { float: (a = 0, b = 0) => a - b, integer: exactly((a, b) => a - b) }),
  mul: binary(s.mul, { float: (a = 0, b = 0) => a * b, integer: exactly((a, b) => a * b) }),
  div: binary(s.div, {
    float: (a = 0, b = 0) => a / b,
    integer: exactly((a, b) => (b === 0n ? 0n : a / b)),
    integers: [DIVISIBLE, INTEGERS],
  }),
  pow: binary(s.pow, {
    float: power,
    integer: exactly((a, b) => a ** b),
    integers: [INTEGERS, [0, 1, 2, 3, 9, 31]],
  }),
  max: binary(s.max, { float: nanOr(Math.max), integer: Math.max }),
  min: binary(s.min, { float: nanOr(Math.min), integer: Math.min }),
  neg: unary(s.neg, (x = 0) => -x, { integer: exactly((a) => -a) }),
  abs: unary(s.abs, (x = 0) => (x < 0 ? -x : x), { integer: exactly((a) => (a < 0n ? -a : a)) }),
  exp: unary(s.exp, (x = 0) => Math.exp(x)),
  log: unary(s.log, (x = 0) => Math.log(x)),
  sqrt: unary(s.sqrt, (x = 0) => Math.sqrt(x)),
  sin: unary(s.sin, (x = 0) => Math.sin(x), { floats: [ANGLES] }),
  cos: unary(s.cos, (x = 0) => Math.cos(x), { floats: [ANGLES] }),
  tanh: unary(s.tanh, (x = 0) => Math.tanh(x)),
  floor: unary(s.floor, (x = 0) => Math.floor(x)),
  trunc: unary(s.trunc, (x = 0) => Math.trunc(x)),
  eq: comparison(s.eq, (a, b) => a === b),
  ne: comparison(s.ne, (a, b) => a !== b),
  lt: comparison(s.lt, (a, b) => a < b),
  le: comparison(s.le, (a, b) => a <= b),
  gt: comparison(s.gt, (a, b) => a > b),
  ge: comparison(s.ge, (a, b) => a >= b),
  select: {
    arity: 3,
    write: s.select as ScalarCheck['write'],
    float: (c = 0, a = 0, b = 0) => (c === 0 ? b : a),
    integer: (c = 0, a = 0, b = 0) => (c === 0 ? b : a),
  },
  isnan: unary(s.isnan, (x = 0) => Number(Number.isNaN(x))),
  and: bits(s.and, (a, b) => a & b),
  or: bits(s.or, (a, b) => a | b),
  xor: bits(s.xor, (a, b) => a ^ b),
  shl: shift(s.shl, (a, b) => a << b),
  shr: shift(s.shr, (a, b) => a >> b),
};

/** Floats that every operation is tried on, unless it says otherwise. */
export const FLOAT_OPERANDS: readonly number[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  3,
  0.001,
  20,
  -7.75,
];

/** Integers likewise. */
export const INTEGER_OPERANDS: readonly number[] = INTEGERS;

/** Numbers for casts: within the ranges that all dtypes define, or meant to wrap around. */
export const CAST_OPERANDS: Readonly<Record<'float' | 'integer', readonly number[]>> = {
  float: [0, -0, 1, -1, 0.75, -0.75, 2.5, 100.99, -100.99, ...SMALL],
  integer: [...SMALL, 100, 127, 128, -128, -129, 255, 256, -1000, 65535],
};
