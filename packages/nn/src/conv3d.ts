import type { Tensor, Triple } from '@flambeau/core';
import { conv3d } from '@flambeau/core';
import type { ConvLayerOptions } from './conv.ts';
import { Conv, convolved } from './conv.ts';
import { markOwned } from './forward.ts';

/** Options of {@link Conv3d}, under PyTorch's names. Triples are [depth, vertical, horizontal]. */
export type Conv3dLayerOptions = ConvLayerOptions<Triple>;

/**
 * Three-dimensional convolution (cross-correlation). Input (N, C, D, H, W) or (C, D, H, W); output (N, K, OD, OH, OW) or (K, OD, OH, OW),
 * sizes as of {@link Conv2d}.
 *
 * Both parameters start uniform in ±1/√(C/groups·R·S·T): PyTorch's numbers, bit for bit, after the same `manualSeed`.
 *
 * @throws {@link ArgumentError} when channels are not divisible by groups, or on `'same'` with a stride.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Conv3d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { Conv3d } from '@flambeau/nn';
 * new Conv3d(1, 4, 3, { padding: 1 }).forward(ones([1, 1, 4, 6, 6])).shape; // [1, 4, 4, 6, 6]
 * ```
 */
export class Conv3d extends Conv<Triple> {
  static {
    markOwned(Conv3d);
  }

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Triple,
    options: Conv3dLayerOptions = {},
  ) {
    super(3, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return convolved(this, conv3d, x);
  }
}
