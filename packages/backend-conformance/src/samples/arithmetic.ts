import type { DType } from '@flambeau/core';
import {
  atIntegerPairs,
  atIntegers,
  atPairs,
  atSpecials,
  binaryShapes,
  large,
  mixedDtypes,
  SPECIAL_FEW,
  unaryShapes,
  without,
} from './common.ts';
import { INTEGERS_BY_ZERO, noBools, roundedDivision } from './math-common.ts';
import type { ErrorSample, Sample, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, NUMBERS, t, v } from './spec.ts';

/** A negative bound among uint8 wraps in PyTorch. */
const SIGNED: readonly DType[] = ['float32', 'float64', 'int32', 'int8'];

const nonzero = { low: 0.5, high: 3 };
const positive = { low: 0.1, high: 3 };

const broadcastErrors: readonly ErrorSample[] = [
  {
    args: [t([2, 3]), t([2])],
    error: 'ShapeError',
    message: /shapes do not broadcast: got \[2, 3\] and \[2\]/,
  },
  {
    args: [t([4, 2, 3]), t([3, 2, 3])],
    error: 'ShapeError',
    message: /expected equal sizes or 1 in dimension 0 \(4 ≠ 3\)/,
  },
  {
    args: [1, 2],
    error: 'DTypeError',
    message: /no tensor among the operands/,
    stricter: 'a number has no shape or dtype here',
  },
];

const numbers = (...values: readonly number[]): Sample[] =>
  values.flatMap((value) => [call(t([2, 3], nonzero), value), call(value, t([2, 3], nonzero))]);

/** Ties share the gradient, or one side takes it: no finite difference agrees. */
const ties = but(call(v([1, 2, 2, -0, 0, 3]), v([1, 1, 3, 0, -0, 3])), { dtypes: FLOATS, smooth: false });

const floored = roundedDivision({ roundingMode: 'floor' });
const truncated = roundedDivision({ roundingMode: 'trunc' });

/** What remainders refuse. */
const remainderErrors: readonly ErrorSample[] = [
  ...broadcastErrors.slice(0, 2),
  noBools(t([2]), t([2])),
  { args: [t([2]), 0], dtype: 'int32', error: 'ArgumentError', message: INTEGERS_BY_ZERO },
];

type Names =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'fmod'
  | 'remainder'
  | 'maximum'
  | 'minimum'
  | 'neg'
  | 'abs'
  | 'sign'
  | 'square'
  | 'reciprocal'
  | 'clamp'
  | 'Tensor.add'
  | 'Tensor.sub'
  | 'Tensor.pow';

export const arithmetic: SamplesOf<Names> = {
  add: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...binaryShapes(),
      ...numbers(2),
      call(t([3]), 0.5),
      atPairs(),
      atIntegerPairs(),
      ...mixedDtypes(),
      call(large, t([1031], { seed: 1 })),
    ],
    errors: broadcastErrors,
  },
  sub: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      ...binaryShapes(),
      ...numbers(2),
      call(t([3]), 0.5),
      atPairs(),
      atIntegerPairs(),
      ...mixedDtypes().filter(without('bool')),
    ],
    errors: [
      ...broadcastErrors,
      noBools(t([2]), t([2])),
      {
        args: [t([2], { dtype: 'bool' }), t([2])],
        error: 'DTypeError',
        message: /sub\(\): not defined for bools/,
      },
    ],
  },
  mul: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...binaryShapes(),
      ...numbers(3),
      call(t([3]), -1.5),
      atPairs(),
      atIntegerPairs(),
      ...mixedDtypes(),
    ],
    errors: broadcastErrors,
  },
  div: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...binaryShapes(nonzero),
      ...numbers(2, 0.25),
      atPairs(),
      atIntegerPairs(),
      ...mixedDtypes(nonzero),
      ...floored.samples,
      ...truncated.samples,
    ],
    errors: [
      ...broadcastErrors,
      ...(floored.errors ?? []),
      ...(truncated.errors ?? []),
      {
        args: [t([2]), t([2]), { roundingMode: 'nearest' }],
        error: 'ArgumentError',
        message: /unknown roundingMode: got 'nearest', expected 'floor', 'trunc' or null/,
      },
    ],
  },
  pow: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      ...binaryShapes(positive, { low: 0, high: 3 }),
      ...[0, 1, 2, 3].map((exponent) => call(t([5]), exponent)),
      ...[0.5, -0.5, -1, -2, 2.5].map((exponent) =>
        but(call(t([5], positive), exponent), { dtypes: FLOATS }),
      ),
      but(call(2, t([5], { low: 0, high: 3 })), { dtypes: NUMBERS }),
      but(call(t([3], { dtype: 'bool' }), 2), { dtypes: ['int32'] }),
      atPairs(),
      ...[0, 1, 2, 3, -1].map((exponent) => atSpecials(SPECIAL_FEW, exponent)),
      // PyTorch takes √x for this one, which differs from C's pow at −∞ and −0.
      atSpecials(
        SPECIAL_FEW.filter((x) => x !== -Infinity && !Object.is(x, -0)),
        0.5,
      ),
      but(call(v([0, 1, 2, -1, -2], { shape: [5, 1] }), v([-1, -2, -3])), { dtypes: ['int32', 'int8'] }),
      but(call(v([0, 1, 2, 3, -1, -2, -3], { shape: [7, 1] }), v([0, 1, 2, 3, 4, 5])), {
        dtypes: ['int32', 'int8', 'uint8'],
      }),
      ...mixedDtypes({ low: 1, high: 3 }),
    ],
    errors: [
      ...broadcastErrors.slice(0, 2),
      noBools(t([2]), t([2])),
      {
        args: [t([2]), -1],
        dtype: 'int32',
        error: 'ArgumentError',
        message: /integers to a negative power: got int32 and -1, expected a float dtype/,
      },
    ],
  },
  fmod: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      ...binaryShapes({}, nonzero),
      ...numbers(2),
      but(call(t([3, 3]), 0.7), { dtypes: FLOATS }),
      but(call(t([3]), 0), { dtypes: FLOATS, smooth: false }),
      atPairs(),
      but(call(v([7, -7, 5, -5, 100, -100], { shape: [6, 1] }), v([1, 2, 3, -3, 7, -7])), {
        dtypes: NUMBERS,
        smooth: false,
      }),
      ...mixedDtypes({ low: 1, high: 3 }),
    ],
    errors: remainderErrors,
  },
  remainder: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      ...binaryShapes({}, nonzero),
      ...numbers(2),
      but(call(t([3, 3]), -0.7), { dtypes: FLOATS }),
      but(call(t([3]), 0), { dtypes: FLOATS, smooth: false }),
      atPairs(),
      but(call(v([7, -7, 5, -5, 100, -100], { shape: [6, 1] }), v([1, 2, 3, -3, 7, -7])), {
        dtypes: NUMBERS,
        smooth: false,
      }),
      ...mixedDtypes({ low: 1, high: 3 }),
    ],
    errors: remainderErrors,
  },
  maximum: {
    dtypes: ALL,
    gradient: true,
    samples: [...binaryShapes(), ties, atPairs(), atIntegerPairs(), ...mixedDtypes()],
    errors: broadcastErrors.slice(0, 2),
  },
  minimum: {
    dtypes: ALL,
    gradient: true,
    samples: [...binaryShapes(), ties, atPairs(), atIntegerPairs(), ...mixedDtypes()],
    errors: broadcastErrors.slice(0, 2),
  },
  neg: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [...unaryShapes(), but(atSpecials(), { signedZeros: true }), atIntegers()],
    errors: [
      { args: [t([2])], dtype: 'bool', error: 'DTypeError', message: /neg\(\): not defined for bools/ },
    ],
  },
  abs: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [...unaryShapes(), but(atSpecials(), { signedZeros: true }), atIntegers()],
    errors: [noBools(t([2]))],
  },
  sign: { dtypes: ALL, gradient: true, samples: [...unaryShapes(), atSpecials(), atIntegers()] },
  square: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [...unaryShapes(), atSpecials(), atIntegers()],
    errors: [
      {
        args: [t([2])],
        dtype: 'bool',
        error: 'DTypeError',
        message: /square\(\): not defined for bools/,
        stricter: 'PyTorch gives int64',
      },
    ],
  },
  reciprocal: { dtypes: ALL, gradient: true, samples: [...unaryShapes(nonzero), atSpecials(), atIntegers()] },
  clamp: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      ...unaryShapes({}, -1, 1).map((sample) => but(sample, { dtypes: SIGNED })),
      call(t([5]), null, 1),
      call(t([5]), 0),
      call(t([5]), 2, 1),
      but(call(v([-1, 1, 0, 2, -2]), -1, 1), { dtypes: FLOATS, smooth: false }),
      atSpecials(undefined, -1, 1),
      atSpecials(undefined, null, 0.5),
      atSpecials(undefined, 0.5),
      but(call(t([2, 3]), t([3], { low: -1, high: 0 }), t([2, 1], { low: 0, high: 1 })), { dtypes: FLOATS }),
      but(call(v([0, 1, 2, Number.NaN, 1]), v([1, Number.NaN, 1, 0, 1]), v([2, 2, Number.NaN, 1, 1])), {
        dtypes: FLOATS,
        smooth: false,
      }),
      but(call(v([0, 1, 2, 3]), v([2, 1, 3, 3])), { dtypes: FLOATS, smooth: false }),
      but(call(v([0, 1, 2]), v([1, 1, 1]), v([1, 1, 1])), { dtypes: FLOATS, smooth: false }),
      but(call(v([0, 1, 2, 3]), null, v([2, 1, 1, 3])), { dtypes: FLOATS, smooth: false }),
      but(call(t([5]), -0.5, 0.5), { dtypes: ['int32', 'uint8'] }),
      but(call(t([5], { dtype: 'bool' }), 0, 1), { dtypes: ['int32'] }),
    ],
    errors: [{ args: [t([2])], error: 'ArgumentError', message: /no bound/ }],
  },
  'Tensor.add': {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      call(t([2, 3]), t([3]), { alpha: 2 }),
      call(t([2, 3]), 3, { alpha: 2 }),
      call(t([2]), t([2]), { alpha: 1 }),
    ],
  },
  'Tensor.sub': {
    dtypes: NUMBERS,
    gradient: true,
    samples: [call(t([2, 3]), t([3]), { alpha: 2 }), call(t([2, 3]), 3, { alpha: 2 })],
  },
  'Tensor.pow': {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([2, 3]), 2), call(t([2, 3], positive), 0.5), call(t([2], positive), t([2]))],
  },
};
