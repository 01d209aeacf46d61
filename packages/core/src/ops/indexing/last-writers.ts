import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { gt, mul, where } from '../elementwise.ts';
import { gatherOp, type IndexAttrs, scatterAddOp } from '../indexing.ts';
import { arangeOf, intsOf } from '../ranges.ts';
import { expand, reshape, sliceOp } from '../view.ts';

/** An index without its repeats, and the shape it points into without the dimensions that it repeats over. */
export interface Condensed {
  readonly index: Tensor;
  readonly shape: readonly number[];
}

/** Takes one of what an expanded index repeats, where it covers a dimension: whole rows are then looked at once. */
export function condensed(index: Tensor, shape: readonly number[], axis: number): Condensed {
  const repeated = (i: number): boolean =>
    i !== axis && index.strides[i] === 0 && (index.shape[i] as number) > 1 && index.shape[i] === shape[i];
  const axes = [...shape.keys()].filter(repeated);
  return {
    index: axes.reduce((t, i) => dispatchOne(sliceOp, [t], { axis: i, start: 0, count: 1, step: 1 }), index),
    shape: shape.map((n, i) => (axes.includes(i) ? 1 : n)),
  };
}

/** Values along an axis, of a shape that broadcasts with others of this rank. */
function column(values: Tensor, axis: number, rank: number): Tensor {
  return reshape(
    values,
    Array.from({ length: rank }, (_, i) => (i === axis ? values.size : 1)),
  );
}

/** 0, 1, … along an axis of the index: each element's place in its line, expanded to the index's shape. */
export function placesAlong(index: Tensor, axis: number): Tensor {
  const n = index.shape[axis] as number;
  return expand(column(arangeOf(index.device, n), axis, index.shape.length), index.shape);
}

/** How many elements of an index point at each position: int32, of a shape that broadcasts to the target's. */
export function countsAt(index: Tensor, shape: readonly number[], attrs: IndexAttrs): Tensor {
  const own = condensed(index, shape, attrs.axis);
  const ones = expand(intsOf(index.device, [1]), own.index.shape);
  return dispatchOne(scatterAddOp, [zerosOf(index.device, own.shape, 'int32'), own.index, ones], attrs);
}

/** True where an index points at. */
export function touched(index: Tensor, shape: readonly number[], attrs: IndexAttrs): Tensor {
  return gt(countsAt(index, shape, attrs), 0);
}

/**
 * True for the last of the elements that point at the same position: the writer that stays. Broadcasts to the index.
 *
 * Bit by bit of the place in the line, from the highest: where an element with the bit is still in, those without are
 * out. ⌈log₂ n⌉ additions and picks for a line of n.
 */
export function lastWriters(index: Tensor, shape: readonly number[], attrs: IndexAttrs): Tensor {
  const { axis } = attrs;
  const own = condensed(index, shape, axis);
  const { device } = index;
  const rank = shape.length;
  const count = index.shape[axis] as number;
  const none = zerosOf(device, own.shape, 'int32');
  let kept = expand(intsOf(device, [1]), own.index.shape);
  for (let bit = 2 ** Math.floor(Math.log2(Math.max(count - 1, 1))); bit >= 1; bit /= 2) {
    const bits = Array.from({ length: count }, (_, i) => Math.floor(i / bit) % 2);
    const claims = mul(kept, column(intsOf(device, bits), axis, rank));
    const added = dispatchOne(scatterAddOp, [none, own.index, claims], attrs);
    const claimed = dispatchOne(gatherOp, [added, own.index], attrs);
    kept = where(gt(claimed, 0), claims, kept);
  }
  return gt(kept, 0);
}
