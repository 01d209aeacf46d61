import type { Pair, Tensor } from '@flambeau/core';
import { conv2d } from '@flambeau/core';
import type { ConvLayerOptions } from './conv.ts';
import { Conv, convolved } from './conv.ts';
import { markOwned } from './forward.ts';

/** Options of {@link Conv2d}, under PyTorch's names. Pairs are [vertical, horizontal]. */
export type Conv2dLayerOptions = ConvLayerOptions<Pair>;

/**
 * Two-dimensional convolution (cross-correlation). Input (N, C, H, W) or (C, H, W); output (N, K, OH, OW) or (K, OH, OW) with
 * OH = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1.
 *
 * Both parameters start uniform in ±1/√(C/groups·R·S): PyTorch's numbers, bit for bit, after the same `manualSeed`.
 *
 * @throws {@link ArgumentError} when channels are not divisible by groups, or on `'same'` with a stride.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { Conv2d } from '@flambeau/nn';
 * new Conv2d(3, 32, 3, { padding: 1 }).forward(ones([1, 3, 8, 8])).shape; // [1, 32, 8, 8]
 * ```
 */
export class Conv2d extends Conv<Pair> {
  static {
    markOwned(Conv2d);
  }

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: Conv2dLayerOptions = {},
  ) {
    super(2, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return convolved(this, conv2d, x);
  }
}
