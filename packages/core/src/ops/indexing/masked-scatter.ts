import { dispatchOne } from '../../dispatch/dispatch.ts';
import { DTypeError, ValueError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { broadcastShapes } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { castTo, sub, where } from '../elementwise.ts';
import { gatherOp } from '../indexing.ts';
import type { KernelOp } from '../op.ts';
import { cumsum } from '../reduction/scan.ts';
import type { NoAttrs } from '../types.ts';
import { expand, reshape } from '../view.ts';

/**
 * `[mask, source] → [places]`: which element of a source each true element of a flat mask takes, 0 elsewhere.
 * @internal
 */
export const maskPlacesOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineOp<NoAttrs>({
  name: 'maskPlaces',
  class: 'checked',
  infer: ([mask]) => [{ shape: (mask as Tensor).shape, dtype: 'int32' }],
  fault: ({ value, index }) =>
    new ValueError(
      'maskedScatter',
      `the source is too short: got a mask with true element ${value + 1} at position ${index}, expected no more than the source has.`,
      { value, index },
    ),
  lower: ([mask, source]) => {
    const flags = mask as Tensor;
    const values = source as Tensor;
    const places = where(flags, sub(cumsum(flags, 0), 1), 0);
    // With nothing to take, a true element is one too many.
    const [size, checked] = values.size > 0 ? [values.size, places] : [1, castTo(flags, 'int32')];
    dispatchOne(gatherOp, [expand(zerosOf(flags.device, [1], 'int32'), [size]), checked], { axis: 0, size });
    return [places];
  },
  vjp: null,
});

/**
 * x with the elements of `source`, in their order, where a mask is true: y[mask] = source[: count of the mask].
 *
 * @param mask - bool, broadcast with x.
 * @param source - x's dtype, at least as many elements as the mask has true ones.
 * @throws {@link ValueError} when the source is too short. @throws {@link DTypeError} when a dtype does not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter_.html
 *
 * @example
 * ```ts
 * import { maskedScatter, tensor, zeros } from '@flambeau/core';
 * maskedScatter(zeros([3]), tensor([true, false, true]), tensor([7, 8, 9])); // [7, 0, 8]
 * ```
 */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  if (mask.dtype !== 'bool' || source.dtype !== x.dtype) {
    throw new DTypeError(
      'maskedScatter',
      `dtypes do not fit: got a mask of ${mask.dtype} and a source of ${source.dtype}, expected bool and ${x.dtype}.`,
      { dtypes: [mask.dtype, source.dtype] },
    );
  }
  return composed(x.device, () => {
    const shape = broadcastShapes('maskedScatter', x.shape, mask.shape);
    const wide = expand(mask, shape);
    const flat = reshape(source, [-1]);
    const places = dispatchOne(maskPlacesOp, [reshape(wide, [-1]), flat], {});
    const values = flat.size > 0 ? flat : zerosOf(x.device, [1], x.dtype);
    const taken = dispatchOne(gatherOp, [values, places], { axis: 0, size: values.size });
    return where(wide, reshape(taken, shape), x);
  });
}
