import type { ErrorSample, FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { but, call, FLOATS, t, v } from './spec.ts';

const inf = Infinity;
const nan = Number.NaN;
const keepdim = { keepdim: true };
const loose = { float32: { atol: 1e-5, rtol: 3e-5 }, float64: { atol: 1e-12, rtol: 1e-11 } };

const ORDERS: readonly number[] = [2, 1, 0, 3, 0.5, 1.5, 4, inf, -inf, -1, -2, -0.5];

const integer = (...rest: readonly number[]): ErrorSample => ({
  args: [t([2, 3]), ...rest],
  dtype: 'int32',
  error: 'DTypeError',
  message: /not defined for integers: got int32, expected a float dtype/,
});
const outOfRange = (...rest: ErrorSample['args']): ErrorSample => ({
  args: [t([2, 3]), ...rest],
  error: 'ShapeError',
  message: /dimension out of range: got 2/,
});

const withZero = v([1.5, 0, -2]);
const zeroVector = v([0, 0, 0]);
const tied = v([3, -3, 1, 0, 0, 2], { shape: [2, 3] });
const special = v([nan, 1, 2, inf, 1, -inf, 1e30, 1, 2], { shape: [3, 3] });
const noNan = 'PyTorch gives 0 for the gradient where no element equals a NaN norm';

/** Every order on corners: elements that are 0, all of them, ties, special values. */
const corners = (order: number): Sample[] => [
  but(call(withZero, order), { smooth: false }),
  but(call(zeroVector, order), { smooth: false }),
  but(call(tied, order, 1), { smooth: false }),
  but(call(special, order, 1), {
    dtypes: ['float64'],
    smooth: false,
    ...(Math.abs(order) === inf && { noGolden: noNan }),
  }),
];

const everyOrder: Sample[] = ORDERS.flatMap((order) => [
  call(t([2, 3]), order),
  call(t([2, 3, 2]), order, 1),
  ...corners(order),
]);

const shapes: Sample[] = [
  call(t([2, 3, 4])),
  call(t([2, 3, 4]), 2, [0, -1]),
  call(t([2, 3, 4]), 3, -1, keepdim),
  call(t([2, 3]), 1, undefined, keepdim),
  call(t([]), 2),
  call(t([]), 3, 0),
  call(t([0])),
  call(t([2, 0]), 2, 1),
  call(t([0, 3]), inf, 1),
  call(t([3, 4], { layout: 'transposed' }), 2, 0),
  call(t([3, 4], { layout: 'stepped' }), 1.5, 1),
  but(call(t([2, 3], { dtype: 'float32' }), 2, 1, { dtype: 'float64' }), {
    dtypes: ['float32'],
    tolerance: { float64: { atol: 1e-7, rtol: 1e-7 } },
  }),
];

const nothing: ErrorSample[] = [
  {
    args: [t([0]), inf],
    error: 'ShapeError',
    message: /nothing to reduce: got shape \[0\] and order Infinity/,
  },
  { args: [t([2, 0]), -1, 1], error: 'ShapeError', message: /nothing to reduce/ },
];

const pairs = (options: { p?: number } = {}): Sample[] => [
  call(t([3, 4]), t([2, 4]), ...Object.values(options)),
  call(t([2, 3, 4]), t([2, 2, 4]), ...Object.values(options)),
];

/** Rows of the first list that are also in the second. */
const equalRows = v([1, 2, 0, 0, 3, -1], { shape: [3, 2] });

const distanceErrors: ErrorSample[] = [
  {
    args: [t([3]), t([2, 3])],
    error: 'ShapeError',
    message: /cdist\(\): rows do not fit: got \[3\] and \[2, 3\]/,
  },
  { args: [t([2, 3]), t([2, 4])], error: 'ShapeError', message: /rows do not fit/ },
  { args: [t([2, 2, 3]), t([3, 2, 3])], error: 'ShapeError', message: /shapes do not broadcast/ },
  {
    args: [t([2, 3]), t([2, 3]), -1],
    error: 'ArgumentError',
    message: /invalid order: got -1, expected p ≥ 0/,
  },
  { args: [t([2, 3]), t([2, 3])], dtype: 'int32', error: 'DTypeError', message: /not defined for integers/ },
];

const positive = { low: 0.2, high: 2 };

const orders = (values: readonly number[], ...made: readonly ((p: number) => Sample)[]): Sample[] =>
  values.flatMap((p) => made.map((make) => make(p)));

const norms1: FunctionSamples = {
  dtypes: FLOATS,
  gradient: true,
  tolerance: loose,
  samples: [...shapes, ...everyOrder],
  errors: [
    integer(),
    outOfRange(2, 2),
    ...nothing,
    {
      args: [t([2]), nan],
      error: 'ArgumentError',
      message: /invalid order: got NaN/,
      stricter: 'PyTorch gives NaN',
    },
    {
      args: [t([2], { dtype: 'float64' }), 2, 0, { dtype: 'float32' }],
      error: 'DTypeError',
      message: /the dtype is narrower than the operand's: got float32 for float64/,
    },
  ],
};

type Names =
  | 'vectorNorm'
  | 'matrixNorm'
  | 'norm'
  | 'renorm'
  | 'dist'
  | 'normalize'
  | 'cosineSimilarity'
  | 'pairwiseDistance'
  | 'cdist'
  | 'pdist';

export const norms: SamplesOf<Names> = {
  vectorNorm: norms1,
  matrixNorm: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([3, 4])),
      ...(['fro', 1, -1, inf, -inf] as const).flatMap((order) => [
        call(t([3, 4]), order),
        call(t([2, 3, 4]), order, [0, -1], keepdim),
        call(t([2, 3, 4]), order, [1, 0]),
        but(call(v([1, -1, 2, 2, 0, 0], { shape: [2, 3] }), order), { smooth: false }),
        but(call(v([0, 0, 0, 0], { shape: [2, 2] }), order), { smooth: false }),
      ]),
      call(t([0, 0])),
      call(t([0, 3]), 1),
      call(t([3, 0]), inf),
      call(t([3, 4], { layout: 'transposed' }), 1),
      but(call(t([2, 3], { dtype: 'float32' }), 1, [0, 1], { dtype: 'float64' }), { dtypes: ['float32'] }),
    ],
    errors: [
      { args: [t([3])], error: 'ShapeError', message: /matrixNorm\(\): not a matrix: got \[3\]/ },
      { args: [t([2, 3]), 'fro', [0, 0]], error: 'ShapeError', message: /not two dimensions: got \[0, 0\]/ },
      { args: [t([2, 3]), 'fro', [0]], error: 'ShapeError', message: /not two dimensions/ },
      { args: [t([2, 0]), 1], error: 'ShapeError', message: /nothing to reduce/ },
      { args: [t([2, 2]), 3], error: 'ArgumentError', message: /unknown order: got 3/ },
      { args: [t([2, 2])], dtype: 'int32', error: 'DTypeError', message: /not defined for integers/ },
    ],
  },
  norm: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([3, 4])),
      call(t([3, 4]), 'fro', 1),
      call(t([2, 3, 4]), 'fro', [0, 2], keepdim),
      ...orders(
        [2, 1, 0, 3, inf, -inf, -1.5],
        (p) => call(t([2, 3]), p),
        (p) => call(t([2, 3, 2]), p, 1),
      ),
      but(call(zeroVector), { smooth: false }),
      but(call(t([2, 3], { dtype: 'int32' }), 2, 1, { dtype: 'float64' }), { dtypes: ['float64'] }),
      call(t([])),
    ],
    errors: [
      integer(),
      outOfRange('fro', 2),
      { args: [t([2, 2]), 'max'], error: 'ArgumentError', message: /unknown order: got 'max'/ },
    ],
  },
  renorm: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      ...orders(
        [2, 1, 0.5, 3, inf],
        (p) => call(t([3, 4]), p, 0, 1.5),
        (p) => call(t([2, 3, 4]), p, -1, 1),
      ),
      but(call(v([0, 0, 3, 4, 0.1, 0.2], { shape: [3, 2] }), 2, 0, 1), { smooth: false }),
      but(call(t([2, 2]), 2, 0, 0), { smooth: false }),
      call(t([3, 4], { layout: 'transposed' }), 2, 1, 1),
    ],
    errors: [
      { args: [t([3]), 2, 0, 1], error: 'ShapeError', message: /renorm\(\): too few dimensions: got \[3\]/ },
      {
        args: [t([2, 2]), 0, 0, 1],
        error: 'ArgumentError',
        message: /out of range: got order 0 and maxnorm 1/,
      },
      {
        args: [t([2, 2]), 2, 0, -1],
        error: 'ArgumentError',
        message: /out of range: got order 2 and maxnorm -1/,
      },
      { args: [t([2, 2]), 2, 2, 1], error: 'ShapeError', message: /dimension out of range: got 2/ },
    ],
  },
  dist: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      ...orders([2, 1, 3, 0.5, inf, -inf], (p) => call(t([2, 3]), t([3]), p)),
      but(call(t([2, 3]), t([3]), 0), { noGolden: 'PyTorch 1.13 fails in the gradient' }),
      call(t([2, 3]), t([2, 1])),
      call(t([]), t([4])),
      but(call(withZero, withZero), { smooth: false }),
      but(call(withZero, withZero, 3), { smooth: false }),
    ],
    errors: [
      { args: [t([2]), t([3])], error: 'ShapeError', message: /shapes do not broadcast/ },
      {
        args: [t([2]), t([2])],
        dtype: 'int32',
        error: 'DTypeError',
        message: /dist\(\): not defined for integers/,
      },
    ],
  },
  normalize: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([3, 4])),
      call(t([2, 3, 2])),
      ...orders([1, 3, 0.5, inf, -1, 0], (p) => call(t([3, 4], positive), { p })),
      call(t([4]), { dim: 0 }),
      call(t([], positive), { dim: 0 }),
      call(t([3, 4]), { dim: -2, p: 3 }),
      call(t([2, 3]), { dim: [0, 1] }),
      call(t([2, 3]), { eps: 100 }),
      but(call(v([0, 0, 3, 4], { shape: [2, 2] })), { smooth: false }),
      call(t([3, 4], { layout: 'transposed' })),
    ],
    errors: [
      { args: [t([3])], error: 'ShapeError', message: /normalize\(\): dimension out of range: got 1/ },
      integer(),
    ],
  },
  cosineSimilarity: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([3, 4]), t([3, 4])),
      call(t([2, 3, 4]), t([2, 3, 4]), { dim: 2 }),
      call(t([4]), t([4]), { dim: 0 }),
      call(t([1, 2, 3]), t([2, 1, 3]), { dim: -1 }),
      call(t([2, 3]), t([2, 1, 3]), { dim: -1 }),
      call(t([2, 3], { dtype: 'int32' }), t([2, 3])),
      but(call(t([], positive), t([], positive), { dim: 0 }), { smooth: false }),
      but(call(v([0, 0, 3, 4], { shape: [2, 2] }), t([2, 2])), { smooth: false }),
      but(call(t([2, 3]), t([2, 3]), { eps: 100 }), { noGolden: 'PyTorch lets gradients through the bound' }),
      call(t([3, 4], { layout: 'transposed' }), t([3, 4], { layout: 'stepped' })),
    ],
    errors: [
      { args: [t([2, 3]), t([2, 4])], error: 'ShapeError', message: /shapes do not broadcast/ },
      {
        args: [t([2]), t([2])],
        error: 'ShapeError',
        message: /cosineSimilarity\(\): dimension out of range: got 1/,
      },
      {
        args: [t([2, 3]), t([2, 3])],
        dtype: 'int32',
        error: 'DTypeError',
        message: /not defined for integers/,
      },
    ],
  },
  pairwiseDistance: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([3, 4]), t([3, 4])),
      call(t([4]), t([4])),
      call(t([3, 4]), t([4])),
      call(t([3, 4]), t([3, 4]), keepdim),
      ...orders([1, 3, inf, -1, 0.5], (p) => call(t([3, 4]), t([3, 4]), { p })),
      call(t([3, 4]), t([3, 4]), { eps: 1 }),
      but(call(equalRows, equalRows, { eps: 0 }), { smooth: false }),
      but(call(t([2, 3], { dtype: 'int32' }), t([2, 3], { dtype: 'int32' })), { dtypes: ['float32'] }),
    ],
    errors: [{ args: [t([2, 3]), t([2, 4])], error: 'ShapeError', message: /shapes do not broadcast/ }],
  },
  cdist: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      ...pairs(),
      ...[0, 0.5, 1, 1.5, 3, inf].flatMap((p) => pairs({ p })),
      call(t([1, 3, 2]), t([2, 1, 2, 2])),
      call(t([0, 3]), t([2, 3])),
      call(t([2, 3]), t([0, 3])),
      call(t([2, 0]), t([3, 0])),
      ...orders([2, 1, 3, 0.5], (p) =>
        but(call(equalRows, v([1, 2, 4, 4], { shape: [2, 2] }), p), { smooth: false }),
      ),
      call(t([3, 4], { layout: 'transposed' }), t([2, 4], { layout: 'stepped' })),
    ],
    errors: distanceErrors,
  },
  pdist: {
    dtypes: FLOATS,
    gradient: true,
    tolerance: loose,
    samples: [
      call(t([4, 3])),
      ...orders([0, 0.5, 1, 1.5, 3, inf], (p) => call(t([4, 3]), p)),
      call(t([1, 3])),
      but(call(t([0, 3])), { noGolden: 'PyTorch 1.13 crashes' }),
      call(t([3, 0])),
      call(t([2, 1])),
      but(call(v([1, 2, 1, 2, 3, 0], { shape: [3, 2] })), { smooth: false }),
      call(t([3, 4], { layout: 'transposed' })),
    ],
    errors: [
      { args: [t([3])], error: 'ShapeError', message: /pdist\(\): not a matrix: got \[3\]/ },
      { args: [t([2, 3]), -1], error: 'ArgumentError', message: /invalid order: got -1/ },
      { args: [t([2, 3])], dtype: 'int32', error: 'DTypeError', message: /not defined for integers/ },
    ],
  },
};
