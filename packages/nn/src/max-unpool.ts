import type { MaxUnpoolOptions, Pair, Tensor, Triple } from '@flambeau/core';
import { maxUnpool1d, maxUnpool2d, maxUnpool3d } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';
import { sizesOf, tuple } from './sizes.ts';

/** What the unpoolings have in common. */
abstract class MaxUnpool<Sizes extends readonly number[]> extends Module<
  [x: Tensor, indices: Tensor, outputSize?: readonly number[]]
> {
  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;

  /** @param kernelSize - as of the pooling that is undone. The stride is the same unless given. */
  constructor(
    rank: Sizes['length'],
    kernelSize: number | Sizes,
    options: Omit<MaxUnpoolOptions<Sizes>, 'outputSize'>,
  ) {
    super();
    const { stride = kernelSize, padding = 0 } = options;
    const { name } = new.target;
    this.kernelSize = sizesOf<Sizes>(name, 'kernelSize', kernelSize, rank, 1);
    this.stride = sizesOf<Sizes>(name, 'stride', stride, rank, 1);
    this.padding = sizesOf<Sizes>(name, 'padding', padding, rank, 0);
  }

  protected options(outputSize?: readonly number[]): MaxUnpoolOptions<Sizes> {
    const { stride, padding } = this;
    return outputSize ? { stride, padding, outputSize } : { stride, padding };
  }

  override extraRepr(): string {
    return `kernelSize=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}, padding=${tuple(this.padding)}`;
  }
}

/**
 * Puts the maxima of `maxPool1dWithIndices` back to where they were in (N, C, L) or (C, L), among zeros.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool1d.html
 *
 * @example
 * ```ts
 * import { maxPool1dWithIndices, ones } from '@flambeau/core';
 * import { MaxUnpool1d } from '@flambeau/nn';
 * const { values, indices } = maxPool1dWithIndices(ones([1, 1, 4]), 2);
 * new MaxUnpool1d(2).forward(values, indices).shape; // [1, 1, 4]
 * ```
 */
export class MaxUnpool1d extends MaxUnpool<readonly [number]> {
  static {
    markOwned(MaxUnpool1d);
  }

  constructor(
    kernelSize: number | readonly [number],
    options: Omit<MaxUnpoolOptions<readonly [number]>, 'outputSize'> = {},
  ) {
    super(1, kernelSize, options);
  }

  /** @param outputSize - spatial sizes, or a whole shape: which of those that pool to x. */
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool1d(x, indices, this.kernelSize, this.options(outputSize));
  }
}

/**
 * Puts the maxima of `maxPool2dWithIndices` back to where they were in (N, C, H, W) or (C, H, W), among zeros.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html
 *
 * @example
 * ```ts
 * import { maxPool2dWithIndices, ones } from '@flambeau/core';
 * import { MaxUnpool2d } from '@flambeau/nn';
 * const { values, indices } = maxPool2dWithIndices(ones([1, 1, 4, 6]), 2);
 * new MaxUnpool2d(2).forward(values, indices).shape; // [1, 1, 4, 6]
 * ```
 */
export class MaxUnpool2d extends MaxUnpool<Pair> {
  static {
    markOwned(MaxUnpool2d);
  }

  constructor(kernelSize: number | Pair, options: Omit<MaxUnpoolOptions<Pair>, 'outputSize'> = {}) {
    super(2, kernelSize, options);
  }

  /** @param outputSize - spatial sizes, or a whole shape: which of those that pool to x. */
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool2d(x, indices, this.kernelSize, this.options(outputSize));
  }
}

/**
 * Puts the maxima of `maxPool3dWithIndices` back to where they were in (N, C, D, H, W) or (C, D, H, W), among zeros.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxUnpool3d.html
 *
 * @example
 * ```ts
 * import { maxPool3dWithIndices, ones } from '@flambeau/core';
 * import { MaxUnpool3d } from '@flambeau/nn';
 * const { values, indices } = maxPool3dWithIndices(ones([1, 1, 4, 6, 2]), 2);
 * new MaxUnpool3d(2).forward(values, indices).shape; // [1, 1, 4, 6, 2]
 * ```
 */
export class MaxUnpool3d extends MaxUnpool<Triple> {
  static {
    markOwned(MaxUnpool3d);
  }

  constructor(kernelSize: number | Triple, options: Omit<MaxUnpoolOptions<Triple>, 'outputSize'> = {}) {
    super(3, kernelSize, options);
  }

  /** @param outputSize - spatial sizes, or a whole shape: which of those that pool to x. */
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool3d(x, indices, this.kernelSize, this.options(outputSize));
  }
}
