import type { ErrorSample, FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, NUMBERS, t, v } from './spec.ts';
import { keepdim, outOfRange, refusedInteger, tied, withNan } from './statistics.ts';

const inf = Infinity;
const descending = { descending: true } as const;

/** Along one dimension. */
const alongEach = (...more: readonly (boolean | { readonly [option: string]: boolean })[]): Sample[] => [
  call(t([7]), 0, ...more),
  call(t([2, 3, 5]), 0, ...more),
  call(t([2, 3, 5]), 1, ...more),
  call(t([2, 3, 5]), -1, ...more),
  call(t([]), 0, ...more),
  call(t([]), -1, ...more),
  call(t([1]), 0, ...more),
  call(t([3, 4], { layout: 'transposed' }), 0, ...more),
  call(t([3, 4], { layout: 'stepped' }), 1, ...more),
  but(call(tied, 1, ...more), { smooth: false }),
  but(call(tied, 0, ...more), { smooth: false }),
  but(call(withNan, 0, ...more), { dtypes: FLOATS, smooth: false }),
  but(call(withNan, 1, ...more), { dtypes: FLOATS, smooth: false }),
];

const empty: readonly Sample[] = [call(t([0]), 0), call(t([2, 0]), 1), call(t([0, 3]), 1)];

/** Long enough for a sorting network. */
const long: readonly Sample[] = [
  but(call(t([33], { seed: 1 }), 0), { dtypes: ['float32', 'int32', 'bool'], smooth: false }),
  but(call(t([2, 45], { seed: 2 }), 1, descending), { dtypes: ['float32', 'uint8'], smooth: false }),
  but(call(t([40, 2], { seed: 3 }), 0), { dtypes: ['float64', 'int8'], smooth: false }),
  but(
    call(
      v(Array.from({ length: 37 }, (_, i) => (i % 5 === 1 ? Number.NaN : i % 7 === 2 ? -inf : (i * 11) % 4))),
      -1,
      descending,
    ),
    { dtypes: FLOATS, smooth: false },
  ),
];

const orders: FunctionSamples = {
  dtypes: ALL,
  gradient: true,
  samples: [
    ...alongEach(),
    ...empty,
    ...long,
    call(t([2, 3])),
    call(t([2, 3, 2]), 1, descending),
    call(t([]), 0, descending),
    call(t([2, 4]), 1, { stable: true, descending: true }),
    but(call(tied, 1, descending), { smooth: false }),
    but(call(withNan, 0, descending), { dtypes: FLOATS, smooth: false }),
    but(call(withNan, 1, descending), { dtypes: FLOATS, smooth: false }),
    but(call(v([-128, 127, 0, -128, 127]), 0, descending), { dtypes: ['int8', 'int32'] }),
    but(call(v([0, 255, 3, 0]), 0, descending), { dtypes: ['uint8'] }),
    but(call(v([2147483647, -2147483648, 16777217, 16777216]), 0), { dtypes: ['int32'] }),
  ],
  errors: [outOfRange],
};

const badK = (k: number, message: RegExp): ErrorSample => ({
  args: [t([2, 3]), k],
  error: 'ArgumentError',
  message,
});

const medians: FunctionSamples = {
  dtypes: NUMBERS,
  gradient: true,
  samples: [
    call(t([5])),
    call(t([2, 3])),
    call(t([])),
    call(t([1])),
    but(call(t([0])), { dtypes: FLOATS }),
    call(t([3, 4], { layout: 'transposed' })),
    but(call(tied), { smooth: false }),
    but(call(v([2, 1, 2, 3])), { smooth: false }),
    but(call(withNan), { dtypes: FLOATS, smooth: false }),
    but(call(v([Number.NaN, Number.NaN])), { dtypes: FLOATS, smooth: false }),
    but(call(v([Number.NaN, 2, 3, -inf])), { dtypes: FLOATS, smooth: false }),
  ],
  errors: [
    { args: [t([2])], dtype: 'bool', error: 'DTypeError', message: /median\(\): not defined for bools/ },
    {
      args: [t([0])],
      dtype: 'int32',
      error: 'ShapeError',
      message: /nothing to choose from: got int32 \[0\]/,
      stricter: 'PyTorch 1.13 gives the smallest integer',
    },
  ],
};

const emptyLine: ErrorSample = {
  args: [t([0, 2]), 0],
  error: 'ShapeError',
  message: /nothing to choose from: got shape \[0, 2\], expected at least one element along dimension 0/,
};

const mediansAlong: FunctionSamples = {
  dtypes: NUMBERS,
  gradient: true,
  samples: [
    ...alongEach(),
    ...alongEach(keepdim).slice(2, 5),
    call(t([2, 0]), 0),
    call(t([2, 0]), 0, keepdim),
    call(t([2, 8]), 1),
    but(call(v([Number.NaN, Number.NaN, 1, 2, Number.NaN, Number.NaN], { shape: [2, 3] }), 0), {
      dtypes: FLOATS,
      smooth: false,
    }),
  ],
  errors: [
    outOfRange,
    emptyLine,
    { args: [t([2]), 0], dtype: 'bool', error: 'DTypeError', message: /median\(\): not defined for bools/ },
  ],
};

const kinds = ['linear', 'lower', 'higher', 'midpoint', 'nearest'] as const;
const parts = v([0, 0.3, 0.5, 1], { gradient: false });
const nans = v([1, Number.NaN, 3, Number.NaN, 5, 2, 4, 0.5, 7], { shape: [3, 3] });

const quantiles: FunctionSamples = {
  dtypes: FLOATS,
  gradient: true,
  samples: [
    call(t([5]), 0.3),
    call(t([2, 3]), 0.5),
    call(t([2, 3]), 0.5, undefined, keepdim),
    call(t([4]), 0),
    call(t([4]), 1),
    call(t([]), 0.5),
    call(t([]), 0.5, 0, keepdim),
    call(t([]), parts, 0),
    call(t([2, 3, 4]), 0.6, 1),
    call(t([2, 3, 4]), 0.6, -1, keepdim),
    call(t([2, 3, 4]), parts, 0),
    call(t([2, 3, 4]), parts, 1, keepdim),
    call(t([2, 3]), parts),
    call(t([2, 3]), parts, undefined, keepdim),
    call(t([2, 3]), v([0.25], { gradient: false, shape: [] }), 1),
    call(t([2, 3]), v([], { gradient: false }), 1),
    call(t([4]), v([0.2, 0.9])),
    call(t([3, 4], { layout: 'transposed' }), 0.7, 0),
    ...kinds.flatMap((interpolation) => [
      call(t([2, 4]), parts, 1, { interpolation }),
      call(t([6]), 0.5, undefined, { interpolation }),
      but(call(nans, parts, 0, { interpolation }), { smooth: false }),
    ]),
    but(call(tied, 0.4, 1), { smooth: false }),
    but(call(nans, 0.4), { smooth: false }),
    but(call(nans, 0.4, 1), { smooth: false }),
    but(call(v([Number.NaN, Number.NaN]), 0.4), { smooth: false }),
    but(call(v([1, 2, 3, inf]), v([0, 0.3, 1], { gradient: false })), { smooth: false }),
  ],
  errors: [
    { args: [t([2, 3]), 0.5, 2], error: 'ShapeError', message: /dimension out of range: got 2/ },
    refusedInteger(0.5),
    {
      args: [t([3]), 1.5],
      error: 'ArgumentError',
      message: /q is out of range: got 1.5, expected 0 ≤ q ≤ 1/,
    },
    { args: [t([3]), Number.NaN], error: 'ArgumentError', message: /q is out of range: got NaN/ },
    {
      args: [t([3]), v([0.5, -0.1])],
      error: 'ValueError',
      message: /q is out of range: got a value outside/,
    },
    { args: [t([0]), 0.5], error: 'ShapeError', message: /no elements: got shape \[0\]/ },
    { args: [t([3]), t([1, 1])], error: 'ShapeError', message: /q has too many dimensions: got \[1, 1\]/ },
    {
      args: [t([3]), t([1], { dtype: 'float64' })],
      error: 'DTypeError',
      message: /got q of float64 for float32, expected the same/,
    },
    {
      args: [t([3]), 0.5, 0, { interpolation: 'cubic' }],
      error: 'ArgumentError',
      message: /unknown interpolation: got 'cubic'/,
    },
  ],
};

type Names =
  | 'sort'
  | 'argsort'
  | 'msort'
  | 'topk'
  | 'kthvalue'
  | 'median'
  | 'nanmedian'
  | 'medianAlong'
  | 'nanmedianAlong'
  | 'mode'
  | 'quantile'
  | 'nanquantile';

export const sortings: SamplesOf<Names> = {
  sort: orders,
  argsort: { ...orders, gradient: false },
  msort: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([5])),
      call(t([3, 4])),
      call(t([])),
      call(t([0, 2])),
      call(t([3, 4], { layout: 'transposed' })),
      but(call(tied), { smooth: false }),
      but(call(withNan), { dtypes: FLOATS, smooth: false }),
    ],
  },
  topk: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([7]), 3),
      call(t([2, 3, 5]), 2, 0),
      call(t([2, 3, 5]), 1, 1, { largest: false }),
      call(t([2, 3, 5]), 5, -1),
      call(t([2, 3, 5]), 4, -1, { largest: false, sorted: false }),
      call(t([2, 3]), 0),
      call(t([2, 0]), 0),
      call(t([0, 2]), 1),
      call(t([]), 1),
      call(t([]), 1, 0),
      call(t([3, 4], { layout: 'transposed' }), 2, 0),
      but(call(tied, 3), { smooth: false }),
      but(call(tied, 2, 1, { largest: false }), { smooth: false }),
      but(call(withNan, 2), { dtypes: FLOATS, smooth: false }),
      but(call(withNan, 2, 0, { largest: false }), { dtypes: FLOATS, smooth: false }),
      but(call(t([50], { seed: 1 }), 5), { dtypes: ['float32', 'int32'], smooth: false }),
    ],
    errors: [
      badK(4, /topk\(\): k is out of range: got 4, expected an integer from 0 to 3, the size of dimension 1/),
      badK(-1, /k is out of range: got -1/),
      { args: [t([]), 2], error: 'ArgumentError', message: /k is out of range: got 2/ },
      { args: [t([2, 3]), 1, 2], error: 'ShapeError', message: /dimension out of range: got 2/ },
    ],
  },
  kthvalue: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([7]), 3),
      call(t([2, 3, 5]), 2, 0),
      call(t([2, 3, 5]), 1, 1),
      call(t([2, 3, 5]), 5, -1, keepdim),
      call(t([2, 0]), 1, 0),
      call(t([]), 1),
      call(t([]), 1, 0, keepdim),
      call(t([3, 4], { layout: 'transposed' }), 2, 0),
      but(call(tied, 3), { smooth: false }),
      but(call(withNan, 2), { dtypes: FLOATS, smooth: false }),
      but(call(withNan, 3, 0), { dtypes: FLOATS, smooth: false }),
    ],
    errors: [
      badK(4, /kthvalue\(\): k is out of range: got 4, expected an integer from 1 to 3/),
      badK(0, /k is out of range: got 0/),
      { args: [t([2, 3]), 1, 2], error: 'ShapeError', message: /dimension out of range: got 2/ },
    ],
  },
  median: medians,
  nanmedian: medians,
  medianAlong: mediansAlong,
  nanmedianAlong: mediansAlong,
  mode: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...alongEach(),
      ...alongEach(keepdim).slice(2, 5),
      call(t([2, 3])),
      call(t([2, 0]), 0),
      but(call(v([6, 2, 6, 2, 5])), { smooth: false }),
      but(call(v([2, 2, 6, 6, 6, 1, 1, 1, 9, 9, 9, 9], { shape: [3, 4] }), 1), { smooth: false }),
      but(call(v([Number.NaN, 1, Number.NaN, 2, 2])), { dtypes: FLOATS, smooth: false }),
      but(call(v([Number.NaN, Number.NaN])), { dtypes: FLOATS, smooth: false }),
    ],
    errors: [outOfRange, emptyLine],
  },
  quantile: quantiles,
  nanquantile: quantiles,
};
