import { dispatchOne } from '../../dispatch/dispatch.ts';
import { type DType, promoteTypes } from '../../dtype.ts';
import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis, sameShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { defineOp } from '../define.ts';
import { castTo } from '../elementwise.ts';
import type { KernelOp, TensorMeta } from '../op.ts';
import type { AxisAttrs } from '../types.ts';
import { narrow, sliceOp, unsqueeze } from '../view.ts';
import { copyInto } from '../write.ts';
import { unwritten } from './unwritten.ts';

function joinedShape(inputs: readonly TensorMeta[], axis: number): number[] {
  const first = inputs[0] as TensorMeta;
  const total = inputs.reduce((n, { shape }) => n + (shape[axis] as number), 0);
  return first.shape.map((size, i) => (i === axis ? total : size));
}

/** One after the other along an axis; all have one dtype. @internal */
export const catOp: KernelOp<AxisAttrs> = /*#__PURE__*/ defineOp<AxisAttrs>({
  name: 'cat',
  class: 'static',
  strided: true,
  infer: (inputs, { axis }) => [{ shape: joinedShape(inputs, axis), dtype: (inputs[0] as Tensor).dtype }],
  lower: (inputs, { axis }) => {
    const { device, dtype } = inputs[0] as Tensor;
    const out = unwritten(device, joinedShape(inputs, axis), dtype);
    let start = 0;
    for (const x of inputs) {
      const count = x.shape[axis] as number;
      if (count > 0) copyInto(dispatchOne(sliceOp, [out], { axis, start, count, step: 1 }), x);
      start += count;
    }
    return [out];
  },
  vjp: ([g], { metas, needs, attrs: { axis } }) => {
    let start = 0;
    return metas.map(({ shape }, i) => {
      const count = shape[axis] as number;
      start += count;
      return g && needs[i] ? narrow(g, axis, start - count, count) : null;
    });
  },
});

/** The first of a list of tensors. @throws {@link ArgumentError} when there is none. */
export function firstOf(op: string, tensors: readonly Tensor[]): Tensor {
  const first = tensors[0];
  if (!first) throw new ArgumentError(op, 'no tensors: got an empty list, expected at least one tensor.');
  return first;
}

/** Tensors in their common dtype. */
export function promoted(tensors: readonly Tensor[]): Tensor[] {
  const dtype = tensors.reduce<DType | null>((d, x) => (d ? promoteTypes(d, x.dtype) : x.dtype), null);
  return tensors.map((x) => castTo(x, dtype as DType));
}

function checkSizes(tensors: readonly Tensor[], axis: number): void {
  const { shape } = tensors[0] as Tensor;
  const other = tensors.find(
    (x) => x.shape.length !== shape.length || x.shape.some((size, i) => i !== axis && size !== shape[i]),
  );
  if (!other) return;
  throw new ShapeError(
    'cat',
    `sizes do not fit: got ${formatShape(shape)} and ${formatShape(other.shape)}, expected equal sizes except in dimension ${axis}.`,
    { shapes: [shape, other.shape], axis },
  );
}

/**
 * Tensors one after the other along a dimension that they have. Their other sizes are equal; vectors of no elements
 * are skipped. The result has the common dtype.
 *
 * @throws {@link ShapeError} when sizes differ, or a tensor has no dimension.
 * @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cat.html
 *
 * @example
 * ```ts
 * import { cat, tensor } from '@flambeau/core';
 * cat([tensor([[1, 2]]), tensor([[3, 4]])], 1); // [[1, 2, 3, 4]]
 * ```
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = firstOf('cat', tensors);
  const scalar = tensors.findIndex((x) => x.shape.length === 0);
  if (scalar >= 0) {
    throw new ShapeError(
      'cat',
      `a 0-d tensor has no dimension to join along: got [] at position ${scalar}, expected at least one dimension. Use stack.`,
      { position: scalar },
    );
  }
  const empty = (x: Tensor): boolean => x.shape.length === 1 && x.shape[0] === 0;
  const model = tensors.find((x) => !empty(x)) ?? first;
  const axis = normalizeAxis('cat', dim, model.shape.length);
  return composed(first.device, () => {
    const same = promoted(tensors);
    const parts = empty(model) ? same : same.filter((x) => !empty(x));
    checkSizes(parts, axis);
    return dispatchOne(catOp, parts, { axis });
  });
}

/**
 * Tensors of one shape along a new dimension. The result has the common dtype.
 *
 * @throws {@link ShapeError} when shapes differ. @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.stack.html
 *
 * @example
 * ```ts
 * import { stack, tensor } from '@flambeau/core';
 * stack([tensor([1, 2]), tensor([3, 4])]); // [[1, 2], [3, 4]]
 * ```
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = firstOf('stack', tensors);
  const other = tensors.find((x) => !sameShape(x.shape, first.shape));
  if (other) {
    throw new ShapeError(
      'stack',
      `shapes differ: got ${formatShape(first.shape)} and ${formatShape(other.shape)}, expected equal shapes. Use cat along a dimension that they have.`,
      { shapes: [first.shape, other.shape] },
    );
  }
  const axis = normalizeAxis('stack', dim, first.shape.length + 1);
  return composed(first.device, () =>
    dispatchOne(
      catOp,
      promoted(tensors).map((x) => unsqueeze(x, axis)),
      { axis },
    ),
  );
}
