import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis, reducedShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { filled } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import {
  castTo,
  clampMin,
  div,
  eq,
  isnan,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  mul,
  ne,
  sub,
  where,
} from '../elementwise.ts';
import { gather } from '../indexing.ts';
import { bitwiseRightShift } from '../math/integer.ts';
import type { KernelOp } from '../op.ts';
import { argmax, type ReduceOptions, sum, type ValuesAndIndices } from '../reduce.ts';
import { cummax } from '../reduction/running-extremes.ts';
import { positionsAlong, stretch } from '../reduction/scan-steps.ts';
import { cat } from '../shape/join.ts';
import type { NoAttrs } from '../types.ts';
import { expand, flatten, reshape } from '../view.ts';
import { sorted } from './sort.ts';

/** Refuses bools and empty lines. Gives the axis. */
function checkLines(op: string, x: Tensor, dim: number): number {
  const axis = normalizeAxis(op, dim, x.shape.length);
  if (x.shape[axis] === 0) {
    throw new ShapeError(
      op,
      `nothing to choose from: got shape ${formatShape(x.shape)}, expected at least one element along dimension ${axis}.`,
      { shape: x.shape },
    );
  }
  return axis;
}

function refuseBools(op: string, x: Tensor): void {
  if (x.dtype !== 'bool') return;
  throw new DTypeError(op, "not defined for bools: got bool, expected numbers. Cast with x.to('int32').", {
    dtype: x.dtype,
  });
}

/** Of sorted lines, the elements at one position each (size 1 along the axis), with the asked shape. */
function chosen(
  { values, indices }: ValuesAndIndices,
  axis: number,
  position: Tensor,
  keepdim: boolean,
): ValuesAndIndices {
  const shape = reducedShape(values.shape, [axis], keepdim);
  return {
    values: reshape(gather(values, axis, position), shape),
    indices: reshape(gather(indices, axis, position), shape),
  };
}

/** The position of the lower median in sorted lines: of all elements or, if NaN is left out, of the others. */
function middle(values: Tensor, axis: number, ignoreNan: boolean): Tensor {
  const n = values.shape[axis] as number;
  const shape = reducedShape(values.shape, [axis], true);
  const half = (n - 1) >> 1;
  if (!isFloat(values.dtype)) return filled(values.device, shape, 'int32', half);
  const numbers = sum(logicalNot(isnan(values)), axis, { keepdim: true });
  if (ignoreNan) return bitwiseRightShift(clampMin(sub(numbers, 1), 0), 1);
  return where(lt(numbers, n), numbers, half);
}

function medianOver(
  op: string,
  x: Tensor,
  dim: number,
  ignoreNan: boolean,
  keepdim = false,
): ValuesAndIndices {
  refuseBools(op, x);
  const axis = checkLines(op, x, dim);
  return composed(x.device, () => {
    const all = sorted(op, x, axis);
    if (x.shape.length === 0) return all;
    return chosen(all, axis, middle(all.values, axis, ignoreNan), keepdim);
  });
}

/** Elements that are equal to the median share the gradient. */
function medianOf(name: string, ignoreNan: boolean): KernelOp<NoAttrs> {
  return defineOp<NoAttrs>({
    name,
    class: 'static',
    infer: ([x]) => [{ shape: [], dtype: (x as Tensor).dtype }],
    lower: ([x]) => {
      const t = x as Tensor;
      if (t.size === 0) return [filled(t.device, [], t.dtype, Number.NaN)];
      return [clone(medianOver(name, flatten(t), 0, ignoreNan).values)];
    },
    saves: { inputs: [0], outputs: [0] },
    vjp: ([g], { inputs: [x], outputs: [y] }) => {
      if (!g || !x || !y) return [null];
      const equal = logicalOr(eq(x, y), logicalAnd(isnan(x), isnan(y)));
      return [mul(castTo(equal, g.dtype), div(g, castTo(sum(equal), g.dtype)))];
    },
  });
}

/** @internal */
export const medianOp: KernelOp<NoAttrs> = /*#__PURE__*/ medianOf('median', false);

/** @internal */
export const nanmedianOp: KernelOp<NoAttrs> = /*#__PURE__*/ medianOf('nanmedian', true);

function whole(op: KernelOp<NoAttrs>, x: Tensor): Tensor {
  refuseBools(op.name, x);
  if (x.size === 0 && !isFloat(x.dtype)) {
    throw new ShapeError(
      op.name,
      `nothing to choose from: got ${x.dtype} ${formatShape(x.shape)}, expected at least one element, or floats for NaN.`,
      { shape: x.shape },
    );
  }
  return dispatchOne(op, [x], {});
}

/**
 * The median of all elements; the lower one of two. NaN if any element is, or if there is none. Elements that are equal
 * to it share the gradient. Along a dimension: {@link medianAlong}.
 *
 * @param x - any shape; not bool.
 * @returns a 0-d tensor of the dtype of x.
 * @throws {@link DTypeError} for bools. @throws {@link ShapeError} for no integers at all.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.median.html
 *
 * @example
 * ```ts
 * import { median, tensor } from '@flambeau/core';
 * median(tensor([4, 1, 3, 2])); // 2
 * ```
 */
export function median(x: Tensor): Tensor {
  return whole(medianOp, x);
}

/**
 * {@link median} of what is not NaN; NaN if nothing is left. Along a dimension: {@link nanmedianAlong}.
 *
 * @throws {@link DTypeError} for bools. @throws {@link ShapeError} for no integers at all.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nanmedian.html
 *
 * @example
 * ```ts
 * import { nanmedian, tensor } from '@flambeau/core';
 * nanmedian(tensor([4, NaN, 3])); // 3
 * ```
 */
export function nanmedian(x: Tensor): Tensor {
  return whole(nanmedianOp, x);
}

/**
 * The median along a dimension and where it is; the lower one of two, the first one of equal ones that is in the middle
 * of the stable order, the first NaN if there is one. It takes the gradient.
 *
 * @returns values, and int32 indices, without the dimension, or of size 1 there.
 * @throws {@link DTypeError} for bools. @throws {@link ShapeError} when the dimension is empty.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.median.html. Which of equal elements is not said there.
 *
 * @example
 * ```ts
 * import { medianAlong, tensor } from '@flambeau/core';
 * medianAlong(tensor([[3, 1, 2], [9, 8, 7]]), 1).values; // [2, 8]
 * ```
 */
export function medianAlong(x: Tensor, dim: number, options: ReduceOptions = {}): ValuesAndIndices {
  return medianOver('median', x, dim, false, options.keepdim);
}

/**
 * {@link medianAlong} of what is not NaN; NaN if nothing is left.
 *
 * @throws {@link DTypeError} for bools. @throws {@link ShapeError} when the dimension is empty.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nanmedian.html
 *
 * @example
 * ```ts
 * import { nanmedianAlong, tensor } from '@flambeau/core';
 * nanmedianAlong(tensor([[3, NaN, 2]]), 1).values; // [2]
 * ```
 */
export function nanmedianAlong(x: Tensor, dim: number, options: ReduceOptions = {}): ValuesAndIndices {
  return medianOver('nanmedian', x, dim, true, options.keepdim);
}

/**
 * The most frequent value along a dimension, and the last place where it is. Of equally frequent ones the smallest; each
 * NaN is a value of its own. It takes the gradient.
 *
 * @param x - any shape and dtype.
 * @param dim - the dimension; the last one by default.
 * @returns values, and int32 indices, without the dimension, or of size 1 there.
 * @throws {@link ShapeError} when the dimension is empty.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.mode.html. Which of equal elements is not said there.
 *
 * @example
 * ```ts
 * import { mode, tensor } from '@flambeau/core';
 * const { values, indices } = mode(tensor([6, 2, 6, 2, 5])); // 2 and 3
 * ```
 */
export function mode(x: Tensor, dim = -1, options: ReduceOptions = {}): ValuesAndIndices {
  const axis = checkLines('mode', x, dim);
  return composed(x.device, () => {
    const all = sorted('mode', x, axis);
    if (x.shape.length === 0) return all;
    const { values } = all;
    const n = x.shape[axis] as number;
    const positions = expand(positionsAlong(values, axis), values.shape);
    if (n === 1 || x.size === 0)
      return chosen(all, axis, stretch(positions, axis, 0, 1), options.keepdim ?? false);
    const differs = ne(stretch(values, axis, 1, n - 1), stretch(values, axis, 0, n - 1));
    const begins = cat([stretch(eq(positions, 0), axis, 0, 1), differs], axis);
    const starts = cummax(where(begins, positions, 0), axis).values;
    const longest = argmax(sub(positions, starts), axis, { keepdim: true });
    return chosen(all, axis, longest, options.keepdim ?? false);
  });
}
