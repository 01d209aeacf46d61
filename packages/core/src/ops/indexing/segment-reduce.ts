import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis, sameShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { filled } from '../create-ops.ts';
import { add, castTo, clampMin, div, eq, gt, logicalOr, lt, ne, where } from '../elementwise.ts';
import { type IndexAttrs, scatterAddOp } from '../indexing.ts';
import { requireFloat, sum } from '../reduce.ts';
import { refuseWhereOp } from '../reduction/covariance.ts';
import { cumsum } from '../reduction/scan.ts';
import { stretch } from '../reduction/scan-steps.ts';
import { expand, reshape, sliceEmbedOp } from '../view.ts';
import { countsAt } from './last-writers.ts';
import { checkReduction } from './scatter.ts';
import { scatterReduceOp } from './scatter-reduce-op.ts';
import { segmentsOf } from './segments.ts';

/** How the elements of a segment become one. */
export type SegmentReduction = 'sum' | 'mean' | 'max' | 'min' | 'prod';

/** Options of {@link segmentReduce}: one of `lengths` and `offsets`. */
export interface SegmentReduceOptions {
  /** How long the segments are: int32 (…, k), with the leading dimensions of x. */
  readonly lengths?: Tensor;
  /** Where the segments start, and the end: int32 (…, k + 1), with the leading dimensions of x. */
  readonly offsets?: Tensor;
  /** The dimension that is cut: the last one of lengths or offsets. Default 0. */
  readonly axis?: number;
  /** Leave out checking that the segments fill the dimension. Default false. */
  readonly unsafe?: boolean;
  /** What each segment starts from. Default: what leaves the others as they are; the mean of nothing is NaN. */
  readonly initial?: number;
}

function refuse(x: Tensor, mask: Tensor, fault: string): Tensor {
  return dispatchOne(refuseWhereOp, [x, mask], { op: 'segmentReduce', fault });
}

/** Offsets from lengths: a 0, and their running sums. */
function offsetsOf(lengths: Tensor, n: number, unsafe: boolean): Tensor {
  const axis = lengths.shape.length - 1;
  const count = lengths.shape[axis] as number;
  let checked = lengths;
  if (!unsafe) {
    checked = refuse(checked, lt(checked, 0), 'a negative length: got one below 0, expected none.');
    const off = ne(sum(checked, -1, { keepdim: true }), n);
    checked = refuse(
      checked,
      expand(off, checked.shape),
      `the lengths do not fill the dimension: got another sum, expected ${n}.`,
    );
  }
  const ends = cumsum(checked, -1);
  const shape = [...lengths.shape.slice(0, -1), count + 1];
  return dispatchOne(sliceEmbedOp, [ends], { axis, start: 1, count, step: 1, shape });
}

function checkedOffsets(offsets: Tensor, n: number, unsafe: boolean): Tensor {
  if (unsafe) return offsets;
  const axis = offsets.shape.length - 1;
  const count = offsets.shape[axis] as number;
  const wrong = 'the offsets are not in order: got others, expected ascending ones from 0';
  const outside = logicalOr(lt(offsets, 0), gt(offsets, n));
  const checked = refuse(offsets, outside, `${wrong} to ${n}.`);
  if (count < 2) return checked;
  const [low, high] = [stretch(checked, axis, 0, count - 1), stretch(checked, axis, 1, count - 1)];
  const ascending = refuse(high, lt(high, low), `${wrong} to ${n}.`);
  const first = stretch(checked, axis, 0, 1);
  const start = refuse(first, ne(first, 0), `${wrong} to ${n}.`);
  const put = (t: Tensor, at: number, length: number): Tensor =>
    dispatchOne(sliceEmbedOp, [t], { axis, start: at, count: length, step: 1, shape: offsets.shape });
  return add(put(ascending, 1, count - 1), put(start, 0, 1));
}

const joins = { max: 'amax', min: 'amin', prod: 'prod' } as const;
const START = { sum: 0, mean: 0, max: -Infinity, min: Infinity, prod: 1 } as const;

/**
 * Sums, means, extremes or products over consecutive segments of a dimension.
 *
 * @param x - float.
 * @returns x's shape, with the number of segments in place of the dimension that was cut.
 * @throws {@link ValueError} when lengths are negative or do not fill the dimension, or offsets are not in order.
 * @throws {@link ArgumentError} unless one of lengths and offsets is given.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.segment_reduce.html. Equal extremes share the gradient.
 *
 * @example
 * ```ts
 * import { segmentReduce, tensor } from '@flambeau/core';
 * segmentReduce(tensor([1, 2, 3]), 'sum', { lengths: tensor([2, 1], { dtype: 'int32' }) }); // [3, 3]
 * ```
 */
export function segmentReduce(x: Tensor, reduce: SegmentReduction, options: SegmentReduceOptions): Tensor {
  const { lengths, offsets, unsafe = false, initial } = options;
  checkReduction('segmentReduce', reduce, ['sum', 'mean', 'max', 'min', 'prod']);
  requireFloat('segmentReduce', x.dtype);
  const axis = normalizeAxis('segmentReduce', options.axis ?? 0, x.shape.length);
  const given = lengths ?? offsets;
  if (!given || (lengths && offsets)) {
    throw new ArgumentError(
      'segmentReduce',
      `segments unclear: got ${given ? 'both lengths and offsets' : 'neither lengths nor offsets'}, expected one of them.`,
    );
  }
  if (given.dtype !== 'int32') {
    throw new DTypeError('segmentReduce', `segments are counted: got ${given.dtype}, expected int32.`, {
      dtype: given.dtype,
    });
  }
  if (given.shape.length !== axis + 1 || !sameShape(given.shape.slice(0, axis), x.shape.slice(0, axis))) {
    throw new ShapeError(
      'segmentReduce',
      `the segments do not fit: got ${formatShape(given.shape)} for dimension ${axis} of ${formatShape(x.shape)}, expected the sizes before it and one more.`,
      { shapes: [x.shape, given.shape] },
    );
  }
  return composed(x.device, () => {
    const n = x.shape[axis] as number;
    const starts = lengths ? offsetsOf(lengths, n, unsafe) : checkedOffsets(given, n, unsafe);
    const count = (starts.shape[axis] as number) - 1;
    const segments = segmentsOf(starts, n, 'segmentReduce');
    const rank = x.shape.length;
    const index = expand(
      reshape(segments, [...segments.shape, ...new Array<number>(rank - axis - 1).fill(1)]),
      x.shape,
    );
    const size = Math.max(count, 0) + 2;
    const shape = x.shape.map((length, i) => (i === axis ? size : length));
    const attrs: IndexAttrs = { axis, size, caller: 'segmentReduce' };
    const start = filled(x.device, shape, x.dtype, initial ?? START[reduce]);
    const all = joined(start, index, x, reduce, initial ?? Number.NaN, attrs);
    return stretch(all, axis, 1, Math.max(count, 0));
  });
}

function joined(
  start: Tensor,
  index: Tensor,
  x: Tensor,
  reduce: SegmentReduction,
  empty: number,
  attrs: IndexAttrs,
): Tensor {
  if (reduce === 'max' || reduce === 'min' || reduce === 'prod') {
    return dispatchOne(scatterReduceOp, [start, index, x], { ...attrs, reduce: joins[reduce] });
  }
  const total = dispatchOne(scatterAddOp, [start, index, x], attrs);
  if (reduce === 'sum') return total;
  const counts = countsAt(index, start.shape, attrs);
  return where(eq(counts, 0), empty, div(total, castTo(clampMin(counts, 1), x.dtype)));
}
