import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import { add, mul, rsqrt, square } from '../elementwise.ts';
import { mean } from '../reduce.ts';
import type { NormalizedShape } from './layer-norm.ts';
import { checkNormalized } from './layer-norm.ts';

/** Options of {@link rmsNorm}, under PyTorch's names. */
export interface RMSNormOptions {
  /** Scale of every element, of the normalised shape. Default 1. */
  readonly weight?: Tensor | null;
  /** Added to the mean square. Default: the machine epsilon of the dtype. */
  readonly eps?: number | null;
}

/** The distance from 1 to the next number. */
const EPSILON: Readonly<Record<string, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/**
 * Root-mean-square normalisation: y = x / √(mean(x²) + eps) · weight, with the mean over the last dimensions.
 *
 * @param x - (…, normalizedShape), float.
 * @param normalizedShape - the last sizes of x; a number for the last one.
 * @returns the shape of x.
 * @throws {@link ShapeError} when x does not end in these sizes, or the weight has others.
 * @throws {@link DTypeError} for integers, and a weight of another dtype.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html
 *
 * @example
 * ```ts
 * import { rmsNorm, tensor } from '@flambeau/core';
 * rmsNorm(tensor([[1, 7], [3, 3]]), 2); // [[0.2, 1.4], [1, 1]]
 * ```
 */
export function rmsNorm(x: Tensor, normalizedShape: NormalizedShape, options: RMSNormOptions = {}): Tensor {
  const { weight = null } = options;
  const sizes = checkNormalized('rmsNorm', x, normalizedShape, { weight });
  const eps = options.eps ?? (EPSILON[x.dtype] as number);
  return composed(x.device, () => {
    const axes = sizes.map((_, i) => i - sizes.length);
    const y = mul(x, rsqrt(add(mean(square(x), axes, { keepdim: true }), eps)));
    return weight ? mul(y, weight) : y;
  });
}
