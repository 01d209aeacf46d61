import { atSpecials } from './common.ts';
import type { Arg, ErrorSample, FunctionSamples, Sample, SamplesOf, TensorSpec } from './spec.ts';
import { ALL, but, call, FLOATS, NUMBERS, t, v } from './spec.ts';

const keepdim = { keepdim: true };

/** Over all dimensions, one, several, negative ones, none of size 1 or 0, on 0-d and on views. */
const overAxes = (options: Arg = undefined): Sample[] =>
  [
    call(t([2, 3, 5])),
    call(t([2, 3, 5]), 0),
    call(t([2, 3, 5]), 1),
    call(t([2, 3, 5]), -1),
    call(t([2, 3, 5]), [0, 2]),
    call(t([2, 3, 5]), [-1, 0]),
    call(t([2, 3, 5]), [0, 1, 2]),
    call(t([2, 3, 5]), 1, keepdim),
    call(t([2, 3, 5]), [0, 2], keepdim),
    call(t([2, 3]), undefined, keepdim),
    call(t([])),
    call(t([]), 0),
    call(t([]), -1, keepdim),
    call(t([1, 4, 1]), 1),
    call(t([1])),
    call(t([3, 4], { layout: 'transposed' }), 0),
    call(t([3, 4], { layout: 'expanded' }), 0),
    call(t([3, 4], { layout: 'flipped' }), 1),
    call(t([2, 2, 3, 2]), [1, 2]),
    call(t([37, 5]), 0),
    call(t([5, 37]), 1),
  ].map((sample) => (options === undefined ? sample : { ...sample, args: [...sample.args, options] }));

/** Along one dimension. */
const overAxis: Sample[] = [
  call(t([2, 3, 5]), 0),
  call(t([2, 3, 5]), 1),
  call(t([2, 3, 5]), -1),
  call(t([2, 3, 5]), 1, keepdim),
  call(t([]), 0),
  call(t([1]), 0),
  call(t([3, 4], { layout: 'transposed' }), 0),
  call(t([3, 4], { layout: 'stepped' }), 1),
  call(t([0, 3]), 1),
  call(t([2, 33]), 1),
];

/** Sums of nothing: 0 or NaN. */
const overNothing: Sample[] = [
  call(t([0])),
  call(t([2, 0])),
  call(t([2, 0]), 1),
  call(t([2, 0]), 0),
  call(t([0, 3]), 0, keepdim),
  call(t([2, 0, 3]), [0, 1]),
];

const tied = v([2, 7, 7, 1, 7, 2, 2, 2], { shape: [2, 4] });
const withNan = v([1, Number.NaN, 3, Number.NaN, 5, -Infinity, Infinity, 0, -0], { shape: [3, 3] });

const axisErrors: readonly ErrorSample[] = [
  {
    args: [t([2, 3]), 2],
    error: 'ShapeError',
    message: /dimension out of range: got 2, expected an integer from -2 to 1 for 2 dimensions/,
  },
  { args: [t([2, 3]), -3], error: 'ShapeError', message: /dimension out of range: got -3/ },
  { args: [t([2, 3]), [0, 0]], error: 'ShapeError', message: /a dimension is named twice/ },
  { args: [t([2, 3]), [0, -2]], error: 'ShapeError', message: /a dimension is named twice/ },
];
const emptyErrors: readonly ErrorSample[] = [
  { args: [t([0])], error: 'ShapeError', message: /nothing to reduce: got shape \[0\]/ },
  { args: [t([2, 0]), 1], error: 'ShapeError', message: /nothing to reduce/ },
];
const integerError: ErrorSample = {
  args: [t([2])],
  dtype: 'int32',
  error: 'DTypeError',
  message: /not defined for integers: got int32, expected a float dtype/,
};

const loose = { float32: { atol: 2e-6, rtol: 2e-5 } };

/** Repeated values have no spread, and a corner there. */
const layoutOf = ({ args }: Sample): string => (args[0] as TensorSpec).layout;
const sizeOf = ({ args }: Sample): number => (args[0] as TensorSpec).shape.reduce((p, n) => p * n, 1);

const degenerate = {
  smooth: false,
  noGolden: 'PyTorch gives ∞ or NaN by the position for the gradient of 0/0',
};

const variance: FunctionSamples = {
  dtypes: FLOATS,
  gradient: true,
  tolerance: loose,
  samples: [
    ...overAxes()
      .filter((sample) => sizeOf(sample) > 1)
      .map((sample) => but(sample, { smooth: layoutOf(sample) !== 'expanded' })),
    ...[0, 1, 2].map((correction) => call(t([3, 4]), 1, { correction })),
    but(call(t([]), undefined, { correction: 0 }), { smooth: false }),
    but(call(v([3, 3, 3])), { smooth: false }),
    call(v([1e4, 1e4 + 1, 1e4 + 2, 1e4 + 3])),
    but(call(t([3]), 0, { correction: 3 }), degenerate),
    but(call(t([1, 3]), 0), degenerate),
    but(call(t([1])), degenerate),
    but(call(t([])), degenerate),
    ...overNothing.map((sample) => but(sample, { smooth: false })),
    but(call(withNan, 1), { smooth: false, noGolden: 'PyTorch gives −∞ where this is ∞ − ∞' }),
  ],
  errors: [...axisErrors, integerError],
};

const extreme: FunctionSamples = {
  dtypes: ALL,
  gradient: true,
  samples: [
    ...overAxes().map((sample) => but(sample, { smooth: layoutOf(sample) !== 'expanded' })),
    but(call(tied), { smooth: false }),
    but(call(tied, 1), { smooth: false }),
    but(call(tied, 0), { smooth: false }),
    but(call(withNan, 0), { dtypes: FLOATS, smooth: false }),
    but(call(withNan), { dtypes: FLOATS, smooth: false }),
    atSpecials(),
    call(t([0, 3]), 1),
    but(call(v([-Infinity, -Infinity]), 0), { dtypes: FLOATS, smooth: false }),
    but(call(v([-128, 127, 5])), { dtypes: ['int8', 'int32'] }),
    but(call(v([2147483647, -2147483648])), { dtypes: ['int32'] }),
    but(call(v([0, 255, 3])), { dtypes: ['uint8'] }),
  ],
  errors: [...axisErrors, ...emptyErrors],
};

const position: FunctionSamples = {
  dtypes: NUMBERS,
  gradient: false,
  samples: [
    call(t([2, 3, 5])),
    ...overAxis,
    call(t([])),
    call(t([7])),
    call(tied),
    call(tied, 1),
    call(tied, 0),
    call(t([3, 4], { layout: 'transposed' })),
    but(call(withNan, 0), { dtypes: FLOATS }),
    but(call(withNan), { dtypes: FLOATS }),
    but(call(v([-Infinity, -Infinity]), 0), { dtypes: FLOATS }),
    but(call(v([-128, 127, -128])), { dtypes: ['int8', 'int32'] }),
    but(call(v([2147483647, -2147483648])), { dtypes: ['int32'] }),
    but(call(v([3, 0, 255, 0])), { dtypes: ['uint8'] }),
  ],
  errors: [...axisErrors.slice(0, 2), ...emptyErrors],
};

const along: FunctionSamples = {
  dtypes: ALL,
  gradient: true,
  samples: [
    ...overAxis,
    but(call(tied, 1), { smooth: false }),
    but(call(tied, 0), { smooth: false }),
    but(call(withNan, 0), { dtypes: FLOATS, smooth: false }),
    but(call(withNan, 1), { dtypes: FLOATS, smooth: false }),
    but(call(v([-Infinity, -Infinity]), 0), { dtypes: FLOATS, smooth: false }),
    but(call(v([-128, 127, -128]), 0), { dtypes: ['int8', 'int32'] }),
    but(call(v([3, 0, 255, 0]), 0), { dtypes: ['uint8'] }),
  ],
  errors: [
    ...axisErrors.slice(0, 2),
    { args: [t([0, 3]), 0], error: 'ShapeError', message: /nothing to reduce/ },
  ],
};

const alongOrWhole: FunctionSamples = {
  ...along,
  samples: [
    ...along.samples,
    call(t([2, 3])),
    call(t([])),
    but(call(tied), { smooth: false }),
    call(t([2, 3]), t([3])),
    but(call(withNan, t([3])), { dtypes: FLOATS, smooth: false }),
  ],
  errors: [...(along.errors ?? []), { args: [t([0])], error: 'ShapeError', message: /nothing to reduce/ }],
};

const truth: FunctionSamples = {
  dtypes: ALL,
  gradient: false,
  samples: [
    ...overAxes(),
    ...overNothing,
    call(v([0, 0, 1, 0, 0, 0], { shape: [2, 3] }), 1),
    call(v([1, 1, 0, 1, 1, 1], { shape: [2, 3] }), 1),
    but(call(withNan, 1), { dtypes: FLOATS }),
  ],
  errors: axisErrors,
};

type Names =
  | 'sum'
  | 'mean'
  | 'variance'
  | 'var'
  | 'std'
  | 'amax'
  | 'amin'
  | 'argmax'
  | 'argmin'
  | 'max'
  | 'min'
  | 'any'
  | 'all'
  | 'sumTo';

export const reductions: SamplesOf<Names> = {
  sum: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...overAxes(),
      ...overNothing,
      but(call(withNan, 1), { dtypes: FLOATS, smooth: false }),
      atSpecials([1e30, -1e30, 1]),
      ...(['float32', 'float64', 'int32'] as const).map((dtype) =>
        but(call(t([2, 3]), 1, { dtype }), { smooth: dtype === 'float64' }),
      ),
      but(call(v([255, 255, 255])), { dtypes: ['uint8'] }),
      but(call(v([2147483647, -2147483648, 5])), { dtypes: ['int32'] }),
    ],
    tolerance: loose,
    errors: axisErrors,
  },
  mean: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      ...overAxes(),
      ...overNothing.map((sample) => but(sample, { smooth: false })),
      but(call(withNan, 1), { smooth: false }),
      but(call(t([2, 3], { dtype: 'int32' }), 1, { dtype: 'float32' }), { dtypes: ['float32'] }),
      but(call(t([5], { dtype: 'bool' }), undefined, { dtype: 'float64' }), { dtypes: ['float64'] }),
    ],
    tolerance: loose,
    errors: [...axisErrors, integerError],
  },
  variance,
  var: variance,
  std: variance,
  amax: extreme,
  amin: extreme,
  argmax: position,
  argmin: position,
  max: alongOrWhole,
  min: alongOrWhole,
  any: truth,
  all: truth,
  sumTo: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3]), [2, 3]),
      call(t([2, 3]), [3]),
      call(t([2, 3]), [2, 1]),
      call(t([2, 3]), []),
      call(t([4, 2, 3]), [1, 3]),
      call(t([1, 3]), [3]),
      call(t([0, 3]), [3]),
      call(t([3, 4], { layout: 'transposed' }), [4]),
    ],
  },
};
