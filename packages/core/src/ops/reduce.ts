import { dispatchOne } from '../dispatch/dispatch.ts';
import type { DType } from '../dtype.ts';
import { isFloat } from '../dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { s } from '../scalar/index.ts';
import { formatShape, normalizeAxes, normalizeAxis, reducedShape, sameShape, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { defineOp, defineUnary, type UnaryOp } from './define.ts';
import {
  bitwiseXor,
  castTo,
  div,
  eq,
  logicalNot,
  maximum,
  minimum,
  mul,
  ne,
  neg,
  square,
  sub,
} from './elementwise.ts';
import { gather } from './indexing.ts';
import type { KernelOp } from './op.ts';
import type { ReduceAttrs } from './types.ts';
import { expand, permute, reshape } from './view.ts';

/** Options of reductions, under PyTorch's names. */
export interface ReduceOptions {
  /** Keep reduced dimensions with size 1. Default false. */
  readonly keepdim?: boolean;
}

/** Options of sums and means. */
export interface SumOptions extends ReduceOptions {
  /** Convert to this dtype first. */
  readonly dtype?: DType;
}

const kept = (x: Tensor, count: number): readonly number[] => x.shape.slice(0, x.shape.length - count);

/** @internal */
export const sumOp: KernelOp<ReduceAttrs> = /*#__PURE__*/ defineOp({
  name: 'sum',
  class: 'static',
  strided: true,
  infer: ([x], { count }) => {
    const { dtype } = x as Tensor;
    return [{ shape: kept(x as Tensor, count), dtype: isFloat(dtype) ? dtype : 'int32' }];
  },
  fault: ({ value, index }) =>
    new ValueError(
      'sum',
      `the integer sum does not fit: got ${value} at position ${index}, expected −2^31 ≤ sum < 2^31. Sum floats: pass { dtype: 'float32' }.`,
      { value, index },
    ),
  vjp: ([g], { metas }) => {
    const shape = metas[0]?.shape ?? [];
    return [g ? expand(withOnes(g, shape.length), shape) : null];
  },
});

/** Appends dimensions of size 1 up to a rank. */
function withOnes(x: Tensor, rank: number): Tensor {
  return reshape(x, [...x.shape, ...new Array<number>(rank - x.shape.length).fill(1)]);
}

/** @internal */
export const amaxOp: KernelOp<ReduceAttrs> = /*#__PURE__*/ defineOp({
  name: 'amax',
  class: 'static',
  strided: true,
  infer: ([x], { count }) => {
    const t = x as Tensor;
    checkNotEmpty('amax', t, count);
    return [{ shape: kept(t, count), dtype: t.dtype }];
  },
  saves: { inputs: [0], outputs: [0] },
  vjp: ([g], { inputs: [x], outputs: [y], attrs: { count } }) => {
    if (!g || !x || !y) return [null];
    const rank = x.shape.length;
    const top = withOnes(y, rank);
    const mask = castTo(eq(x, top), x.dtype);
    return [mul(mask, withOnes(div(g, sumLast(mask, count)), rank))];
  },
});

/** @internal */
export const argmaxOp: KernelOp<ReduceAttrs> = /*#__PURE__*/ defineOp({
  name: 'argmax',
  class: 'static',
  strided: true,
  infer: ([x], { count }) => {
    checkNotEmpty('argmax', x as Tensor, count);
    return [{ shape: kept(x as Tensor, count), dtype: 'int32' }];
  },
  vjp: null,
});

function checkNotEmpty(op: string, x: Tensor, count: number): void {
  if (sizeOf(x.shape.slice(x.shape.length - count)) > 0) return;
  throw new ShapeError(
    op,
    `nothing to reduce: got shape ${formatShape(x.shape)}, expected at least one element along the reduced dimensions.`,
    { shape: x.shape },
  );
}

const sumLast = (x: Tensor, count: number): Tensor => dispatchOne(sumOp, [x], { count });

/** The reduced axes moved to the end. */
function reducedLast(x: Tensor, reduced: readonly number[]): Tensor {
  const rest = x.shape.map((_, i) => i).filter((i) => !reduced.includes(i));
  return permute(x, [...rest, ...reduced]);
}

/** Moves the reduced axes to the end, runs a reduction over them, and puts the kept ones back. */
export function reduceWith(
  op: KernelOp<ReduceAttrs>,
  name: string,
  x: Tensor,
  axes: number | readonly number[] | undefined,
  keepdim: boolean,
): Tensor {
  const reduced = normalizeAxes(name, axes, x.shape.length);
  const last = x.shape.length - reduced.length;
  const trailing = reduced.every((axis, i) => axis === last + i);
  if (trailing && !keepdim) return dispatchOne(op, [x], { count: reduced.length });
  return composed(x.device, () => {
    const y = dispatchOne(op, [trailing ? x : reducedLast(x, reduced)], { count: reduced.length });
    return keepdim ? reshape(y, reducedShape(x.shape, reduced, true)) : y;
  });
}

/**
 * Sum over dimensions; over all of them without `axes`. Integers and bools give int32, exactly.
 *
 * @example
 * ```ts
 * import { sum, tensor } from '@flambeau/core';
 * sum(tensor([[1, 2], [3, 4]]), 0); // [4, 6]
 * ```
 */
export function sum(x: Tensor, axes?: number | readonly number[], options: SumOptions = {}): Tensor {
  const { dtype, keepdim = false } = options;
  if (!dtype || dtype === x.dtype) return reduceWith(sumOp, 'sum', x, axes, keepdim);
  return composed(x.device, () => reduceWith(sumOp, 'sum', castTo(x, dtype), axes, keepdim));
}

/** Mean over dimensions; over all of them without `axes`. Floats only, as in PyTorch. NaN when nothing is averaged. */
export function mean(x: Tensor, axes?: number | readonly number[], options: SumOptions = {}): Tensor {
  const { dtype = x.dtype, keepdim = false } = options;
  requireFloat('mean', dtype);
  const count = normalizeAxes('mean', axes, x.shape.length).reduce(
    (n, axis) => n * (x.shape[axis] as number),
    1,
  );
  return composed(x.device, () => div(reduceWith(sumOp, 'mean', castTo(x, dtype), axes, keepdim), count));
}

/** @throws {@link DTypeError} unless the dtype is a float. */
export function requireFloat(op: string, dtype: DType): void {
  if (isFloat(dtype)) return;
  throw new DTypeError(
    op,
    `not defined for integers: got ${dtype}, expected a float dtype. Pass { dtype: 'float32' }.`,
    { dtype },
  );
}

/** Options of variances. */
export interface VarOptions extends ReduceOptions {
  /** Degrees of freedom taken off the count: 1 (default) for the unbiased estimate, 0 for the biased one. */
  readonly correction?: number;
}

/** Variance over dimensions, by default with Bessel's correction. */
export function variance(x: Tensor, axes?: number | readonly number[], options: VarOptions = {}): Tensor {
  requireFloat('var', x.dtype);
  const { correction = 1, keepdim = false } = options;
  const reduced = normalizeAxes('var', axes, x.shape.length);
  const count = reduced.reduce((n, axis) => n * (x.shape[axis] as number), 1);
  return composed(x.device, () => {
    const centred = sub(x, mean(x, reduced.length > 0 ? reduced : undefined, { keepdim: true }));
    return div(sum(square(centred), axes, { keepdim }), Math.max(count - correction, 0));
  });
}

/** √x whose gradient at 0 is 0: equal values have no preferred direction. @internal */
export const root: UnaryOp = /*#__PURE__*/ defineUnary('root', (x) => s.sqrt(x), {
  vjp: (g, _args, y) => [s.select(s.eq(y, 0), 0, s.div(g, s.mul(y, 2)))],
});

/** Standard deviation over dimensions: the root of {@link variance}. */
export function std(x: Tensor, axes?: number | readonly number[], options: VarOptions = {}): Tensor {
  return composed(x.device, () => root(variance(x, axes, options)));
}

/** Largest element over dimensions; NaN wins; equal ones share the gradient. */
export function amax(x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return reduceWith(amaxOp, 'amax', x, axes, options.keepdim ?? false);
}

/** Smallest element over dimensions; NaN wins; equal ones share the gradient. */
export function amin(x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return composed(x.device, () => mirrored(amax(mirrored(x), axes, options)));
}

/** x in reverse order, by a function that undoes itself and maps every dtype onto itself. */
function mirrored(x: Tensor): Tensor {
  if (isFloat(x.dtype)) return neg(x);
  return x.dtype === 'bool' ? logicalNot(x) : bitwiseXor(x, x.dtype === 'uint8' ? 255 : -1);
}

/** Position of the first largest element along an axis, or in the flattened tensor. int32. */
export function argmax(x: Tensor, axis?: number, options: ReduceOptions = {}): Tensor {
  return reduceWith(argmaxOp, 'argmax', x, axis, options.keepdim ?? false);
}

/** Position of the first smallest element along an axis, or in the flattened tensor. int32. */
export function argmin(x: Tensor, axis?: number, options: ReduceOptions = {}): Tensor {
  return composed(x.device, () => argmax(mirrored(x), axis, options));
}

/** Values and where they were found. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  /** int32 positions along the dimension. */
  readonly indices: Tensor;
}

/**
 * Largest element of all; along a dimension, with its first position, which takes the gradient; or the larger one of two
 * tensors element by element, as {@link maximum}.
 *
 * @throws {@link ShapeError} for an axis out of range, or when there is nothing to choose from.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.max.html. Of several equal elements the first is taken;
 * without an axis their gradient is shared.
 *
 * @example
 * ```ts
 * import { max, tensor } from '@flambeau/core';
 * const x = tensor([[1, 5], [7, 3]]);
 * await max(x).item(); // 7
 * const { values, indices } = max(x, 1);
 * await values.toArray(); // [5, 7]
 * await indices.toArray(); // [1, 0]
 * ```
 */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, axis: number, options?: ReduceOptions): ValuesAndIndices;
export function max(x: Tensor, other: Tensor): Tensor;
export function max(
  x: Tensor,
  along?: number | Tensor,
  options: ReduceOptions = {},
): Tensor | ValuesAndIndices {
  if (along === undefined) return amax(x);
  if (typeof along !== 'number') return maximum(x, along);
  return composed(x.device, () =>
    extremeAlong('max', x, argmax(x, along, { keepdim: true }), along, options),
  );
}

/**
 * Smallest element of all; along a dimension, with its first position, which takes the gradient; or the smaller one of two
 * tensors element by element, as {@link minimum}.
 *
 * @throws {@link ShapeError} for an axis out of range, or when there is nothing to choose from.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.min.html. See {@link max}.
 *
 * @example
 * ```ts
 * import { min, tensor } from '@flambeau/core';
 * await min(tensor([[1, 5], [7, 3]]), 0).values.toArray(); // [1, 3]
 * ```
 */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, axis: number, options?: ReduceOptions): ValuesAndIndices;
export function min(x: Tensor, other: Tensor): Tensor;
export function min(
  x: Tensor,
  along?: number | Tensor,
  options: ReduceOptions = {},
): Tensor | ValuesAndIndices {
  if (along === undefined) return amin(x);
  if (typeof along !== 'number') return minimum(x, along);
  return composed(x.device, () =>
    extremeAlong('min', x, argmin(x, along, { keepdim: true }), along, options),
  );
}

function extremeAlong(
  name: string,
  x: Tensor,
  indices: Tensor,
  axis: number,
  { keepdim = false }: ReduceOptions,
): ValuesAndIndices {
  const a = normalizeAxis(name, axis, x.shape.length);
  if (x.shape.length === 0) return { values: x, indices: reshape(indices, []) };
  const values = gather(x, a, indices);
  const shape = reducedShape(x.shape, [a], keepdim);
  return { values: reshape(values, shape), indices: reshape(indices, shape) };
}

/** Sums a tensor down to a shape that broadcasts to its own: the gradient of broadcasting. */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes: number[] = [];
  for (let i = 0; i < x.shape.length; i++) {
    if (i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1)) axes.push(i);
  }
  return axes.length === 0 ? reshape(x, shape) : composed(x.device, () => reshape(sum(x, axes), shape));
}

/** True where any element along the dimensions is nonzero. */
export function any(x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return composed(x.device, () => ne(sum(castTo(x, 'bool'), axes, options), 0));
}

/** True where all elements along the dimensions are nonzero. */
export function all(x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return composed(x.device, () => eq(sum(eq(x, 0), axes, options), 0));
}
