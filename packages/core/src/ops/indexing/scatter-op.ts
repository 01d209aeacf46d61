import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { castTo, eq, where } from '../elementwise.ts';
import { gatherOp, type IndexAttrs, outOfRange, scatterAddOp } from '../indexing.ts';
import type { KernelOp } from '../op.ts';
import { condensed, lastWriters, placesAlong, touched } from './last-writers.ts';

/**
 * `[x, index, source] → [y]`: x with source written at index along an axis, in index order, so that the last of those
 * at the same place stays and takes the gradient.
 * @internal
 */
export const scatterOp: KernelOp<IndexAttrs> = /*#__PURE__*/ defineOp({
  name: 'scatter',
  class: 'checked',
  strided: true,
  infer: ([x]) => [x as Tensor],
  fault: /*#__PURE__*/ outOfRange('scatter'),
  lower: (inputs, attrs) => {
    const [x, index, source] = inputs as readonly [Tensor, Tensor, Tensor];
    const { shape, dtype, device } = x;
    // What follows looks at a part of the index: a position out of range is told by its place in the whole.
    if (condensed(index, shape, attrs.axis).index !== index) dispatchOne(gatherOp, [x, index], attrs);
    const stays = castTo(where(lastWriters(index, shape, attrs), source, 0), dtype);
    const placed = dispatchOne(scatterAddOp, [zerosOf(device, shape, dtype), index, stays], attrs);
    return [where(touched(index, shape, attrs), placed, x)];
  },
  saves: { inputs: [1] },
  vjp: ([g], { inputs: [, index], attrs, metas, needs }) => {
    if (!g || !index) return [null, null, null];
    const shape = metas[0]?.shape ?? [];
    const own = needs[0] ? where(touched(index, shape, attrs), 0, g) : null;
    if (!needs[2]) return [own, null, null];
    return [own, null, where(stayed(index, shape, attrs), dispatchOne(gatherOp, [g, index], attrs), 0)];
  },
});

/** True for the elements whose write stays: those that find their own place where they wrote it. */
function stayed(index: Tensor, shape: readonly number[], attrs: IndexAttrs): Tensor {
  const own = condensed(index, shape, attrs.axis);
  const places = placesAlong(own.index, attrs.axis);
  const none = zerosOf(index.device, own.shape, 'int32');
  const written = dispatchOne(scatterOp, [none, own.index, places], attrs);
  return eq(dispatchOne(gatherOp, [written, own.index], attrs), places);
}
