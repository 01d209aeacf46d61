import { atIntegers, atSpecials, unaryShapes } from './common.ts';
import { noBools } from './math-common.ts';
import type { Sample, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, NUMBERS, t, v } from './spec.ts';

const halves = but(
  call(
    v([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, -0.3, 0.3, 4503599627370497.5, 8388609, -0, 3.7, -3.7]),
  ),
  {
    dtypes: FLOATS,
    smooth: false,
    signedZeros: true,
  },
);

const rounding = {
  dtypes: NUMBERS,
  gradient: true,
  samples: [
    ...unaryShapes({ low: -9, high: 9 }),
    but(atSpecials(), { signedZeros: true }),
    halves,
    atIntegers(),
  ],
  errors: [noBools(t([2]))],
};

const toDecimals: readonly Sample[] = [
  call(t([7]), { decimals: 1 }),
  call(t([7], { low: -900, high: 900 }), { decimals: -2 }),
  call(t([2, 3]), { decimals: 0 }),
  call(v([0.125, 2.5, -1.005, Number.NaN, Infinity]), { decimals: 2 }),
  call(t([3, 2], { layout: 'transposed' }), { decimals: 3 }),
  call(t([0]), { decimals: 3 }),
];

const exact = v([0, 1, -1, 2.7, -2.7, 100, 127]);

type Names = 'floor' | 'ceil' | 'trunc' | 'round' | 'castTo' | 'Tensor.to';

/** Finite differences of rounded values say nothing. */
const differencesIn64 = (sample: Sample): Sample => but(sample, { smooth: sample.args[1] === 'float64' });

/** Rounding and conversions between dtypes. */
export const roundings: SamplesOf<Names> = {
  floor: rounding,
  ceil: rounding,
  trunc: rounding,
  round: {
    ...rounding,
    samples: [
      ...rounding.samples,
      ...toDecimals.map((sample) => but(sample, { dtypes: FLOATS, smooth: false })),
    ],
    errors: [
      ...rounding.errors,
      {
        args: [t([2]), { decimals: 0.5 }],
        error: 'ArgumentError',
        message: /invalid decimals: got 0.5, expected an integer/,
      },
      {
        args: [t([2]), { decimals: 1 }],
        dtype: 'int32',
        error: 'DTypeError',
        message: /decimals of int32: got 1, expected a float dtype/,
      },
    ],
  },
  castTo: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...ALL.flatMap((dtype) => [call(t([2, 3]), dtype), call(exact, dtype)]),
      ...ALL.map((dtype) => call(t([], {}), dtype)),
      call(t([0]), 'float64'),
      call(t([3, 4], { layout: 'transposed' }), 'float32'),
      but(call(v([Number.NaN, Infinity, -Infinity, -0, 1e-40, 3e38]), 'float32'), {
        dtypes: FLOATS,
      }),
      but(call(v([Number.NaN, Infinity, -Infinity, -0, 1e-40, 0.1]), 'bool'), {
        dtypes: FLOATS,
      }),
      but(call(v([300, -1, 255, 256, 128, -129]), 'uint8'), { dtypes: ['int32'] }),
      but(call(v([300, -1, 255, 256, 128, -129]), 'int8'), { dtypes: ['int32'] }),
      but(call(v([200, 255, 0, 128]), 'int8'), { dtypes: ['uint8'] }),
      but(call(v([-1, -128, 127]), 'uint8'), { dtypes: ['int8'] }),
      but(call(v([16777217, 0.1, 1e-3]), 'float32'), { dtypes: ['float64'] }),
    ].map(differencesIn64),
    errors: [
      {
        args: [t([2]), 'int64'],
        error: 'DTypeError',
        message: /unknown dtype: got 'int64', expected one of float32/,
      },
    ],
  },
  'Tensor.to': {
    dtypes: ALL,
    gradient: true,
    samples: ALL.map((dtype) => call(t([3]), dtype)).map(differencesIn64),
  },
};
