import type { Arg, ErrorSample, Sample, SamplesOf } from './spec.ts';
import { ALL, bools, but, call, FLOATS, ints, NUMBERS, t, v } from './spec.ts';

const repeated = 'PyTorch gives a gradient to values that were written over';
const smaller = 'PyTorch 1.13 raises in backward when the index is smaller than the source';
const negative = 'PyTorch 1.13 raises in backward for negative indices';
const inf = Infinity;

/** x, dimension, index and source for functions that take an index of the source's shape; no place is met twice. */
const apart: readonly (readonly Arg[])[] = [
  [t([3, 4]), 0, ints([0, 2, 1, 1], [1, 4]), t([1, 4])],
  [t([3, 4]), 1, ints([0, 3, 1, 2, 2, 0], [3, 2]), t([3, 2])],
  [t([3, 4]), -1, ints([3, 1], [2, 1]), t([2, 1])],
  [t([3]), 0, ints([2, 0]), t([2])],
  [t([]), 0, ints([0], []), t([])],
  [t([]), -1, ints([0]), t([1])],
  [t([3, 4]), 0, ints([], [0, 4]), t([0, 4])],
  [t([2, 3, 4]), 1, ints([2, 0, 1, 1, 1, 2], [1, 2, 3]), t([1, 2, 3])],
  [
    t([3, 4], { layout: 'transposed' }),
    1,
    ints([0, 3, 1, 2, 2, 0], [3, 2]),
    t([3, 2], { layout: 'stepped' }),
  ],
];

/** The same where places are met several times. */
const together: readonly (readonly Arg[])[] = [
  [t([3]), 0, ints([2, 2, 0, 2]), t([4])],
  [t([2, 3]), 1, ints([0, 0, 2, 1, 1, 1], [2, 3]), t([2, 3])],
  [t([3, 2]), 0, ints([1, 0, 1, 2, 0, 0, 1, 2, 1, 0], [5, 2]), t([5, 2])],
  [t([4, 3]), 0, ints([3, 3, 3, 3], [2, 2]), t([2, 2])],
  [t([2, 3], { layout: 'expanded' }), 1, ints([1, 1, 0, 1], [2, 2]), t([2, 2], { layout: 'flipped' })],
];

const cut = [t([3, 4]), 0, ints([1, 2], [2, 1]), t([2, 4])];

const errorsFor = (op: string, ...rest: readonly Arg[]): readonly ErrorSample[] => [
  {
    args: [t([3, 4]), 0, ints([3], [1, 1]), t([1, 1]), ...rest],
    error: 'ValueError',
    message: new RegExp(
      `${op}\\(\\): index out of range: got 3 at position 0, expected 0 ≤ index < 3 along dimension 0`,
    ),
  },
  {
    args: [t([3, 4]), 1, ints([0, -1], [1, 2]), t([1, 2]), ...rest],
    error: 'ValueError',
    message: /got -1 at position 1, expected 0 ≤ index < 4 along dimension 1/,
  },
  {
    args: [t([3, 4]), 0, ints([0, 1], [1, 2]), t([1, 1]), ...rest],
    error: 'ShapeError',
    message: /the source does not fit: got \[1, 1\] for index \[1, 2\]/,
  },
  {
    args: [t([3, 4]), 0, ints([0], [1]), t([1]), ...rest],
    error: 'ShapeError',
    message: /the index does not fit: got index \[1\] for \[3, 4\]/,
  },
  {
    args: [t([3, 4]), 0, ints([0], [1, 1]), t([1, 1], { dtype: 'float64' }), ...rest],
    error: 'DTypeError',
    message: /the source does not fit: got float64 for float32/,
  },
  {
    args: [t([3, 4]), 0, t([1, 4]), t([1, 4]), ...rest],
    error: 'DTypeError',
    message: /the index is not an integer/,
  },
  {
    args: [t([3, 4]), 2, ints([0], [1, 1]), t([1, 1]), ...rest],
    error: 'ShapeError',
    message: /dimension out of range: got 2/,
  },
];

const reductions = ['sum', 'prod', 'mean', 'amax', 'amin'] as const;
const zeros = v([2, 0, 0, -1, 0, 3]);
const tied = v([2, 2, 1, 2, 1, 1]);
const threes = ints([0, 0, 0, 1, 1, 2]);

const reduced: Sample[] = reductions.flatMap((reduce) => {
  const each = [...apart, ...together].map((args) => call(...args, reduce));
  const smooth = { smooth: reduce !== 'amax' && reduce !== 'amin' };
  return [
    ...each,
    ...together.slice(0, 3).map((args) => call(...args, reduce, { includeSelf: false })),
    but(call(...cut, reduce), { noGolden: smaller }),
    but(call(v([1, 2, 1]), 0, threes, zeros, reduce), { dtypes: NUMBERS, ...smooth }),
    but(call(v([0, 2, 1]), 0, threes, zeros, reduce), { dtypes: FLOATS, ...smooth }),
    but(call(v([2, 2, 1, 5]), 0, threes, tied, reduce), smooth),
    but(call(v([2, 2, 1, 5]), 0, threes, tied, reduce, { includeSelf: false }), {
      ...smooth,
      ...(!smooth.smooth && { noGolden: 'PyTorch 1.13 shares with what is left out' }),
    }),
    but(call(v([1, Number.NaN, 3]), 0, ints([0, 1, 2]), v([Number.NaN, 2, inf]), reduce), {
      dtypes: FLOATS,
      smooth: false,
      ...(reduce === 'prod' && { noGolden: 'PyTorch divides by the value, and so by NaN' }),
    }),
    but(call(v([100, 100, -100]), 0, ints([0, 0, 1]), v([100, 100, 100]), reduce), {
      dtypes: ['int32', 'int8'],
    }),
  ];
});

const rows: readonly (readonly Arg[])[] = [
  [t([3, 4]), 0, ints([2, 0]), t([2, 4])],
  [t([3, 4]), 1, ints([3]), t([3, 1])],
  [t([2, 3, 2]), -2, ints([2, 1]), t([2, 2, 2])],
  [t([3, 4]), 0, ints([], [0]), t([0, 4])],
  [t([]), 0, ints([0]), t([])],
  [t([3]), 0, ints([1], []), t([1])],
  [t([3, 4], { layout: 'transposed' }), 1, ints([3, 0]), t([3, 2], { layout: 'stepped' })],
];
const rowsAgain: readonly (readonly Arg[])[] = [
  [t([3, 4]), 0, ints([1, 0, 1, 1]), t([4, 4])],
  [t([2, 3, 2]), 1, ints([2, 2]), t([2, 2, 2])],
];

const rowErrors = (op: string, ...rest: readonly Arg[]): readonly ErrorSample[] => [
  {
    args: [t([3, 4]), 0, ints([0, 3]), t([2, 4]), ...rest],
    error: 'ValueError',
    message: new RegExp(`${op}\\(\\): index out of range: got 3 at position 1, expected 0 ≤ index < 3`),
  },
  {
    args: [t([3, 4]), 1, ints([-1]), t([3, 1]), ...rest],
    error: 'ValueError',
    message: /got -1 at position 0, expected 0 ≤ index < 4 along dimension 1/,
  },
  {
    args: [t([3, 4]), 0, ints([0, 1]), t([3, 4]), ...rest],
    error: 'ShapeError',
    message: /the source does not fit: got \[3, 4\], expected \[2, 4\]/,
  },
  {
    args: [t([3, 4]), 0, ints([0, 1], [1, 2]), t([2, 4]), ...rest],
    error: 'ShapeError',
    message: /the index is not a vector/,
  },
  {
    args: [t([3, 4]), 0, ints([0, 1]), t([2, 4], { dtype: 'float64' }), ...rest],
    error: 'DTypeError',
    message: /got float64 for float32/,
  },
  {
    args: [t([3, 4]), 0, t([2]), t([2, 4]), ...rest],
    error: 'DTypeError',
    message: /the index is not an integer: got float32/,
  },
];

/** Indices of `indexPut` and what they pick; none meets a place twice. */
const parts: readonly (readonly Arg[])[] = [
  [t([3, 4]), [ints([2, 0])], t([2, 4])],
  [t([3, 4]), [ints([-1, 0])], t([4])],
  [t([3, 4]), [ints([0, 2]), ints([1, -1])], t([2])],
  [t([3, 4]), [ints([0, 2], [2, 1]), ints([1, 3])], t([2, 2])],
  [t([3, 4]), [null, ints([1, 3])], t([3, 2])],
  [t([2, 3, 4]), [ints([0, 1]), null, ints([1, 2])], t([2, 3])],
  [t([2, 3, 4]), [null, ints([0, 2]), ints([1, 2])], t([])],
  [t([3, 4]), [ints([], [0])], t([4])],
  [t([3, 4], { layout: 'transposed' }), [null, ints([1, 3])], t([3, 2], { layout: 'stepped' })],
];
const partsAgain: readonly (readonly Arg[])[] = [
  [t([3, 4]), [ints([1, 1, 1])], t([3, 4])],
  [t([3, 4]), [ints([0, 2, 0]), ints([1, 3, 1])], t([3])],
  [t([3, 4]), [ints([0, -3])], t([])],
];

const puts: readonly (readonly Arg[])[] = [
  [t([2, 3]), ints([4, 0, -1]), t([3])],
  [t([2, 3]), ints([4, 0], [2, 1]), t([2])],
  [t([]), ints([0]), t([])],
  [t([]), ints([-1], []), t([1])],
  [t([2, 3]), ints([], [0]), t([0])],
  [t([2, 3], { layout: 'transposed' }), ints([1, 2, 3]), t([3], { layout: 'flipped' })],
];
const putsAgain: readonly Arg[] = [t([2, 3]), ints([4, 4, -2, 0]), t([4])];

type Names =
  | 'scatter'
  | 'scatterReduce'
  | 'indexAdd'
  | 'indexCopy'
  | 'indexFill'
  | 'indexReduce'
  | 'indexPut'
  | 'put'
  | 'maskedScatter';

export const scatters: SamplesOf<Names> = {
  scatter: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...apart.map((args) => call(...args)),
      ...together.map((args) => but(call(...args), { noGolden: repeated })),
      but(call(...cut), { noGolden: smaller }),
      call(t([3, 4]), 1, ints([0, 3, 1, 2, 2, 0], [3, 2]), 5),
      call(t([3]), 0, ints([1, 1]), 1),
      call(t([]), 0, ints([0], []), 1),
      but(call(t([3]), 0, ints([1]), 2.5), { dtypes: FLOATS }),
      but(call(t([3]), 0, ints([1, 2]), v([Number.NaN, inf])), { dtypes: FLOATS, smooth: false }),
      ...['add', 'multiply'].flatMap((reduce) =>
        together
          .slice(0, 2)
          .map((args) => but(call(...args, { reduce }), { noGolden: 'PyTorch has no such gradient' })),
      ),
      but(call(t([3]), 0, ints([1, 1]), 3, { reduce: 'multiply' }), {
        noGolden: 'PyTorch has no such gradient',
      }),
    ],
    errors: [
      ...errorsFor('scatter'),
      {
        args: [t([3]), 0, ints([0]), 0.5],
        dtype: 'int32',
        error: 'DTypeError',
        message: /the value does not fit: got 0.5 for int32/,
        stricter: 'PyTorch cuts the fraction',
      },
      {
        args: [t([3]), 0, ints([0]), t([1]), { reduce: 'amax' }],
        error: 'ArgumentError',
        message: /unknown reduce: got 'amax'/,
      },
    ],
  },
  scatterReduce: {
    dtypes: NUMBERS,
    gradient: true,
    samples: reduced,
    errors: [
      ...errorsFor('scatterReduce', 'amax'),
      {
        args: [t([3]), 0, ints([0]), t([1]), 'add'],
        error: 'ArgumentError',
        message: /unknown reduction: got 'add', expected one of sum, prod, mean, amax, amin/,
      },
    ],
  },
  indexAdd: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...[...rows, ...rowsAgain].map((args) => call(...args)),
      but(call(...(rows[0] as readonly Arg[]), { alpha: -2 }), {
        dtypes: ['float32', 'float64', 'int32', 'int8'],
      }),
      but(call(...(rowsAgain[0] as readonly Arg[]), { alpha: 0.5 }), { dtypes: FLOATS }),
    ],
    errors: [
      ...rowErrors('indexAdd'),
      {
        args: [t([3]), 0, ints([0]), t([1]), { alpha: 0.5 }],
        dtype: 'int32',
        error: 'DTypeError',
        message: /alpha does not fit: got 0.5 for int32/,
        stricter: 'PyTorch cuts the fraction',
      },
    ],
  },
  indexCopy: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...rows.map((args) => call(...args)),
      ...rowsAgain.map((args) => but(call(...args), { noGolden: repeated })),
    ],
    errors: rowErrors('indexCopy'),
  },
  indexFill: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3, 4]), 0, ints([2, 0]), 1),
      call(t([3, 4]), 1, ints([-1]), 0),
      but(call(t([3, 4]), -1, ints([1, 1]), t([])), {
        noGolden: 'PyTorch counts the gradient of the value for every index',
      }),
      but(call(t([2, 3, 2]), 1, ints([0, -1]), t([])), { noGolden: negative }),
      call(t([3, 4]), 0, ints([], [0]), 1),
      call(t([]), 0, ints([0]), 1),
      but(call(t([]), 0, ints([-1]), t([])), { noGolden: negative }),
      call(t([3]), 0, ints([1], []), 1),
      but(call(t([3]), 0, ints([1]), -2.5), { dtypes: FLOATS }),
      call(t([3, 4], { layout: 'transposed' }), 1, ints([3, 0]), 1),
    ],
    errors: [
      {
        args: [t([3, 4]), 0, ints([0, 3]), 1],
        error: 'ValueError',
        message: /indexFill\(\): index out of range: got 3 at position 1, expected -3 ≤ index < 3/,
      },
      {
        args: [t([3, 4]), 0, ints([-4]), 1],
        error: 'ValueError',
        message: /got -4 at position 0, expected -3 ≤ index < 3/,
      },
      {
        args: [t([3]), 0, ints([0]), t([1])],
        error: 'ShapeError',
        message: /the value is not a single one: got shape \[1\]/,
      },
      {
        args: [t([3]), 0, ints([0]), 0.5],
        dtype: 'int32',
        error: 'DTypeError',
        message: /the value does not fit: got 0.5 for int32/,
        stricter: 'PyTorch cuts the fraction',
      },
      { args: [t([3]), 0, t([1]), 1], error: 'DTypeError', message: /the index is not an integer/ },
    ],
  },
  indexReduce: {
    dtypes: NUMBERS,
    gradient: true,
    samples: reductions
      .slice(1)
      .flatMap((reduce) => [
        ...[...rows, ...rowsAgain].map((args) => call(...args, reduce)),
        ...rowsAgain.map((args) => call(...args, reduce, { includeSelf: false })),
      ]),
    errors: [
      ...rowErrors('indexReduce', 'prod'),
      {
        args: [t([3]), 0, ints([0]), t([1]), 'sum'],
        error: 'ArgumentError',
        message: /unknown reduction: got 'sum', expected one of prod, mean, amax, amin/,
      },
    ],
  },
  indexPut: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...parts.map((args) => call(...args)),
      ...partsAgain.map((args) => but(call(...args), { noGolden: repeated })),
      ...[...parts, ...partsAgain].map((args) => call(...args, { accumulate: true })),
    ],
    errors: [
      {
        args: [t([3, 4]), [ints([0]), ints([4])], t([])],
        error: 'ValueError',
        message:
          /indexPut\(\): index out of range: got 4 at position 0, expected -4 ≤ index < 4 along dimension 1/,
      },
      {
        args: [t([3, 4]), [ints([1, -4])], t([])],
        error: 'ValueError',
        message: /got -4 at position 1, expected -3 ≤ index < 3 along dimension 0/,
      },
      {
        args: [t([3, 4]), [ints([1, 2])], t([3])],
        error: 'ShapeError',
        message: /sizes do not fit: got \[3\] for \[2, 4\]/,
      },
      {
        args: [t([3, 4]), [ints([1, 2]), ints([0, 1, 2])], t([])],
        error: 'ShapeError',
        message: /shapes do not broadcast: got \[2\] and \[3\]/,
      },
      {
        args: [t([3, 4]), [ints([1])], t([], { dtype: 'float64' })],
        error: 'DTypeError',
        message: /the values do not fit: got float64 for float32/,
      },
      { args: [t([3, 4]), [t([1])], t([])], error: 'DTypeError', message: /an index is not an integer/ },
      {
        args: [t([3, 4]), [null], t([])],
        error: 'ArgumentError',
        message: /no index/,
        stricter: 'PyTorch 1.13 writes everywhere',
      },
    ],
  },
  put: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...puts.map((args) => call(...args)),
      but(call(...putsAgain), { noGolden: repeated }),
      ...[...puts, putsAgain].map((args) => call(...args, { accumulate: true })),
    ],
    errors: [
      {
        args: [t([2, 3]), ints([0, 6]), t([2])],
        error: 'ValueError',
        message: /put\(\): index out of range: got 6 at position 1, expected -6 ≤ index < 6/,
      },
      {
        args: [t([2, 3]), ints([-7]), t([1])],
        error: 'ValueError',
        message: /got -7 at position 0/,
      },
      {
        args: [t([2, 3]), ints([0, 1]), t([3])],
        error: 'ShapeError',
        message: /the source does not fit: got 3 elements for 2 positions/,
      },
      {
        args: [t([2, 3]), ints([0]), t([1], { dtype: 'float64' })],
        error: 'DTypeError',
        message: /got float64 for float32/,
      },
      { args: [t([2, 3]), t([1]), t([1])], error: 'DTypeError', message: /the index is not an integer/ },
    ],
  },
  maskedScatter: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([4]), bools([1, 0, 0, 1]), t([2])),
      call(t([2, 3]), bools([1, 0, 1, 1, 0, 1], [2, 3]), t([5])),
      call(t([2, 3]), bools([1, 0, 1]), t([2, 2])),
      call(t([3]), bools([1, 0, 1, 0, 1, 0], [2, 3]), t([3])),
      call(t([2, 3]), bools([1], []), t([6])),
      call(t([]), bools([1], []), t([])),
      call(t([4]), bools([0, 0, 0, 0]), t([0])),
      call(t([0]), bools([], [0]), t([2])),
      call(
        t([3, 4], { layout: 'transposed' }),
        bools([1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1], [3, 4]),
        t([3, 2], { layout: 'stepped' }),
      ),
    ],
    errors: [
      {
        args: [t([4]), bools([1, 0, 1, 1]), t([2])],
        error: 'ValueError',
        message: /the source is too short: got a mask with true element 3 at position 3/,
      },
      {
        args: [t([4]), bools([0, 0, 1, 1]), t([0])],
        error: 'ValueError',
        message: /the source is too short/,
      },
      { args: [t([2]), t([2]), t([2])], error: 'DTypeError', message: /got a mask of float32/ },
      {
        args: [t([2]), bools([1, 1]), t([2], { dtype: 'float64' })],
        error: 'DTypeError',
        message: /a source of float64, expected bool and float32/,
      },
      {
        args: [t([2]), bools([1, 1, 0]), t([2])],
        error: 'ShapeError',
        message: /shapes do not broadcast/,
      },
    ],
  },
};
