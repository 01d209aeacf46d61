import type { ErrorSample, SamplesOf } from './spec.ts';
import { ALL, call, FLOATS, t } from './spec.ts';

const outOfRange: ErrorSample = {
  args: [t([2, 3]), 5, 0, 1],
  error: 'ShapeError',
  message: /dimension out of range: got 5/,
};

type Names =
  | 'reshape'
  | 'Tensor.view'
  | 'flatten'
  | 'squeeze'
  | 'unsqueeze'
  | 'permute'
  | 'Tensor.permute'
  | 'transpose'
  | 'mT'
  | 'Tensor.t'
  | 'expand'
  | 'narrow'
  | 'select'
  | 'flip'
  | 'clone'
  | 'contiguous'
  | 'Tensor.detach';

/** Views, and copies of them. */
export const shapes: SamplesOf<Names> = {
  reshape: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([2, 6]), [3, 4]),
      call(t([2, 6]), [-1]),
      call(t([2, 6]), [3, -1, 2]),
      call(t([]), [1, 1]),
      call(t([1]), []),
      call(t([0, 3]), [3, 0]),
      call(t([2, 6]), [2, 6]),
      call(t([3, 4], { layout: 'transposed' }), [12]),
      call(t([3, 4], { layout: 'stepped' }), [2, 6]),
      call(t([3, 4], { layout: 'expanded' }), [6, 2]),
      call(t([2, 3, 4], { layout: 'transposed' }), [6, 4]),
      call(t([4, 2], { layout: 'flipped' }), [8]),
      call(t([0]), [0, 5]),
      call(t([2, 1, 3], { layout: 'transposed' }), [3, 2]),
    ],
    errors: [
      {
        args: [t([2, 3]), [4]],
        error: 'ShapeError',
        message: /sizes do not fit: got 6 elements for shape \[4\]/,
      },
      { args: [t([2, 3]), [-1, -1]], error: 'ShapeError', message: /at most one -1/ },
      { args: [t([2, 3]), [4, -1]], error: 'ShapeError', message: /sizes do not fit/ },
      { args: [t([0, 3]), [0, -1]], error: 'ShapeError', message: /sizes do not fit/ },
    ],
  },
  'Tensor.view': {
    dtypes: FLOATS,
    gradient: true,
    layouts: false,
    samples: [call(t([2, 6]), [3, 4]), call(t([2, 6], { layout: 'offset' }), [-1])],
    errors: [
      {
        args: [t([3, 4], { layout: 'transposed' }), [12]],
        error: 'ShapeError',
        message: /the layout does not allow a view.*Use reshape/,
      },
    ],
  },
  flatten: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3, 4])),
      call(t([2, 3, 4]), 1),
      call(t([2, 3, 4]), 0, 1),
      call(t([2, 3, 4]), -2, -1),
      call(t([])),
      call(t([3])),
      call(t([2, 3, 4], { layout: 'transposed' }), 1),
    ],
    errors: [
      { args: [t([2, 3]), 1, 0], error: 'ShapeError', message: /start comes after end: got 1 and 0/ },
      { args: [t([2, 3]), 2], error: 'ShapeError', message: /dimension out of range: got 2/ },
    ],
  },
  squeeze: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([1, 3, 1])),
      call(t([1, 3, 1]), 0),
      call(t([1, 3, 1]), 1),
      call(t([1, 3, 1]), -1),
      call(t([])),
      call(t([]), 0),
      call(t([1, 0, 1])),
      call(t([2, 1, 3], { layout: 'transposed' })),
    ],
    errors: [{ args: [t([2, 1]), 2], error: 'ShapeError', message: /dimension out of range: got 2/ }],
  },
  unsqueeze: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3]), 0),
      call(t([2, 3]), 1),
      call(t([2, 3]), -1),
      call(t([]), 0),
      call(t([]), -1),
      call(t([0]), 1),
      call(t([2, 3], { layout: 'transposed' }), 2),
    ],
    errors: [
      {
        args: [t([2, 3]), 3],
        error: 'ShapeError',
        message: /dimension out of range: got 3, expected an integer from -3 to 2/,
      },
    ],
  },
  permute: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([2, 3, 4]), [2, 0, 1]),
      call(t([2, 3, 4]), [-1, 0, 1]),
      call(t([2, 3]), [0, 1]),
      call(t([]), []),
      call(t([2, 0, 3]), [1, 2, 0]),
      call(t([2, 3, 4], { layout: 'stepped' }), [1, 2, 0]),
    ],
    errors: [
      {
        args: [t([2, 3]), [0]],
        error: 'ShapeError',
        message: /not a permutation: got \[0\], expected each of 2 dimensions once/,
      },
      { args: [t([2, 3]), [0, 0]], error: 'ShapeError', message: /not a permutation/ },
    ],
  },
  'Tensor.permute': { dtypes: FLOATS, gradient: true, samples: [call(t([2, 3, 4]), 1, 0, -1)] },
  transpose: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3]), 0, 1),
      call(t([2, 3, 4]), 0, -1),
      call(t([2, 3]), 1, 1),
      call(t([]), 0, 0),
      call(t([3]), 0, 0),
      call(t([2, 0]), 0, 1),
      call(t([3, 2], { layout: 'flipped' }), 0, 1),
    ],
    errors: [{ args: [t([2, 3]), 0, 2], error: 'ShapeError', message: /dimension out of range: got 2/ }],
  },
  mT: {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([2, 3])), call(t([2, 3, 4])), call(t([2, 0]))],
    errors: [{ args: [t([3])], error: 'ShapeError', message: /dimension out of range/ }],
  },
  'Tensor.t': {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([2, 3])), call(t([3])), call(t([]))],
    errors: [{ args: [t([2, 3, 4])], error: 'ShapeError', message: /not a matrix: got \[2, 3, 4\]/ }],
  },
  expand: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([3, 1]), [3, 4]),
      call(t([1, 3]), [2, 3]),
      call(t([3]), [2, 2, 3]),
      call(t([]), [2, 3]),
      call(t([2, 1]), [-1, 3]),
      call(t([3]), [3]),
      call(t([1]), [0]),
      call(t([0, 1]), [0, 3]),
      call(t([1, 4], { layout: 'stepped' }), [3, 4]),
      call(t([2, 1, 3]), [4, 2, -1, 3]),
    ],
    errors: [
      {
        args: [t([2, 3]), [2, 4]],
        error: 'ShapeError',
        message: /sizes do not fit: got \[2, 3\] for \[2, 4\]/,
      },
      { args: [t([2, 3]), [3]], error: 'ShapeError', message: /sizes do not fit/ },
      { args: [t([3]), [-1, 3]], error: 'ShapeError', message: /sizes do not fit/ },
    ],
  },
  narrow: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([4, 5]), 0, 1, 2),
      call(t([4, 5]), 1, 0, 5),
      call(t([4, 5]), -1, -3, 2),
      call(t([4, 5]), 0, 4, 0),
      call(t([3, 5], { layout: 'flipped' }), 1, 1, 3),
      call(t([4, 3], { layout: 'transposed' }), 0, 1, 2),
    ],
    errors: [
      {
        args: [t([4, 5]), 0, 3, 2],
        error: 'ShapeError',
        message:
          /range out of bounds: got start 3 and length 2, expected a range within size 4 of dimension 0/,
      },
      { args: [t([4, 5]), 0, 0, -1], error: 'ShapeError', message: /range out of bounds/ },
      outOfRange,
    ],
  },
  select: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([4, 5]), 0, 1),
      call(t([4, 5]), 1, -1),
      call(t([4, 5]), -1, 0),
      call(t([3]), 0, 2),
      call(t([3, 5], { layout: 'flipped' }), 1, 1),
    ],
    errors: [
      {
        args: [t([4, 5]), 0, 4],
        error: 'ShapeError',
        message: /index out of range: got 4, expected an integer from -4 to 3 for dimension 0/,
      },
      { args: [t([4, 5]), 0, -5], error: 'ShapeError', message: /index out of range: got -5/ },
      { args: [t([]), 0, 0], error: 'ShapeError', message: /a 0-d tensor has no dimension/ },
    ],
  },
  flip: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([2, 3]), 0),
      call(t([2, 3]), -1),
      call(t([2, 3]), [0, 1]),
      call(t([2, 3]), []),
      call(t([1, 3]), 0),
      call(t([0, 3]), 0),
      call(t([3, 4], { layout: 'transposed' }), [0]),
      call(t([3, 4], { layout: 'flipped' }), 1),
    ],
    errors: [
      { args: [t([2, 3]), 2], error: 'ShapeError', message: /dimension out of range: got 2/ },
      { args: [t([2, 3]), [0, 0]], error: 'ShapeError', message: /named twice/ },
    ],
  },
  clone: {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([2, 3])),
      call(t([])),
      call(t([0])),
      call(t([3, 4], { layout: 'transposed' })),
      call(t([3, 4], { layout: 'expanded' })),
      call(t([3, 4], { layout: 'stepped' })),
      call(t([3, 4, 2], { layout: 'flipped' })),
    ],
  },
  contiguous: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3])),
      call(t([3, 4], { layout: 'transposed' })),
      call(t([3, 4], { layout: 'expanded' })),
    ],
  },
  'Tensor.detach': { dtypes: FLOATS, gradient: false, samples: [call(t([2, 3]))] },
};
