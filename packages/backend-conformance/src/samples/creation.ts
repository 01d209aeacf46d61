import type { SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, RUN_DTYPE, t } from './spec.ts';

const typed = { dtype: RUN_DTYPE };
const invalid = {
  args: [[2, -1]],
  error: 'ShapeError',
  message: /invalid size: got \[2, -1\], expected non-negative integers/,
} as const;
const integerError = {
  args: [[2], { dtype: 'int32' }],
  error: 'ArgumentError',
  message: /not defined for integers: got int32, expected a float dtype/,
} as const;

type Names =
  | 'tensor'
  | 'asTensor'
  | 'fromTyped'
  | 'zeros'
  | 'ones'
  | 'full'
  | 'zerosLike'
  | 'onesLike'
  | 'fullLike'
  | 'arange'
  | 'linspace'
  | 'eye'
  | 'rand'
  | 'randn'
  | 'randint'
  | 'randperm'
  | 'uniformMask';

/** Tensors from nothing. */
export const creation: SamplesOf<Names> = {
  tensor: {
    dtypes: ALL,
    gradient: false,
    samples: [
      call(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        typed,
      ),
      call([], typed),
      call(3, typed),
      call([[[1]], [[0]]], typed),
      call([[], []], typed),
      but(call([1.5, -2]), { dtypes: ['float32'] }),
      but(call([true, false]), { dtypes: ['bool'] }),
      but(call([Number.NaN, Infinity, -Infinity, -0, 0.1], typed), { dtypes: FLOATS, signedZeros: true }),
    ],
    errors: [
      {
        args: [[[1, 2], [3]]],
        error: 'ShapeError',
        message: /ragged nesting: got 1 elements at depth 1, expected 2 elements/,
      },
      { args: [[[1], 2]], error: 'ShapeError', message: /ragged nesting/ },
      { args: [['a']], error: 'ArgumentError', message: /not a number: got string/ },
    ],
  },
  asTensor: { dtypes: ALL, gradient: false, samples: [call([1, 0, 3], typed), call(t([2, 3]))] },
  fromTyped: {
    dtypes: ALL,
    gradient: false,
    samples: [
      call([1, 2, 3, 4, 5, 6], [2, 3], typed),
      call([], [0], typed),
      call([7], [], typed),
      call([0, 2], [2], typed),
    ],
    errors: [
      {
        args: [[1, 2], [3]],
        error: 'ShapeError',
        message: /the number of values does not fit: got 2 for \[3\], expected 3/,
      },
    ],
  },
  zeros: {
    dtypes: ALL,
    gradient: false,
    samples: [call([2, 3], typed), call([], typed), call([0, 2], typed)],
    errors: [invalid],
  },
  ones: {
    dtypes: ALL,
    gradient: false,
    samples: [call([2, 3], typed), call([], typed), call([0, 2], typed)],
    errors: [invalid],
  },
  full: {
    dtypes: ALL,
    gradient: false,
    samples: [
      call([2, 3], 7, typed),
      call([], 1, typed),
      call([0, 2], 1, typed),
      but(call([3], 0.1, typed), { dtypes: FLOATS }),
      but(call([3], Number.NaN, typed), { dtypes: FLOATS }),
      but(call([3], -Infinity, typed), { dtypes: FLOATS }),
    ],
    errors: [{ args: [[1.5], 0], error: 'ShapeError', message: /invalid size/ }],
  },
  zerosLike: {
    dtypes: ALL,
    gradient: false,
    samples: [
      call(t([2, 3])),
      call(t([2, 3], { layout: 'transposed' })),
      but(call(t([2]), { dtype: 'int32' }), { dtypes: FLOATS }),
    ],
  },
  onesLike: { dtypes: ALL, gradient: false, samples: [call(t([2, 3])), call(t([])), call(t([0]))] },
  fullLike: { dtypes: ALL, gradient: false, samples: [call(t([2, 3]), 5), call(t([]), 1)] },
  arange: {
    dtypes: ['float32', 'float64', 'int32', 'uint8', 'int8'],
    gradient: false,
    samples: [
      call(5, typed),
      call(0, typed),
      call(2, 7, 1, typed),
      call(2, 7, 2, typed),
      call(7, 2, -2, typed),
      call(10, 0, -3, typed),
      but(call(0, 1, 0.1, typed), { dtypes: FLOATS }),
      but(call(1, 2, 0.25, typed), { dtypes: FLOATS }),
      but(call(0, 0.3, 0.1, typed), { dtypes: FLOATS }),
      but(call(2.5, typed), { dtypes: FLOATS }),
    ],
    errors: [
      { args: [0, 5, 0], error: 'ArgumentError', message: /invalid step: got 0 to 5 by 0/ },
      { args: [0, Infinity], error: 'ArgumentError', message: /invalid step/ },
      { args: [0, 5, -1], error: 'ArgumentError', message: /the step leads away/ },
    ],
  },
  linspace: {
    dtypes: FLOATS,
    gradient: false,
    samples: [
      call(0, 1, 5, typed),
      call(-3, 3, 7, typed),
      call(1, 0, 4, typed),
      call(2, 5, 1, typed),
      call(2, 5, 0, typed),
      call(0, 1, 33, typed),
      call(0.1, 0.7, 10, typed),
    ],
    errors: [{ args: [0, 1, -1], error: 'ShapeError', message: /invalid size/ }],
  },
  eye: {
    dtypes: ALL,
    gradient: false,
    samples: [
      call(3, 3, typed),
      call(2, 4, typed),
      call(4, 2, typed),
      call(0, 0, typed),
      but(call(3), { dtypes: ['float32'] }),
    ],
    errors: [{ args: [-1], error: 'ShapeError', message: /invalid size/ }],
  },
  rand: {
    dtypes: FLOATS,
    gradient: false,
    samples: [call([5], typed), call([3, 7], typed), call([], typed), call([0], typed), call([40], typed)],
    errors: [integerError],
  },
  randn: {
    dtypes: FLOATS,
    gradient: false,
    samples: [call([5], typed), call([3, 7], typed), call([], typed), call([0], typed), call([40], typed)],
    errors: [integerError],
  },
  randint: {
    dtypes: ['int32'],
    gradient: false,
    samples: [call(0, 10, [20]), call(-5, 5, [3, 3]), call(0, 1, [2])],
    errors: [{ args: [5, 5, [2]], error: 'ArgumentError', message: /randint\(\)/ }],
  },
  randperm: {
    dtypes: ['int32'],
    gradient: false,
    samples: [call(10), call(1), call(0)],
    errors: [{ args: [-1], error: 'ShapeError', message: /invalid size/ }],
  },
  uniformMask: {
    dtypes: ['float32'],
    gradient: false,
    samples: [call([4]), call([3, 5]), call([]), call([0])],
  },
};
