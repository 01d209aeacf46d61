import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ShapeError } from '../../errors.ts';
import { formatShape, normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp, defineView } from '../define.ts';
import { add } from '../elementwise.ts';
import type { KernelOp, TensorMeta, ViewOp } from '../op.ts';
import type { AxisAttrs } from '../types.ts';
import { narrow, sliceOp } from '../view.ts';
import { copyInto } from '../write.ts';

/** Attributes of {@link unfoldDimensionOp}. */
export interface UnfoldDimensionAttrs extends AxisAttrs {
  readonly size: number;
  readonly step: number;
}

/** @internal */
export const unfoldDimensionOp: ViewOp<UnfoldDimensionAttrs> = /*#__PURE__*/ defineView<UnfoldDimensionAttrs>(
  {
    name: 'unfoldDimension',
    view: ({ shape, strides, offset }, { axis, size, step }) => {
      const count = Math.floor(((shape[axis] ?? 1) - size) / step) + 1;
      const stride = strides[axis] ?? 1;
      if (shape.length === 0) return { shape: [size], strides: [1], offset };
      return {
        shape: [...shape.map((n, i) => (i === axis ? count : n)), size],
        strides: [...strides.map((n, i) => (i === axis ? n * step : n)), stride],
        offset,
      };
    },
    vjp: ([g], { metas, attrs }) => [
      g ? dispatchOne(foldDimensionOp, [g], { ...attrs, shape: (metas[0] as TensorMeta).shape }) : null,
    ],
  },
);

/** Sums windows back to where they came from: the gradient of `unfoldDimension`. @internal */
export const foldDimensionOp: KernelOp<UnfoldDimensionAttrs & { readonly shape: readonly number[] }> =
  /*#__PURE__*/ defineOp({
    name: 'foldDimension',
    class: 'static',
    strided: true,
    infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
    lower: ([g], { shape, axis, size, step }) => {
      const windows = g as Tensor;
      const out = zerosOf(windows.device, shape, windows.dtype);
      if (windows.size === 0) return [out];
      if (shape.length === 0) {
        copyInto(dispatchOne(unfoldDimensionOp, [out], { axis, size, step }), windows);
        return [out];
      }
      const count = windows.shape[axis] as number;
      // Every apart-th window is free of overlap: as many passes, however long the windows are.
      const apart = Math.ceil(size / step);
      for (let first = 0; first < Math.min(apart, count); first++) {
        const some = Math.ceil((count - first) / apart);
        const part = dispatchOne(sliceOp, [windows], { axis, start: first, count: some, step: apart });
        const length = (some - 1) * apart * step + size;
        const place = dispatchOne(unfoldDimensionOp, [narrow(out, axis, first * step, length)], {
          axis,
          size,
          step: apart * step,
        });
        copyInto(place, first === 0 ? part : add(place, part));
      }
      return [out];
    },
    vjp: ([g], { attrs: { axis, size, step } }) => [
      g ? dispatchOne(unfoldDimensionOp, [g], { axis, size, step }) : null,
    ],
  });

/**
 * Windows of `size` elements along a dimension, `step` apart; the elements of a window become a new last dimension. A
 * view. PyTorch's `Tensor.unfold`; {@link unfold} is the one for images.
 *
 * @throws {@link ShapeError} unless the size is at most the dimension's and the step a positive integer.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.unfold.html
 *
 * @example
 * ```ts
 * import { tensor, unfoldDimension } from '@flambeau/core';
 * unfoldDimension(tensor([1, 2, 3, 4]), 0, 2, 1); // [[1, 2], [2, 3], [3, 4]]
 * ```
 */
export function unfoldDimension(x: Tensor, dim: number, size: number, step: number): Tensor {
  const axis = normalizeAxis('unfoldDimension', dim, x.shape.length);
  const length = x.shape[axis] ?? 1;
  if (!(Number.isInteger(size) && size >= 0 && size <= length && Number.isInteger(step) && step > 0)) {
    throw new ShapeError(
      'unfoldDimension',
      `windows do not fit: got size ${size} and step ${step} for ${formatShape(x.shape)}, expected a size of at most ${length} and a positive step.`,
      { size, step, length },
    );
  }
  return dispatchOne(unfoldDimensionOp, [x], { axis, size, step });
}
