import type { MaxPool2dOptions, Pair, Tensor } from '@flambeau/core';
import { maxPool2d } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { MaxPool } from './max-pool.ts';

/**
 * Largest element of each window. Input (N, C, H, W) or (C, H, W); output with
 * OH = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1, or ⌈…⌉ with `ceilMode`.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html. For the positions of the maxima call
 * `maxPool2dWithIndices`.
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { MaxPool2d } from '@flambeau/nn';
 * new MaxPool2d(2).forward(ones([1, 3, 8, 8])).shape; // [1, 3, 4, 4]
 * ```
 */
export class MaxPool2d extends MaxPool<Pair> {
  static {
    markOwned(MaxPool2d);
  }

  /** @param kernelSize - window height and width. The stride is the same unless given. */
  constructor(kernelSize: number | Pair, options: MaxPool2dOptions = {}) {
    super(2, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this);
  }
}
