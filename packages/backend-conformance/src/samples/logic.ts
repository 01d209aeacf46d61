import {
  atIntegerPairs,
  atIntegers,
  atPairs,
  atSpecials,
  binaryShapes,
  mixedDtypes,
  unaryShapes,
  without,
} from './common.ts';
import type { ErrorSample, FunctionSamples, SamplesOf } from './spec.ts';
import { ALL, bools, but, call, FLOATS, INTEGERS, NUMBERS, t, v } from './spec.ts';

const mismatch: ErrorSample = {
  args: [t([2, 3]), t([2])],
  error: 'ShapeError',
  message: /shapes do not broadcast/,
};

const comparison: FunctionSamples = {
  dtypes: ALL,
  gradient: false,
  samples: [
    ...binaryShapes(),
    call(t([2, 3]), 1),
    call(v([1, 2, 3]), v([1, 3, 2])),
    atPairs(),
    atIntegerPairs(),
    ...mixedDtypes(),
  ],
  errors: [mismatch],
};

const predicate: FunctionSamples = {
  dtypes: ALL,
  gradient: false,
  samples: [...unaryShapes(), atSpecials(), atIntegers()],
};

const logical: FunctionSamples = {
  dtypes: ALL,
  gradient: false,
  samples: [
    ...binaryShapes(),
    call(v([0, 1, 0, 2]), v([0, 0, 3, 4])),
    atPairs(),
    atIntegerPairs(),
    ...mixedDtypes(),
  ],
  errors: [mismatch],
};

const bitwise: FunctionSamples = {
  dtypes: [...INTEGERS, 'bool'],
  gradient: false,
  samples: [
    ...binaryShapes(),
    call(t([2, 3]), 5),
    atIntegerPairs(),
    ...mixedDtypes()
      .filter(without('float32', 'float64'))
      .map((sample) => but(sample, { dtypes: ['int32'] })),
  ],
  errors: [
    { ...mismatch, dtype: 'int32' },
    {
      args: [t([2]), t([2])],
      error: 'DTypeError',
      message: /not defined for floats: got float32, expected an integer or bool dtype/,
    },
  ],
};

type Names =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'isnan'
  | 'isinf'
  | 'isfinite'
  | 'logicalAnd'
  | 'logicalOr'
  | 'logicalXor'
  | 'logicalNot'
  | 'bitwiseAnd'
  | 'bitwiseOr'
  | 'bitwiseXor'
  | 'where'
  | 'Tensor.where'
  | 'maskedFill';

/** Comparisons, predicates, logic, and choosing by a mask. */
export const logic: SamplesOf<Names> = {
  eq: comparison,
  ne: comparison,
  lt: comparison,
  le: comparison,
  gt: comparison,
  ge: comparison,
  isnan: predicate,
  isinf: predicate,
  isfinite: predicate,
  logicalAnd: logical,
  logicalOr: logical,
  logicalXor: logical,
  logicalNot: predicate,
  bitwiseAnd: bitwise,
  bitwiseOr: bitwise,
  bitwiseXor: bitwise,
  where: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([2, 3], { dtype: 'bool' }), t([2, 3]), t([2, 3])),
      call(t([3, 1], { dtype: 'bool' }), t([4]), t([2, 1, 1])),
      call(bools([1], []), t([2]), t([2])),
      call(bools([0], []), t([]), t([])),
      call(t([0], { dtype: 'bool' }), t([0]), t([1])),
      call(t([2, 3], { dtype: 'bool', layout: 'transposed' }), t([2, 3], { layout: 'flipped' }), t([3])),
      but(call(bools([1, 0, 1, 0]), v([Number.NaN, Number.NaN, 1, Infinity]), v([1, 2, Infinity, 0])), {
        dtypes: FLOATS,
        smooth: false,
      }),
      but(call(t([4], { dtype: 'bool' }), t([4]), 2), { dtypes: NUMBERS }),
      but(call(t([4], { dtype: 'bool' }), 2, t([4])), { dtypes: NUMBERS }),
      but(call(t([3], { dtype: 'bool' }), t([3], { dtype: 'int32' }), t([3], { dtype: 'float32' })), {
        dtypes: ['float32'],
      }),
    ],
    errors: [
      {
        args: [t([2], { dtype: 'bool' }), t([3]), t([3])],
        error: 'ShapeError',
        message: /shapes do not broadcast/,
      },
    ],
  },
  'Tensor.where': {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3]), t([2, 3], { dtype: 'bool' }), t([3])),
      call(t([3]), t([3], { dtype: 'bool' }), -1),
    ],
  },
  maskedFill: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([2, 3]), t([2, 3], { dtype: 'bool' }), 1),
      call(t([2, 3]), t([3], { dtype: 'bool' }), 0),
      call(t([]), bools([1], []), 1),
      call(t([0]), t([0], { dtype: 'bool' }), 1),
      but(call(t([3]), t([3], { dtype: 'bool' }), -Infinity), { dtypes: FLOATS, smooth: false }),
      call(t([2, 3]), t([2, 3], { dtype: 'bool' }), t([])),
      call(t([3]), t([2, 3], { dtype: 'bool' }), t([])),
      call(t([]), bools([1, 0]), t([])),
    ],
    errors: [
      { args: [t([2]), t([2]), 0], error: 'DTypeError', message: /the mask is not bool: got float32/ },
      {
        args: [t([2]), t([2], { dtype: 'bool' }), 0.5],
        dtype: 'int32',
        error: 'DTypeError',
        message: /the value does not fit: got 0.5 for int32/,
        stricter: 'PyTorch cuts the fraction off without a word',
      },
      {
        args: [t([2]), t([2], { dtype: 'bool' }), t([1])],
        error: 'ShapeError',
        message: /the value is not a single one: got shape \[1\], expected a number or a 0-d tensor/,
      },
    ],
  },
};
