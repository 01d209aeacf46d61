import type { Device } from './device.ts';
import { getDefaultDevice } from './device.ts';
import { checkDtype, hostTensor } from './dispatch/execute.ts';
import type { DType, TypedArray } from './dtype.ts';
import { allocTyped, dtypeOfTyped } from './dtype.ts';
import { ArgumentError, ShapeError } from './errors.ts';
import { filled } from './ops/create-ops.ts';
import { castTo } from './ops/elementwise.ts';
import { transfer } from './ops/transfer.ts';
import type { Generator } from './random/index.ts';
import { fillNormal, fillRandint, fillRandperm, fillUniform } from './random/index.ts';
import { defaultGenerator } from './random.ts';
import type { NestedArray } from './read.ts';
import { checkShape, formatShape, sizeOf } from './shape.ts';
import { isTensor, type Tensor } from './tensor.ts';

/** Options of functions that make tensors, under PyTorch's names. */
export interface CreateOptions {
  /** Default float32, whatever the numbers. */
  readonly dtype?: DType;
  /** Default: {@link getDefaultDevice}. */
  readonly device?: Device;
  /** Record operations on it. Default false. */
  readonly requiresGrad?: boolean;
}

/** Options of random tensors. */
export interface RandomOptions extends CreateOptions {
  /** Default: the generator that {@link manualSeed} seeds. */
  readonly generator?: Generator;
}

/** What {@link tensor} accepts: nested arrays of numbers or booleans, or a typed array (a vector of its dtype). */
export type TensorData = NestedArray | TypedArray | Uint8ClampedArray;

function finish(x: Tensor, options: CreateOptions): Tensor {
  if (options.requiresGrad) x.requiresGrad = true;
  return x;
}

/** A tensor over host values, which must not be used by anyone else afterwards. */
export function fromHost(
  op: string,
  data: TypedArray,
  shape: readonly number[],
  dtype: DType,
  options: CreateOptions,
): Tensor {
  const device = options.device ?? getDefaultDevice();
  checkDtype(op, device, dtype);
  return finish(hostTensor(device, dtype, data, shape), options);
}

/** Values as elements of a dtype; for bool, all but 0 are true. */
function converted(values: ArrayLike<number>, dtype: DType): TypedArray {
  const out = allocTyped(dtype, values.length);
  if (dtype === 'bool') for (let i = 0; i < out.length; i++) out[i] = values[i] === 0 ? 0 : 1;
  else out.set(values);
  return out;
}

/** Nested values in order; checks that they are rectangular. */
function flattened(data: NestedArray, shape: readonly number[]): number[] {
  const flat: number[] = [];
  const visit = (value: NestedArray | undefined, depth: number): void => {
    const size = shape[depth];
    if (Array.isArray(value) ? value.length !== size : size !== undefined) {
      const got = Array.isArray(value) ? `${value.length} elements` : String(value);
      const expected = size === undefined ? 'a number' : `${size} elements`;
      throw new ShapeError(
        'tensor',
        `ragged nesting: got ${got} at depth ${depth}, expected ${expected} as in the first row.`,
        { depth },
      );
    }
    if (Array.isArray(value)) for (const inner of value) visit(inner, depth + 1);
    else if (typeof value === 'number' || typeof value === 'boolean') flat.push(Number(value));
    else
      throw new ArgumentError(
        'tensor',
        `not a number: got ${typeof value} at depth ${depth}, expected numbers or booleans.`,
      );
  };
  visit(data, 0);
  return flat;
}

/**
 * A tensor from nested arrays or a typed array; the values are copied.
 *
 * Numbers give float32 unless `dtype` says otherwise, booleans give bool, typed arrays keep their dtype.
 *
 * @throws {@link ShapeError} when rows differ in length.
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * tensor([[1, 2], [3, 4]]).shape; // [2, 2]
 * tensor([1, 2], { dtype: 'int32' });
 * ```
 */
export function tensor(data: TensorData, options: CreateOptions = {}): Tensor {
  if (isTensor(data))
    throw new ArgumentError('tensor', 'got a tensor, expected numbers. Use x.clone().detach().');
  if (ArrayBuffer.isView(data)) return fromTyped(data as TypedArray, [data.length], options);
  const shape: number[] = [];
  let first = data as NestedArray | undefined;
  for (; Array.isArray(first); first = first[0]) shape.push(first.length);
  const dtype = options.dtype ?? (typeof first === 'boolean' ? 'bool' : 'float32');
  const flat = flattened(data as NestedArray, shape);
  return fromHost('tensor', converted(flat, dtype), shape, dtype, options);
}

/**
 * A tensor of a shape from a flat typed array in row-major order; the values are copied.
 *
 * @throws {@link ShapeError} when the number of values differs from the shape's.
 */
export function fromTyped(
  data: TypedArray | Uint8ClampedArray,
  shape: readonly number[],
  options: CreateOptions = {},
): Tensor {
  const sizes = checkShape('fromTyped', shape);
  const own = dtypeOfTyped(data);
  if (!own)
    throw new ArgumentError(
      'fromTyped',
      `unsupported array: got ${Object.prototype.toString.call(data).slice(8, -1)}, expected Float32Array, Float64Array, Int32Array, Uint8Array or Int8Array.`,
    );
  if (data.length !== sizeOf(sizes)) {
    throw new ShapeError(
      'fromTyped',
      `the number of values does not fit: got ${data.length} for ${formatShape(sizes)}, expected ${sizeOf(sizes)}.`,
      { length: data.length, shape },
    );
  }
  const dtype = options.dtype ?? own;
  return fromHost('fromTyped', converted(data, dtype), sizes, dtype, options);
}

/** A tensor with one value everywhere. float32 unless `dtype` says otherwise. */
export function full(shape: readonly number[], value: number, options: CreateOptions = {}): Tensor {
  const device = options.device ?? getDefaultDevice();
  return finish(filled(device, checkShape('full', shape), options.dtype ?? 'float32', value), options);
}

/** A tensor of zeros. */
export function zeros(shape: readonly number[], options?: CreateOptions): Tensor {
  return full(shape, 0, options);
}

/** A tensor of ones. */
export function ones(shape: readonly number[], options?: CreateOptions): Tensor {
  return full(shape, 1, options);
}

export const like = (x: Tensor, options: CreateOptions): CreateOptions => ({
  dtype: x.dtype,
  device: x.device,
  ...options,
});

/** Zeros with the shape, dtype and device of another tensor. */
export function zerosLike(x: Tensor, options: CreateOptions = {}): Tensor {
  return full(x.shape, 0, like(x, options));
}

/** Ones with the shape, dtype and device of another tensor. */
export function onesLike(x: Tensor, options: CreateOptions = {}): Tensor {
  return full(x.shape, 1, like(x, options));
}

/** One value everywhere, with the shape, dtype and device of another tensor. */
export function fullLike(x: Tensor, value: number, options: CreateOptions = {}): Tensor {
  return full(x.shape, value, like(x, options));
}

/**
 * Numbers from `start` (default 0) up to but not including `end`, `step` apart.
 *
 * @example
 * ```ts
 * import { arange } from '@flambeau/core';
 * arange(3); // [0, 1, 2]
 * arange(1, 2, 0.5); // [1, 1.5]
 * ```
 */
export function arange(end: number, options?: CreateOptions): Tensor;
export function arange(start: number, end: number, step?: number, options?: CreateOptions): Tensor;
export function arange(a: number, b?: number | CreateOptions, step = 1, options: CreateOptions = {}): Tensor {
  const [start, end, rest] = typeof b === 'number' ? [a, b, options] : [0, a, b ?? options];
  if (step === 0 || !Number.isFinite((end - start) / step)) {
    throw new ArgumentError(
      'arange',
      `invalid step: got ${start} to ${end} by ${step}, expected finite numbers and a step other than 0.`,
    );
  }
  if ((end - start) / step < 0) {
    throw new ArgumentError(
      'arange',
      `the step leads away from the end: got ${start} to ${end} by ${step}, expected a step of the other sign.`,
    );
  }
  const dtype = rest.dtype ?? 'float32';
  const out = allocTyped(dtype, Math.ceil((end - start) / step));
  for (let i = 0; i < out.length; i++) out[i] = start + i * step;
  return fromHost('arange', out, [out.length], dtype, rest);
}

/** `steps` numbers from `start` to `end`, both included, evenly spaced. */
export function linspace(start: number, end: number, steps: number, options: CreateOptions = {}): Tensor {
  const dtype = options.dtype ?? 'float32';
  const out = allocTyped(dtype, checkShape('linspace', [steps])[0] as number);
  const round = dtype === 'float32' ? Math.fround : Number;
  const step = steps > 1 ? round((end - start) / (steps - 1)) : 0;
  for (let i = 0; i < steps; i++) {
    out[i] = i < steps / 2 ? start + round(i * step) : end - round((steps - 1 - i) * step);
  }
  return fromHost('linspace', out, [steps], dtype, options);
}

/** The identity matrix, or one of `n` rows and `m` columns with ones on the diagonal. */
export function eye(n: number, m: number = n, options: CreateOptions = {}): Tensor {
  const dtype = options.dtype ?? 'float32';
  const shape = checkShape('eye', [n, m]);
  const out = allocTyped(dtype, n * m);
  for (let i = 0; i < Math.min(n, m); i++) out[i * m + i] = 1;
  return fromHost('eye', out, shape, dtype, options);
}

type FloatArray = Float32Array | Float64Array;

function random(
  op: string,
  shape: readonly number[],
  options: RandomOptions,
  fill: (generator: Generator, out: FloatArray) => void,
): Tensor {
  const sizes = checkShape(op, shape);
  const dtype = options.dtype ?? 'float32';
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new ArgumentError(
      op,
      `not defined for integers: got ${dtype}, expected a float dtype. Use randint.`,
      { dtype },
    );
  }
  const out = allocTyped(dtype, sizeOf(sizes)) as FloatArray;
  fill(options.generator ?? defaultGenerator(), out);
  return fromHost(op, out, sizes, dtype, options);
}

/** Uniform numbers in [0, 1): PyTorch's, bit for bit, after the same {@link manualSeed}. Drawn on the host. */
export function rand(shape: readonly number[], options: RandomOptions = {}): Tensor {
  return random('rand', shape, options, (generator, out) => fillUniform(generator, out));
}

/** Normal numbers with mean 0 and standard deviation 1: PyTorch's after the same {@link manualSeed}. Drawn on the host. */
export function randn(shape: readonly number[], options: RandomOptions = {}): Tensor {
  return random('randn', shape, options, (generator, out) => fillNormal(generator, out));
}

/** Uniform integers from `low` up to but not including `high`: PyTorch's after the same {@link manualSeed}. int32. */
export function randint(
  low: number,
  high: number,
  shape: readonly number[],
  options: RandomOptions = {},
): Tensor {
  const sizes = checkShape('randint', shape);
  const dtype = options.dtype ?? 'int32';
  const out = allocTyped(dtype, sizeOf(sizes));
  fillRandint(options.generator ?? defaultGenerator(), out, low, high);
  return fromHost('randint', out, sizes, dtype, options);
}

/** The integers below n in random order: PyTorch's after the same {@link manualSeed}. int32. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const dtype = options.dtype ?? 'int32';
  const out = allocTyped(dtype, checkShape('randperm', [n])[0] as number);
  fillRandperm(options.generator ?? defaultGenerator(), out);
  return fromHost('randperm', out, [n], dtype, options);
}

/** A tensor as it is, or a number as a 0-d tensor. */
export function asTensor(value: Tensor | TensorData, options: CreateOptions = {}): Tensor {
  if (!isTensor(value)) return tensor(value, options);
  const moved = options.device ? transfer(value, options.device) : value;
  return options.dtype ? castTo(moved, options.dtype) : moved;
}
