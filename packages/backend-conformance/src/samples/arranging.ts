import type { FunctionSamples, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, NUMBERS, t, v } from './spec.ts';

type Names =
  | 'movedim'
  | 'moveaxis'
  | 'swapaxes'
  | 'swapdims'
  | 'ravel'
  | 'unflatten'
  | 'broadcastTo'
  | 'expandAs'
  | 'roll'
  | 'rot90'
  | 'fliplr'
  | 'flipud'
  | 'pad'
  | 'tril'
  | 'triu'
  | 'trilIndices'
  | 'triuIndices'
  | 'diag'
  | 'diagflat'
  | 'diagEmbed'
  | 'diagonal'
  | 'diagonalScatter'
  | 'selectScatter'
  | 'sliceScatter'
  | 'asStrided'
  | 'asStridedScatter'
  | 'unfoldDimension'
  | 'unfold'
  | 'fold'
  | 'pixelShuffle'
  | 'pixelUnshuffle'
  | 'channelShuffle'
  | 'vander';

const views = { dtypes: FLOATS, gradient: true } as const;

const movedim: FunctionSamples = {
  ...views,
  samples: [
    call(t([2, 3, 2]), 0, 2),
    call(t([2, 3, 2]), -1, 0),
    call(t([2, 3, 1, 2]), [0, 1], [-1, 0]),
    call(t([2, 3]), [], []),
    call(t([]), 0, 0),
    call(t([2, 0, 3]), 1, 2),
    call(t([2, 3, 2], { layout: 'transposed' }), [2, 0], [0, 1]),
  ],
  errors: [
    { args: [t([2, 3]), [0, 1], [0]], error: 'ShapeError', message: /dimensions do not correspond/ },
    { args: [t([2, 3]), [0, 0], [0, 1]], error: 'ShapeError', message: /without repetition/ },
    { args: [t([2, 3]), [0, 1], [1, -1]], error: 'ShapeError', message: /without repetition/ },
    { args: [t([2, 3]), 2, 0], error: 'ShapeError', message: /dimension out of range: got 2/ },
  ],
};

const swap: FunctionSamples = {
  ...views,
  samples: [call(t([2, 3]), 0, -1), call(t([]), 0, 0), call(t([2, 3, 2], { layout: 'stepped' }), 1, 2)],
  errors: [{ args: [t([2, 3]), 0, 2], error: 'ShapeError', message: /dimension out of range: got 2/ }],
};

const triangle: FunctionSamples = {
  dtypes: ALL,
  gradient: true,
  samples: [
    call(t([3, 3])),
    call(t([3, 4]), 1),
    call(t([4, 3]), -1),
    call(t([2, 2, 3]), 0),
    call(t([2, 3]), 9),
    call(t([2, 3]), -9),
    call(t([0, 3])),
    call(t([3, 0]), 1),
    call(t([2, 0, 3])),
    call(t([3, 4], { layout: 'transposed' }), 1),
    call(t([3, 3], { layout: 'flipped' })),
    call(t([3, 3], { layout: 'expanded' })),
    but(call(v([NaN, Infinity, -Infinity, NaN], { shape: [2, 2] })), { dtypes: FLOATS, smooth: false }),
  ],
  errors: [
    { args: [t([3])], error: 'ShapeError', message: /not a matrix: got \[3\]/ },
    { args: [t([2, 2]), 0.5], error: 'ArgumentError', message: /invalid diagonal: got 0.5/ },
  ],
};

const places: FunctionSamples = {
  dtypes: ['int32'],
  gradient: false,
  samples: [
    call(3, 3),
    call(2, 4, 1),
    call(4, 2, -1),
    call(0, 3),
    call(2, 2, -5),
    call(2, 2, 5),
    call(2, 3, 0, { dtype: 'int32' }),
  ],
  errors: [
    { args: [-1, 2], error: 'ShapeError', message: /invalid size: got \[-1, 2\]/ },
    { args: [2, 2, 0.5], error: 'ArgumentError', message: /invalid diagonal: got 0.5/ },
  ],
};

/** Elements put in other places. */
export const arrangings: SamplesOf<Names> = {
  movedim,
  moveaxis: { ...movedim, samples: [call(t([2, 3, 2]), 0, 2)] },
  swapaxes: swap,
  swapdims: { ...swap, samples: [call(t([2, 3]), 0, 1)] },
  ravel: {
    ...views,
    samples: [
      call(t([2, 3])),
      call(t([])),
      call(t([0, 2])),
      call(t([3])),
      call(t([2, 3], { layout: 'transposed' })),
    ],
  },
  unflatten: {
    ...views,
    samples: [
      call(t([6]), 0, [2, 3]),
      call(t([2, 6]), 1, [3, -1]),
      call(t([6, 2]), -2, [1, 6, 1]),
      call(t([0, 2]), 0, [0, 3]),
      call(t([4, 3], { layout: 'transposed' }), 0, [2, 2]),
    ],
    errors: [
      { args: [t([6]), 0, [4, 2]], error: 'ShapeError', message: /sizes do not fit: got 6 elements/ },
      { args: [t([6]), 0, []], error: 'ShapeError', message: /nothing to divide/ },
      { args: [t([6]), 1, [6]], error: 'ShapeError', message: /dimension out of range: got 1/ },
    ],
  },
  broadcastTo: {
    ...views,
    samples: [call(t([3, 1]), [2, 3, 4]), call(t([]), [2]), call(t([1]), [0])],
    errors: [{ args: [t([2]), [3]], error: 'ShapeError', message: /sizes do not fit/ }],
  },
  expandAs: {
    ...views,
    samples: [
      call(t([3, 1]), t([2, 3, 2], { gradient: false })),
      call(t([]), t([0], { gradient: false })),
      call(t([1, 2], { layout: 'stepped' }), t([2, 2], { gradient: false })),
    ],
    errors: [{ args: [t([2]), t([3])], error: 'ShapeError', message: /sizes do not fit/ }],
  },
  roll: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([5]), 2),
      call(t([5]), -1, 0),
      call(t([2, 3]), 1),
      call(t([2, 3]), 4, 1),
      call(t([2, 3]), [1, 1], [0, 1]),
      call(t([3, 3]), [1, -2], [-1, 0]),
      call(t([2, 3, 2]), [1, 2, 1], [0, 1, 2]),
      call(t([3]), [1, 1], [0, 0]),
      call(t([3]), 3),
      call(t([]), 1),
      call(t([0, 3]), 1, 0),
      call(t([3, 4], { layout: 'transposed' }), [1, 1], [0, 1]),
      call(t([3, 4], { layout: 'flipped' }), 1, 1),
    ],
    errors: [
      {
        args: [t([3]), [1, 2], [0]],
        error: 'ShapeError',
        message: /shifts and dimensions do not correspond/,
      },
      { args: [t([3]), [1, 2]], error: 'ShapeError', message: /shifts and dimensions do not correspond/ },
      { args: [t([3]), 1, 1], error: 'ShapeError', message: /dimension out of range: got 1/ },
      { args: [t([3]), 0.5], error: 'ShapeError', message: /expected one integer for each dimension/ },
    ],
  },
  rot90: {
    ...views,
    samples: [
      call(t([2, 3])),
      call(t([2, 3]), 2),
      call(t([2, 3]), 3),
      call(t([2, 3]), 4),
      call(t([2, 3]), -1),
      call(t([2, 3, 2]), 1, [1, 2]),
      call(t([2, 3, 2]), 1, [-1, 0]),
      call(t([0, 3])),
      call(t([2, 3], { layout: 'transposed' }), 1),
    ],
    errors: [
      { args: [t([3])], error: 'ShapeError', message: /too few dimensions: got \[3\], expected at least 2/ },
      { args: [t([2, 3]), 1, [0, 0]], error: 'ShapeError', message: /invalid turn: .* dimensions \[0, 0\]/ },
      { args: [t([2, 3]), 1, [0]], error: 'ShapeError', message: /two different dimensions/ },
    ],
  },
  fliplr: {
    ...views,
    samples: [call(t([2, 3])), call(t([2, 3, 2])), call(t([2, 0]))],
    errors: [{ args: [t([3])], error: 'ShapeError', message: /too few dimensions: got \[3\]/ }],
  },
  flipud: {
    ...views,
    samples: [call(t([3])), call(t([2, 3])), call(t([0, 2]))],
    errors: [{ args: [t([])], error: 'ShapeError', message: /too few dimensions: got \[\]/ }],
  },
  pad: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      but(call(t([3]), [1, 2]), { dtypes: ALL }),
      but(call(t([2, 3]), [1, 2, 0, 1], { value: 5 }), { dtypes: NUMBERS }),
      call(t([2, 3]), [0, 1], { value: -0.5 }),
      but(call(t([2, 3]), [0, 1], { value: Infinity }), { smooth: false }),
      call(t([2, 3]), []),
      call(t([]), []),
      call(t([4]), [-1, -2]),
      call(t([4]), [-1, 2]),
      call(t([4]), [-4, 0]),
      call(t([2, 3, 2]), [1, 0, 0, 1, 2, 0]),
      call(t([0, 2]), [1, 1]),
      call(t([0]), [2, 1]),
      call(t([3, 2], { layout: 'transposed' }), [1, 1, 1, 0]),
      call(t([3, 2], { layout: 'flipped' }), [0, 1, -1, 1]),
      ...(['reflect', 'replicate', 'circular'] as const).flatMap((mode) => [
        call(t([1, 4]), [2, 1], { mode }),
        call(t([2, 1, 4]), [0, 3], { mode }),
        call(t([1, 3, 3]), [1, 2, 2, 0], { mode }),
        call(t([1, 1, 3, 3]), [2, 2, 1, 1], { mode }),
        call(t([1, 2, 2, 3]), [1, 1, 1, 0, 1, 1], { mode }),
        call(t([1, 1, 4]), [-1, 2], { mode }),
        call(t([1, 1, 4]), [2, -1], { mode }),
        call(t([1, 1, 4]), [-1, -1], { mode }),
        call(t([1, 1, 4, 4]), [-1, 1, 2, -2], { mode }),
        call(t([1, 3, 4], { layout: 'transposed' }), [1, 1, 1, 1], { mode }),
      ]),
      call(t([1, 2]), [4, 3], { mode: 'replicate' }),
      call(t([1, 1, 3]), [3, 3], { mode: 'circular' }),
      call(t([0, 1, 3]), [1, 1], { mode: 'replicate' }),
    ],
    errors: [
      { args: [t([3]), [1]], error: 'ShapeError', message: /invalid padding: got \[1\] for shape \[3\]/ },
      { args: [t([3]), [1, 1, 1, 1]], error: 'ShapeError', message: /at most 2/ },
      { args: [t([4]), [2, -5]], error: 'ShapeError', message: /too much is taken away: got \[2, -5\]/ },
      { args: [t([3]), [-2, -2]], error: 'ShapeError', message: /too much is taken away: got \[-2, -2\]/ },
      {
        args: [t([1, 3]), [3, 0], { mode: 'reflect' }],
        error: 'ShapeError',
        message: /the padding is too wide: got 3 for size 3 of dimension 1, expected at most 2 for 'reflect'/,
      },
      {
        args: [t([1, 1, 3]), [4, 0], { mode: 'circular' }],
        error: 'ShapeError',
        message: /the padding is too wide: got 4/,
      },
      {
        args: [t([1, 0]), [1, 0], { mode: 'replicate' }],
        error: 'ShapeError',
        message: /the padding is too wide: got 1 for size 0/,
      },
      {
        args: [t([1, 3]), [-3, 0], { mode: 'reflect' }],
        error: 'ShapeError',
        message: /too much is taken away/,
      },
      {
        args: [t([1, 3]), [1, 0], { mode: 'reflect', value: 1 }],
        error: 'ArgumentError',
        message: /mode 'reflect' uses no value: got 1/,
      },
      {
        args: [t([3]), [1, 0], { value: 0.5 }],
        dtype: 'int32',
        error: 'DTypeError',
        message: /the value does not fit: got 0.5 for int32/,
        stricter: 'PyTorch cuts the fraction off',
      },
    ],
  },
  tril: triangle,
  triu: triangle,
  trilIndices: places,
  triuIndices: places,
  diag: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      call(t([3])),
      call(t([2]), 1),
      call(t([2]), -2),
      call(t([0])),
      call(t([0]), 1),
      call(t([3, 3])),
      call(t([2, 4]), 1),
      call(t([4, 2]), -1),
      call(t([2, 3]), 3),
      call(t([3, 2], { layout: 'transposed' }), 1),
      call(t([3], { layout: 'stepped' })),
    ],
    errors: [
      { args: [t([])], error: 'ShapeError', message: /neither a vector nor a matrix: got \[\]/ },
      { args: [t([1, 1, 1])], error: 'ShapeError', message: /neither a vector nor a matrix/ },
    ],
  },
  diagflat: {
    ...views,
    samples: [
      call(t([2])),
      call(t([2, 2])),
      call(t([]), 1),
      call(t([2]), -1),
      call(t([2, 2], { layout: 'transposed' })),
    ],
    errors: [{ args: [t([2]), 0.5], error: 'ArgumentError', message: /invalid diagonal: got 0.5/ }],
  },
  diagEmbed: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3])),
      call(t([2, 2])),
      call(t([2, 2]), { offset: 1 }),
      call(t([2, 2]), { offset: -1 }),
      call(t([2, 2]), { dim1: 0, dim2: 2 }),
      call(t([2, 2]), { dim1: 2, dim2: 0, offset: 1 }),
      call(t([2, 0])),
      call(t([3, 2], { layout: 'transposed' })),
    ],
    errors: [
      {
        args: [t([2]), { dim1: 0, dim2: 0 }],
        error: 'ShapeError',
        message: /a diagonal needs two dimensions/,
      },
      { args: [t([2]), { dim1: 2 }], error: 'ShapeError', message: /dimension out of range: got 2/ },
      { args: [t([])], error: 'ShapeError', message: /a 0-d tensor has no elements in a row/ },
    ],
  },
  diagonal: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3, 3])),
      call(t([2, 4]), { offset: 1 }),
      call(t([4, 2]), { offset: -2 }),
      call(t([2, 2]), { offset: 5 }),
      call(t([2, 3, 3]), { dim1: 1, dim2: 2 }),
      call(t([2, 3, 3]), { dim1: -1, dim2: 0, offset: -1 }),
      call(t([0, 3])),
      call(t([3, 4], { layout: 'transposed' }), { offset: 1 }),
      call(t([3, 3], { layout: 'flipped' })),
    ],
    errors: [
      { args: [t([3])], error: 'ShapeError', message: /dimension out of range/ },
      { args: [t([2, 2]), { dim1: 1 }], error: 'ShapeError', message: /a diagonal needs two dimensions/ },
    ],
  },
  diagonalScatter: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      call(t([3, 3]), t([3])),
      call(t([2, 4]), t([2]), { offset: 1 }),
      call(t([2, 3, 3]), t([2, 2]), { dim1: 1, dim2: 2, offset: -1 }),
      call(t([2, 2]), t([0]), { offset: 2 }),
      call(t([3, 3], { layout: 'transposed' }), t([3], { layout: 'flipped' })),
      but(call(t([2, 2]), t([2], { dtype: 'float64' })), { dtypes: ['float32'] }),
    ],
    errors: [
      {
        args: [t([3, 3]), t([2])],
        error: 'ShapeError',
        message: /the source does not fit: got \[2\], expected \[3\]/,
      },
    ],
  },
  selectScatter: {
    ...views,
    samples: [
      call(t([2, 3]), t([3]), 0, 1),
      call(t([2, 3]), t([2]), -1, -1),
      call(t([3]), t([]), 0, 0),
      call(t([3, 2], { layout: 'transposed' }), t([3], { layout: 'stepped' }), 1, 0),
    ],
    errors: [
      { args: [t([2, 3]), t([2]), 0, 0], error: 'ShapeError', message: /the source does not fit: got \[2\]/ },
      { args: [t([2, 3]), t([3]), 0, 2], error: 'ShapeError', message: /index out of range: got 2/ },
    ],
  },
  sliceScatter: {
    ...views,
    samples: [
      call(t([4]), t([4])),
      call(t([4, 2]), t([2, 2]), 0, { start: 1, end: 3 }),
      call(t([2, 5]), t([2, 3]), 1, { step: 2 }),
      call(t([4]), t([2]), 0, { start: -2 }),
      call(t([4]), t([0]), 0, { start: 3, end: 1 }),
      call(t([4]), t([1]), 0, { start: 3, end: 99 }),
      call(t([4, 2], { layout: 'transposed' }), t([2, 2], { layout: 'flipped' }), 0, { end: 2 }),
    ],
    errors: [
      {
        args: [t([4]), t([3]), 0, { start: 2 }],
        error: 'ShapeError',
        message: /the source does not fit: got \[3\], expected \[2\]/,
      },
      {
        args: [t([4]), t([4]), 0, { step: 0 }],
        error: 'ShapeError',
        message: /invalid range: got 0 to 4 by 0/,
      },
      { args: [t([4]), t([4]), 1], error: 'ShapeError', message: /dimension out of range: got 1/ },
    ],
  },
  asStrided: {
    dtypes: NUMBERS,
    gradient: true,
    layouts: false,
    samples: [
      call(t([6]), [2, 3], [3, 1]),
      call(t([6]), [3, 2], [1, 3]),
      call(t([3, 3]), [2, 2], [1, 2], { storageOffset: 1 }),
      call(t([5]), [3, 3], [1, 1]),
      call(t([5]), [2, 3], [0, 2]),
      call(t([4]), [], []),
      call(t([4]), [0, 2], [1, 1]),
      call(t([4]), [2], [2], { storageOffset: 0 }),
    ],
    errors: [
      { args: [t([4]), [5], [1]], error: 'ShapeError', message: /the layout does not fit: got \[5\]/ },
      { args: [t([4]), [2], [1, 1]], error: 'ShapeError', message: /as many non-negative integers in both/ },
      { args: [t([4]), [2], [-1]], error: 'ShapeError', message: /the layout does not fit/ },
      { args: [t([4]), [4], [1], { storageOffset: 1 }], error: 'ShapeError', message: /within 4 elements/ },
    ],
  },
  asStridedScatter: {
    dtypes: NUMBERS,
    gradient: true,
    layouts: false,
    samples: [
      call(t([6]), t([2, 2]), [2, 2], [3, 1]),
      call(t([3, 3]), t([2, 2]), [2, 2], [1, 3], { storageOffset: 1 }),
      call(t([4]), t([]), [], []),
      call(t([4]), t([0]), [0], [1]),
    ],
    errors: [
      { args: [t([4]), t([5]), [5], [1]], error: 'ShapeError', message: /the layout does not fit/ },
      {
        args: [t([4]), t([3]), [2], [1]],
        error: 'ShapeError',
        message: /the source does not fit: got \[3\]/,
      },
    ],
  },
  unfoldDimension: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      call(t([5]), 0, 2, 1),
      call(t([7]), 0, 3, 2),
      call(t([8]), 0, 2, 3),
      call(t([2, 6]), 1, 5, 1),
      call(t([6, 2]), -2, 4, 2),
      call(t([3]), 0, 3, 4),
      call(t([3]), 0, 0, 1),
      call(t([]), 0, 1, 1),
      call(t([0, 3]), 1, 2, 1),
      call(t([6, 2], { layout: 'transposed' }), 0, 3, 1),
      call(t([2, 5], { layout: 'flipped' }), 1, 2, 2),
    ],
    errors: [
      { args: [t([3]), 0, 4, 1], error: 'ShapeError', message: /windows do not fit: got size 4 and step 1/ },
      { args: [t([3]), 0, 1, 0], error: 'ShapeError', message: /a positive step/ },
      { args: [t([3]), 1, 1, 1], error: 'ShapeError', message: /dimension out of range: got 1/ },
    ],
  },
  unfold: {
    ...views,
    samples: [
      call(t([1, 2, 3, 3]), 2),
      call(t([2, 1, 4, 3]), [2, 3], { padding: 1, stride: 2 }),
      call(t([1, 3, 4]), [2, 1]),
      call(t([1, 1, 5, 4]), 2, { dilation: [2, 1], padding: [0, 1], stride: [1, 2] }),
      call(t([1, 2, 3, 3], { layout: 'transposed' }), 2, { padding: 1 }),
      call(t([0, 1, 3, 3]), 2),
    ],
    errors: [
      { args: [t([3, 3]), 2], error: 'ShapeError', message: /wrong rank: got \[3, 3\]/ },
      {
        args: [t([1, 1, 3, 3]), 4],
        error: 'ShapeError',
        message: /no window fits: got an image of \[3, 3\]/,
      },
      { args: [t([1, 1, 3, 3]), 0], error: 'ArgumentError', message: /invalid kernelSize: got 0/ },
      { args: [t([1, 1, 3, 3]), 2, { stride: 0 }], error: 'ArgumentError', message: /invalid stride: got 0/ },
    ],
  },
  fold: {
    ...views,
    samples: [
      call(t([1, 8, 4]), [3, 3], 2),
      call(t([2, 6, 2]), [4, 2], [2, 3], { padding: [0, 1], stride: [2, 3] }),
      call(t([4, 4]), 3, 2),
      call(t([1, 4, 6]), [4, 4], 2, { dilation: [2, 1], stride: [1, 1], padding: 0 }),
      call(t([1, 4, 9], { layout: 'transposed' }), 4, 2),
    ],
    errors: [
      {
        args: [t([1, 7, 4]), [3, 3], 2],
        error: 'ShapeError',
        message: /the columns do not fit: got \[1, 7, 4\]/,
      },
      { args: [t([1, 4, 5]), [3, 3], 2], error: 'ShapeError', message: /the columns do not fit/ },
      { args: [t([4]), [3, 3], 2], error: 'ShapeError', message: /the columns do not fit/ },
      { args: [t([1, 4, 4]), [1, 1], 2], error: 'ShapeError', message: /no window fits/ },
    ],
  },
  pixelShuffle: {
    ...views,
    samples: [
      call(t([1, 8, 2, 2]), 2),
      call(t([9, 1, 2]), 3),
      call(t([2, 1, 4, 1, 2]), 2),
      call(t([1, 2, 2, 2]), 1),
      call(t([0, 4, 2, 2]), 2),
      call(t([1, 4, 2, 3], { layout: 'transposed' }), 2),
    ],
    errors: [
      { args: [t([1, 3, 2, 2]), 2], error: 'ShapeError', message: /sizes do not fit: got \[1, 3, 2, 2\]/ },
      { args: [t([4, 2]), 2], error: 'ShapeError', message: /sizes do not fit/ },
      { args: [t([1, 4, 2, 2]), 0], error: 'ArgumentError', message: /invalid upscaleFactor: got 0/ },
    ],
  },
  pixelUnshuffle: {
    ...views,
    samples: [
      call(t([1, 2, 4, 4]), 2),
      call(t([1, 3, 6]), 3),
      call(t([2, 1, 1, 2, 4]), 2),
      call(t([0, 1, 2, 2]), 2),
      call(t([1, 2, 4, 2], { layout: 'transposed' }), 2),
    ],
    errors: [
      { args: [t([1, 1, 3, 2]), 2], error: 'ShapeError', message: /with H and W that 2 divides/ },
      { args: [t([4, 2]), 2], error: 'ShapeError', message: /sizes do not fit/ },
      { args: [t([1, 4, 2, 2]), -1], error: 'ArgumentError', message: /invalid downscaleFactor: got -1/ },
    ],
  },
  channelShuffle: {
    ...views,
    samples: [
      call(t([1, 4, 2]), 2),
      call(t([2, 6, 1, 2]), 3),
      call(t([1, 4, 2, 2], { layout: 'transposed' }), 2),
      call(t([1, 3, 2]), 1),
    ],
    errors: [
      { args: [t([1, 3, 2]), 2], error: 'ShapeError', message: /channels that 2 divides/ },
      { args: [t([1, 4]), 2], error: 'ShapeError', message: /sizes do not fit/ },
      { args: [t([1, 4, 2]), 0], error: 'ArgumentError', message: /invalid groups: got 0/ },
    ],
  },
  vander: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      call(t([3])),
      call(t([3]), { N: 2 }),
      call(t([3]), { N: 4, increasing: true }),
      call(t([3]), { N: 1 }),
      call(t([3]), { N: 0 }),
      but(call(v([0, 2, 0]), { N: 4 }), { smooth: false }),
      call(t([]), { N: 3 }),
      call(t([2, 3]), { increasing: true }),
      call(t([3], { layout: 'flipped' })),
      call(t([0])),
    ],
    errors: [{ args: [t([2]), { N: -1 }], error: 'ArgumentError', message: /invalid N: got -1/ }],
  },
};
