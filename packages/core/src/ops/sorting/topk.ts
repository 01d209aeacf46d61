import { ArgumentError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import type { ReduceOptions, ValuesAndIndices } from '../reduce.ts';
import { narrow, squeeze } from '../view.ts';
import { sorted } from './sort.ts';

/** Options of {@link topk}. */
export interface TopkOptions {
  /** The largest elements (default), or the smallest. */
  readonly largest?: boolean;
  /** Accepted as in PyTorch; the elements always come in order. */
  readonly sorted?: boolean;
}

/** Refuses a k that is not from `least` to the size along a dimension. Gives the axis. */
function checkK(op: string, x: Tensor, k: number, dim: number, least: number): number {
  const axis = normalizeAxis(op, dim, x.shape.length);
  const size = x.shape[axis] ?? 1;
  if (Number.isInteger(k) && k >= least && k <= size) return axis;
  throw new ArgumentError(
    op,
    `k is out of range: got ${k}, expected an integer from ${least} to ${size}, the size of dimension ${axis}.`,
    { k, size },
  );
}

/**
 * The k largest elements along a dimension, in order, and where they were; with `largest: false`, the smallest. Of equal
 * elements the first ones; NaN counts as the largest.
 *
 * @param x - any shape and dtype.
 * @returns values, and int32 indices, of size k along the dimension.
 * @throws {@link ArgumentError} when k is not from 0 to the size of the dimension.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.topk.html. Which of equal elements come is not said there.
 *
 * @example
 * ```ts
 * import { tensor, topk } from '@flambeau/core';
 * const { values, indices } = topk(tensor([1, 4, 2, 3]), 2); // [4, 3] and [1, 3]
 * ```
 */
export function topk(x: Tensor, k: number, dim = -1, options: TopkOptions = {}): ValuesAndIndices {
  const axis = checkK('topk', x, k, dim, x.shape.length === 0 ? 1 : 0);
  return composed(x.device, () => {
    const all = sorted('topk', x, axis, options.largest ?? true);
    if (x.shape.length === 0) return all;
    // Copies: views would keep all elements alive.
    const first = (y: Tensor): Tensor => clone(narrow(y, axis, 0, k));
    return { values: first(all.values), indices: first(all.indices) };
  });
}

/**
 * The k-th smallest element along a dimension (from 1) and where it was. Of equal elements the earlier ones count first;
 * NaN counts as the largest.
 *
 * @param x - any shape and dtype.
 * @returns values, and int32 indices, without the dimension, or of size 1 there.
 * @throws {@link ArgumentError} when k is not from 1 to the size of the dimension.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.kthvalue.html
 *
 * @example
 * ```ts
 * import { kthvalue, tensor } from '@flambeau/core';
 * const { values, indices } = kthvalue(tensor([5, 1, 3]), 2); // 3 and 2
 * ```
 */
export function kthvalue(x: Tensor, k: number, dim = -1, options: ReduceOptions = {}): ValuesAndIndices {
  const axis = checkK('kthvalue', x, k, dim, 1);
  return composed(x.device, () => {
    const all = sorted('kthvalue', x, axis);
    if (x.shape.length === 0) return all;
    const kth = (y: Tensor): Tensor => {
      const one = clone(narrow(y, axis, k - 1, 1));
      return options.keepdim ? one : squeeze(one, axis);
    };
    return { values: kth(all.values), indices: kth(all.indices) };
  });
}
