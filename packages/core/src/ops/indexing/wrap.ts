import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { add, lt, where } from '../elementwise.ts';
import { gatherOp, type IndexAttrs, outOfRange } from '../indexing.ts';
import type { KernelOp } from '../op.ts';
import { expand, reshape } from '../view.ts';

/** Negative positions moved up by the size. */
export function wrapped(index: Tensor, size: number): Tensor {
  return where(lt(index, 0), add(index, size), index);
}

/**
 * `[index] → [position]`: negative positions moved up by the size, others checked: they pick from zeros that take no
 * memory.
 * @internal
 */
export const wrapIndexOp: KernelOp<IndexAttrs> = /*#__PURE__*/ defineOp({
  name: 'wrapIndex',
  class: 'checked',
  infer: ([index]) => [{ shape: (index as Tensor).shape, dtype: 'int32' }],
  fault: /*#__PURE__*/ outOfRange('at'),
  lower: ([index], { size }) => {
    const t = index as Tensor;
    const positions = reshape(wrapped(t, size), [t.size]);
    const nothing = expand(zerosOf(t.device, [1], 'int32'), [size]);
    const zeros = dispatchOne(gatherOp, [nothing, positions], { axis: 0, size });
    return [reshape(add(positions, zeros), t.shape)];
  },
  vjp: null,
});
