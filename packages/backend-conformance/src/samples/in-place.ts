import type { ErrorSample, Sample, SamplesOf } from './spec.ts';
import { ALL, bools, but, call, FLOATS, ints, NUMBERS, t } from './spec.ts';

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

type Unary =
  | 'abs'
  | 'ceil'
  | 'cos'
  | 'exp'
  | 'expm1'
  | 'floor'
  | 'log'
  | 'log1p'
  | 'neg'
  | 'reciprocal'
  | 'round'
  | 'rsqrt'
  | 'sigmoid'
  | 'sign'
  | 'sin'
  | 'sqrt'
  | 'square'
  | 'tanh'
  | 'trunc';

/** Unary functions and where they are defined and smooth. */
const unary: Readonly<Record<Unary, { low?: number; high?: number }>> = {
  abs: nonzero,
  ceil: { low: 0.1, high: 0.9 },
  cos: {},
  exp: {},
  expm1: {},
  floor: { low: 0.1, high: 0.9 },
  log: nonzero,
  log1p: nonzero,
  neg: {},
  reciprocal: nonzero,
  round: { low: 0.6, high: 0.9 },
  rsqrt: nonzero,
  sigmoid: {},
  sign: nonzero,
  sin: {},
  sqrt: nonzero,
  square: {},
  tanh: {},
  trunc: { low: 0.1, high: 0.9 },
};

type UnaryNames = `Tensor.${Unary}_`;

const unaryForms = Object.fromEntries(
  Object.entries(unary).map(([name, range]) => [
    `Tensor.${name}_`,
    {
      dtypes: FLOATS,
      gradient: true,
      samples: [
        call(t([2, 3], range)),
        call(t([3, 2], { ...range, layout: 'transposed' })),
        call(t([0], range)),
      ],
    },
  ]),
) as unknown as SamplesOf<UnaryNames>;

type Names =
  | UnaryNames
  | 'Tensor.addcdiv_'
  | 'Tensor.addcmul_'
  | 'Tensor.div'
  | 'Tensor.fmod_'
  | 'Tensor.lerp_'
  | 'Tensor.maskedFill_'
  | 'Tensor.pow_'
  | 'Tensor.remainder_'
  | 'Tensor.round'
  | 'Tensor.scatterAdd_'
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
  ...unaryForms,
  'Tensor.addcmul_': {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([2, 3]), t([2, 3]), t([3])), call(t([2, 3]), t([3]), t([]), { value: -2 })],
    errors: [{ args: [t([3]), t([2, 3]), t([3])], error: 'ShapeError', message: /does not fit in place/ }],
  },
  'Tensor.addcdiv_': {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3]), t([2, 3]), t([3], nonzero)),
      call(t([2, 3]), t([3]), t([], nonzero), { value: -2 }),
    ],
  },
  'Tensor.lerp_': {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([2, 3]), t([2, 3]), 0.3), call(t([2, 3]), t([3]), t([3]))],
  },
  'Tensor.pow_': {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([2, 3], nonzero), 3), call(t([2, 3], nonzero), t([3]))],
  },
  'Tensor.fmod_': { dtypes: FLOATS, gradient: true, samples: [call(t([2, 3], { low: 0.1, high: 0.9 }), 2)] },
  'Tensor.remainder_': {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([2, 3], { low: 0.1, high: 0.9 }), 2)],
  },
  'Tensor.maskedFill_': {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3]), bools([1, 0, 1, 0, 0, 1], [2, 3]), 2),
      call(t([3, 2], { layout: 'transposed' }), bools([1, 0]), -1),
    ],
  },
  'Tensor.scatterAdd_': {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3]), 1, ints([0, 2, 2, 1], [2, 2]), t([2, 2])),
      call(t([4]), 0, ints([3, 3]), t([2])),
    ],
  },
  'Tensor.div': {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3]), t([3], nonzero)),
      ...['floor', 'trunc'].map((roundingMode) =>
        but(call(t([2, 3], { low: 0.1, high: 9 }), 4, { roundingMode }), { smooth: false }),
      ),
    ],
  },
  'Tensor.round': {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      but(call(t([5])), { smooth: false }),
      but(call(t([5]), { decimals: 1 }), { smooth: false }),
      but(call(t([5], { low: -90, high: 90 }), { decimals: -1 }), { smooth: false }),
    ],
  },
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
