import { dispatchOne } from '../dispatch/dispatch.ts';
import { isContiguous } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { defineOp } from './define.ts';
import type { KernelOp } from './op.ts';
import type { NoAttrs } from './types.ts';

/** The op behind `contiguous` and `clone`. */
export const copyStridedOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineOp<NoAttrs>({
  name: 'copyStrided',
  class: 'static',
  strided: true,
  infer: ([x]) => [x as Tensor],
  vjp: ([g]) => [g ?? null],
});

/** A copy with its own memory. Shape and dtype as x; gradients pass through. */
export function clone(x: Tensor): Tensor {
  return dispatchOne(copyStridedOp, [x], {});
}

/** The tensor itself if its elements are in row-major order, else a copy that is. */
export function contiguous(x: Tensor): Tensor {
  return isContiguous(x.shape, x.strides) ? x : clone(x);
}
