import type { Tensor } from '@flambeau/core';
import { ArgumentError, mean, releaseExcept, sum, withScope } from '@flambeau/core';

/** How the losses of all elements become one: their mean, their sum, or not at all. */
export type Reduction = 'mean' | 'sum' | 'none';

/** What every loss can be told. */
export interface ReductionOptions {
  /** Default `mean`. */
  readonly reduction?: Reduction;
}

/** The reduction asked for. @throws {@link ArgumentError} when there is no such. */
export function reductionOf(op: string, { reduction = 'mean' }: ReductionOptions): Reduction {
  if (reduction === 'mean' || reduction === 'sum' || reduction === 'none') return reduction;
  throw new ArgumentError(
    op,
    `unknown reduction: got '${String(reduction)}', expected 'mean', 'sum' or 'none'.`,
    { reduction },
  );
}

/** The losses of all elements, reduced. The mean of nothing is NaN. */
export function reduce(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? sum(losses) : mean(losses);
}

/** Releases what a loss makes on its way: nobody else can have seen it. */
export function releasing(fn: () => Tensor): Tensor {
  return withScope(false, fn, (made, result) => releaseExcept(made, new Set([result])));
}
