import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis, sameShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { type Index, setAtOp } from '../at.ts';
import { clone } from '../copy.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { castTo } from '../elementwise.ts';
import type { KernelOp, TensorMeta, ViewOp } from '../op.ts';
import { copyInto } from '../write.ts';
import { type DiagonalAttrs, type DiagonalOptions, diagonalOp, resolveDiagonal } from './diagonal.ts';

/** Declares the op that gives x with what a view shows of it replaced by a second tensor. @__NO_SIDE_EFFECTS__ */
export function defineScatter<Attrs>(name: string, view: ViewOp<Attrs>): KernelOp<Attrs> {
  const op: KernelOp<Attrs> = defineOp<Attrs>({
    name,
    class: 'static',
    strided: true,
    infer: ([x]) => [x as Tensor],
    lower: ([x, source], attrs) => {
      const out = clone(x as Tensor);
      copyInto(dispatchOne(view as ViewOp<never>, [out], attrs), source as Tensor);
      return [out];
    },
    vjp: ([g], { metas, needs, attrs }) => {
      if (!g) return [null, null];
      const { shape, dtype } = metas[1] as TensorMeta;
      return [
        needs[0] ? dispatchOne(op as KernelOp<never>, [g, zerosOf(g.device, shape, dtype)], attrs) : null,
        needs[1] ? dispatchOne(view as ViewOp<never>, [g], attrs) : null,
      ];
    },
  });
  return op;
}

/** @internal */
export const diagonalScatterOp: KernelOp<DiagonalAttrs> = /*#__PURE__*/ defineScatter(
  'diagonalScatter',
  diagonalOp,
);

/** @throws {@link ShapeError} unless the source has the shape of the part it replaces. */
export function checkSource(op: string, source: Tensor, part: readonly number[]): void {
  if (sameShape(source.shape, part)) return;
  throw new ShapeError(
    op,
    `the source does not fit: got ${formatShape(source.shape)}, expected ${formatShape(part)}.`,
    { shape: source.shape, part },
  );
}

/**
 * x with a diagonal replaced by `source`: a copy.
 *
 * @throws {@link ShapeError} unless the source has the diagonal's shape.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.diagonal_scatter.html
 *
 * @example
 * ```ts
 * import { diagonalScatter, tensor, zeros } from '@flambeau/core';
 * diagonalScatter(zeros([2, 2]), tensor([1, 2])); // [[1, 0], [0, 2]]
 * ```
 */
export function diagonalScatter(x: Tensor, source: Tensor, options: DiagonalOptions = {}): Tensor {
  const { offset = 0, dim1 = 0, dim2 = 1 } = options;
  const attrs = resolveDiagonal('diagonalScatter', x.shape.length, { offset, dim1, dim2 });
  checkSource('diagonalScatter', source, diagonalOp.view(x, attrs).shape);
  return composed(x.device, () => dispatchOne(diagonalScatterOp, [x, castTo(source, x.dtype)], attrs));
}

function replaced(
  op: string,
  x: Tensor,
  source: Tensor,
  axis: number,
  index: Index,
  size: number | null,
): Tensor {
  const part = x.shape.flatMap((n, i) => (i !== axis ? [n] : size === null ? [] : [size]));
  checkSource(op, source, part);
  const indices = x.shape.map((_, i): Index => (i === axis ? index : ':'));
  return composed(x.device, () => dispatchOne(setAtOp, [x, castTo(source, x.dtype)], { indices }));
}

/**
 * x with one position of a dimension replaced by `source`: a copy.
 *
 * @throws {@link ShapeError} unless the position exists and the source has the shape of `select(x, dim, index)`.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.select_scatter.html
 *
 * @example
 * ```ts
 * import { ones, selectScatter, zeros } from '@flambeau/core';
 * selectScatter(zeros([2, 2]), ones([2]), 0, 1); // [[0, 0], [1, 1]]
 * ```
 */
export function selectScatter(x: Tensor, source: Tensor, dim: number, index: number): Tensor {
  const axis = normalizeAxis('selectScatter', dim, x.shape.length);
  const size = x.shape[axis] ?? 0;
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new ShapeError(
      'selectScatter',
      `index out of range: got ${index}, expected an integer from ${-size} to ${size - 1} for dimension ${axis}.`,
      { index, size },
    );
  }
  return replaced('selectScatter', x, source, axis, index, null);
}

/** A range of positions, as Python's slices: negative ones count from the end. */
export interface SliceScatterOptions {
  /** Default: the beginning. */
  readonly start?: number;
  /** Default: the end. */
  readonly end?: number;
  /** Default 1. */
  readonly step?: number;
}

/**
 * x with a range of a dimension replaced by `source`: a copy.
 *
 * @throws {@link ShapeError} unless the step is a positive integer and the source has the shape of the range.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.slice_scatter.html
 *
 * @example
 * ```ts
 * import { ones, sliceScatter, zeros } from '@flambeau/core';
 * sliceScatter(zeros([4]), ones([2]), 0, { start: 1, end: 3 }); // [0, 1, 1, 0]
 * ```
 */
export function sliceScatter(x: Tensor, source: Tensor, dim = 0, options: SliceScatterOptions = {}): Tensor {
  const axis = normalizeAxis('sliceScatter', dim, x.shape.length);
  const size = x.shape[axis];
  const { start = 0, end = size ?? 0, step = 1 } = options;
  if (size === undefined || ![start, end, step].every(Number.isInteger) || step <= 0) {
    throw new ShapeError(
      'sliceScatter',
      `invalid range: got ${start} to ${end} by ${step} of ${formatShape(x.shape)}, expected integers, a positive step, and a dimension.`,
      { start, end, step },
    );
  }
  const clip = (bound: number, low: number): number =>
    Math.min(Math.max(bound < 0 ? bound + size : bound, low), size);
  const from = clip(start, 0);
  const to = clip(end, from);
  return replaced('sliceScatter', x, source, axis, [from, to, step], Math.ceil((to - from) / step));
}
