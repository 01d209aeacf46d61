import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { add, div, mul, pow, square } from '../elementwise.ts';
import { narrow, reshape } from '../view.ts';
import { avgPool2d } from './avg-pool.ts';
import { elementsEach } from './layer-norm.ts';

/** Options of {@link localResponseNorm}, under PyTorch's names. */
export interface LocalResponseNormOptions {
  /** Weight of the mean square. Default 1e-4. */
  readonly alpha?: number;
  /** Exponent. Default 0.75. */
  readonly beta?: number;
  /** Added to the mean square. Default 1. */
  readonly k?: number;
}

/**
 * Local response normalisation: y = x / (k + alpha/size · Σ x²)^beta, the sum over `size` neighbouring channels, among
 * them ⌊size/2⌋ before each; those that are missing count as 0.
 *
 * @param x - (N, C, …), float.
 * @param size - how many channels a neighbourhood has.
 * @returns the shape of x.
 * @throws {@link ShapeError} on a rank below 3.
 * @throws {@link ArgumentError} unless size is a positive integer.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.local_response_norm.html. Like
 * PyTorch, and unlike the paper, alpha is divided by the size.
 *
 * @example
 * ```ts
 * import { localResponseNorm, tensor } from '@flambeau/core';
 * localResponseNorm(tensor([[[3], [1]]]), 1, { alpha: 1, beta: 1, k: 1 }); // [[[0.3], [0.5]]]
 * ```
 */
export function localResponseNorm(x: Tensor, size: number, options: LocalResponseNormOptions = {}): Tensor {
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  const { shape } = x;
  if (shape.length < 3) {
    throw new ShapeError('localResponseNorm', `wrong rank: got ${formatShape(shape)}, expected (N, C, …).`, {
      shape,
    });
  }
  if (!isFloat(x.dtype)) {
    throw new DTypeError(
      'localResponseNorm',
      `not defined for integers: got ${x.dtype}, expected a float dtype.`,
      { dtype: x.dtype },
    );
  }
  if (!Number.isInteger(size) || size < 1) {
    throw new ArgumentError(
      'localResponseNorm',
      `invalid size: got ${size}, expected an integer of at least 1.`,
      {
        size,
      },
    );
  }
  if (x.size === 0) return clone(x);
  return composed(x.device, () => {
    const [n, channels] = shape as [number, number, ...number[]];
    const before = Math.floor(size / 2);
    const planes = reshape(square(x), [n, 1, channels, elementsEach(x, channels)]);
    const padded = avgPool2d(planes, [size, 1], { stride: 1, padding: [before, 0] });
    // The padding is the same on both sides, where PyTorch's lacks one behind if the size is even.
    const means = reshape(narrow(padded, 2, 0, channels), shape);
    return div(x, pow(add(mul(means, alpha), k), beta));
  });
}
