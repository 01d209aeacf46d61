import { ArgumentError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import { castTo } from '../elementwise.ts';
import type { SumOptions } from '../reduce.ts';
import { normOver, widened } from './norm-over.ts';

/**
 * The vector norm (Σ |x|ᵖ)^(1/p) over dimensions; over all of them without `axes`. p = ±∞ gives the largest or smallest
 * |x|, 0 the number of nonzero elements. The gradient of the zero vector is 0.
 *
 * @param x - float, any shape.
 * @param ord - p, any number. Default 2.
 * @throws {@link ShapeError} when nothing is reduced and ord is negative or infinite.
 * @throws {@link DTypeError} for integers, or when `dtype` is narrower than x.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
 *
 * @example
 * ```ts
 * import { tensor, vectorNorm } from '@flambeau/core';
 * vectorNorm(tensor([[3, 4], [6, 8]]), 2, 1); // [5, 10]
 * vectorNorm(tensor([3, -4]), Infinity); // 4
 * ```
 */
export function vectorNorm(
  x: Tensor,
  ord = 2,
  axes?: number | readonly number[],
  options: SumOptions = {},
): Tensor {
  const { dtype, keepdim = false } = options;
  return composed(x.device, () =>
    normOver('vectorNorm', widened('vectorNorm', x, dtype), ord, axes, keepdim),
  );
}

/**
 * The norm of a tensor: of its elements over the dimensions named, or over all of them. `'fro'` is the square root of the
 * sum of squares, a number the vector norm of that order: see {@link matrixNorm} for norms of matrices.
 *
 * @param x - float, or any dtype with `dtype`.
 * @throws {@link DTypeError} for integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.norm.html
 *
 * @example
 * ```ts
 * import { norm, tensor } from '@flambeau/core';
 * norm(tensor([[1, 2], [2, 4]])); // 5
 * norm(tensor([[1, -2], [2, 4]]), 1, 0); // [3, 6]
 * ```
 */
export function norm(
  x: Tensor,
  p: number | 'fro' = 'fro',
  axes?: number | readonly number[],
  options: SumOptions = {},
): Tensor {
  const { dtype = x.dtype, keepdim = false } = options;
  if (typeof p === 'string' && p !== 'fro') {
    throw new ArgumentError(
      'norm',
      `unknown order: got '${String(p)}', expected a number or 'fro'. For 'nuc' call matrixNorm.`,
      { p },
    );
  }
  return composed(x.device, () => normOver('norm', castTo(x, dtype), p === 'fro' ? 2 : p, axes, keepdim));
}
