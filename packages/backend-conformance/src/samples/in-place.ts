import type { ErrorSample, Sample, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, NUMBERS, t } from './spec.ts';

const nonzero = { low: 0.5, high: 3 };

/** The target is a whole tensor, a view, larger than the other operand; the other one is a number. */
const onTargets = (other: { low?: number; high?: number } = {}): Sample[] => [
  call(t([2, 3]), t([2, 3], other)),
  call(t([2, 3]), t([3], other)),
  call(t([2, 3]), t([], other)),
  call(t([3, 4], { layout: 'transposed' }), t([4], other)),
  call(t([3, 4], { layout: 'stepped' }), t([3, 4], other)),
  call(t([3, 4], { layout: 'flipped' }), t([3, 1], other)),
  but(call(t([2, 3]), 2), { dtypes: NUMBERS }),
  call(t([0]), t([1], other)),
  call(t([]), t([], other)),
];

const grows: ErrorSample = {
  args: [t([3]), t([2, 3])],
  error: 'ShapeError',
  message: /the result does not fit in place: got \[2, 3\], expected \[3\]/,
};
const becomesFloat: ErrorSample = {
  args: [t([3]), t([3], { dtype: 'float32' })],
  dtype: 'int32',
  error: 'DTypeError',
  message: /the result does not fit in place: got float32, expected int32/,
};

type Names =
  | 'Tensor.add_'
  | 'Tensor.sub_'
  | 'Tensor.mul_'
  | 'Tensor.div_'
  | 'Tensor.relu_'
  | 'Tensor.clamp_'
  | 'Tensor.apply_'
  | 'Tensor.copy_'
  | 'Tensor.fill_'
  | 'Tensor.zero_';

/** Methods that write into their tensor. */
export const inPlace: SamplesOf<Names> = {
  'Tensor.add_': {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...onTargets(),
      but(call(t([2]), t([2]), { alpha: 3 }), { dtypes: NUMBERS }),
      ...(['float64', 'int32', 'bool'] as const).map((dtype) =>
        but(call(t([3]), t([3], { dtype })), { dtypes: ['float32'] }),
      ),
    ],
    errors: [grows, becomesFloat],
  },
  'Tensor.sub_': { dtypes: NUMBERS, gradient: true, samples: onTargets(), errors: [grows, becomesFloat] },
  'Tensor.mul_': { dtypes: ALL, gradient: true, samples: onTargets(), errors: [grows, becomesFloat] },
  'Tensor.div_': {
    dtypes: FLOATS,
    gradient: true,
    samples: onTargets(nonzero),
    errors: [
      grows,
      { args: [t([3]), 2], dtype: 'int32', error: 'DTypeError', message: /got float32, expected int32/ },
    ],
  },
  'Tensor.relu_': {
    dtypes: NUMBERS,
    gradient: true,
    samples: [call(t([2, 3])), call(t([3, 4], { layout: 'transposed' }))],
  },
  'Tensor.clamp_': {
    dtypes: NUMBERS,
    gradient: true,
    samples: [call(t([2, 3]), -1, 1), call(t([3, 4], { layout: 'transposed' }), 0, 1)],
  },
  'Tensor.apply_': {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([2, 3]), 'exp'), call(t([2, 3], nonzero), 'pow', 3)],
  },
  'Tensor.copy_': {
    dtypes: ALL,
    gradient: true,
    samples: [
      call(t([2, 3]), t([2, 3])),
      call(t([2, 3]), t([3])),
      call(t([2, 3]), t([])),
      call(t([3, 4], { layout: 'transposed' }), t([3, 4], { layout: 'stepped' })),
      but(call(t([3]), t([3], { dtype: 'int32' })), { dtypes: FLOATS }),
      but(call(t([3]), t([3], { dtype: 'float64' })), { dtypes: ['int32', 'float32'] }),
      call(t([0]), t([0])),
    ],
    errors: [{ args: [t([3]), t([2, 3])], error: 'ShapeError', message: /sizes do not fit/ }],
  },
  'Tensor.fill_': {
    dtypes: ALL,
    gradient: true,
    samples: [call(t([2, 3]), 2), call(t([3, 4], { layout: 'transposed' }), 1), call(t([]), 0)],
  },
  'Tensor.zero_': {
    dtypes: ALL,
    gradient: true,
    samples: [call(t([2, 3])), call(t([3, 4], { layout: 'flipped' }))],
  },
};
