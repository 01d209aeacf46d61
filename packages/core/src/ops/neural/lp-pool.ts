import { ArgumentError } from '../../errors.ts';
import { noGrad } from '../../grad-mode.ts';
import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import { abs, mul, pow, relu, sign } from '../elementwise.ts';
import type { Pair, Triple } from '../types.ts';
import { averaged } from './avg-pool.ts';
import type { SpatialRank } from './spatial.ts';

/** Options of power-average pooling, under PyTorch's names. */
export interface LpPoolOptions<Sizes> {
  /** Step between windows. Default: the kernel size. */
  readonly stride?: number | Sizes;
  /** Also use windows that end outside. Default false. */
  readonly ceilMode?: boolean;
}

/**
 * Norm of each window: (Σ xᵖ)^(1/p). The gradient where the sum is 0 is 0.
 *
 * @param x - (N, C, L) or (C, L), float.
 * @param normType - p, not 0. Negative elements make NaN unless it is an even integer, as in PyTorch.
 * @param kernelSize - window length.
 * @returns (N, C, OL) or (C, OL).
 * @throws {@link ShapeError} on other ranks, or when no window fits.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool1d.html. A window that ceil mode
 * pushes beyond the end is scaled up to a whole one, as there.
 *
 * @example
 * ```ts
 * import { lpPool1d, tensor } from '@flambeau/core';
 * lpPool1d(tensor([[3, 4, 0, 5]]), 2, 2); // [[5, 5]]
 * ```
 */
export function lpPool1d(
  x: Tensor,
  normType: number,
  kernelSize: number | readonly [number],
  options: LpPoolOptions<readonly [number]> = {},
): Tensor {
  return norms('lpPool1d', 1, x, normType, kernelSize, options);
}

/**
 * Norm of each window of (N, C, H, W) or (C, H, W): {@link lpPool1d} of planes.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool2d.html
 *
 * @example
 * ```ts
 * import { lpPool2d, ones } from '@flambeau/core';
 * lpPool2d(ones([1, 2, 2]), 2, 2); // [[[2]]]
 * ```
 */
export function lpPool2d(
  x: Tensor,
  normType: number,
  kernelSize: number | Pair,
  options: LpPoolOptions<Pair> = {},
): Tensor {
  return norms('lpPool2d', 2, x, normType, kernelSize, options);
}

/**
 * Norm of each window of (N, C, D, H, W) or (C, D, H, W): {@link lpPool1d} of volumes.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.lp_pool3d.html
 *
 * @example
 * ```ts
 * import { lpPool3d, ones } from '@flambeau/core';
 * lpPool3d(ones([1, 2, 2, 4]), 1, 2); // [[[[8, 8]]]]
 * ```
 */
export function lpPool3d(
  x: Tensor,
  normType: number,
  kernelSize: number | Triple,
  options: LpPoolOptions<Triple> = {},
): Tensor {
  return norms('lpPool3d', 3, x, normType, kernelSize, options);
}

function norms(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  normType: number,
  kernelSize: number | readonly number[],
  options: LpPoolOptions<readonly number[]>,
): Tensor {
  if (normType === 0 || Number.isNaN(normType)) {
    throw new ArgumentError(op, `invalid normType: got ${normType}, expected a number other than 0.`, {
      normType,
    });
  }
  const size = typeof kernelSize === 'number' ? kernelSize ** rank : kernelSize.reduce((p, n) => p * n, 1);
  return composed(x.device, () => {
    const means = averaged(op, rank, pow(x, normType), kernelSize, options);
    // Signs have no gradient: not 0 times that of the root, which is infinite at 0.
    const signs = noGrad(() => sign(means));
    return pow(mul(mul(signs, relu(abs(means))), size), 1 / normType);
  });
}
