import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { scatterAddOp } from '../indexing.ts';
import { intsOf } from '../ranges.ts';
import { cumsum } from '../reduction/scan.ts';
import { expand, narrow } from '../view.ts';

/**
 * The segment of each of n positions, from where the segments start: 0 before the first, 1 in the first, and so on.
 *
 * @param offsets - int32 (…, k), 0 to n, not descending along the last dimension.
 * @returns int32 (…, n).
 */
export function segmentsOf(offsets: Tensor, n: number, caller: string): Tensor {
  const axis = offsets.shape.length - 1;
  const none = zerosOf(offsets.device, [...offsets.shape.slice(0, -1), n + 1], 'int32');
  const ones = expand(intsOf(offsets.device, [1]), offsets.shape);
  const starts = dispatchOne(scatterAddOp, [none, offsets, ones], { axis, size: n + 1, caller });
  return narrow(cumsum(starts, -1), -1, 0, n);
}
