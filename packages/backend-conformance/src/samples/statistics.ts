import type { Arg, ErrorSample, FunctionSamples, Sample, SamplesOf, TensorSpec, Tolerances } from './spec.ts';
import { ALL, but, call, FLOATS, ints, NUMBERS, t, v } from './spec.ts';

const inf = Infinity;
export const withNan: TensorSpec = v([1, Number.NaN, 3, Number.NaN, 5, -inf, inf, 0, -0], { shape: [3, 3] });
export const tied: TensorSpec = v([2, 7, 7, 1, 7, 2, 2, 2], { shape: [2, 4] });
export const loose: Tolerances = { float32: { atol: 1e-5, rtol: 2e-5 } };

export const outOfRange: ErrorSample = {
  args: [t([2, 3]), 2],
  error: 'ShapeError',
  message: /dimension out of range: got 2, expected an integer from -2 to 1 for 2 dimensions/,
};
export const refusedInteger = (...rest: readonly Arg[]): ErrorSample => ({
  args: [t([2, 3]), ...rest],
  dtype: 'int32',
  error: 'DTypeError',
  message: /not defined for integers: got int32, expected a float dtype/,
});

export const keepdim: { readonly keepdim: true } = { keepdim: true };

const overAxes: readonly Sample[] = [
  call(t([2, 3, 5])),
  call(t([2, 3, 5]), 0),
  call(t([2, 3, 5]), [0, -1]),
  call(t([2, 3])),
  call(t([])),
  call(t([]), 0),
  call(t([3, 4], { layout: 'transposed' }), 0),
  call(t([3, 4], { layout: 'stepped' }), 1),
];

const spread: FunctionSamples = {
  dtypes: FLOATS,
  gradient: true,
  tolerance: loose,
  samples: [
    ...overAxes.filter(({ args }) => (args[0] as { shape: readonly number[] }).shape.length > 0),
    call(t([2, 3, 5]), 1, keepdim),
    call(t([3, 4]), 1, { correction: 0 }),
    call(t([3, 4]), [0, 1], { correction: 2, keepdim: true }),
  ],
  errors: [outOfRange, refusedInteger()],
};

const weights = v([0.5, 1.5, 1, 2]);

type Names = 'nansum' | 'nanmean' | 'aminmax' | 'countNonzero' | 'varMean' | 'stdMean' | 'cov' | 'corrcoef';

export const statistics: SamplesOf<Names> = {
  nansum: {
    dtypes: ALL,
    gradient: true,
    tolerance: loose,
    samples: [
      ...overAxes,
      call(t([2, 3, 5]), 1, keepdim),
      but(call(withNan), { dtypes: FLOATS, smooth: false }),
      but(call(withNan, 1), { dtypes: FLOATS, smooth: false }),
      but(call(v([Number.NaN, 1, 2, 3], { shape: [2, 2] }), 0), { dtypes: FLOATS, smooth: false }),
      call(t([2, 0]), 1),
      but(call(t([4], { dtype: 'int32' }), 0, { dtype: 'float64' }), { dtypes: ['float64'] }),
    ],
    errors: [outOfRange],
  },
  nanmean: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      ...overAxes,
      call(t([2, 3, 5]), 1, keepdim),
      but(call(withNan), { smooth: false }),
      but(call(withNan, 1), { smooth: false }),
      but(call(v([Number.NaN, 1, Number.NaN, 3], { shape: [2, 2] }), 0), {
        smooth: false,
        noGolden: 'PyTorch gives ∞ · 0 for the gradient of elements that are left out',
      }),
      but(call(t([2, 0]), 1), { smooth: false }),
    ],
    errors: [outOfRange, refusedInteger()],
  },
  aminmax: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([2, 3, 5])),
      call(t([2, 3, 5]), 1),
      call(t([2, 3, 5]), -1, keepdim),
      call(t([])),
      call(t([]), 0),
      call(t([3, 4], { layout: 'transposed' }), 0),
      but(call(tied, 1), { smooth: false }),
      but(call(withNan, 1), {
        dtypes: FLOATS,
        smooth: false,
        noGolden: 'no element of a NaN row is the extreme',
      }),
      call(t([0, 3]), 1),
    ],
    errors: [
      outOfRange,
      { args: [t([2, 0])], error: 'ShapeError', message: /aminmax\(\): nothing to reduce/ },
    ],
  },
  countNonzero: {
    dtypes: ALL,
    gradient: false,
    samples: [
      ...overAxes,
      call(v([0, 1, 2, 0, 0, 3], { shape: [2, 3] }), 1),
      call(v([0, 1, 2, 0, 0, 3], { shape: [2, 3] })),
      call(t([2, 0]), 1),
      but(call(withNan, 1), { dtypes: FLOATS }),
    ],
    errors: [outOfRange],
  },
  varMean: spread,
  stdMean: spread,
  cov: {
    dtypes: NUMBERS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([3, 5])),
      call(t([4])),
      call(t([1, 4])),
      call(t([3, 4]), { correction: 0 }),
      call(t([3, 4]), { fweights: ints([1, 2, 0, 3]) }),
      but(call(t([3, 4]), { aweights: weights }), { dtypes: FLOATS }),
      but(call(t([3, 4]), { fweights: ints([1, 2, 0, 3]), aweights: weights }), { dtypes: FLOATS }),
      but(call(t([3, 4]), { fweights: ints([1, 2, 1, 3]), aweights: weights, correction: 0 }), {
        dtypes: FLOATS,
      }),
      but(call(t([2, 3]), { correction: 3 }), { dtypes: FLOATS, smooth: false }),
      call(t([3, 4], { layout: 'transposed' })),
    ],
    errors: [
      { args: [t([2, 2, 2])], error: 'ShapeError', message: /cov\(\): too many dimensions: got \[2, 2, 2\]/ },
      { args: [t([3])], dtype: 'bool', error: 'DTypeError', message: /not defined for bools/ },
      {
        args: [t([3]), { fweights: t([3]) }],
        error: 'DTypeError',
        message: /wrong dtype of fweights: got float32/,
      },
      {
        args: [t([3]), { aweights: ints([1, 2, 3]) }],
        error: 'DTypeError',
        message: /wrong dtype of aweights/,
      },
      {
        args: [t([3]), { fweights: ints([1, 2]) }],
        error: 'ShapeError',
        message: /fweights do not fit: got \[2\]/,
      },
      {
        args: [t([3]), { fweights: ints([1, -1, 2]) }],
        error: 'ValueError',
        message: /cov\(\): negative fweights/,
      },
      {
        args: [t([3]), { aweights: v([1, -1, 2]) }],
        error: 'ValueError',
        message: /cov\(\): negative aweights/,
      },
      {
        args: [t([3]), { fweights: ints([0, 0, 0]) }],
        error: 'ValueError',
        message: /do not normalise: got a sum of 0/,
      },
    ],
  },
  corrcoef: {
    dtypes: NUMBERS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([3, 5])),
      but(call(t([4])), { smooth: false }),
      call(t([2, 4], { layout: 'transposed' })),
    ],
    errors: [{ args: [t([2, 2, 2])], error: 'ShapeError', message: /corrcoef\(\): too many dimensions/ }],
  },
};
