import type { Arg, Sample, SpecOptions, TensorSpec } from './spec.ts';
import { but, call, isSpec, t, v } from './spec.ts';

/** Floats at which functions do something of their own. */
export const SPECIAL: readonly number[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  -1.5,
  2.5,
  -2.5,
  0.3,
  -0.3,
  1e-8,
  -1e-8,
  20,
  -20,
  89,
  -104,
  1e30,
  -1e30,
];

/** Fewer of them, for all pairs. */
export const SPECIAL_FEW: readonly number[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  3,
  1e30,
  -1e-30,
];

/** Integers at the ends of their ranges; they wrap into the dtype. */
export const SPECIAL_INTEGERS: readonly number[] = [
  0, 1, -1, 2, 7, -7, 100, 127, -128, 255, 2147483647, -2147483648,
];

type Range = SpecOptions & { readonly low?: number; readonly high?: number };

/** A unary function on every kind of shape: 0-d, empty, odd sizes, views. Further arguments follow the tensor. */
export function unaryShapes(options: Range = {}, ...rest: readonly Arg[]): Sample[] {
  const shapes: TensorSpec[] = [
    t([], options),
    t([0], options),
    t([2, 0, 3], options),
    t([1], options),
    t([7], options),
    t([3, 5], options),
    t([2, 3, 4], { ...options, layout: 'transposed' }),
    t([4, 3], { ...options, layout: 'expanded' }),
    t([3, 7], { ...options, layout: 'stepped' }),
  ];
  return shapes.map((x) => call(x, ...rest));
}

/** A function at its special floats. Not compared with finite differences. */
export function atSpecials(values: readonly number[] = SPECIAL, ...rest: readonly Arg[]): Sample {
  return but(call(v(values), ...rest), { dtypes: ['float32', 'float64'], smooth: false });
}

/** A function at the ends of integer ranges. */
export function atIntegers(...rest: readonly Arg[]): Sample {
  return but(call(v(SPECIAL_INTEGERS), ...rest), { dtypes: ['int32', 'uint8', 'int8'] });
}

/** A binary function on every kind of pair of shapes: equal, broadcast, 0-d, empty, views, numbers. */
export function binaryShapes(a: Range = {}, b: Range = a): Sample[] {
  return [
    call(t([2, 3], a), t([2, 3], b)),
    call(t([2, 3], a), t([3], b)),
    call(t([2, 1, 4], a), t([3, 1], b)),
    call(t([], a), t([2, 2], b)),
    call(t([5], a), t([], b)),
    call(t([], a), t([], b)),
    call(t([0], a), t([1], b)),
    call(t([2, 0, 3], a), t([1, 3], b)),
    call(t([3, 5], { ...a, layout: 'transposed' }), t([3, 5], { ...b, layout: 'stepped' })),
    call(t([3, 4], { ...a, layout: 'expanded' }), t([4], { ...b, layout: 'flipped' })),
  ];
}

/** A binary function at all pairs of special floats. */
export function atPairs(values: readonly number[] = SPECIAL_FEW): Sample {
  return but(call(v(values, { shape: [values.length, 1] }), v(values)), {
    dtypes: ['float32', 'float64'],
    smooth: false,
  });
}

/** A binary function at all pairs of integers. */
export function atIntegerPairs(values: readonly number[] = SPECIAL_INTEGERS): Sample {
  return but(call(v(values, { shape: [values.length, 1] }), v(values)), {
    dtypes: ['int32', 'uint8', 'int8'],
  });
}

/** True when no tensor of a sample is stated to be of one of these dtypes. */
export function without(...dtypes: readonly string[]): (sample: Sample) => boolean {
  return ({ args }) => args.every((arg) => !isSpec(arg) || arg.dtype === null || !dtypes.includes(arg.dtype));
}

/** More elements than backends take at a time. */
export const large: TensorSpec = t([1031]);

/** Operands of two dtypes: what the result is promoted to. */
export function mixedDtypes(options: { readonly low?: number; readonly high?: number } = {}): Sample[] {
  const x = (dtype: SpecOptions['dtype'] & string, shape: readonly number[] = [3]): TensorSpec =>
    t(shape, { ...options, dtype });
  return [
    call(x('float32'), x('float64')),
    call(x('int32'), x('float32')),
    call(x('float64', []), x('float32')),
    call(x('float64', []), x('int32')),
    call(x('int32', []), x('uint8')),
    call(x('uint8'), x('int8')),
    call(x('int32'), x('uint8')),
    call(x('bool'), x('int8')),
    call(x('bool'), x('float32')),
    call(x('bool', []), x('uint8')),
  ].map((sample) => but(sample, { dtypes: ['float32'], tolerance: { float64: { atol: 1e-6, rtol: 1e-5 } } }));
}
