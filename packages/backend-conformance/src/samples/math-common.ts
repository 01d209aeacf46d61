import {
  atIntegers,
  atPairs,
  atSpecials,
  binaryShapes,
  mixedDtypes,
  SPECIAL,
  unaryShapes,
} from './common.ts';
import type { Arg, ErrorSample, FunctionSamples, Sample, Tolerances } from './spec.ts';
import { ALL, but, call, FLOATS, NUMBERS, t, v } from './spec.ts';

/** Where values are drawn. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export const INTEGERS_BY_ZERO: RegExp = /integers divided by zero: got int32 and 0, expected a float dtype/;

/** A call that is refused for bools alone. */
export const noBools = (...args: readonly Arg[]): ErrorSample => ({
  args,
  dtype: 'bool',
  error: 'DTypeError',
  message: /not defined for bools/,
});

/** For functions that are steep somewhere. */
export const loose: Tolerances = {
  float32: { atol: 2e-6, rtol: 2e-5 },
  float64: { atol: 1e-13, rtol: 1e-11 },
};

/** Specials without the large ones, at which the sign and size of sin and cos are a matter of range reduction. */
export const moderate: readonly number[] = SPECIAL.filter((x) => !(Math.abs(x) > 1e9) || !Number.isFinite(x));

/** A function of one tensor. */
export const unary = (
  range: Range,
  more: Partial<FunctionSamples> = {},
  specials: readonly number[] = SPECIAL,
): FunctionSamples => ({
  dtypes: ALL,
  gradient: true,
  samples: [...unaryShapes(range), atSpecials(specials), atIntegers()],
  ...more,
});

/** A function of two tensors. */
export const binary = (range: Range, more: Partial<FunctionSamples> = {}): FunctionSamples => ({
  dtypes: FLOATS,
  gradient: true,
  samples: [...binaryShapes(range), atPairs(), ...mixedDtypes(range)],
  ...more,
});

export const wide: Range = { low: -4, high: 4 };
export const open: Range = { low: -0.95, high: 0.95 };
export const positive: Range = { low: 0.2, high: 5 };

/** Divisions of integers by 0 raise in PyTorch; kernels cannot. */
const nonzeroIntegers = [1, -1, 2, 7, -7, 100, 127, -127];
const integerPairs = (values: readonly number[], divisors: readonly number[]): Sample =>
  but(call(v(values, { shape: [values.length, 1] }), v(divisors)), { dtypes: ['int32', 'int8'] });

/** Division with a rounded quotient; further arguments follow the operands. */
export const roundedDivision = (...rest: readonly Arg[]): Pick<FunctionSamples, 'samples' | 'errors'> => ({
  samples: [
    ...binaryShapes({ low: 1, high: 9 }).map((sample) => but(sample, { smooth: false })),
    atPairs(),
    integerPairs([0, 1, -1, 5, -5, 127, -128], nonzeroIntegers),
    but(call(t([2, 3]), 0.7), { dtypes: FLOATS, smooth: false }),
    but(call(7.5, t([2, 3], { low: 0.5, high: 2 })), { dtypes: FLOATS, smooth: false }),
    but(call(t([3]), 0), { dtypes: FLOATS, smooth: false }),
    but(call(v([7, -7, 9], { dtype: 'int32' }), v([2, 2, -4], { dtype: 'int32' })), { dtypes: ['int32'] }),
    but(call(v([1, 0, 1], { dtype: 'bool' }), v([1, -1, 2])), { dtypes: ['int32', 'int8'] }),
  ].map((sample) => ({ dtypes: NUMBERS, ...sample, args: [...sample.args, ...rest] })),
  errors: [
    noBools(t([2]), t([2]), ...rest),
    { args: [t([2]), 0, ...rest], dtype: 'int32', error: 'ArgumentError', message: INTEGERS_BY_ZERO },
  ],
});
