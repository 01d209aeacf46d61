import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import { castTo, div, isnan, logicalNot, where } from '../elementwise.ts';
import { requireFloat, type SumOptions, sum } from '../reduce.ts';

/**
 * Sum over dimensions with NaN taken as 0; over all of them without `axes`. Integers and bools give int32.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nansum.html
 *
 * @example
 * ```ts
 * import { nansum, tensor } from '@flambeau/core';
 * nansum(tensor([1, NaN, 3])); // 4
 * ```
 */
export function nansum(x: Tensor, axes?: number | readonly number[], options: SumOptions = {}): Tensor {
  return composed(x.device, () => {
    const t = castTo(x, options.dtype ?? x.dtype);
    return sum(where(isnan(t), 0, t), axes, options);
  });
}

/**
 * Mean over dimensions of what is not NaN; over all of them without `axes`. NaN where everything is.
 *
 * @param x - float.
 * @throws {@link DTypeError} for integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nanmean.html
 *
 * @example
 * ```ts
 * import { nanmean, tensor } from '@flambeau/core';
 * nanmean(tensor([[1, NaN], [3, 4]]), 1); // [1, 3.5]
 * ```
 */
export function nanmean(x: Tensor, axes?: number | readonly number[], options: SumOptions = {}): Tensor {
  requireFloat('nanmean', x.dtype);
  return composed(x.device, () => {
    const count = sum(logicalNot(isnan(x)), axes, { keepdim: options.keepdim ?? false });
    return div(nansum(x, axes, options), count);
  });
}
