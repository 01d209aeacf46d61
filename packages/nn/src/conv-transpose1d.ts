import type { Tensor } from '@flambeau/core';
import { convTranspose1d } from '@flambeau/core';
import type { ConvTransposeLayerOptions } from './conv-transpose.ts';
import { ConvTranspose, transposed } from './conv-transpose.ts';
import { markOwned } from './forward.ts';

/** Options of {@link ConvTranspose1d}, under PyTorch's names. */
export type ConvTranspose1dLayerOptions = ConvTransposeLayerOptions<readonly [number]>;

/**
 * Transpose of a one-dimensional convolution. Input (N, C, L) or (C, L); output (N, K, OL) or (K, OL) with
 * OL = (L − 1)·stride − 2·padding + dilation·(kernelSize − 1) + outputPadding + 1.
 *
 * Both parameters start uniform in ±1/√(K/groups·kernelSize): PyTorch's numbers, bit for bit, after the same `manualSeed`.
 *
 * @throws {@link ArgumentError} when channels are not divisible by groups.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose1d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { ConvTranspose1d } from '@flambeau/nn';
 * new ConvTranspose1d(4, 2, 2, { stride: 2 }).forward(ones([1, 4, 8])).shape; // [1, 2, 16]
 * ```
 */
export class ConvTranspose1d extends ConvTranspose<readonly [number]> {
  static {
    markOwned(ConvTranspose1d);
  }

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number],
    options: ConvTranspose1dLayerOptions = {},
  ) {
    super(1, inChannels, outChannels, kernelSize, options);
  }

  /** @param outputSize - spatial sizes, or a whole shape: which of those that the stride leaves open. */
  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    return transposed(this, convTranspose1d, x, outputSize);
  }
}
