import type { MaxPool3dOptions, Tensor, Triple } from '@flambeau/core';
import { maxPool3d } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { MaxPool } from './max-pool.ts';

/**
 * Largest element of each window. Input (N, C, D, H, W) or (C, D, H, W); output sizes as of {@link MaxPool2d}.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool3d.html. For the positions of the maxima call
 * `maxPool3dWithIndices`.
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { MaxPool3d } from '@flambeau/nn';
 * new MaxPool3d(2).forward(ones([1, 3, 4, 8, 8])).shape; // [1, 3, 2, 4, 4]
 * ```
 */
export class MaxPool3d extends MaxPool<Triple> {
  static {
    markOwned(MaxPool3d);
  }

  /** @param kernelSize - window depth, height and width. The stride is the same unless given. */
  constructor(kernelSize: number | Triple, options: MaxPool3dOptions = {}) {
    super(3, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return maxPool3d(x, this.kernelSize, this);
  }
}
