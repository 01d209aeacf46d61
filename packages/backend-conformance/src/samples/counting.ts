import type { ErrorSample, FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { ALL, bools, but, call, FLOATS, INTEGERS, ints, NUMBERS, t, v } from './spec.ts';
import { refusedInteger, tied } from './statistics.ts';

const inf = Infinity;
const fixed = { gradient: false } as const;
const edges = v([1, 3, 3, 5, 7]);
const looked = v([0, 1, 2, 3, 6, 7, 9]);
const rows = v([1, 2, 4, 0, 0, 3], { shape: [2, 3] });
const right = { right: true } as const;

const all = { returnInverse: true, returnCounts: true } as const;
const repeated = v([1, 1, 2, 2, 1, 1, 3, 3, 3], { shape: [3, 3] });
const equalRows = v([2, 1, 2, 1, 0, 1, 2, 1], { shape: [4, 2] });

const distinct: FunctionSamples = {
  dtypes: ALL,
  gradient: false,
  samples: [
    call(v([2, 1, 3, 1, 2])),
    call(v([2, 1, 3, 1, 2]), all),
    call(t([2, 3]), { returnInverse: true }),
    call(t([2, 3]), { returnCounts: true }),
    call(repeated, all),
    call(repeated, { ...all, dim: 1 }),
    call(equalRows, { dim: 0 }),
    call(equalRows, { ...all, dim: 0 }),
    call(equalRows, { ...all, dim: -1 }),
    call(v([1, 1, 2, 0, 1, 1, 2, 0], { shape: [2, 2, 2] }), { ...all, dim: 1 }),
    call(v([0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1], { shape: [2, 2, 3] }), { ...all, dim: 2 }),
    call(v([0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0], { shape: [2, 2, 3] }), { ...all, dim: 2 }),
    call(t([]), all),
    call(t([0]), all),
    call(t([0, 2]), { ...all, dim: 0 }),
    call(t([3, 4], { layout: 'transposed' }), all),
    call(t([3, 4], { layout: 'stepped' }), { ...all, dim: 1 }),
    but(call(v([inf, 1, -inf, inf]), all), { dtypes: FLOATS }),
    but(call(v([Number.NaN, 1, Number.NaN, 1])), { dtypes: FLOATS }),
  ],
  errors: [
    { args: [t([2, 3]), { dim: 2 }], error: 'ShapeError', message: /dimension out of range: got 2/ },
    {
      args: [t([0, 2]), { dim: 1 }],
      error: 'ShapeError',
      message: /slices without elements: got \[0, 2\], expected no size 0 but along dimension 1/,
    },
  ],
};

const weighted = 'PyTorch 1.13 has no gradient for it';

const counts: FunctionSamples = {
  dtypes: INTEGERS,
  gradient: true,
  samples: [
    call(v([0, 2, 2, 5])),
    call(v([3])),
    call(v([1, 0, 1]), { minlength: 6 }),
    call(v([1, 0, 1]), { minlength: 1 }),
    call(v([])),
    call(v([]), { minlength: 2 }),
    call(v([3, 1, 3, 1, 0, 0], { layout: 'stepped' })),
    but(call(v([0, 2, 2, 1]), { weights: t([4], { dtype: 'float32' }) }), { noGolden: weighted }),
    but(call(v([0, 2, 2, 1]), { weights: t([4], { dtype: 'float64' }), minlength: 5 }), {
      noGolden: weighted,
    }),
    call(v([0, 2, 2, 1]), { weights: t([4], { dtype: 'float32', ...fixed }) }),
    call(v([0, 2, 2, 1]), { weights: ints([4, 3, 2, 1]) }),
    call(v([]), { weights: v([], { dtype: 'float32', ...fixed }) }),
  ],
  errors: [
    { args: [t([3])], error: 'DTypeError', message: /bincount\(\): not integers: got float32/ },
    {
      args: [t([3])],
      dtype: 'bool',
      error: 'DTypeError',
      message: /not integers: got bool/,
    },
    { args: [ints([1, 1], [1, 2])], error: 'ShapeError', message: /not a vector: got \[1, 2\]/ },
    {
      args: [ints([1, 1]), { weights: t([3]) }],
      error: 'ShapeError',
      message: /the weights do not fit: got \[3\], expected \[2\]/,
    },
    { args: [ints([1]), { minlength: -1 }], error: 'ArgumentError', message: /invalid minlength: got -1/ },
    {
      args: [ints([1, -1])],
      error: 'ValueError',
      message: /bincount\(\): index out of range: got -1 at position 1/,
    },
    { args: [ints([-1])], error: 'ValueError', message: /index out of range: got -1 at position 0/ },
  ],
};

const scattered = v([0, 1, 1, 2.5, 3, 3.5, -1, 4], fixed);
const withNan = v([0, Number.NaN, 1, 2, inf, -inf], fixed);
const binErrors = (...more: readonly Sample[]): ErrorSample[] => [
  refusedInteger(3),
  { args: [t([3]), 0], error: 'ArgumentError', message: /invalid number of bins: got 0/ },
  {
    args: [withNan, 3],
    error: 'ValueError',
    message: /the range of the values is not finite: got NaN or an infinity/,
  },
  ...more.map(({ args }) => ({ args, error: 'ArgumentError', message: /invalid range: got/ })),
];

const points = v([0, 1, 1, 0, 2, 0, 2, 2], { shape: [4, 2], ...fixed });

type Names =
  | 'searchsorted'
  | 'bucketize'
  | 'unique'
  | 'uniqueSync'
  | 'uniqueConsecutive'
  | 'uniqueConsecutiveSync'
  | 'bincount'
  | 'bincountSync'
  | 'histc'
  | 'histogram'
  | 'histogramdd';

export const countings: SamplesOf<Names> = {
  searchsorted: {
    dtypes: NUMBERS,
    gradient: false,
    samples: [
      call(edges, looked),
      call(edges, looked, right),
      call(edges, looked, { side: 'left' }),
      call(edges, looked, { side: 'right' }),
      call(edges, t([2, 3, 2])),
      call(edges, v([3], { shape: [] })),
      call(edges, 3),
      call(edges, ints([0, 3, 5])),
      call(edges, v([0.5, 3, 5.5], { dtype: 'float64' }), right),
      call(edges, 3, right),
      call(edges, 2.5),
      call(edges, 2.5, right),
      call(edges, 300),
      call(edges, -300, right),
      call(v([4]), looked),
      call(v([]), looked),
      call(edges, t([0])),
      call(rows, v([0, 1, 2, 5, 0, 1, 2, 5], { shape: [2, 4] })),
      call(rows, v([0, 1, 2, 5, 0, 1, 2, 5], { shape: [2, 4] }), right),
      call(v([5, 1, 3]), looked, { sorter: ints([1, 2, 0]) }),
      call(v([3, 1, 2, 1, 2, 0], { shape: [2, 3] }), rows, { sorter: ints([1, 2, 0, 2, 0, 1], [2, 3]) }),
      call(v([1, 2, 5, 7], { layout: 'stepped' }), t([3, 2], { layout: 'transposed' })),
      call(v(Array.from({ length: 37 }, (_, i) => i)), looked),
      but(call(v([-inf, 0, inf]), v([-inf, inf, Number.NaN, 1])), { dtypes: FLOATS }),
      but(call(v([-inf, 0, inf]), v([-inf, inf, Number.NaN, 1]), right), { dtypes: FLOATS }),
      but(call(v([-2147483648, 2147483647]), 3e9), { dtypes: ['int32'] }),
    ],
    errors: [
      { args: [bools([0, 1]), bools([1])], error: 'DTypeError', message: /not defined for bools/ },
      {
        args: [t([1, 3]), t([2, 3])],
        error: 'ShapeError',
        message: /the sequences do not fit: got \[1, 3\]/,
      },
      { args: [t([2, 3]), t([6])], error: 'ShapeError', message: /the sequences do not fit/ },
      { args: [t([]), t([6])], error: 'ShapeError', message: /the sequences do not fit/ },
      { args: [t([2, 3]), 1], error: 'ShapeError', message: /the sequences do not fit/ },
      {
        args: [edges, looked, { side: 'left', right: true }],
        error: 'ArgumentError',
        message: /side and right say opposite things/,
      },
      {
        args: [edges, looked, { sorter: ints([1, 0]) }],
        error: 'ShapeError',
        message: /the sorter does not fit: got \[2\], expected \[5\]/,
      },
      {
        args: [v([1, 2]), looked, { sorter: ints([1, 2]) }],
        error: 'ValueError',
        message: /index out of range: got 2 at position 1/,
        stricter: 'PyTorch 1.13 reads beyond the sequence',
      },
    ],
  },
  bucketize: {
    dtypes: NUMBERS,
    gradient: false,
    samples: [
      call(looked, edges),
      call(looked, edges, right),
      call(t([2, 3]), edges),
      call(v([3], { shape: [] }), edges),
      call(3, edges),
      call(3, edges, right),
      call(looked, v([])),
      call(t([0, 2]), edges),
      call(t([3, 4], { layout: 'transposed' }), edges),
    ],
    errors: [
      { args: [looked, rows], error: 'ShapeError', message: /the boundaries are not a vector: got \[2, 3\]/ },
      {
        args: [bools([1]), bools([0, 1])],
        error: 'DTypeError',
        message: /bucketize\(\): not defined for bools/,
      },
    ],
  },
  unique: distinct,
  uniqueSync: { ...distinct, samples: distinct.samples.slice(0, 8), syncRead: true },
  uniqueConsecutive: distinct,
  uniqueConsecutiveSync: { ...distinct, samples: distinct.samples.slice(0, 8), syncRead: true },
  bincount: counts,
  bincountSync: { ...counts, samples: counts.samples.slice(0, 6), syncRead: true },
  histc: {
    dtypes: FLOATS,
    gradient: false,
    samples: [
      call(scattered),
      call(scattered, 4),
      call(scattered, 4, 0, 3),
      call(scattered, 7, -1.5, 4.5),
      call(t([3, 5]), 6),
      call(t([3, 5], { seed: 1 }), 5, -2, 2),
      call(v([2, 2]), 3),
      call(t([0]), 3),
      call(t([]), 2, -3, 3),
      call(withNan, 3, 0, 2),
      call(t([3, 4], { layout: 'transposed' }), 4),
      call(tied, 6, 1, 7),
    ],
    errors: binErrors(call(t([3]), 3, 2, 1), call(t([3]), 3, 0, inf)),
  },
  histogram: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(scattered, 4),
      call(scattered, 4, { range: [0, 3] }),
      call(scattered, v([0, 1, 2.5, 3], fixed)),
      call(scattered, v([0, 1, 1, 3], fixed)),
      call(scattered, v([0, 1, 3], fixed), { density: true }),
      call(scattered, 5, { density: true }),
      call(t([3, 5], fixed), 6),
      call(v([2, 2], fixed), 3),
      call(v([2, 2], fixed), 3, { range: [1, 1] }),
      call(t([0], fixed), 3),
      call(t([], fixed), 2, { range: [-3, 3] }),
      call(withNan, 3, { range: [0, 2] }),
      call(t([3, 4], { ...fixed, layout: 'transposed' }), 4),
      call(scattered, 4, { weight: t([8], fixed) }),
      call(scattered, 4, { weight: t([8], fixed), density: true, range: [0, 3] }),
      but(call(scattered, 4, { weight: t([8]) }), { noGolden: weighted }),
      but(call(scattered, 4, { weight: t([8], { low: 1 }), density: true }), { noGolden: weighted }),
    ],
    errors: [
      ...binErrors(call(t([3]), 3, { range: [2, 1] })),
      { args: [t([3]), t([2, 2])], error: 'ShapeError', message: /the edges are not a vector: got \[2, 2\]/ },
      {
        args: [t([3]), t([3], { dtype: 'float64' })],
        error: 'DTypeError',
        message: /got edges of float64 for float32/,
      },
      {
        args: [t([3]), 3, { weight: t([2]) }],
        error: 'ShapeError',
        message: /the weight does not fit: got float32 \[2\], expected float32 \[3\]/,
      },
      {
        args: [t([3]), v([0, 1]), { range: [0, 1] }],
        error: 'ArgumentError',
        message: /a range besides edges/,
      },
    ],
  },
  histogramdd: {
    dtypes: FLOATS,
    gradient: false,
    samples: [
      call(points, [3, 3]),
      call(points, 2),
      call(points, [3, 3], { range: [0, 3, 0, 3] }),
      call(points, [2, 3], { density: true }),
      call(points, [v([0, 1, 2], fixed), v([-1, 0.5, 3], fixed)]),
      call(points, [2, 2], { weight: t([4], fixed) }),
      call(t([2, 3, 2], fixed), [2, 3]),
      call(t([5, 1], fixed), [4]),
      call(t([4, 3], { ...fixed, layout: 'transposed' }), [2, 1, 2]),
    ],
    errors: [
      { args: [t([3]), [3]], error: 'ShapeError', message: /no points: got \[3\]/ },
      {
        args: [t([3, 2]), [3]],
        error: 'ArgumentError',
        message: /one entry per dimension is needed: got 1 bins/,
      },
      { args: [t([3, 2]), [3, 0]], error: 'ArgumentError', message: /invalid number of bins: got 0/ },
      {
        args: [t([3, 2]), [3, 2], { weight: t([2]) }],
        error: 'ShapeError',
        message: /the weight does not fit/,
      },
    ],
  },
};
