import type { ErrorSample, Sample, SamplesOf, TensorSpec } from './spec.ts';
import { but, call, FLOATS, t, v } from './spec.ts';

/** Normalised values divide by a root: float32 keeps six digits of them. */
const loose = { float32: { atol: 1e-5, rtol: 5e-5 }, float64: { atol: 1e-11, rtol: 1e-9 } };

const channels = { gradient: false };
const spread = (n: number): TensorSpec => t([n], { low: 0.5, high: 2, gradient: false });
const still = (n: number): TensorSpec => t([n], channels);

const ofIntegers = (...args: ErrorSample['args']): ErrorSample => ({
  args,
  dtype: 'int32',
  error: 'DTypeError',
  message: /not defined for integers: got int32, expected a float dtype/,
});

/** What normalisations over the last sizes refuse. */
const sizeErrors: ErrorSample[] = [
  {
    args: [t([2, 3]), [2]],
    error: 'ShapeError',
    message: /the normalizedShape does not fit: got \[2\] for \[2, 3\]/,
  },
  { args: [t([2, 3]), []], error: 'ShapeError', message: /the normalizedShape does not fit: got \[\]/ },
  { args: [t([3]), [2, 3]], error: 'ShapeError', message: /the normalizedShape does not fit/ },
  {
    args: [t([2, 3]), [3], { weight: t([2]) }],
    error: 'ShapeError',
    message: /the weight does not fit: got \[2\], expected \[3\]/,
  },
  {
    args: [t([2, 3]), [3], { weight: t([3], { dtype: 'float64' }) }],
    error: 'DTypeError',
    message: /the weight does not fit: got float64, expected float32 as the input/,
  },
  ofIntegers(t([2, 3]), [3]),
];

const constantLines: Sample = but(call(v([1, 1, 1, 2, 2, 3], { shape: [2, 3] }), 3), { smooth: false });
const notFinite: Sample = but(call(v([1, Infinity, 2, Number.NaN, 1, 0, 1, 2, 3], { shape: [3, 3] }), 3), {
  smooth: false,
});

type Names = 'layerNorm' | 'rmsNorm' | 'groupNorm' | 'instanceNorm' | 'localResponseNorm';

/** Layer, root-mean-square, group, instance and local response normalisation. */
export const normalisations: SamplesOf<Names> = {
  layerNorm: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([2, 3]), 3),
      call(t([2, 3]), [3], { weight: t([3]), bias: t([3]) }),
      call(t([2, 3, 4]), [3, 4], { weight: t([3, 4]), bias: t([3, 4]), eps: 0.1 }),
      call(t([2, 3, 4]), [4], { weight: t([4]) }),
      call(t([2, 3, 4]), [4], { bias: t([4]), eps: 1e-3 }),
      call(t([5]), 5, { weight: t([5]), bias: t([5]) }),
      call(t([2, 2, 3]), [2, 2, 3]),
      call(t([1, 17]), [17]),
      but(call(t([3, 1]), 1, { weight: t([1]), bias: t([1]) }), {
        noGolden: 'the gradient is 0; PyTorch gives rounding errors of the order of 1/√eps',
      }),
      call(t([0, 3]), 3, { weight: t([3]), bias: t([3]) }),
      call(t([3, 0]), 0),
      call(t([4, 3], { layout: 'transposed' }), 3, {
        weight: t([3], { layout: 'stepped' }),
        bias: t([3], { layout: 'flipped' }),
      }),
      call(t([3, 4], { layout: 'expanded' }), [4]),
      constantLines,
      notFinite,
    ],
    errors: [
      ...sizeErrors,
      {
        args: [t([2, 3]), 3, { bias: t([1, 3]) }],
        error: 'ShapeError',
        message: /layerNorm\(\): the bias does not fit: got \[1, 3\], expected \[3\]/,
      },
    ],
  },
  rmsNorm: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([2, 3]), 3),
      call(t([2, 3]), [3], { weight: t([3]) }),
      call(t([2, 3, 4]), [3, 4], { weight: t([3, 4]), eps: 0.1 }),
      call(t([2, 3, 4]), [4], { eps: null }),
      call(t([5]), 5, { eps: 0 }),
      call(t([3, 1]), 1, { eps: 0.5 }),
      call(t([0, 3]), 3, { weight: t([3]) }),
      call(t([4, 3], { layout: 'transposed' }), 3, { weight: t([3], { layout: 'stepped' }) }),
      but(call(v([0, 0, 0, 1, 0, -2], { shape: [2, 3] }), 3, { eps: 1e-3 }), { smooth: false }),
      notFinite,
    ],
    errors: sizeErrors,
  },
  groupNorm: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([2, 6, 3]), 2, { weight: t([6]), bias: t([6]) }),
      call(t([2, 4, 2, 3]), 4, { weight: t([4]), eps: 0.1 }),
      call(t([1, 4, 1, 2, 2]), 1, { bias: t([4]) }),
      call(t([3, 4]), 2),
      call(t([1, 2]), 1, { weight: t([2]), bias: t([2]) }),
      call(t([0, 4, 2]), 2, { weight: t([4]), bias: t([4]) }),
      call(t([2, 4, 3], { layout: 'transposed' }), 2, {
        weight: t([4], { layout: 'stepped' }),
        bias: t([4], { layout: 'flipped' }),
      }),
      but(call(v([1, 1, 1, 1, 2, 3], { shape: [1, 2, 3] }), 2), { smooth: false }),
    ],
    errors: [
      { args: [t([4]), 2], error: 'ShapeError', message: /wrong rank: got \[4\], expected \(N, C, …\)/ },
      {
        args: [t([2, 4]), 3],
        error: 'ArgumentError',
        message: /invalid numGroups: got 3, expected a divisor of the 4/,
      },
      { args: [t([2, 4]), 0], error: 'ArgumentError', message: /invalid numGroups: got 0/ },
      {
        args: [t([2, 4]), 2, { weight: t([2]) }],
        error: 'ShapeError',
        message: /the weight does not fit: got \[2\], expected \[4\]/,
      },
      {
        args: [t([1, 2, 1]), 2],
        error: 'ShapeError',
        message: /one value per group: got \[1, 2, 1\] in 2 groups/,
      },
      ofIntegers(t([2, 4]), 2),
    ],
  },
  instanceNorm: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([2, 3, 4])),
      call(t([2, 3, 2, 2]), { weight: t([3]), bias: t([3]), eps: 0.1 }),
      call(t([1, 2, 2, 1, 3]), { weight: t([2]) }),
      call(t([2, 3, 4]), { runningMean: still(3), runningVar: spread(3), bias: t([3]), momentum: 0.3 }),
      call(t([2, 3, 4]), {
        runningMean: still(3),
        runningVar: spread(3),
        weight: t([3]),
        bias: t([3]),
        useInputStats: false,
      }),
      call(t([2, 3, 1]), { runningMean: still(3), runningVar: spread(3), useInputStats: false }),
      call(t([2, 3, 4], { layout: 'transposed' }), { weight: t([3], { layout: 'stepped' }) }),
      but(call(v([1, 1, 1, 1, 2, 3], { shape: [1, 2, 3] })), { smooth: false }),
    ],
    errors: [
      { args: [t([2, 3])], error: 'ShapeError', message: /wrong rank: got \[2, 3\], expected \(N, C, …\)/ },
      {
        args: [t([2, 3, 4]), { weight: t([2]) }],
        error: 'ShapeError',
        message: /the weight does not fit: got \[2\], expected \[3\]/,
      },
      {
        args: [t([2, 3, 1])],
        error: 'ShapeError',
        message: /one value per channel of an instance: got \[2, 3, 1\], expected more than 1/,
      },
      {
        args: [t([2, 3, 4]), { useInputStats: false }],
        error: 'ArgumentError',
        message: /no statistics: got neither useInputStats nor both of runningMean and runningVar/,
      },
      ofIntegers(t([2, 3, 4])),
    ],
  },
  localResponseNorm: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 5, 3]), 3),
      call(t([1, 6, 3]), 2, { alpha: 0.5, beta: 0.5, k: 1.25 }),
      call(t([1, 4, 2, 3]), 4, { alpha: 1 }),
      call(t([1, 3, 1, 2, 2]), 1, { alpha: 0.7, beta: 2 }),
      call(t([2, 2, 3]), 7, { alpha: 2, k: 0.5 }),
      call(t([0, 2, 3]), 2),
      call(t([1, 5, 4], { layout: 'transposed' }), 3, { alpha: 1 }),
      but(call(v([0, 1, Infinity, Number.NaN, 2, 0], { shape: [1, 6, 1] }), 2, { alpha: 1 }), {
        smooth: false,
      }),
    ],
    errors: [
      {
        args: [t([2, 3]), 2],
        error: 'ShapeError',
        message: /wrong rank: got \[2, 3\], expected \(N, C, …\)/,
      },
      {
        args: [t([2, 3, 1]), 0],
        error: 'ArgumentError',
        message: /invalid size: got 0, expected an integer of at least 1/,
      },
      ofIntegers(t([2, 3, 1]), 2),
    ],
  },
};
