import type { FunctionSamples, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, NUMBERS, RUN_DTYPE, t, v } from './spec.ts';

const typed = { dtype: RUN_DTYPE };
const shapes = [t([2, 3]), t([]), t([0]), t([20]), t([3, 2], { layout: 'transposed' })];

const integerError: NonNullable<FunctionSamples['errors']>[number] = {
  args: [t([2])],
  dtype: 'int32',
  error: 'DTypeError',
  message: /not defined for integers/,
};

const drawError = { ...integerError, error: 'ArgumentError' };

const weights = { low: 0.1, high: 3, gradient: false } as const;

const multinomial: FunctionSamples = {
  dtypes: FLOATS,
  gradient: false,
  samples: [
    call(t([5], weights), 3),
    call(t([4, 3], weights), 2),
    call(t([4, 3], weights), 6, { replacement: true }),
    call(t([3], weights), 3),
    call(v([0, 1, 0, 2]), 2),
    call(v([0, 1, 0]), 4, { replacement: true }),
    call(t([3, 4], { ...weights, layout: 'transposed' }), 1),
  ],
  errors: [
    {
      args: [t([3], weights), 4],
      error: 'ArgumentError',
      message: /bad number of samples: got 4, expected 1 to 3/,
    },
    { args: [v([1, -1]), 1], error: 'ValueError', message: /bad weight: got -1 in row 0/ },
    { args: [v([0, 0]), 1], error: 'ValueError', message: /nothing to draw/ },
    { args: [t([2, 2, 2], weights), 1], error: 'ShapeError', message: /wrong rank: got \[2, 2, 2\]/ },
    { ...integerError, args: [t([2]), 1] },
  ],
};

type Names =
  | 'bernoulli'
  | 'empty'
  | 'emptyLike'
  | 'fromImageData'
  | 'logspace'
  | 'multinomial'
  | 'multinomialSync'
  | 'normal'
  | 'randintLike'
  | 'randLike'
  | 'randnLike';

/** Random draws, and tensors made like others. */
export const draws: SamplesOf<Names> = {
  empty: { dtypes: ALL, gradient: false, samples: [call([0], typed), call([0, 3], typed)] },
  emptyLike: { dtypes: ALL, gradient: false, samples: [call(t([0])), call(t([2, 0]))] },
  logspace: {
    dtypes: FLOATS,
    gradient: false,
    tolerance: { float32: { atol: 0, rtol: 2e-6 } },
    samples: [
      call(0, 2, 5, 10, typed),
      call(-3, 1, 9, 2, typed),
      call(1, 0, 4, 10, typed),
      call(1, 3, 1, 10, typed),
      call(1, 3, 0, 10, typed),
    ],
    errors: [{ args: [0, 1, -1], error: 'ShapeError', message: /invalid size/ }],
  },
  randLike: { dtypes: FLOATS, gradient: false, samples: shapes.map((x) => call(x)), errors: [drawError] },
  randnLike: { dtypes: FLOATS, gradient: false, samples: shapes.map((x) => call(x)), errors: [drawError] },
  randintLike: {
    dtypes: NUMBERS,
    gradient: false,
    samples: shapes.map((x) => call(x, 1, 9)),
    errors: [{ args: [t([2]), 5, 5], error: 'ArgumentError', message: /randint\(\)/ }],
  },
  normal: {
    dtypes: FLOATS,
    gradient: false,
    tolerance: { float32: { atol: 1e-6, rtol: 1e-5 } },
    samples: [
      call(t([5]), t([5], { low: 0, high: 2 })),
      call(t([5]), 0.5),
      call(1.5, t([20], { low: 0, high: 2 })),
      call(t([2, 3])),
      call(t([2, 1]), t([3], { low: 0, high: 2 })),
    ],
    errors: [
      { args: [t([2]), -1], error: 'ArgumentError', message: /a negative std: got -1/ },
      { ...integerError, args: [t([2]), 1] },
      { args: [0, 1], error: 'ArgumentError', message: /no tensor: got two numbers/ },
    ],
  },
  bernoulli: {
    dtypes: FLOATS,
    gradient: false,
    samples: [
      call(t([20], { low: 0, high: 1 })),
      call(t([3, 4], { low: 0, high: 1, layout: 'transposed' })),
      call(v([0, 1])),
      call(t([], { low: 0, high: 1 })),
      call(t([0])),
    ],
    errors: [integerError],
  },
  multinomial,
  multinomialSync: { ...multinomial, samples: multinomial.samples.slice(0, 3), errors: [], syncRead: true },
  fromImageData: {
    dtypes: ['float32'],
    gradient: false,
    samples: [
      call([255, 0, 51, 255, 1, 2, 3, 4], 2, 1),
      call([255, 0, 51, 255, 1, 2, 3, 4], 1, 2, { channels: 4 }),
      call([255, 0, 51, 255, 1, 2, 3, 4], 1, 2, { channels: 1 }),
      call([255, 0, 51, 255, 1, 2, 3, 4], 1, 2, { channels: 4, dtype: 'uint8' }),
    ].map((sample) => but(sample, {})),
    errors: [
      { args: [[1, 2, 3], 1, 1], error: 'ArgumentError', message: /not a picture: got 3 numbers for 1 × 1/ },
    ],
  },
};
