import { ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxes } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { ne } from '../elementwise.ts';
import { amax, amin, mean, type ReduceOptions, std, sum, type VarOptions, variance } from '../reduce.ts';

/** Both ends of a range. */
export interface MinAndMax {
  readonly min: Tensor;
  readonly max: Tensor;
}

/**
 * Smallest and largest element along a dimension, or of all. NaN wins; equal ones share the gradient.
 *
 * @throws {@link ShapeError} when there are no elements.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.aminmax.html
 *
 * @example
 * ```ts
 * import { aminmax, tensor } from '@flambeau/core';
 * aminmax(tensor([[1, 5], [3, 2]]), 1).max; // [5, 3]
 * ```
 */
export function aminmax(x: Tensor, axis?: number, options: ReduceOptions = {}): MinAndMax {
  if (normalizeAxes('aminmax', axis, x.shape.length).some((i) => x.shape[i] === 0)) {
    throw new ShapeError(
      'aminmax',
      `nothing to reduce: got shape ${formatShape(x.shape)}, expected at least one element along the reduced dimensions.`,
      { shape: x.shape },
    );
  }
  return composed(x.device, () => ({ min: amin(x, axis, options), max: amax(x, axis, options) }));
}

/**
 * How many elements over dimensions are not 0; over all of them without `axes`. int32.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.count_nonzero.html
 *
 * @example
 * ```ts
 * import { countNonzero, tensor } from '@flambeau/core';
 * countNonzero(tensor([[0, 1], [2, 3]]), 1); // [1, 2]
 * ```
 */
export function countNonzero(x: Tensor, axes?: number | readonly number[]): Tensor {
  return composed(x.device, () => sum(ne(x, 0), axes));
}

/**
 * Variance and mean over dimensions, `[variance, mean]`; by default with Bessel's correction.
 *
 * @throws {@link DTypeError} for integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.var_mean.html
 *
 * @example
 * ```ts
 * import { tensor, varMean } from '@flambeau/core';
 * varMean(tensor([1, 2, 3]))[0]; // 1
 * ```
 */
export function varMean(
  x: Tensor,
  axes?: number | readonly number[],
  options: VarOptions = {},
): readonly [Tensor, Tensor] {
  return withMean(variance, x, axes, options);
}

/**
 * Standard deviation and mean over dimensions, `[std, mean]`; by default with Bessel's correction.
 *
 * @throws {@link DTypeError} for integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.std_mean.html
 *
 * @example
 * ```ts
 * import { stdMean, tensor } from '@flambeau/core';
 * stdMean(tensor([1, 2, 3]))[1]; // 2
 * ```
 */
export function stdMean(
  x: Tensor,
  axes?: number | readonly number[],
  options: VarOptions = {},
): readonly [Tensor, Tensor] {
  return withMean(std, x, axes, options);
}

function withMean(
  spread: typeof variance,
  x: Tensor,
  axes: number | readonly number[] | undefined,
  options: VarOptions,
): readonly [Tensor, Tensor] {
  const { keepdim = false } = options;
  return composed(x.device, () => [spread(x, axes, options), mean(x, axes, { keepdim })] as const);
}
