import type { Arg, ErrorSample, Layout, Sample, SamplesOf, TensorSpec } from './spec.ts';
import { but, call, FLOATS, ints, RUN_DTYPE, t, v } from './spec.ts';

const loose = { float32: { atol: 1e-5, rtol: 5e-5 }, float64: { atol: 1e-11, rtol: 1e-9 } };

const withInfinities = v(
  [-Infinity, -Infinity, -Infinity, 1, -Infinity, 2, Infinity, 1, 2, Number.NaN, 0, 1, Infinity, Infinity, 0],
  { shape: [5, 3] },
);

const overAxis: Sample[] = [
  call(t([2, 3]), 1),
  call(t([2, 3]), 0),
  call(t([2, 3, 4]), 1),
  call(t([2, 3, 4]), -1),
  call(t([]), 0),
  call(t([1]), 0),
  call(t([0, 3]), 1),
  call(t([3, 0]), 0),
  call(t([2, 17]), 1),
  call(t([3, 4], { layout: 'transposed' }), 1),
  call(t([3, 4], { layout: 'flipped' }), 0),
  call(t([3, 4], { layout: 'expanded' }), 0),
  but(call(v([1000, 1001, -1000, 0, 88, 89], { shape: [2, 3] }), 1), {
    tolerance: { float32: { atol: 1e-5, rtol: 1e-4 } },
  }),
  but(call(withInfinities, 1), { smooth: false }),
];

const converted: Sample[] = [
  but(call(t([2, 3]), 1, { dtype: 'float64' }), { dtypes: ['float32'] }),
  but(call(t([2, 3], { dtype: 'int32' }), 0, { dtype: RUN_DTYPE }), { dtypes: FLOATS }),
];

const axisErrors: readonly ErrorSample[] = [
  { args: [t([2, 3]), 2], error: 'ShapeError', message: /dimension out of range: got 2/ },
  {
    args: [t([2, 3]), 0],
    dtype: 'int32',
    error: 'DTypeError',
    message: /not defined for integers: got int32, expected a float dtype/,
  },
];

const channels = { gradient: false };
const spread = (n: number): TensorSpec => t([n], { low: 0.5, high: 2, gradient: false });
const still = (n: number): TensorSpec => t([n], channels);

const labelErrors: readonly ErrorSample[] = [
  {
    args: [t([3, 4]), ints([0, 4, 1]), -100, 'nllLoss'],
    error: 'ValueError',
    message: /nllLoss\(\): class label out of range: got 4 at position 1, expected 0 ≤ label < 4/,
  },
  {
    args: [t([3, 4]), ints([0, 1, -1]), -100, 'nllLoss'],
    error: 'ValueError',
    message: /got -1 at position 2/,
  },
  {
    args: [t([3, 4]), ints([0, 1]), -100, 'nllLoss'],
    error: 'ShapeError',
    message: /labels do not fit: got input \[3, 4\] and target \[2\]/,
  },
  {
    args: [t([3, 4]), t([3]), -100, 'nllLoss'],
    error: 'DTypeError',
    message: /labels are not integers: got float32, expected int32/,
  },
];

const labelled: readonly Sample[] = [
  call(t([3, 4]), ints([0, 3, 1]), -100, 'nllLoss'),
  call(t([3, 4]), ints([0, -100, 1]), -100, 'nllLoss'),
  call(t([3, 4]), ints([0, 2, 1]), 2, 'nllLoss'),
  call(t([2, 3, 2, 2]), ints([0, 1, 2, 0, 1, 1, 2, 2], [2, 2, 2]), -100, 'nllLoss'),
  call(t([0, 3]), ints([], [0]), -100, 'nllLoss'),
  call(t([3, 4], { layout: 'transposed' }), ints([0, 3, 1]), -100, 'nllLoss'),
];

/** Log-probabilities (T, N, C), labels, and the lengths of both. Their gradient holds that of a softmax before them. */
const aligned = (logProbs: TensorSpec, labels: TensorSpec, ...rest: readonly Arg[]): Sample =>
  but(call(logProbs, labels, ...rest), { smooth: false });

const logs = (shape: readonly number[], layout: Layout = 'contiguous'): TensorSpec =>
  t(shape, { low: -4, high: -0.2, layout });
const targets = ints([1, 2, 3, 1, 1, 0, 2, 9, -1], [3, 3]);

type Names = 'softmax' | 'logSoftmax' | 'logsumexp' | 'batchNorm' | 'classNll' | 'softmaxNll' | 'ctcNll';

/** Softmax and kin, batch normalisation, the cores of negative log likelihoods. */
export const neural: SamplesOf<Names> = {
  softmax: {
    dtypes: FLOATS,
    gradient: true,
    samples: [...overAxis, call(t([2, 0]), 1), ...converted],
    errors: axisErrors,
  },
  logSoftmax: {
    dtypes: FLOATS,
    gradient: true,
    samples: [...overAxis, call(t([2, 0]), 1), ...converted],
    errors: axisErrors,
    tolerance: { float64: { atol: 1e-12, rtol: 1e-11 }, float32: { atol: 2e-6, rtol: 2e-5 } },
  },
  logsumexp: {
    dtypes: [...FLOATS, 'int32'],
    gradient: true,
    samples: [
      ...overAxis,
      call(t([2, 0, 3]), [1, 2]),
      call(t([2, 3]), 1, { keepdim: true }),
      call(t([2, 3]), -2),
      call(t([2, 3, 4]), [0, 2]),
      call(t([2, 3, 4]), [-1, 1], { keepdim: true }),
    ],
    errors: axisErrors.slice(0, 1),
  },
  batchNorm: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([4, 3]), still(3), spread(3), { weight: t([3]), bias: t([3]), training: true }),
      call(t([2, 3, 4, 5]), still(3), spread(3), {
        weight: t([3]),
        bias: t([3]),
        training: true,
        momentum: 0.3,
        eps: 1e-3,
      }),
      call(t([2, 3, 4, 5]), still(3), spread(3), { weight: t([3]), bias: t([3]) }),
      call(t([2, 3, 4]), null, null, { training: true }),
      call(t([2, 3, 4]), null, null, { weight: t([3]), training: true }),
      call(t([2, 3, 4]), null, null, { bias: t([3]), training: true }),
      call(t([2, 3]), still(3), spread(3)),
      call(t([2, 3, 2, 2], { layout: 'transposed' }), still(3), spread(3), {
        weight: t([3], { layout: 'stepped' }),
        bias: t([3], { layout: 'flipped' }),
        training: true,
      }),
      but(call(v([1, 1, 1, 1, 2, 3], { shape: [3, 2] }), null, null, { training: true }), { smooth: false }),
      call(t([5, 1]), null, null, { training: true, eps: 0.1 }),
      call(t([0, 3]), still(3), spread(3), { training: true }),
      call(t([0, 2, 3]), still(2), spread(2), { weight: t([2]), bias: t([2]) }),
      call(t([0]), still(0), spread(0)),
    ],
    errors: [
      {
        args: [t([3]), null, null, { training: true }],
        error: 'ShapeError',
        message: /wrong rank: got \[3\], expected \(N, C, …\)/,
      },
      {
        args: [t([1, 3]), null, null, { training: true }],
        error: 'ShapeError',
        message: /one value per channel when training: got \[1, 3\], expected more than 1/,
      },
      {
        args: [t([2, 3]), t([2]), t([3])],
        error: 'ShapeError',
        message: /runningMean does not fit: got \[2\], expected \[3\]/,
      },
      {
        args: [t([2, 3]), null, null, { training: true, weight: t([4]) }],
        error: 'ShapeError',
        message: /weight does not fit: got \[4\], expected \[3\]/,
      },
      {
        args: [t([2, 3]), null, null, { training: true }],
        dtype: 'int32',
        error: 'DTypeError',
        message: /not defined for integers/,
      },
    ],
  },
  classNll: { dtypes: FLOATS, gradient: true, samples: labelled, errors: labelErrors },
  softmaxNll: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: { float64: { atol: 1e-12, rtol: 1e-11 }, float32: { atol: 2e-6, rtol: 2e-5 } },
    samples: [
      ...labelled,
      call(t([1, 1]), ints([0]), -100, 'nllLoss'),
      call(t([2, 17]), ints([16, 8]), -100, 'nllLoss'),
      call(t([3, 5], { layout: 'expanded' }), ints([0, -1, 4]), -1, 'nllLoss'),
      but(call(v([1000, 1001, -1000, 0, 88, 89], { shape: [2, 3] }), ints([1, 2]), -100, 'nllLoss'), {
        tolerance: { float32: { atol: 1e-5, rtol: 1e-4 } },
      }),
      but(call(withInfinities, ints([0, 0, 2, 1, 2]), -100, 'nllLoss'), { smooth: false }),
    ],
    errors: labelErrors,
  },
  ctcNll: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      aligned(logs([6, 3, 4]), targets, ints([6, 5, 6]), ints([3, 2, 1])),
      aligned(logs([6, 3, 4], 'transposed'), targets, ints([6, 6, 4]), ints([3, 0, 1])),
      aligned(logs([7, 2, 3]), ints([0, 1, 0, 1, 1, 0], [2, 3]), ints([7, 6]), ints([3, 2]), { blank: 2 }),
      // No alignment of these: a repeated label needs a blank between.
      aligned(logs([3, 2, 3]), ints([1, 1, 2, 2], [2, 2]), ints([2, 3]), ints([2, 2])),
      aligned(logs([3, 2, 3]), ints([1, 1, 2, 2], [2, 2]), ints([2, 3]), ints([2, 2]), {
        zeroInfinity: true,
      }),
      aligned(logs([2, 2, 3]), ints([], [2, 0]), ints([2, 1]), ints([0, 0])),
      aligned(logs([1, 1, 2]), ints([1], [1, 1]), ints([1]), ints([1])),
    ],
    errors: [
      {
        args: [logs([4, 2, 3]), ints([1, 2, 3, 1], [2, 2]), ints([4, 4]), ints([2, 2])],
        error: 'ValueError',
        message: /class label out of range: got 3 at position 2, expected 0 ≤ label < 3/,
        stricter: 'PyTorch reads another class, or beyond all of them',
      },
      {
        args: [
          logs([4, 2, 3]),
          ints([1, -1, 2, 1], [2, 2]),
          ints([4, 4]),
          ints([2, 2]),
          { caller: 'ctcLoss' },
        ],
        error: 'ValueError',
        message: /^ctcLoss\(\): class label out of range: got -1 at position 1/,
        stricter: 'PyTorch reads another class, or before all of them',
      },
      {
        args: [logs([4, 2, 3]), ints([1, 2], [2, 1]), ints([4, 4]), ints([1, 1]), { blank: 3 }],
        error: 'ArgumentError',
        message: /no such class: got blank 3, expected 0 to 2/,
      },
      {
        args: [logs([4, 2, 3]), ints([1, 2, 1], [3, 1]), ints([4, 4]), ints([1, 1])],
        error: 'ShapeError',
        message: /shapes do not fit: got \[4, 2, 3\], \[3, 1\], \[2\], \[2\], expected \(T, N, C\)/,
      },
      {
        args: [t([4, 2, 3]), ints([1, 2], [2, 1]), ints([4, 4]), ints([1, 1])],
        dtype: 'int32',
        error: 'DTypeError',
        message: /dtypes do not fit: got int32, int32, int32, int32, expected float log-probabilities/,
      },
    ],
  },
};
