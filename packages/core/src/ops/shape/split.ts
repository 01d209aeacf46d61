import { dispatch, dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import type { KernelOp, TensorMeta } from '../op.ts';
import type { AxisAttrs } from '../types.ts';
import { expand, sliceEmbedOp, sliceOp, squeeze } from '../view.ts';
import { catOp, stack } from './join.ts';
import { requireRank } from './reorder.ts';

/** Attributes of {@link splitOp}: the lengths of the parts along an axis. */
export interface SplitAttrs extends AxisAttrs {
  readonly sizes: readonly number[];
}

const withSize = (shape: readonly number[], axis: number, size: number): number[] =>
  shape.map((n, i) => (i === axis ? size : n));

/** All parts at once, so that their gradients are joined in one pass. The parts are views. @internal */
export const splitOp: KernelOp<SplitAttrs> = /*#__PURE__*/ defineOp<SplitAttrs>({
  name: 'split',
  class: 'static',
  strided: true,
  infer: ([x], { axis, sizes }) =>
    sizes.map((size) => ({ shape: withSize((x as Tensor).shape, axis, size), dtype: (x as Tensor).dtype })),
  lower: ([x], { axis, sizes }) => {
    let start = 0;
    return sizes.map((count) => {
      start += count;
      return dispatchOne(sliceOp, [x as Tensor], { axis, start: start - count, count, step: 1 });
    });
  },
  vjp: (grads, { metas, attrs: { axis, sizes } }) => {
    const { shape, dtype, device } = metas[0] as TensorMeta;
    const present = grads.flatMap((g, i) => (g ? [i] : []));
    const [only] = present;
    if (only === undefined) return [null];
    if (present.length === 1) {
      const start = sizes.slice(0, only).reduce((n, size) => n + size, 0);
      const range = { axis, start, count: sizes[only] as number, step: 1 };
      return [dispatchOne(sliceEmbedOp, [grads[only] as Tensor], { ...range, shape })];
    }
    const zero = present.length < grads.length ? zerosOf(device, [], dtype) : null;
    const parts = grads.map((g, i) => g ?? expand(zero as Tensor, withSize(shape, axis, sizes[i] as number)));
    return [dispatchOne(catOp, parts, { axis })];
  },
});

/** Every position along an axis, as views without it. @internal */
export const unbindOp: KernelOp<AxisAttrs> = /*#__PURE__*/ defineOp<AxisAttrs>({
  name: 'unbind',
  class: 'static',
  strided: true,
  infer: ([x], { axis }) => {
    const { shape, dtype } = x as Tensor;
    const rest = shape.filter((_, i) => i !== axis);
    return Array.from({ length: shape[axis] as number }, () => ({ shape: rest, dtype }));
  },
  lower: ([x], { axis }) =>
    Array.from({ length: (x as Tensor).shape[axis] as number }, (_, start) =>
      squeeze(dispatchOne(sliceOp, [x as Tensor], { axis, start, count: 1, step: 1 }), axis),
    ),
  vjp: (grads, { metas, attrs: { axis } }) => {
    const { shape, dtype, device } = metas[0] as TensorMeta;
    const zero = grads.includes(null) ? zerosOf(device, [], dtype) : null;
    const rest = shape.filter((_, i) => i !== axis);
    return [
      stack(
        grads.map((g) => g ?? expand(zero as Tensor, rest)),
        axis,
      ),
    ];
  },
});

/** Resolves the dimension. @throws {@link ShapeError} for a 0-d tensor. */
function splitAxis(op: string, x: Tensor, dim: number): { axis: number; size: number } {
  const axis = normalizeAxis(op, dim, x.shape.length);
  const size = x.shape[axis];
  if (size === undefined) {
    throw new ShapeError(
      op,
      'a 0-d tensor has no dimension to divide: got [], expected at least one dimension.',
    );
  }
  return { axis, size };
}

function parts(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  return [...dispatch(splitOp, [x], { axis, sizes })];
}

function ofSize(x: Tensor, axis: number, total: number, size: number): Tensor[] {
  const count = Math.max(1, Math.ceil(total / size) || 0);
  return parts(
    x,
    axis,
    Array.from({ length: count }, (_, i) => Math.min(size, total - i * size)),
  );
}

/**
 * Parts of a dimension: of one length (the last may be shorter), or of the lengths in a list. Views.
 *
 * @throws {@link ShapeError} when the lengths do not add up to the dimension's size.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.split.html. Backward joins the gradients of all
 * parts in one pass.
 *
 * @example
 * ```ts
 * import { arange, split } from '@flambeau/core';
 * split(arange(5), 2); // [[0, 1], [2, 3], [4]]
 * split(arange(5), [1, 4]); // [[0], [1, 2, 3, 4]]
 * ```
 */
export function split(x: Tensor, sizeOrSizes: number | readonly number[], dim = 0): Tensor[] {
  const { axis, size } = splitAxis('split', x, dim);
  const lengths = typeof sizeOrSizes === 'number' ? [sizeOrSizes] : sizeOrSizes;
  const whole = lengths.every((n) => Number.isInteger(n) && n >= 0);
  const fits =
    typeof sizeOrSizes === 'number'
      ? sizeOrSizes > 0 || size === 0
      : lengths.reduce((n, length) => n + length, 0) === size;
  if (!whole || !fits) {
    throw new ShapeError(
      'split',
      `lengths do not fit: got ${typeof sizeOrSizes === 'number' ? sizeOrSizes : formatShape(sizeOrSizes)} for size ${size} of dimension ${axis}, expected a positive integer, or integers that add up to ${size}.`,
      { sizes: sizeOrSizes, size },
    );
  }
  return typeof sizeOrSizes === 'number' ? ofSize(x, axis, size, sizeOrSizes) : parts(x, axis, sizeOrSizes);
}

/**
 * At most `chunks` parts of a dimension, of one length except for the last. Views.
 *
 * @throws {@link ArgumentError} unless `chunks` is a positive integer.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.chunk.html
 *
 * @example
 * ```ts
 * import { arange, chunk } from '@flambeau/core';
 * chunk(arange(5), 2); // [[0, 1, 2], [3, 4]]
 * ```
 */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const { axis, size } = splitAxis('chunk', x, dim);
  checkCount('chunk', chunks);
  if (size === 0) return parts(x, axis, new Array<number>(chunks).fill(0));
  return ofSize(x, axis, size, Math.ceil(size / chunks));
}

function checkCount(op: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return;
  throw new ArgumentError(op, `invalid number of parts: got ${count}, expected a positive integer.`, {
    count,
  });
}

/** Clips a bound as Python's slices do. */
function clipped(bound: number, size: number): number {
  return Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);
}

/**
 * Parts of a dimension: a number of nearly equal ones (the first are longer by one), or those between positions. Views.
 *
 * @throws {@link ArgumentError} unless the number is a positive integer, or the positions are integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.tensor_split.html. Positions beyond the end give
 * empty parts; positions that go back too.
 *
 * @example
 * ```ts
 * import { arange, tensorSplit } from '@flambeau/core';
 * tensorSplit(arange(5), 2); // [[0, 1, 2], [3, 4]]
 * tensorSplit(arange(5), [1, 3]); // [[0], [1, 2], [3, 4]]
 * ```
 */
export function tensorSplit(x: Tensor, sections: number | readonly number[], dim = 0): Tensor[] {
  return divided('tensorSplit', x, sections, dim);
}

function divided(op: string, x: Tensor, sections: number | readonly number[], dim: number): Tensor[] {
  const { axis, size } = splitAxis(op, x, dim);
  if (typeof sections === 'number') {
    checkCount(op, sections);
    const least = Math.floor(size / sections);
    return parts(
      x,
      axis,
      Array.from({ length: sections }, (_, i) => least + (i < size % sections ? 1 : 0)),
    );
  }
  if (!sections.every(Number.isInteger)) {
    throw new ArgumentError(op, `invalid positions: got [${sections.join(', ')}], expected integers.`, {
      sections,
    });
  }
  const bounds = [0, ...sections, size].map((bound) => clipped(bound, size));
  const lengths = bounds.slice(1).map((bound, i) => Math.max(0, bound - (bounds[i] as number)));
  if (lengths.reduce((n, length) => n + length, 0) === size) return parts(x, axis, lengths);
  return composed(x.device, () =>
    lengths.map((count, i) =>
      dispatchOne(sliceOp, [x], { axis, start: count > 0 ? bounds[i] : 0, count, step: 1 }),
    ),
  );
}

function evenly(op: string, x: Tensor, sections: number | readonly number[], axis: number): Tensor[] {
  const size = x.shape[axis] as number;
  if (typeof sections === 'number' && Number.isInteger(sections) && sections > 0 && size % sections !== 0) {
    throw new ShapeError(
      op,
      `parts would differ: got ${sections} parts of size ${size} of dimension ${axis}, expected a divisor. Use tensorSplit.`,
      { sections, size },
    );
  }
  return divided(op, x, sections, axis);
}

/**
 * Parts side by side: {@link tensorSplit} along dimension 1 (0 for vectors), in equal parts where a number is given.
 *
 * @throws {@link ShapeError} for a 0-d tensor, or when the number does not divide the size.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.hsplit.html
 *
 * @example
 * ```ts
 * import { hsplit, tensor } from '@flambeau/core';
 * hsplit(tensor([[1, 2], [3, 4]]), 2); // [[[1], [3]], [[2], [4]]]
 * ```
 */
export function hsplit(x: Tensor, sections: number | readonly number[]): Tensor[] {
  requireRank('hsplit', x, 1);
  return evenly('hsplit', x, sections, x.shape.length === 1 ? 0 : 1);
}

/**
 * Parts one above the other: {@link tensorSplit} along dimension 0, in equal parts where a number is given.
 *
 * @throws {@link ShapeError} for fewer than two dimensions, or when the number does not divide the size.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.vsplit.html
 *
 * @example
 * ```ts
 * import { tensor, vsplit } from '@flambeau/core';
 * vsplit(tensor([[1, 2], [3, 4]]), 2); // [[[1, 2]], [[3, 4]]]
 * ```
 */
export function vsplit(x: Tensor, sections: number | readonly number[]): Tensor[] {
  requireRank('vsplit', x, 2);
  return evenly('vsplit', x, sections, 0);
}

/**
 * Parts one behind the other: {@link tensorSplit} along dimension 2, in equal parts where a number is given.
 *
 * @throws {@link ShapeError} for fewer than three dimensions, or when the number does not divide the size.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.dsplit.html
 *
 * @example
 * ```ts
 * import { dsplit, tensor } from '@flambeau/core';
 * dsplit(tensor([[[1, 2]]]), 2); // [[[[1]]], [[[2]]]]
 * ```
 */
export function dsplit(x: Tensor, sections: number | readonly number[]): Tensor[] {
  requireRank('dsplit', x, 3);
  return evenly('dsplit', x, sections, 2);
}

/**
 * Every position of a dimension, which goes away. Views.
 *
 * @throws {@link ShapeError} for a 0-d tensor.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.unbind.html. Backward joins all gradients in one pass.
 *
 * @example
 * ```ts
 * import { tensor, unbind } from '@flambeau/core';
 * unbind(tensor([[1, 2], [3, 4]])); // [[1, 2], [3, 4]]
 * ```
 */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  const { axis, size } = splitAxis('unbind', x, dim);
  return size === 0 ? [] : [...dispatch(unbindOp, [x], { axis })];
}
