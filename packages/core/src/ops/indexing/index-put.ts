import { ArgumentError, DTypeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import { viewAt } from '../at.ts';
import { type Caller, writeAt } from './advanced.ts';
import type { PutOptions } from './take.ts';

const CALLER: Caller = {
  name: 'indexPut',
  instead: 'await nonzero(mask, { asTuple: true }) for the indices',
};

/**
 * x with values, broadcast, written or added at positions: y[indices] = values, as {@link setAt} without writing into x.
 *
 * @param indices - for each dimension int32 positions, a bool mask, or null for all of it; dimensions that are left are
 * taken whole. Negative positions count from the end.
 * @param values - x's dtype, broadcasts to what the indices pick.
 * @throws {@link ValueError} when a position is out of range. @throws {@link AsyncReadError} for a mask on a device that can
 * only be read asynchronously: pass `await nonzero(mask, { asTuple: true })`.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.index_put_.html. Of several at one place the last
 * stays, and takes the gradient; PyTorch leaves open which, and gives all a gradient.
 *
 * @example
 * ```ts
 * import { indexPut, tensor, zeros } from '@flambeau/core';
 * const rows = tensor([0, 1, 1], { dtype: 'int32' });
 * indexPut(zeros([2]), [rows], tensor([1, 2, 3]), { accumulate: true }); // [1, 5]
 * ```
 */
export function indexPut(
  x: Tensor,
  indices: readonly (Tensor | null)[],
  values: Tensor,
  options: PutOptions = {},
): Tensor {
  if (values.dtype !== x.dtype) {
    throw new DTypeError(
      'indexPut',
      `the values do not fit: got ${values.dtype} for ${x.dtype}, expected equal dtypes. Cast with values.to('${x.dtype}').`,
      { dtypes: [values.dtype, x.dtype] },
    );
  }
  return composed(x.device, () => {
    const { view, places } = viewAt(
      x,
      indices.map((index) => index ?? ':'),
    );
    if (places.length === 0) {
      throw new ArgumentError('indexPut', 'no index: got no tensor of positions, expected at least one.');
    }
    return writeAt(view, places, values, options.accumulate ?? false, CALLER);
  });
}
