import type { ErrorSample, FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, ints, t, v } from './spec.ts';
import { keepdim, loose, outOfRange, refusedInteger, statistics, tied, withNan } from './statistics.ts';

const inf = Infinity;
/** Along one dimension, result of the same shape. */
const alongEach = (options: { low?: number; high?: number } = {}): Sample[] => [
  call(t([7], options), 0),
  call(t([2, 3, 5], options), 0),
  call(t([2, 3, 5], options), 1),
  call(t([2, 3, 5], options), -1),
  call(t([], options), 0),
  call(t([], options), -1),
  call(t([1], options), 0),
  call(t([0]), 0),
  call(t([2, 0]), 1),
  call(t([0, 3]), 1),
  call(t([3, 4], { ...options, layout: 'transposed' }), 0),
  call(t([3, 4], { ...options, layout: 'stepped' }), 1),
  call(t([2, 33], { ...options, seed: 1 }), 1),
];

const zeros = v([2, 0, 3, -1, 0, 4, 1, 2, 0, 0, 5, -2], { shape: [3, 4] });
const small = { low: -2, high: 2 };

const products: readonly Sample[] = [
  but(call(zeros, 0), { dtypes: FLOATS }),
  but(call(zeros, 1), { dtypes: FLOATS }),
  but(call(v([0, 2, 3]), 0), { dtypes: FLOATS }),
  but(call(v([2, 3, 0]), 0), { dtypes: FLOATS }),
  // Gradients at infinities are ∞ − ∞ or not by the order of the additions.
  but(call(v([1, 2, inf, 3], { gradient: false }), 0), { dtypes: FLOATS }),
  but(call(v([100, 100, 100]), 0), { dtypes: ['uint8', 'int8'] }),
  but(call(v([2 ** 16, -(2 ** 15)]), 0), { dtypes: ['int32'] }),
  but(call(t([4], { dtype: 'int32', low: -3, high: 3 }), 0, { dtype: 'float64' }), { dtypes: ['float64'] }),
  but(call(t([4], { dtype: 'uint8', high: 3 }), 0, { dtype: 'int32' }), { dtypes: ['int32'] }),
];

const tooLarge = (message: RegExp, ...values: readonly number[]): ErrorSample => ({
  args: [v(values), 0],
  dtype: 'int32',
  error: 'ValueError',
  message,
  stricter: 'PyTorch computes in int64',
});

const runningBest: FunctionSamples = {
  dtypes: ALL,
  gradient: true,
  samples: [
    ...alongEach(),
    but(call(tied, 1), { smooth: false }),
    but(call(tied, 0), { smooth: false }),
    but(call(withNan, 0), { dtypes: FLOATS, smooth: false }),
    but(call(withNan, 1), { dtypes: FLOATS, smooth: false }),
    but(call(v([-inf, -inf, inf, inf]), 0), { dtypes: FLOATS, smooth: false }),
    but(call(v([-128, 127, -128, 127]), 0), { dtypes: ['int8', 'int32'] }),
    but(call(v([0, 255, 3, 0]), 0), { dtypes: ['uint8'] }),
  ],
  errors: [outOfRange],
};

const places = v([0, 1, 3, 3.5, 6]);

const integrals: readonly Sample[] = [
  call(t([5])),
  call(t([2, 3, 4])),
  call(t([5]), places),
  call(t([2, 5]), places),
  call(t([5, 2]), places, { dim: 0 }),
  call(t([2, 3]), t([2, 3])),
  call(t([2, 3]), t([1, 3])),
  call(t([2, 4, 3]), t([4, 1]), { dim: 1 }),
  call(t([3, 4], { layout: 'transposed' }), null, { dim: -2, dx: 0.5 }),
  call(t([5]), undefined, { dx: 2 }),
  call(t([1])),
  but(call(t([5]), t([5], { dtype: 'int32' })), { dtypes: ['float32', 'int32'] }),
];

const integral = (op: string): FunctionSamples => ({
  dtypes: [...FLOATS, 'int32', 'int8'], // PyTorch's differences of uint8 wrap
  gradient: true,
  tolerance: loose,
  samples: integrals.map((sample) =>
    sample.args.slice(1).some((arg) => arg === places) ? but(sample, { dtypes: FLOATS }) : sample,
  ),
  errors: [
    {
      args: [t([5]), t([4])],
      error: 'ShapeError',
      message: /one place per sample is needed: got 4 places for 5/,
    },
    { args: [t([5], { dtype: 'bool' })], error: 'DTypeError', message: /not defined for bools/ },
    { args: [t([])], error: 'ShapeError', message: new RegExp(`${op}\\(\\): a 0-d tensor has no samples`) },
    { args: [t([2, 3]), null, { dim: 2 }], error: 'ShapeError', message: /dimension out of range/ },
  ],
});

const trapezoid = integral('trapezoid');
type Names =
  | 'prod'
  | 'cumsum'
  | 'cumprod'
  | 'cummax'
  | 'cummin'
  | 'logcumsumexp'
  | 'diff'
  | 'trapezoid'
  | 'trapz'
  | 'cumulativeTrapezoid'
  | 'gradient';

export const scans: SamplesOf<Names | keyof typeof statistics> = {
  ...statistics,
  prod: {
    dtypes: ALL,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([2, 3], { low: -3, high: 3 })),
      call(t([2, 3, 5], small), 0),
      call(t([2, 3, 5], small), 1),
      call(t([2, 3, 5], small), -1, keepdim),
      call(t([2, 3], small), undefined, keepdim),
      call(t([])),
      call(t([]), 0),
      call(t([1])),
      call(t([0])),
      call(t([2, 0]), 1),
      call(t([0, 3]), 0, keepdim),
      call(t([0, 3]), 1),
      call(t([3, 4], { ...small, layout: 'transposed' }), 0),
      call(t([3, 4], { ...small, layout: 'flipped' }), 1),
      ...products,
      but(call(zeros), { dtypes: FLOATS }),
      but(call(withNan, 1), { dtypes: FLOATS, smooth: false }),
      but(call(v([2 ** 15, 2 ** 15, 0, 2 ** 30])), { dtypes: ['int32'] }),
      but(call(v([-(2 ** 16), 2 ** 15])), { dtypes: ['int32'] }),
    ],
    errors: [
      outOfRange,
      tooLarge(/prod\(\): an integer product does not fit/, 65536, 65536),
      tooLarge(/an integer product does not fit/, 65536, 32768),
      tooLarge(/an integer product does not fit/, -65536, 32769),
      tooLarge(/an integer product does not fit/, 65536, 65536, 65536, 65536),
    ],
  },
  cumsum: {
    dtypes: ALL,
    gradient: true,
    tolerance: loose,
    samples: [
      ...alongEach(),
      but(call(withNan, 0), { dtypes: FLOATS, smooth: false }),
      but(call(withNan, 1), { dtypes: FLOATS, smooth: false }),
      but(call(v([200, 200, 200]), 0), { dtypes: ['uint8'] }),
      but(call(v([2147483647, -2147483648, 5]), 0), { dtypes: ['int32'] }),
      but(call(t([2, 3], { dtype: 'int32' }), 1, { dtype: 'float32' }), { dtypes: ['float32'] }),
      but(call(t([2, 3], { dtype: 'bool' }), 1, { dtype: 'float64' }), { dtypes: ['float64'] }),
    ],
    errors: [
      outOfRange,
      tooLarge(/cumsum\(\): an integer sum does not fit: got 2147483648/, 2147483647, 1, -5),
    ],
  },
  cumprod: {
    dtypes: ALL,
    gradient: true,
    tolerance: loose,
    samples: [
      ...alongEach(small).map((sample) =>
        (sample.args[0] as { shape: readonly number[] }).shape.includes(33)
          ? but(sample, { dtypes: FLOATS })
          : sample,
      ),
      ...products,
      but(call(v([0, 65536, 65536]), 0), { dtypes: ['int32'] }),
    ],
    errors: [
      outOfRange,
      tooLarge(/cumprod\(\): an integer product does not fit/, 65536, 65536, 0),
      tooLarge(/cumprod\(\): an integer product does not fit/, 3, 65536, 32768),
    ],
  },
  cummax: runningBest,
  cummin: runningBest,
  logcumsumexp: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      ...alongEach(),
      // float32 has steps of 6e-5 at 1000: exponentials of differences are off by as much.
      but(call(v([1000, 1000, 999, -1000]), 0), { tolerance: { float32: { atol: 1e-4, rtol: 1e-4 } } }),
      but(call(v([-inf, -inf, 1, 2, -inf, 3]), 0), { smooth: false }),
      but(call(v([1, inf, 2, inf]), 0), { smooth: false }),
      but(call(v([1, -3, Number.NaN, 2]), 0), { smooth: false }),
      call(v([5, 5, 5]), 0),
      call(v([50, -50, 50, 1]), 0),
    ],
    errors: [outOfRange, refusedInteger(0)],
  },
  diff: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([5])),
      call(t([2, 3, 4])),
      call(t([2, 3, 4]), { dim: 1 }),
      call(t([2, 5]), { n: 2 }),
      call(t([2, 5]), { n: 0 }),
      call(t([2, 3]), { n: 9 }),
      call(t([1])),
      call(t([0])),
      call(t([2, 3]), { prepend: t([2, 1]) }),
      call(t([2, 3]), { append: t([2, 2]), n: 2 }),
      call(t([3, 2]), { prepend: t([1, 2]), append: t([2, 2]), dim: 0 }),
      call(t([3, 4], { layout: 'transposed' }), { dim: -2 }),
      but(call(withNan), { dtypes: FLOATS, smooth: false }),
    ],
    errors: [
      { args: [t([])], error: 'ShapeError', message: /a 0-d tensor has no neighbours/ },
      {
        args: [t([3]), { n: -1 }],
        error: 'ArgumentError',
        message: /invalid n: got -1/,
        stricter: 'PyTorch 1.13 takes it as 0',
      },
      {
        args: [t([2, 3]), { prepend: t([3]) }],
        error: 'ShapeError',
        message: /prepend does not fit: got \[3\] for \[2, 3\]/,
      },
      { args: [t([2, 3]), { append: t([3, 1]) }], error: 'ShapeError', message: /append does not fit/ },
      { args: [t([2, 3]), { dim: 2 }], error: 'ShapeError', message: /dimension out of range: got 2/ },
    ],
  },
  trapezoid,
  trapz: { ...trapezoid, samples: trapezoid.samples.slice(0, 4), errors: [] },
  cumulativeTrapezoid: integral('cumulativeTrapezoid'),
  gradient: {
    dtypes: [...FLOATS, 'int32', 'int8'],
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([5])),
      call(t([2])),
      call(t([3, 4])),
      call(t([3, 4]), { dim: 1 }),
      call(t([3, 4]), { dim: [-1, 0], spacing: [2, 0.5] }),
      call(t([3, 4]), { spacing: 2, edgeOrder: 2 }),
      but(call(t([5]), { spacing: [places] }), { dtypes: FLOATS }),
      but(call(t([5, 2]), { spacing: [places], dim: 0, edgeOrder: 2 }), { dtypes: FLOATS }),
      but(call(t([4]), { spacing: [ints([0, 1, 3, 7])] }), { dtypes: ['float32', 'int32'] }), // PyTorch divides in float32
      but(call(v([1, 2, inf, 3, 4])), { dtypes: FLOATS, smooth: false }),
    ],
    errors: [
      { args: [t([1])], error: 'ShapeError', message: /too few samples: got \[1\], expected at least 2/ },
      { args: [t([2]), { edgeOrder: 2 }], error: 'ShapeError', message: /expected at least 3/ },
      { args: [t([3]), { edgeOrder: 3 }], error: 'ArgumentError', message: /invalid edgeOrder: got 3/ },
      {
        args: [t([3, 3]), { spacing: [1] }],
        error: 'ArgumentError',
        message: /the spacing does not fit: got 1 for 2/,
      },
      {
        args: [t([3]), { spacing: [v([1, 2])] }],
        error: 'ShapeError',
        message: /places do not fit: got \[2\], expected \[3\]/,
        stricter: 'PyTorch 1.13 broadcasts the distances',
      },
      { args: [t([3, 3]), { dim: [0, 0] }], error: 'ShapeError', message: /a dimension is named twice/ },
      { args: [t([3])], dtype: 'uint8', error: 'DTypeError', message: /not defined for uint8/ },
    ],
  },
};
