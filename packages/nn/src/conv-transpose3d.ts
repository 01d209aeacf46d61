import type { Tensor, Triple } from '@flambeau/core';
import { convTranspose3d } from '@flambeau/core';
import type { ConvTransposeLayerOptions } from './conv-transpose.ts';
import { ConvTranspose, transposed } from './conv-transpose.ts';
import { markOwned } from './forward.ts';

/** Options of {@link ConvTranspose3d}, under PyTorch's names. Triples are [depth, vertical, horizontal]. */
export type ConvTranspose3dLayerOptions = ConvTransposeLayerOptions<Triple>;

/**
 * Transpose of a three-dimensional convolution. Input (N, C, D, H, W) or (C, D, H, W); output (N, K, OD, OH, OW) or (K, OD, OH, OW),
 * sizes as of {@link ConvTranspose2d}.
 *
 * Both parameters start uniform in ±1/√(K/groups·R·S·T): PyTorch's numbers, bit for bit, after the same `manualSeed`.
 *
 * @throws {@link ArgumentError} when channels are not divisible by groups.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose3d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { ConvTranspose3d } from '@flambeau/nn';
 * new ConvTranspose3d(4, 2, 2).forward(ones([1, 4, 2, 3, 3])).shape; // [1, 2, 3, 4, 4]
 * ```
 */
export class ConvTranspose3d extends ConvTranspose<Triple> {
  static {
    markOwned(ConvTranspose3d);
  }

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Triple,
    options: ConvTranspose3dLayerOptions = {},
  ) {
    super(3, inChannels, outChannels, kernelSize, options);
  }

  /** @param outputSize - spatial sizes, or a whole shape: which of those that the stride leaves open. */
  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    return transposed(this, convTranspose3d, x, outputSize);
  }
}
