import type { MaxPool1dOptions, Tensor } from '@flambeau/core';
import { maxPool1d } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { MaxPool } from './max-pool.ts';

/**
 * Largest element of each window. Input (N, C, L) or (C, L); output with
 * OL = ⌊(L + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1, or ⌈…⌉ with `ceilMode`.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html. For the positions of the maxima call
 * `maxPool1dWithIndices`.
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { MaxPool1d } from '@flambeau/nn';
 * new MaxPool1d(2).forward(ones([1, 3, 8])).shape; // [1, 3, 4]
 * ```
 */
export class MaxPool1d extends MaxPool<readonly [number]> {
  static {
    markOwned(MaxPool1d);
  }

  /** @param kernelSize - window length. The stride is the same unless given. */
  constructor(kernelSize: number | readonly [number], options: MaxPool1dOptions = {}) {
    super(1, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this);
  }
}
