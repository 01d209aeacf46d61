import { atIntegerPairs, atIntegers, atPairs, atSpecials, binaryShapes, unaryShapes } from './common.ts';
import {
  binary,
  loose,
  moderate,
  noBools,
  open,
  positive,
  type Range,
  roundedDivision,
  unary,
  wide,
} from './math-common.ts';
import type { Arg, FunctionSamples, SamplesOf } from './spec.ts';
import { ALL, but, call, FLOATS, INTEGERS, ints, NUMBERS, t, v } from './spec.ts';

const predicate: FunctionSamples = {
  dtypes: ALL,
  gradient: false,
  samples: [...unaryShapes(), atSpecials(), atIntegers()],
};

const shifts: FunctionSamples = {
  dtypes: INTEGERS,
  gradient: false,
  samples: [
    call(t([2, 3]), v([0, 1, 3])),
    call(v([1, -1, 5, -128, 127]), v([0, 1, 2, 3, 4])),
    call(v([1, 2, 3]), 2),
    call(t([3, 2], { layout: 'transposed' }), 1),
    call(t([]), 1),
    call(t([0]), 1),
  ],
  errors: [
    { args: [t([2]), 1], error: 'DTypeError', message: /not defined for floats/ },
    noBools(t([2]), t([2])),
  ],
};

const divisors: FunctionSamples = {
  dtypes: INTEGERS,
  gradient: false,
  samples: [
    call(t([2, 3]), t([2, 3], { seed: 1 })),
    call(t([2, 1]), t([3])),
    call(v([0, 0, 12, 18, 1, 17]), v([0, 5, 18, 0, 1, 13])),
    but(call(v([12, -12, 12, -5]), v([18, 18, -18, -10])), { dtypes: ['int32', 'int8'] }),
    but(call(ints([1836311903, 30030]), ints([1134903170, 2310])), { dtypes: ['int32'] }),
    call(t([0]), t([1])),
  ],
  errors: [
    { args: [t([2]), t([2])], error: 'DTypeError', message: /not defined for floats/ },
    noBools(t([2]), t([2])),
  ],
};

const scaledAdd = (operands: readonly Arg[][], more: Partial<FunctionSamples> = {}): FunctionSamples => ({
  dtypes: FLOATS,
  gradient: true,
  samples: operands.map((args) => call(...args)),
  ...more,
});

const addScaled = (range: Range): FunctionSamples =>
  scaledAdd([
    [t([2, 3]), t([2, 3]), t([2, 3], range)],
    [t([3]), t([2, 1]), t([1, 3], range), { value: -2 }],
    [t([2, 2]), t([]), t([2], range), { value: 0.5 }],
    [t([0]), t([1]), t([1], range)],
    [t([3, 2], { layout: 'transposed' }), t([2]), t([3, 2], { ...range, layout: 'stepped' })],
  ]);

const close: FunctionSamples = {
  dtypes: ALL,
  gradient: false,
  samples: [
    call(t([2, 3]), t([2, 3])),
    but(call(v([1, 1, 1e10, 0]), v([1 + 1e-6, 1 + 1e-4, 1e10 + 1, 1e-9])), { dtypes: FLOATS }),
    but(call(v([Number.NaN, Infinity, -Infinity, Infinity]), v([Number.NaN, Infinity, Infinity, 1])), {
      dtypes: FLOATS,
    }),
    but(call(v([Number.NaN, 1]), v([Number.NaN, Number.NaN]), { equalNan: true }), { dtypes: FLOATS }),
    but(call(v([1, 2]), v([1.5, 4]), { rtol: 0.5, atol: 0.1 }), { dtypes: FLOATS }),
    call(v([0, 1, 2]), v([0, 1, 3])),
    call(t([0]), t([0])),
  ],
  errors: [
    {
      args: [t([2]), t([2]), { rtol: -1 }],
      error: 'ArgumentError',
      message: /a negative tolerance: got rtol -1/,
    },
    { args: [t([2]), t([2]), { atol: -1 }], error: 'ArgumentError', message: /a negative tolerance/ },
  ],
};

type Names =
  | 'acos'
  | 'acosh'
  | 'addcdiv'
  | 'addcmul'
  | 'allclose'
  | 'asin'
  | 'asinh'
  | 'atan'
  | 'atan2'
  | 'atanh'
  | 'bitwiseLeftShift'
  | 'bitwiseNot'
  | 'bitwiseRightShift'
  | 'copysign'
  | 'cosh'
  | 'deg2rad'
  | 'equal'
  | 'exp2'
  | 'floatPower'
  | 'floorDivide'
  | 'fmax'
  | 'fmin'
  | 'frac'
  | 'frexp'
  | 'gcd'
  | 'heaviside'
  | 'hypot'
  | 'isclose'
  | 'isneginf'
  | 'isposinf'
  | 'lcm'
  | 'ldexp'
  | 'lerp'
  | 'log10'
  | 'log2'
  | 'nanToNum'
  | 'nextafter'
  | 'positive'
  | 'rad2deg'
  | 'signbit'
  | 'sinh'
  | 'tan';

/** Elementwise mathematics. */
export const maths: SamplesOf<Names> = {
  exp2: unary(wide),
  log2: unary(positive),
  log10: unary(positive),
  tan: unary({ low: -1.4, high: 1.4 }, { tolerance: loose }, moderate),
  asin: unary(open, { tolerance: loose }),
  acos: unary(open, { tolerance: loose }),
  atan: unary(wide),
  sinh: unary(wide, { tolerance: loose }),
  cosh: unary(wide, { tolerance: loose }),
  asinh: unary(wide),
  acosh: unary({ low: 1.2, high: 5 }, { tolerance: loose }),
  atanh: unary(open, { tolerance: loose }),
  deg2rad: unary({ low: -360, high: 360 }),
  rad2deg: unary(wide),
  atan2: {
    ...binary(wide, { tolerance: loose }),
    samples: [...binaryShapes(wide), but(atPairs(), { signedZeros: true })],
  },
  hypot: {
    ...binary(wide),
    samples: [
      ...binaryShapes(wide),
      but(atPairs([Number.NaN, Infinity, -Infinity, 1, -2.5, 3, 0.5]), { smooth: false }),
      but(call(v([3e25, 0]), v([4e25, 2])), { smooth: false }),
    ],
  },
  copysign: {
    ...binary(wide),
    samples: [...binaryShapes(wide), but(atPairs(), { signedZeros: true }), call(t([3]), -1)],
  },
  fmax: { ...binary(wide, { dtypes: ALL }), samples: [...binaryShapes(wide), atPairs(), atIntegerPairs()] },
  fmin: { ...binary(wide, { dtypes: ALL }), samples: [...binaryShapes(wide), atPairs(), atIntegerPairs()] },
  nextafter: {
    dtypes: FLOATS,
    gradient: false,
    samples: [
      ...binaryShapes(wide),
      atPairs([Number.NaN, Infinity, -Infinity, 0, 1, -1, 0.5, -2.5, 3, 1e30, -1e-30, 4]),
    ],
  },
  heaviside: {
    dtypes: NUMBERS,
    gradient: false,
    samples: [
      call(t([2, 3]), t([3])),
      call(v([-1, 0, 2, 0]), v([3, 4, 5, 6])),
      call(t([]), t([2])),
      call(t([0]), t([1])),
      atPairs(),
    ],
  },
  ldexp: {
    ...binary(wide),
    samples: [
      call(t([2, 3]), ints([-3, 0, 5])),
      call(t([3]), t([2, 3])),
      call(t([4]), 3),
      but(call(v([1, -1, 0, Infinity]), ints([10, -10, 3, 2])), { smooth: false }),
    ],
  },
  lerp: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3]), t([2, 3]), 0.3),
      call(t([2, 3]), t([3]), 0.8),
      call(t([2, 3]), t([2, 3]), t([3])),
      call(t([2, 1]), t([3]), t([])),
      call(t([0]), t([1]), 0.5),
      call(t([3, 2], { layout: 'transposed' }), t([3, 2]), t([2], { layout: 'flipped' })),
    ],
  },
  floatPower: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      call(t([2, 3], positive), t([3])),
      call(t([4], positive), 2),
      call(2, t([4])),
      but(call(ints([2, 4]), ints([-1, 2])), { dtypes: ['float64'] }),
      atPairs([0, 1, -1, 2, 0.5, Infinity, Number.NaN]),
    ],
  },
  floorDivide: { dtypes: NUMBERS, gradient: true, ...roundedDivision() },
  frac: {
    dtypes: FLOATS,
    gradient: true,
    samples: [...unaryShapes(wide), atSpecials(moderate.filter(Number.isFinite))],
  },
  nanToNum: {
    dtypes: ALL,
    gradient: true,
    samples: [
      ...unaryShapes(),
      atSpecials(),
      atSpecials([Number.NaN, Infinity, -Infinity, 2], { nan: 7, posinf: 8, neginf: -9 }),
      atSpecials([Number.NaN, Infinity, -Infinity, 2], { posinf: 8.5 }),
      atIntegers(),
    ],
  },
  positive: {
    dtypes: NUMBERS,
    gradient: true,
    samples: [...unaryShapes(), atSpecials(), atIntegers()],
    errors: [{ args: [t([2])], dtype: 'bool', error: 'DTypeError', message: /not defined for bools/ }],
  },
  signbit: predicate,
  isposinf: predicate,
  isneginf: predicate,
  isclose: { ...close, samples: [...close.samples, call(t([2, 1]), t([3]))] },
  allclose: close,
  equal: {
    dtypes: ALL,
    gradient: false,
    samples: [
      call(v([0, 1, 1]), v([0, 1, 1])),
      call(v([0, 1, 1]), v([0, 1, 0])),
      call(t([2, 3]), t([3])),
      call(t([2, 3]), t([3, 2], { layout: 'transposed' })),
      call(v([1]), v([1], { shape: [] })),
      call(t([]), t([])),
      call(t([0]), t([0])),
      call(t([0]), t([0, 2])),
      call(v([1, 0], { dtype: 'int32' }), v([1, 0])),
      but(call(v([Number.NaN]), v([Number.NaN])), { dtypes: FLOATS }),
      but(call(v([0, Infinity]), v([-0, Infinity])), { dtypes: FLOATS }),
    ],
  },
  frexp: {
    dtypes: FLOATS,
    gradient: true,
    samples: [
      ...unaryShapes(wide).map((sample) => but(sample, { smooth: false })),
      atSpecials([0, -0, 1, 2, 3, 0.5, -0.5, 1023, 1024, 1e-8, 1e30, -1e-30, 65535, 65536]),
    ],
  },
  addcmul: addScaled(wide),
  addcdiv: addScaled(positive),
  bitwiseNot: {
    dtypes: [...INTEGERS, 'bool'],
    gradient: false,
    samples: [...unaryShapes(), atIntegers()],
    errors: [{ args: [t([2])], error: 'DTypeError', message: /not defined for floats/ }],
  },
  bitwiseLeftShift: shifts,
  bitwiseRightShift: shifts,
  gcd: divisors,
  lcm: { ...divisors, samples: divisors.samples.filter((_, i) => i !== 4) },
};
