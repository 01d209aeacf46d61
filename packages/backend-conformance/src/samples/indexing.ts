import type { ErrorSample, Sample, SamplesOf } from './spec.ts';
import { ALL, bools, but, call, FLOATS, ints, t, v } from './spec.ts';

const indices: Sample[] = [
  [0],
  [-1],
  [':', 1],
  [[1, 3]],
  [[null, 2]],
  [[1, null]],
  [[-2, null]],
  [[null, -1]],
  [[0, 4, 2]],
  [[1, 1]],
  [[3, 1]],
  [[-100, 100]],
  [[100, null]],
  [[null, null, -1]],
  [[null, null, -2]],
  [[3, 0, -1]],
  [[-1, null, -1]],
  [[2, null, -1]],
  [[null, 1, -1]],
  [[0, null, -1]],
  [[-100, null, -1]],
  [[100, -100, -2]],
  [[0, 3, -1]],
  [null],
  [null, 0],
  [0, null, ':'],
  ['...', 0],
  ['...'],
  [0, '...'],
  ['...', null],
  [1, 2],
  [':', [0, 2], 0],
  [
    [1, 3],
    [null, null, 2],
    [0, 1],
  ],
  [-1, '...', [1, null]],
].map((index) => call(t([4, 3, 2]), index));

const withTensors: Sample[] = [
  call(t([4, 3]), [ints([0, 2, 0])]),
  call(t([4, 3]), [ints([-1, 1])]),
  call(t([4, 3]), [ints([0, 1, 2, 3], [2, 2])]),
  call(t([4, 3]), [':', ints([2, 0])]),
  call(t([4, 3]), [ints([1], [])]),
  call(t([4, 3]), [ints([], [0])]),
  call(t([2, 4, 3], { layout: 'transposed' }), [0, ints([3, 1])]),
  call(t([4, 3]), [null, ints([1, 1])]),
  call(t([4, 3]), [ints([0, 2, -1]), ints([1, 0, -3])]),
  call(t([4, 3]), [ints([0, 2], [2, 1]), ints([1, 0, 2])]),
  call(t([2, 3, 4]), [ints([0, 1]), ':', ints([1, 2])]),
  call(t([2, 3, 4]), [':', ints([0, 2]), ints([1, 3])]),
  call(t([2, 3, 4]), [ints([0, 1]), ints([1, 2])]),
  call(t([2, 3, 4]), ['...', ints([0, 2]), [1, 3]]),
  call(t([2, 3, 4]), [ints([1, 0]), [0, 2], ints([1, 2])]),
  call(t([2, 3, 4]), [ints([1, 0]), null, ints([1, 2])]),
  call(t([2, 3, 4]), [ints([1, 0]), 1, ints([1, 2])]),
  call(t([2, 3, 4]), [':', 1, ints([1, 2])]),
  call(t([2, 3, 4]), [0, ':', ints([1, 2])]),
  call(t([2, 3, 4]), [ints([1], []), ':', ints([1, 2])]),
  call(t([2, 3, 4]), [ints([1], []), ints([2], []), ints([-1], [])]),
  call(t([2, 3, 2, 2]), [':', ints([0, 1, 1]), ':', ints([1, 1, 0])]),
  call(t([2, 3, 4]), [ints([0, 1]), ints([2]), ints([3, -4])]),
  call(t([2, 3, 4]), [[null, null, -1], ints([], [0]), ints([1])]),
  call(t([2, 3, 4], { layout: 'transposed' }), [ints([0, 1]), ':', ints([1, 2])]),
];

const withMasks: Sample[] = [
  call(t([4]), [bools([1, 0, 1, 0])]),
  call(t([4, 3]), [bools([0, 1, 1, 0])]),
  call(t([2, 2]), [bools([1, 0, 0, 1], [2, 2])]),
  call(t([4, 3]), [bools([0, 0, 0, 0])]),
  call(t([2, 3]), [':', bools([1, 0, 1])]),
  call(t([2, 2, 3]), [bools([1, 0, 1, 1], [2, 2])]),
  call(t([2, 3]), [bools([1, 1]), ints([0, 2])]),
  call(t([2, 3, 2]), [bools([1, 1]), ':', bools([1, 1])]),
  call(t([2, 3]), [bools([1], [])]),
  call(t([]), [bools([0], [])]),
];

const atErrors: readonly ErrorSample[] = [
  {
    args: [t([4, 3]), [4]],
    error: 'ShapeError',
    message: /index out of range: got 4, expected an integer from -4 to 3 for dimension 0/,
  },
  {
    args: [t([4, 3]), [0, 0, 0]],
    error: 'ShapeError',
    message: /too many indices: got 3 for shape \[4, 3\], expected at most 2/,
  },
  {
    args: [t([4, 3]), ['...', '...']],
    error: 'ShapeError',
    message: /two ellipses/,
    stricter: 'PyTorch 1.13 takes the second for ":"',
  },
  { args: [t([4, 3]), [[0, 2, 0]]], error: 'ShapeError', message: /invalid step: got 0/ },
  { args: [t([4, 3]), [0.5]], error: 'ShapeError', message: /index out of range: got 0.5/ },
];

const parts: Sample[] = [
  call(t([3, 4]), [0], t([4])),
  call(t([3, 4]), [':', 1], t([3])),
  call(t([3, 4]), [[0, 2]], t([4])),
  call(t([3, 4]), [':', [0, null, 2]], t([3, 2])),
  call(t([3, 4]), [], t([4])),
  call(t([3, 4]), ['...', -1], t([])),
  call(t([3, 4]), [1, 2], t([])),
  call(t([3, 4]), [[1, 1]], t([4])),
  call(t([3, 4]), [0], 2),
];

type Names =
  | 'at'
  | 'Tensor.at'
  | 'setAt'
  | 'Tensor.setAt'
  | 'gather'
  | 'scatterAdd'
  | 'indexSelect'
  | 'maskedSelect'
  | 'maskedSelectSync'
  | 'nonzero'
  | 'nonzeroSync';

export const indexing: SamplesOf<Names> = {
  at: {
    dtypes: ALL,
    gradient: true,
    samples: [...indices, ...withTensors],
    errors: [
      ...atErrors,
      {
        args: [t([4, 3]), [ints([4])]],
        error: 'ValueError',
        message: /index out of range: got 4 at position 0, expected -4 ≤ index < 4 along dimension 0/,
      },
      {
        args: [t([4, 3]), [ints([0, -5])]],
        error: 'ValueError',
        message: /at\(\): index out of range: got -5 at position 1, expected -4 ≤ index < 4/,
      },
      {
        args: [t([4, 3]), [ints([0, 1]), ints([0, 3])]],
        error: 'ValueError',
        message: /at\(\): index out of range: got 3 at position 1, expected -3 ≤ index < 3 along dimension 1/,
      },
      {
        args: [t([4, 3]), [ints([0, 1]), ints([0, 1, 2])]],
        error: 'ShapeError',
        message: /at\(\): shapes do not broadcast: got \[2\] and \[3\]/,
      },
      {
        args: [t([4, 3]), [t([2])]],
        error: 'DTypeError',
        message: /an index is not an integer: got float32/,
      },
    ],
  },
  'Tensor.at': {
    dtypes: FLOATS,
    gradient: true,
    syncRead: true,
    samples: [
      call(t([4, 3]), 0, [1, null]),
      ...withMasks.map((sample) => ({
        ...sample,
        args: [sample.args[0], ...(sample.args[1] as Sample['args'])],
      })),
    ],
    errors: [
      {
        args: [t([4, 3]), bools([1, 0])],
        error: 'ShapeError',
        message: /the mask does not fit: got \[2\] over \[4\]/,
      },
    ],
  },
  setAt: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...parts,
      call(t([2, 3]), [bools([1, 0, 0, 1, 1, 0], [2, 3])], t([])),
      call(t([2, 3]), [bools([1, 0])], 1),
      but(call(t([3, 4]), [0], t([4], { dtype: 'int32' })), { dtypes: ['float32'] }),
      call(t([3, 4]), [ints([2, 0])], t([2, 4])),
      call(t([3, 4]), [ints([2, -3])], 1),
      call(t([3, 4]), [':', ints([2, 0])], t([2])),
      call(t([3, 4]), [0, ints([2, 0])], t([2])),
      call(t([2, 3, 4]), [ints([0, 1]), [0, 2], ints([1, 2])], t([2, 2])),
      call(t([2, 3, 4]), [':', ints([0, 2]), ints([1, 3])], t([2, 2])),
      call(t([2, 3]), [null, ints([1])], t([3])),
      call(t([3, 4], { layout: 'transposed' }), [[0, null, 2], ints([0, 3])], t([2, 2])),
      but(call(t([3, 4]), [ints([1, 1])], t([2, 4])), {
        noGolden: 'PyTorch gives a gradient to values that were written over',
      }),
    ],
    errors: [
      {
        args: [t([3, 4]), [0], t([3])],
        error: 'ShapeError',
        message: /sizes do not fit: got \[3\] for \[4\]/,
      },
      ...atErrors.slice(0, 2).map((sample) => ({ ...sample, args: [...sample.args, 1] })),
      {
        args: [t([3, 4]), [ints([0, 3])], 1],
        error: 'ValueError',
        message: /setAt\(\): index out of range: got 3 at position 1, expected -3 ≤ index < 3/,
      },
    ],
  },
  'Tensor.setAt': {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([3, 4]), [0], t([4])),
      call(
        t([3, 4], { layout: 'transposed' }),
        [
          [1, null],
          [null, null, 2],
        ],
        t([2, 2]),
      ),
    ],
  },
  gather: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3, 4]), 0, ints([0, 2, 1, 1], [1, 4])),
      call(t([3, 4]), 1, ints([0, 3, 1, 1, 2, 2], [3, 2])),
      call(t([3, 4]), -1, ints([3], [1, 1])),
      call(t([3]), 0, ints([2, 2, 0, 1])),
      call(t([3, 4]), 0, ints([], [0, 4])),
      call(t([]), 0, ints([0], [])),
      call(t([]), 0, ints([0, 0])),
      call(t([3]), 0, ints([2], [])),
      call(t([2, 3, 4]), 1, ints([2, 0, 1, 1, 0, 2], [2, 1, 3])),
      call(t([3, 4], { layout: 'transposed' }), 1, ints([0, 3, 1, 1, 2, 2], [3, 2])),
      call(
        t([3, 4], { layout: 'expanded' }),
        0,
        t([2, 4], { dtype: 'int32', low: 0, high: 2, layout: 'flipped' }),
      ),
    ],
    errors: [
      {
        args: [t([3, 4]), 0, ints([3], [1, 1])],
        error: 'ValueError',
        message:
          /gather\(\): index out of range: got 3 at position 0, expected 0 ≤ index < 3 along dimension 0/,
      },
      {
        args: [t([3, 4]), 1, ints([0, 0, -1], [3, 1])],
        error: 'ValueError',
        message: /got -1 at position 2, expected 0 ≤ index < 4 along dimension 1/,
      },
      {
        args: [t([3, 4]), 0, t([1, 4])],
        error: 'DTypeError',
        message: /the index is not an integer: got float32, expected int32/,
      },
      {
        args: [t([3, 4]), 0, ints([0])],
        error: 'ShapeError',
        message: /the index does not fit: got index \[1\] for \[3, 4\]/,
      },
      {
        args: [t([3, 4]), 0, ints([0, 0, 0, 0, 0], [1, 5])],
        error: 'ShapeError',
        message: /the index does not fit/,
      },
      {
        args: [t([3, 4]), 2, ints([0], [1, 1])],
        error: 'ShapeError',
        message: /dimension out of range: got 2/,
      },
    ],
  },
  scatterAdd: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3, 4]), 0, ints([0, 2, 1, 1], [1, 4]), t([1, 4])),
      call(t([3, 4]), 1, ints([0, 3, 1, 1, 2, 2], [3, 2]), t([3, 2])),
      call(t([3]), 0, ints([2, 2, 0, 2]), t([4])),
      but(call(t([3, 4]), 0, ints([1, 1], [2, 1]), t([2, 4])), {
        noGolden: 'PyTorch 1.13 raises in backward when the index is smaller than the source',
      }),
      call(t([3, 4]), 0, ints([], [0, 4]), t([0, 4])),
      call(t([]), 0, ints([0], []), t([])),
      call(t([3]), 0, ints([2], []), t([])),
      call(
        t([3, 4], { layout: 'transposed' }),
        1,
        ints([0, 3, 1, 1, 2, 2], [3, 2]),
        t([3, 2], { layout: 'stepped' }),
      ),
    ],
    errors: [
      {
        args: [t([3, 4]), 0, ints([3], [1, 1]), t([1, 1])],
        error: 'ValueError',
        message: /scatterAdd\(\): index out of range: got 3 at position 0/,
      },
      {
        args: [t([3, 4]), 0, ints([0, 1], [1, 2]), t([1, 1])],
        error: 'ShapeError',
        message: /the source does not fit/,
      },
      {
        args: [t([3, 4]), 0, t([1, 4]), t([1, 4])],
        error: 'DTypeError',
        message: /the index is not an integer/,
      },
    ],
  },
  indexSelect: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3, 4]), 0, ints([2, 0, 2])),
      call(t([3, 4]), 1, ints([3])),
      call(t([3, 4]), -1, ints([1, 1])),
      call(t([3, 4]), 0, ints([], [0])),
      call(t([3, 4]), 0, ints([1], [])),
      call(t([]), 0, ints([0])),
      call(t([2, 3, 4], { layout: 'transposed' }), 2, ints([0, 3])),
    ],
    errors: [
      { args: [t([3, 4]), 0, ints([3])], error: 'ValueError', message: /index out of range: got 3/ },
      { args: [t([3, 4]), 0, ints([-1])], error: 'ValueError', message: /index out of range: got -1/ },
      {
        args: [t([3, 4]), 0, ints([0, 1], [1, 2])],
        error: 'ShapeError',
        message: /the index is not a vector/,
      },
      { args: [t([3, 4]), 0, t([1])], error: 'DTypeError', message: /the index is not an integer/ },
    ],
  },
  maskedSelect: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([4]), bools([1, 0, 0, 1])),
      call(t([2, 3]), t([2, 3], { dtype: 'bool' })),
      call(t([2, 3]), bools([0, 0, 0, 0, 0, 0], [2, 3])),
      call(t([2, 3]), bools([1, 0, 1])),
      call(t([3]), bools([1, 0], [2, 1])),
      call(t([]), bools([1, 0, 1])),
      call(t([]), bools([1], [])),
      call(t([0]), bools([], [0])),
      call(t([3, 4], { layout: 'transposed' }), t([3, 4], { dtype: 'bool', layout: 'stepped' })),
    ],
    errors: [
      { args: [t([2, 3]), t([2, 3])], error: 'DTypeError', message: /the mask is not bool: got float32/ },
      {
        args: [t([2, 3]), bools([1, 0])],
        error: 'ShapeError',
        message: /shapes do not broadcast: got \[2, 3\] and \[2\]/,
      },
    ],
  },
  maskedSelectSync: {
    dtypes: FLOATS,
    gradient: true,
    syncRead: true,
    samples: [call(t([2, 3]), t([2, 3], { dtype: 'bool' })), call(t([2, 3]), bools([0, 1, 1]))],
  },
  nonzero: {
    dtypes: ALL,
    gradient: false,
    samples: [
      call(v([0, 3, 0, 4])),
      call(v([0, 1, 2, 0, 0, 3], { shape: [2, 3] })),
      call(v([0], { shape: [] })),
      call(v([2], { shape: [] })),
      call(t([0])),
      call(t([2, 0])),
      call(v([0, 0])),
      call(v([1, 0, 0, 0, 0, 0, 0, 1], { shape: [2, 2, 2] })),
      call(v([0, 1, 1, 0, 1, 0], { shape: [2, 3], layout: 'transposed' })),
      but(call(v([Number.NaN, 0, -0, Infinity])), { dtypes: FLOATS }),
      ...[
        v([0, 1, 2, 0, 0, 3], { shape: [2, 3] }),
        v([2], { shape: [] }),
        v([0, 0]),
        v([1, 0, 0, 0, 0, 0, 0, 1], { shape: [2, 2, 2] }),
      ].map((x) => call(x, { asTuple: true })),
    ],
  },
  nonzeroSync: {
    dtypes: FLOATS,
    gradient: false,
    syncRead: true,
    samples: [call(v([0, 1, 2, 0, 0, 3], { shape: [2, 3] }))],
  },
};
