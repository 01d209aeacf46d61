import type { FunctionSamples, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, ints, NUMBERS, t, v } from './spec.ts';

type Names =
  | 'cat'
  | 'concat'
  | 'stack'
  | 'hstack'
  | 'vstack'
  | 'dstack'
  | 'columnStack'
  | 'blockDiag'
  | 'split'
  | 'chunk'
  | 'tensorSplit'
  | 'hsplit'
  | 'vsplit'
  | 'dsplit'
  | 'unbind'
  | 'broadcastTensors'
  | 'meshgrid'
  | 'cartesianProd'
  | 'combinations'
  | 'atleast1d'
  | 'atleast2d'
  | 'atleast3d'
  | 'repeat'
  | 'tile'
  | 'repeatInterleave'
  | 'repeatInterleaveSync';

const noTensors = { args: [[]], error: 'ArgumentError', message: /no tensors: got an empty list/ };

const repeatInterleave: FunctionSamples = {
  dtypes: FLOATS,
  gradient: true,
  samples: [
    call(t([3]), 2),
    call(t([2, 3]), 2),
    call(t([2, 3]), 2, 0),
    call(t([2, 3]), 3, -1),
    call(t([2, 3]), 0, 1),
    call(t([]), 3),
    call(t([]), 2, 0),
    call(t([0, 2]), 2, 1),
    call(t([3]), [1, 0, 2]),
    call(t([2, 3]), [3, 1], 0),
    call(t([3]), ints([1, 0, 2])),
    call(t([2, 3]), ints([2, 0, 1]), 1),
    call(t([2, 3]), ints([2]), 0),
    call(t([2, 2]), ints([2], [])),
    call(t([0]), ints([])),
    call(t([3, 2], { layout: 'transposed' }), ints([1, 2]), 1),
    call(t([3, 2], { layout: 'flipped' }), 2, 0),
  ],
  errors: [
    { args: [t([3]), -1], error: 'ArgumentError', message: /invalid repeats: got \[-1\]/ },
    { args: [t([3]), [1, 2]], error: 'ShapeError', message: /the repeats do not fit: got 2/ },
    { args: [t([3]), ints([1, 2])], error: 'ShapeError', message: /the repeats do not fit: got \[2\]/ },
    { args: [t([2]), ints([1, 1], [1, 2])], error: 'ShapeError', message: /the repeats do not fit/ },
    { args: [t([2]), ints([1, -1])], error: 'ValueError', message: /invalid repeats: got \[1, -1\]/ },
    { args: [t([2]), v([1, 1])], error: 'DTypeError', message: /the repeats are not integers: got float32/ },
    { args: [t([2]), 1, 1], error: 'ShapeError', message: /dimension out of range: got 1/ },
  ],
};

const cat: FunctionSamples = {
  dtypes: ALL,
  gradient: true,
  samples: [
    call([t([2, 3]), t([1, 3])]),
    call([t([2, 3]), t([2, 1]), t([2, 2])], 1),
    call([t([2, 3]), t([2, 2])], -1),
    call([t([3])]),
    call([t([2]), t([0]), t([3])]),
    call([t([0]), t([2, 2])], 1),
    call([t([0, 2]), t([1, 2])]),
    call([t([0]), t([0])]),
    call([t([2, 0]), t([2, 0])]),
    call([t([2, 3], { layout: 'transposed' }), t([2, 3], { layout: 'flipped' })], 1),
    call([t([2, 2], { layout: 'expanded' }), t([3, 2], { layout: 'stepped' })]),
    but(call([t([2]), t([2], { dtype: 'int32' })]), { dtypes: ['float32', 'int8', 'bool'] }),
    but(call([t([2], { dtype: 'uint8' }), t([2])]), { dtypes: ['int32', 'bool', 'float64'] }),
    but(call([t([2], { dtype: 'float64' }), t([2])]), { dtypes: ['float32'] }),
  ],
  errors: [
    noTensors,
    {
      args: [[t([2, 3]), t([3, 2])]],
      error: 'ShapeError',
      message: /sizes do not fit: got \[2, 3\] and \[3, 2\], expected equal sizes except in dimension 0/,
    },
    { args: [[t([2, 3]), t([3])]], error: 'ShapeError', message: /sizes do not fit/ },
    { args: [[t([2]), t([])]], error: 'ShapeError', message: /a 0-d tensor .* at position 1/ },
    { args: [[t([2])], 1], error: 'ShapeError', message: /dimension out of range: got 1/ },
  ],
};

const parts = { dtypes: FLOATS, gradient: true } as const;

/** Tensors joined, divided and repeated. */
export const joinings: SamplesOf<Names> = {
  cat,
  concat: { ...cat, samples: [call([t([2, 3]), t([2, 1])], 1)] },
  stack: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call([t([2, 3]), t([2, 3])]),
      call([t([2, 3]), t([2, 3]), t([2, 3])], 1),
      call([t([2, 3]), t([2, 3])], -1),
      call([t([]), t([])]),
      call([t([0]), t([0])], 1),
      call([t([2, 2], { layout: 'transposed' }), t([2, 2], { layout: 'flipped' })], 2),
      but(call([t([2]), t([2], { dtype: 'int32' })]), { dtypes: ['float32', 'bool'] }),
    ],
    errors: [
      noTensors,
      { args: [[t([2]), t([3])]], error: 'ShapeError', message: /shapes differ: got \[2\] and \[3\]/ },
      { args: [[t([2])], 2], error: 'ShapeError', message: /dimension out of range: got 2/ },
    ],
  },
  hstack: {
    ...parts,
    samples: [
      call([t([2]), t([3])]),
      call([t([2, 1]), t([2, 3])]),
      call([t([]), t([2])]),
      call([t([2, 1, 2]), t([2, 2, 2], { layout: 'transposed' })]),
      call([t([0]), t([2])]),
    ],
    errors: [noTensors, { args: [[t([2, 1]), t([3, 1])]], error: 'ShapeError', message: /sizes do not fit/ }],
  },
  vstack: {
    ...parts,
    samples: [
      call([t([2]), t([2])]),
      call([t([1, 2]), t([2])]),
      call([t([]), t([])]),
      call([t([2, 3]), t([1, 3], { layout: 'stepped' })]),
      call([t([0, 2]), t([2])]),
    ],
    errors: [noTensors, { args: [[t([2]), t([3])]], error: 'ShapeError', message: /sizes do not fit/ }],
  },
  dstack: {
    ...parts,
    samples: [
      call([t([2]), t([2])]),
      call([t([2, 2]), t([2, 2, 2])]),
      call([t([]), t([])]),
      call([t([2, 3]), t([2, 3], { layout: 'transposed' })]),
      call([t([2, 0]), t([2, 0])]),
    ],
    errors: [noTensors, { args: [[t([2]), t([3])]], error: 'ShapeError', message: /sizes do not fit/ }],
  },
  columnStack: {
    ...parts,
    samples: [
      call([t([2]), t([2, 2])]),
      call([t([]), t([])]),
      call([t([2, 1, 2]), t([2, 2, 2])]),
      call([t([0]), t([0])]),
      call([t([3], { layout: 'stepped' }), t([3, 2], { layout: 'transposed' })]),
    ],
    errors: [noTensors, { args: [[t([2]), t([3])]], error: 'ShapeError', message: /sizes do not fit/ }],
  },
  blockDiag: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      call([t([2, 1]), t([1, 3])]),
      call([t([2]), t([]), t([2, 2])]),
      call([t([2, 2])]),
      call([t([0, 2]), t([1, 1]), t([0])]),
      call([t([2, 3], { layout: 'transposed' }), t([2, 2], { layout: 'flipped' })]),
      but(call([t([1, 2]), t([2], { dtype: 'int32' })]), { dtypes: ['float32', 'uint8'] }),
    ],
    errors: [
      { ...noTensors, stricter: 'PyTorch gives a matrix without rows' },
      { args: [[t([1, 1, 1])]], error: 'ShapeError', message: /not a matrix: got \[1, 1, 1\]/ },
    ],
  },
  split: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([5]), 2),
      call(t([4, 3]), 2),
      call(t([4, 3]), 5, 1),
      call(t([4, 3]), [1, 0, 3]),
      call(t([4, 3]), [2, 1], -1),
      call(t([3]), [3]),
      call(t([0, 2]), 2),
      call(t([0, 2]), 0),
      call(t([4, 2], { layout: 'transposed' }), 3),
      call(t([5, 2], { layout: 'flipped' }), [2, 3]),
    ],
    errors: [
      { args: [t([4]), 0], error: 'ShapeError', message: /lengths do not fit: got 0 for size 4/ },
      { args: [t([4]), -1], error: 'ShapeError', message: /lengths do not fit: got -1/ },
      { args: [t([4]), [1, 2]], error: 'ShapeError', message: /integers that add up to 4/ },
      { args: [t([4]), [5, -1]], error: 'ShapeError', message: /lengths do not fit/ },
      { args: [t([]), 1], error: 'ShapeError', message: /a 0-d tensor has no dimension to divide/ },
      { args: [t([4]), 1, 1], error: 'ShapeError', message: /dimension out of range: got 1/ },
    ],
  },
  chunk: {
    ...parts,
    samples: [
      call(t([5]), 2),
      call(t([5]), 4),
      call(t([2, 6]), 3, 1),
      call(t([2, 3]), 7, -1),
      call(t([0, 2]), 3),
      call(t([4, 3], { layout: 'stepped' }), 2),
    ],
    errors: [
      { args: [t([4]), 0], error: 'ArgumentError', message: /invalid number of parts: got 0/ },
      { args: [t([]), 1], error: 'ShapeError', message: /a 0-d tensor has no dimension/ },
    ],
  },
  tensorSplit: {
    ...parts,
    samples: [
      call(t([7]), 3),
      call(t([2]), 3),
      call(t([2, 5]), 2, 1),
      call(t([7]), [2, 5]),
      call(t([4]), [-1, 9]),
      call(t([4]), [3, 1]),
      call(t([4]), []),
      call(t([5, 2], { layout: 'transposed' }), [1, 3], 0),
    ],
    errors: [
      { args: [t([4]), 0], error: 'ArgumentError', message: /invalid number of parts: got 0/ },
      { args: [t([]), 1], error: 'ShapeError', message: /a 0-d tensor has no dimension/ },
      { args: [t([4]), [0.5]], error: 'ArgumentError', message: /invalid positions: got \[0.5\]/ },
    ],
  },
  hsplit: {
    ...parts,
    samples: [call(t([4]), 2), call(t([2, 4]), 2), call(t([2, 4, 1]), [1, 3])],
    errors: [
      { args: [t([2, 5]), 2], error: 'ShapeError', message: /parts would differ: got 2 parts of size 5/ },
      { args: [t([2, 4]), 0], error: 'ArgumentError', message: /invalid number of parts/ },
      { args: [t([]), 1], error: 'ShapeError', message: /too few dimensions: got \[\], expected at least 1/ },
    ],
  },
  vsplit: {
    ...parts,
    samples: [call(t([4, 2]), 2), call(t([4, 2]), [1, 3]), call(t([4, 2], { layout: 'transposed' }), 4)],
    errors: [
      { args: [t([5, 2]), 2], error: 'ShapeError', message: /parts would differ/ },
      { args: [t([4]), 2], error: 'ShapeError', message: /too few dimensions: got \[4\]/ },
    ],
  },
  dsplit: {
    ...parts,
    samples: [call(t([1, 2, 4]), 2), call(t([2, 1, 4]), [1, 3])],
    errors: [
      { args: [t([1, 1, 5]), 2], error: 'ShapeError', message: /parts would differ/ },
      { args: [t([4, 2]), 2], error: 'ShapeError', message: /too few dimensions: got \[4, 2\]/ },
    ],
  },
  unbind: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3])),
      call(t([2, 3])),
      call(t([2, 3]), -1),
      call(t([2, 0, 2]), 2),
      call(t([3, 2], { layout: 'transposed' }), 0),
      call(t([3, 2], { layout: 'flipped' }), 1),
    ],
    errors: [
      { args: [t([])], error: 'ShapeError', message: /a 0-d tensor has no dimension/ },
      { args: [t([2]), 1], error: 'ShapeError', message: /dimension out of range: got 1/ },
    ],
  },
  broadcastTensors: {
    ...parts,
    samples: [
      call([t([3]), t([2, 1])]),
      call([t([]), t([2, 1, 2]), t([1, 2])]),
      call([t([0]), t([1])]),
      call([t([2, 2], { layout: 'transposed' }), t([1, 2], { layout: 'stepped' })]),
    ],
    errors: [
      { ...noTensors, stricter: 'PyTorch gives an empty list' },
      { args: [[t([2]), t([3])]], error: 'ShapeError', message: /shapes do not broadcast/ },
    ],
  },
  meshgrid: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call([t([2]), t([3])]),
      call([t([2]), t([3]), t([2])], { indexing: 'xy' }),
      call([t([2]), t([3])], { indexing: 'ij' }),
      call([t([2])], { indexing: 'xy' }),
      call([t([]), t([2])]),
      call([t([0]), t([2])]),
      call([t([3], { layout: 'stepped' }), t([2], { layout: 'flipped' })], { indexing: 'xy' }),
    ],
    errors: [
      noTensors,
      { args: [[t([2, 2])]], error: 'ShapeError', message: /not a vector: got \[2, 2\]/ },
      { args: [[t([2]), ints([1])]], error: 'DTypeError', message: /dtypes differ: got float32 and int32/ },
      { args: [[t([2])], { indexing: 'ab' }], error: 'ArgumentError', message: /unknown indexing: got 'ab'/ },
    ],
  },
  cartesianProd: {
    ...parts,
    samples: [
      call([t([2]), t([3])]),
      call([t([2]), t([1]), t([2])]),
      call([t([3])]),
      call([t([2]), t([0])]),
      call([t([2], { layout: 'flipped' }), t([3], { layout: 'stepped' })]),
    ],
    errors: [
      noTensors,
      { args: [[t([2, 2])]], error: 'ShapeError', message: /not a vector: got \[2, 2\]/ },
      { args: [[t([2]), ints([1])]], error: 'DTypeError', message: /dtypes differ/ },
    ],
  },
  combinations: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [
      call(t([4])),
      call(t([4]), { r: 3 }),
      call(t([3]), { withReplacement: true }),
      call(t([3]), { r: 1 }),
      call(t([2]), { r: 3 }),
      call(t([0])),
      call(t([4], { layout: 'flipped' }), { r: 2 }),
    ],
    errors: [
      { args: [t([2, 2])], error: 'ShapeError', message: /not a vector/ },
      { args: [t([2]), { r: -1 }], error: 'ArgumentError', message: /invalid r: got -1/ },
    ],
  },
  atleast1d: {
    ...parts,
    samples: [call(t([])), call(t([2])), call([t([]), t([2, 1])])],
  },
  atleast2d: {
    ...parts,
    samples: [call(t([])), call(t([2])), call(t([2, 1])), call([t([]), t([0])])],
  },
  atleast3d: {
    ...parts,
    samples: [call(t([])), call(t([2])), call(t([2, 3])), call(t([1, 2, 1])), call([t([3]), t([0, 2])])],
  },
  repeat: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([2]), [3]),
      call(t([2, 3]), [2, 2]),
      call(t([2, 3]), [2, 1, 2]),
      call(t([]), [2]),
      call(t([]), []),
      call(t([2]), [0]),
      call(t([0, 2]), [2, 2]),
      call(t([2, 3], { layout: 'transposed' }), [1, 2]),
      call(t([3, 2], { layout: 'flipped' }), [2, 1]),
    ],
    errors: [
      { args: [t([2, 3]), [2]], error: 'ShapeError', message: /too few counts: got \[2\]/ },
      { args: [t([2]), [-1]], error: 'ArgumentError', message: /invalid number of copies: got \[-1\]/ },
    ],
  },
  tile: {
    ...parts,
    samples: [
      call(t([2]), [3]),
      call(t([2, 3]), [2]),
      call(t([2]), [2, 2]),
      call(t([2, 2]), []),
      call(t([]), [2]),
      call(t([2, 3], { layout: 'transposed' }), [2, 1]),
    ],
    errors: [{ args: [t([2]), [-1]], error: 'ArgumentError', message: /invalid number of copies/ }],
  },
  repeatInterleave: {
    ...repeatInterleave,
    samples: [
      ...repeatInterleave.samples,
      call(t([3]), ints([1, 0, 2]), undefined, { outputSize: 3 }),
      call(t([2, 3]), ints([2, 0, 1]), 1, { outputSize: 3 }),
      call(t([2, 2]), ints([2]), 0, { outputSize: 4 }),
      call(t([2]), ints([0, 0]), 0, { outputSize: 0 }),
    ],
    errors: [
      ...(repeatInterleave.errors ?? []),
      {
        args: [t([2]), ints([1, 2]), 0, { outputSize: 4 }],
        error: 'ValueError',
        message: /the repeats do not fit: got .* expected a sum of 4/,
      },
      {
        args: [t([2]), ints([1, 2]), 0, { outputSize: 2 }],
        error: 'ValueError',
        message: /the repeats do not fit/,
      },
      {
        args: [t([2]), ints([1, 2]), 0, { outputSize: -1 }],
        error: 'ArgumentError',
        message: /invalid outputSize: got -1/,
      },
    ],
  },
  repeatInterleaveSync: { ...repeatInterleave, syncRead: true },
};
