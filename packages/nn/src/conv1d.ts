import type { Tensor } from '@flambeau/core';
import { conv1d } from '@flambeau/core';
import type { ConvLayerOptions } from './conv.ts';
import { Conv, convolved } from './conv.ts';
import { markOwned } from './forward.ts';

/** Options of {@link Conv1d}, under PyTorch's names. */
export type Conv1dLayerOptions = ConvLayerOptions<readonly [number]>;

/**
 * One-dimensional convolution (cross-correlation). Input (N, C, L) or (C, L); output (N, K, OL) or (K, OL) with
 * OL = ⌊(L + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1.
 *
 * Both parameters start uniform in ±1/√(C/groups·kernelSize): PyTorch's numbers, bit for bit, after the same `manualSeed`.
 *
 * @throws {@link ArgumentError} when channels are not divisible by groups, or on `'same'` with a stride.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Conv1d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { Conv1d } from '@flambeau/nn';
 * new Conv1d(3, 32, 3, { padding: 1 }).forward(ones([1, 3, 8])).shape; // [1, 32, 8]
 * ```
 */
export class Conv1d extends Conv<readonly [number]> {
  static {
    markOwned(Conv1d);
  }

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number],
    options: Conv1dLayerOptions = {},
  ) {
    super(1, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return convolved(this, conv1d, x);
  }
}
