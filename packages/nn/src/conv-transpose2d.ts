import type { Pair, Tensor } from '@flambeau/core';
import { convTranspose2d } from '@flambeau/core';
import type { ConvTransposeLayerOptions } from './conv-transpose.ts';
import { ConvTranspose, transposed } from './conv-transpose.ts';
import { markOwned } from './forward.ts';

/** Options of {@link ConvTranspose2d}, under PyTorch's names. Pairs are [vertical, horizontal]. */
export type ConvTranspose2dLayerOptions = ConvTransposeLayerOptions<Pair>;

/**
 * Transpose of a two-dimensional convolution. Input (N, C, H, W) or (C, H, W); output (N, K, OH, OW) or (K, OH, OW) with
 * OH = (H − 1)·stride − 2·padding + dilation·(kernelSize − 1) + outputPadding + 1.
 *
 * Both parameters start uniform in ±1/√(K/groups·R·S): PyTorch's numbers, bit for bit, after the same `manualSeed`.
 *
 * @throws {@link ArgumentError} when channels are not divisible by groups.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { ConvTranspose2d } from '@flambeau/nn';
 * new ConvTranspose2d(4, 2, 2, { stride: 2 }).forward(ones([1, 4, 8, 8])).shape; // [1, 2, 16, 16]
 * ```
 */
export class ConvTranspose2d extends ConvTranspose<Pair> {
  static {
    markOwned(ConvTranspose2d);
  }

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: ConvTranspose2dLayerOptions = {},
  ) {
    super(2, inChannels, outChannels, kernelSize, options);
  }

  /** @param outputSize - spatial sizes, or a whole shape: which of those that the stride leaves open. */
  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    return transposed(this, convTranspose2d, x, outputSize);
  }
}
