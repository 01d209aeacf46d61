import { atSpecials, SPECIAL, unaryShapes } from './common.ts';
import type { Arg, FunctionSamples, Sample, SamplesOf } from './spec.ts';
import { but, call, FLOATS, t, v } from './spec.ts';

/** Around the kinks at −3 … 3 and at ±0.5, which drawn values do not hit. */
const corners = but(call(v([-3, 3, -0.5, 0.5, 0, 6, -1, 1, -6])), { smooth: false });

const activation = (more: Partial<FunctionSamples> = {}, ...rest: readonly Arg[]): FunctionSamples => ({
  dtypes: FLOATS,
  gradient: true,
  samples: [
    ...unaryShapes({ low: -7, high: 7 }, ...rest),
    atSpecials(SPECIAL, ...rest),
    ...(rest.length === 0 ? [corners] : []),
  ],
  ...more,
});

const withArguments = (...samples: readonly Sample[]): FunctionSamples => {
  const plain = activation();
  return { ...plain, samples: [...plain.samples, ...samples] };
};

/** Differences of large numbers that cancel. */
const cancelling = { float32: { atol: 2e-6, rtol: 2e-5 } };

type Names =
  | 'celu'
  | 'elu'
  | 'gelu'
  | 'glu'
  | 'gumbelSoftmax'
  | 'hardshrink'
  | 'hardsigmoid'
  | 'hardswish'
  | 'hardtanh'
  | 'logsigmoid'
  | 'mish'
  | 'prelu'
  | 'relu6'
  | 'rrelu'
  | 'selu'
  | 'silu'
  | 'softmin'
  | 'softplus'
  | 'softshrink'
  | 'softsign'
  | 'tanhshrink'
  | 'threshold';

/** Activations. */
export const activations: SamplesOf<Names> = {
  elu: withArguments(call(t([7]), 0.5), call(t([2, 3]), 2)),
  celu: withArguments(call(t([7]), 0.5), call(t([2, 3]), 2)),
  selu: activation(),
  relu6: activation(),
  hardtanh: withArguments(call(t([7]), -0.5, 1.5), but(call(v([-2, 1, 0]), -2, 1), { smooth: false })),
  threshold: activation(
    { samples: [call(t([7]), 0.1, 20), call(t([2, 3]), 0, -1), atSpecials(SPECIAL, 0.5, 3)] },
    0.1,
    20,
  ),
  softshrink: {
    ...withArguments(call(t([7]), 1), call(t([7]), 0)),
    errors: [{ args: [t([2]), -0.5], error: 'ArgumentError', message: /a negative lambd: got -0.5/ }],
  },
  hardshrink: withArguments(call(t([7]), 1), call(t([7]), 0)),
  silu: activation(),
  mish: activation({ tolerance: cancelling }),
  softsign: activation(),
  tanhshrink: activation({ tolerance: cancelling }),
  logsigmoid: activation(),
  // PyTorch's backward multiplies by a sixth in float32.
  hardsigmoid: activation({ tolerance: { float64: { atol: 1e-8, rtol: 1e-7 } } }),
  // At 3 PyTorch's vectorised and scalar loops differ.
  hardswish: activation({ samples: [...unaryShapes({ low: -7, high: 7 }), atSpecials()] }),
  softplus: withArguments(call(t([7]), 2), call(t([7], { low: -3, high: 3 }), 2, 1), call(t([7]), 0.5, 50)),
  gelu: {
    ...withArguments(
      ...unaryShapes({ low: -5, high: 5 }, { approximate: 'tanh' }),
      call(t([5]), { approximate: 'none' }),
    ),
    tolerance: cancelling,
    errors: [
      {
        args: [t([2]), { approximate: 'sigmoid' }],
        error: 'ArgumentError',
        message: /unknown approximation: got 'sigmoid', expected 'none' or 'tanh'/,
      },
    ],
  },
  prelu: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([7]), t([1])),
      call(t([2, 3]), t([3])),
      call(t([2, 3, 4]), t([3])),
      call(t([2, 3, 2, 2], { layout: 'transposed' }), t([3], { layout: 'stepped' })),
      call(t([2, 3]), t([1])),
      call(t([]), t([1])),
      but(call(v(SPECIAL), t([1])), { smooth: false }),
    ],
    errors: [
      {
        args: [t([2, 3]), t([2])],
        error: 'ShapeError',
        message: /the weight does not fit: got \[2\] for \[2, 3\], expected 1 or 3/,
      },
    ],
  },
  rrelu: {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([7])), call(t([2, 3]), { lower: 0.2, upper: 0.6 }), call(t([0]))],
    errors: [
      {
        args: [t([2]), { lower: 1, upper: 0 }],
        error: 'ArgumentError',
        message: /bounds in the wrong order: got 1 and 0/,
      },
    ],
  },
  glu: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([6])),
      call(t([2, 4])),
      call(t([4, 3]), 0),
      call(t([2, 4, 3], { layout: 'transposed' }), 1),
      call(t([2, 4, 3]), -2),
      call(t([0, 2])),
    ],
    errors: [
      { args: [t([3])], error: 'ShapeError', message: /an odd size: got 3 in dimension 0/ },
      { args: [t([])], error: 'ShapeError', message: /a 0-d tensor has no halves/ },
    ],
  },
  softmin: {
    dtypes: FLOATS,
    gradient: true,
    samples: [call(t([5]), 0), call(t([2, 3]), 1), call(t([2, 3, 2]), -2), call(t([]), 0)],
    errors: [{ args: [t([2]), 1], error: 'ShapeError', message: /dimension out of range/ }],
  },
  gumbelSoftmax: {
    dtypes: FLOATS,
    gradient: true,
    layouts: false,
    tolerance: cancelling,
    samples: [
      call(t([5])),
      call(t([2, 3]), { tau: 0.5 }),
      call(t([3, 4]), { dim: 0 }),
      but(call(t([3, 4]), { hard: true }), { smooth: false }),
    ],
    errors: [{ args: [t([2])], dtype: 'int32', error: 'DTypeError', message: /not defined for integers/ }],
  },
};
