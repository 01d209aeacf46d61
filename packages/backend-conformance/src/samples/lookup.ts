import type { Arg, Sample, SamplesOf } from './spec.ts';
import { ALL, bools, but, call, FLOATS, ints, t, v } from './spec.ts';

/** Indices with masks: what only the asynchronous forms can do everywhere. */
const masked: Sample[] = [
  call(t([4]), [bools([1, 0, 1, 0])]),
  call(t([4, 3]), [bools([0, 1, 1, 0]), ':']),
  call(t([2, 2, 3]), [bools([1, 0, 1, 1], [2, 2])]),
  call(t([2, 3]), [':', bools([1, 0, 1])]),
  call(t([2, 3, 2]), ['...', bools([1, 0, 1, 1, 0, 0], [3, 2])]),
  call(t([2, 3]), [bools([1, 1]), ints([0, 2])]),
  call(t([2, 3]), [bools([1, 1]), bools([1, 0, 0])]),
  call(t([2, 3, 2]), [bools([1, 0]), [0, 2], ints([1])]),
  call(t([2, 3]), [bools([1], [])]),
  call(t([2, 3]), [bools([0], []), 0]),
  call(t([4, 3]), [bools([0, 0, 0, 0])]),
  call(t([4, 3]), [1, [0, 2]]),
];

const table = t([5, 3]);
const bagged = (options: { readonly [name: string]: Arg }): Sample[] => [
  call(ints([0, 4, 2, 2, 1, 3], [2, 3]), table, options),
  call(ints([1, 1, 4, 0, 3, 2]), table, { ...options, offsets: ints([0, 2, 2, 5]) }),
  call(ints([1, 1, 4, 0, 3]), table, { ...options, offsets: ints([0, 3, 5]), includeLastOffset: true }),
  call(ints([1, 2, 1, 0, 2, 2], [3, 2]), table, { ...options, paddingIdx: 2 }),
  call(ints([1, 1, 4, 0, 4]), table, { ...options, offsets: ints([0, 4]), paddingIdx: -1 }),
  call(ints([1, 3]), table, { ...options, offsets: ints([0, 2]) }),
];

const data = t([5, 2]);
const lengths = ints([2, 0, 3]);

type Names =
  | 'atAsync'
  | 'setAtAsync'
  | 'take'
  | 'takeAlongDim'
  | 'oneHot'
  | 'oneHotAsync'
  | 'embedding'
  | 'embeddingBag'
  | 'segmentReduce'
  | 'isin';

export const lookups: SamplesOf<Names> = {
  atAsync: {
    dtypes: ALL,
    gradient: true,
    samples: masked,
    errors: [
      {
        args: [t([4, 3]), [bools([1, 0])]],
        error: 'ShapeError',
        message: /at\(\): the mask does not fit: got \[2\] over \[4\]/,
      },
      {
        args: [t([4, 3]), [bools([1, 1, 0, 1]), ints([0, 1])]],
        error: 'ShapeError',
        message: /shapes do not broadcast: got \[3\] and \[2\]/,
      },
    ],
  },
  setAtAsync: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([4]), [bools([1, 0, 1, 0])], t([2])),
      call(t([4, 3]), [bools([0, 1, 1, 0])], t([3])),
      call(t([4, 3]), [bools([0, 1, 1, 0])], t([2, 3])),
      call(t([2, 3]), [':', bools([1, 0, 1])], t([2, 2])),
      call(t([2, 3]), [bools([1, 1]), ints([0, 2])], t([2])),
      call(t([2, 3]), [bools([1], [])], t([])),
      call(t([2, 3]), [bools([0, 0])], t([3])),
      call(t([4, 3]), [1, [0, 2]], 1),
    ],
    errors: [
      {
        args: [t([4, 3]), [bools([1, 0, 1, 0])], t([3, 3])],
        error: 'ShapeError',
        message: /sizes do not fit: got \[3, 3\] for \[2, 3\]/,
      },
      {
        args: [t([4, 3]), [bools([1, 0])], 1],
        error: 'ShapeError',
        message: /setAt\(\): the mask does not fit: got \[2\] over \[4\]/,
      },
    ],
  },
  take: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3, 4]), ints([0, 11, -1, -12])),
      call(t([3, 4]), ints([5, 5, 0, 5], [2, 2])),
      call(t([3, 4]), ints([7], [])),
      call(t([]), ints([0, -1])),
      call(t([]), ints([0], [])),
      call(t([3]), ints([], [0, 2])),
      call(t([0]), ints([], [0])),
      call(t([3, 4], { layout: 'transposed' }), ints([1, 2, 6])),
    ],
    errors: [
      {
        args: [t([3, 4]), ints([0, 12])],
        error: 'ValueError',
        message: /take\(\): index out of range: got 12 at position 1, expected -12 ≤ index < 12/,
      },
      { args: [t([3, 4]), ints([-13])], error: 'ValueError', message: /got -13 at position 0/ },
      { args: [t([0]), ints([0])], error: 'ValueError', message: /got 0 at position 0/ },
      { args: [t([3]), t([1])], error: 'DTypeError', message: /the index is not an integer/ },
    ],
  },
  takeAlongDim: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3, 4]), ints([0, 2, 1, 1], [1, 4]), 0),
      call(t([3, 4]), ints([0, 2], [1, 2]), 1),
      call(t([1, 4]), ints([0, 3, 1, 1, 2, 2], [3, 2]), 1),
      call(t([3, 4]), ints([3], [1, 1]), -1),
      call(t([3, 4]), ints([0, 11, 5, 5], [2, 2])),
      call(t([3]), ints([2, 0, 2]), 0),
      call(t([3, 4]), ints([], [3, 0]), 1),
      call(t([]), ints([0])),
      call(t([2, 3, 4], { layout: 'transposed' }), ints([2, 0], [1, 2, 1]), 1),
    ],
    errors: [
      {
        args: [t([3, 4]), ints([4], [1, 1]), 1],
        error: 'ValueError',
        message: /takeAlongDim\(\): index out of range: got 4 at position 0, expected 0 ≤ index < 4/,
      },
      { args: [t([3, 4]), ints([-1], [1, 1]), 1], error: 'ValueError', message: /got -1 at position 0/ },
      {
        args: [t([3, 4]), ints([0]), 1],
        error: 'ShapeError',
        message: /the indices do not fit: got \[1\] for \[3, 4\]/,
      },
      {
        args: [t([3, 4]), ints([0, 0], [2, 1]), 1],
        error: 'ShapeError',
        message: /shapes do not broadcast/,
      },
      { args: [t([3]), t([1]), 0], error: 'DTypeError', message: /the index is not an integer/ },
    ],
  },
  oneHot: {
    dtypes: ['int32'],
    gradient: false,
    samples: [
      call(ints([0, 2, 1]), 3),
      call(ints([0, 2, 1, 4], [2, 2]), 6),
      call(ints([1], []), 2),
      call(ints([0, 0]), 1),
      call(ints([], [0]), 3),
      call(ints([], [2, 0]), 3),
    ],
    errors: [
      {
        args: [ints([0, 3]), 3],
        error: 'ValueError',
        message: /oneHot\(\): index out of range: got 3 at position 1, expected 0 ≤ index < 3/,
      },
      { args: [ints([0, -1]), 3], error: 'ValueError', message: /got -1 at position 1/ },
      {
        args: [ints([0, 1]), 0],
        error: 'ArgumentError',
        message: /invalid number of classes: got 0/,
      },
      { args: [t([2]), 3], error: 'DTypeError', message: /not class numbers: got float32/ },
      {
        args: [ints([], [0]), -1],
        error: 'ArgumentError',
        message: /invalid number of classes: got -1 for 0 class numbers/,
      },
    ],
  },
  oneHotAsync: {
    dtypes: ['int32'],
    gradient: false,
    samples: [call(ints([0, 2, 1])), call(ints([3], [])), call(ints([0, 0], [2, 1]))],
    errors: [
      { args: [ints([0, -1])], error: 'ValueError', message: /got -1 at position 1/ },
      {
        args: [ints([], [0])],
        error: 'ArgumentError',
        message: /invalid number of classes: got -1 for 0 class numbers/,
      },
    ],
  },
  embedding: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(ints([0, 4, 2]), table),
      call(ints([1, 1, 4, 1], [2, 2]), table),
      call(ints([3], []), table),
      call(ints([], [0]), table),
      call(ints([], [2, 0]), table),
      call(ints([1, 2, 1, 0]), t([5, 1])),
      call(ints([1, 2, 1, 0]), t([5, 0])),
      but(call(ints([1, 2, 1, 0]), table, { paddingIdx: 1 }), { smooth: false }),
      but(call(ints([1, 4, 1, 0]), table, { paddingIdx: -1 }), { smooth: false }),
      but(call(ints([1, 2, 1, 1, 0]), table, { scaleGradByFreq: true }), { smooth: false }),
      but(call(ints([1, 2, 1, 1, 2]), table, { scaleGradByFreq: true, paddingIdx: 2 }), { smooth: false }),
      call(ints([1, 2, 1]), t([5, 3], { gradient: false }), { maxNorm: 1 }),
      call(ints([4, 0]), t([5, 3], { gradient: false }), { maxNorm: 0.5, normType: 1 }),
      call(ints([4, 0]), t([5, 3], { gradient: false }), { maxNorm: 1.5, normType: Infinity }),
      call(ints([1, 2, 1, 0]), t([5, 3], { layout: 'transposed' })),
    ],
    errors: [
      {
        args: [ints([0, 5]), table],
        error: 'ValueError',
        message: /embedding\(\): index out of range: got 5 at position 1, expected 0 ≤ index < 5/,
      },
      { args: [ints([-1]), table], error: 'ValueError', message: /got -1 at position 0/ },
      {
        args: [ints([0]), t([5])],
        error: 'ShapeError',
        message: /the weight is not a matrix: got \[5\]/,
      },
      { args: [t([2]), table], error: 'DTypeError', message: /the input holds no row numbers/ },
      {
        args: [ints([0]), table, { paddingIdx: 5 }],
        error: 'ArgumentError',
        message: /paddingIdx is no row: got 5, expected an integer from -5 to 4/,
      },
    ],
  },
  embeddingBag: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      ...bagged({ mode: 'sum' }),
      ...bagged({}),
      ...bagged({ mode: 'max' }),
      call(ints([0, 4, 2, 2, 1, 3], [2, 3]), table, { mode: 'sum', perSampleWeights: t([2, 3]) }),
      call(ints([1, 1, 4, 0, 3, 2]), table, {
        mode: 'sum',
        offsets: ints([0, 2, 2, 5]),
        perSampleWeights: t([6]),
        paddingIdx: 1,
      }),
      but(call(ints([0, 4, 2, 2, 1, 2], [2, 3]), table, { mode: 'sum', scaleGradByFreq: true }), {
        noGolden: 'PyTorch 1.13 divides by the counts of other rows',
        smooth: false,
      }),
      call(ints([0, 4, 2, 2, 1, 3], [2, 3]), t([5, 3], { gradient: false }), { maxNorm: 1 }),
      call(ints([], [2, 0]), table, { mode: 'sum' }),
      call(ints([], [0, 2]), table),
      call(ints([], [0]), table, { offsets: ints([0, 0]) }),
      call(ints([], [0]), table, { mode: 'max', offsets: ints([0]) }),
      call(ints([0, 4, 2, 2], [2, 2]), t([5, 3], { layout: 'transposed' })),
    ],
    errors: [
      {
        args: [ints([0, 5], [1, 2]), table],
        error: 'ValueError',
        message: /embeddingBag\(\): index out of range: got 5 at position 1, expected 0 ≤ index < 5/,
      },
      {
        args: [ints([0, 1]), table, { offsets: ints([1]) }],
        error: 'ValueError',
        message: /the first bag does not start at the start/,
      },
      {
        args: [ints([0, 1]), table, { offsets: ints([0, 3]) }],
        error: 'ValueError',
        message: /embeddingBag\(\): index out of range: got 3 at position 1/,
      },
      { args: [ints([0, 1]), table], error: 'ShapeError', message: /got \[2\] without offsets/ },
      {
        args: [ints([0, 1], [1, 2]), table, { offsets: ints([0]) }],
        error: 'ShapeError',
        message: /got \[1, 2\] with offsets/,
      },
      {
        args: [ints([0, 1], [1, 2]), table, { mode: 'max', perSampleWeights: t([1, 2]) }],
        error: 'ArgumentError',
        message: /perSampleWeights do not fit: got \[1, 2\] with mode 'max'/,
      },
      {
        args: [ints([0, 1], [1, 2]), table, { mode: 'sum', perSampleWeights: t([2, 1]) }],
        error: 'ArgumentError',
        message: /perSampleWeights do not fit: got \[2, 1\] with mode 'sum', expected \[1, 2\]/,
      },
      {
        args: [ints([0, 1], [1, 2]), table, { mode: 'min' }],
        error: 'ArgumentError',
        message: /unknown reduction: got 'min'/,
      },
      {
        args: [ints([0], [1, 1]), t([5])],
        error: 'ShapeError',
        message: /the weight is not a matrix/,
      },
    ],
  },
  segmentReduce: {
    dtypes: FLOATS,
    gradient: true,
    samples: ['sum', 'mean', 'max', 'min', 'prod'].flatMap((reduce) => {
      // Nothing has a mean of NaN and extremes of infinity, which have no differences.
      const open = { smooth: reduce === 'sum' || reduce === 'prod' };
      return [
        but(call(data, reduce, { lengths }), open),
        call(data, reduce, { lengths, initial: 1 }),
        call(t([5]), reduce, { lengths: ints([1, 4]), unsafe: true }),
        call(t([5]), reduce, { lengths: ints([1, 4]) }),
        but(call(data, reduce, { offsets: ints([0, 2, 2, 5]) }), open),
        call(data, reduce, { offsets: ints([0, 2, 5]) }),
        but(call(t([2, 4]), reduce, { lengths: ints([1, 3, 4, 0], [2, 2]), axis: 1 }), open),
        call(t([2, 4, 2]), reduce, { offsets: ints([0, 1, 4, 0, 4, 4], [2, 3]), axis: 1, initial: 2 }),
        but(call(t([0, 2]), reduce, { lengths: ints([0, 0]) }), open),
        call(t([4, 5], { layout: 'transposed' }), reduce, { lengths: ints([3, 1]) }),
        but(call(v([2, 0, 3, 0, 0]), reduce, { lengths: ints([2, 3]) }), {
          smooth: reduce !== 'max' && reduce !== 'min',
          ...(reduce === 'max' && { noGolden: 'PyTorch 1.13 shares positive gradients only' }),
          ...(reduce === 'min' && { noGolden: 'PyTorch 1.13 shares positive gradients only' }),
        }),
      ];
    }),
    errors: [
      {
        args: [t([3]), 'sum', { lengths: ints([2, 2]) }],
        error: 'ValueError',
        message: /the lengths do not fill the dimension: got another sum, expected 3/,
      },
      {
        args: [t([3]), 'sum', { lengths: ints([-1, 4]) }],
        error: 'ValueError',
        message: /a negative length/,
      },
      {
        args: [t([3]), 'sum', { offsets: ints([0, 2, 1, 3]) }],
        error: 'ValueError',
        message: /the offsets are not in order/,
      },
      {
        args: [t([3]), 'sum', { offsets: ints([0, 4]) }],
        error: 'ValueError',
        message: /the offsets are not in order: got others, expected ascending ones from 0 to 3/,
        stricter: 'PyTorch 1.13 checks no offsets',
      },
      { args: [t([3]), 'sum', {}], error: 'ArgumentError', message: /got neither lengths nor offsets/ },
      {
        args: [t([3]), 'median', { lengths: ints([3]) }],
        error: 'ArgumentError',
        message: /unknown reduction: got 'median'/,
      },
      {
        args: [t([2, 3]), 'sum', { lengths: ints([3]), axis: 1 }],
        error: 'ShapeError',
        message: /the segments do not fit: got \[1\] for dimension 1 of \[2, 3\]/,
      },
      {
        args: [t([3]), 'sum', { lengths: ints([3]) }],
        dtype: 'int32',
        error: 'DTypeError',
        message: /got int32, expected a float dtype/,
      },
    ],
  },
  isin: {
    dtypes: ALL,
    gradient: false,
    samples: [
      call(v([1, 2, 3, 2]), v([3, 1])),
      call(v([1, 2, 3, 2], { shape: [2, 2] }), v([2, 5, 2], { shape: [3, 1] })),
      call(v([1, 2, 3, 2]), v([2]), { invert: true }),
      call(v([1, 2, 3]), v([3, 1]), { assumeUnique: true }),
      call(v([1, 2, 3]), 2),
      call(2, v([1, 2, 3])),
      call(4, v([1, 2, 3]), { invert: true }),
      call(v([1, 2]), v([], { shape: [0] })),
      call(v([], { shape: [0, 2] }), v([1])),
      call(v([2], { shape: [] }), v([1, 2])),
      but(call(v([Number.NaN, Infinity, -0, 1]), v([Number.NaN, Infinity, 0])), { dtypes: FLOATS }),
      call(t([4, 6], { layout: 'transposed' }), t([5], { layout: 'stepped' })),
      but(call(v([1, 2, 3], { dtype: 'int32' }), v([2, 2.5])), { dtypes: FLOATS }),
    ],
    errors: [{ args: [1, 2], error: 'ArgumentError', message: /got two numbers/ }],
  },
};
