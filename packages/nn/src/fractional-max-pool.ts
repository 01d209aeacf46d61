import type { FractionalMaxPoolOptions, Pair, Tensor, Triple } from '@flambeau/core';
import { ArgumentError, fractionalMaxPool2d, fractionalMaxPool3d } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';
import { sizesOf } from './sizes.ts';

/** Options of fractional max pooling, under PyTorch's names: one of the sizes must be given, not both. */
export type FractionalMaxPoolLayerOptions<Sizes> = Omit<FractionalMaxPoolOptions<Sizes>, 'generator'>;

/** What the fractional max poolings have in common. */
abstract class FractionalMaxPool<Sizes extends readonly number[]> extends Module {
  readonly kernelSize: Sizes;
  readonly options: FractionalMaxPoolLayerOptions<Sizes>;

  constructor(
    rank: Sizes['length'],
    kernelSize: number | Sizes,
    options: FractionalMaxPoolLayerOptions<Sizes>,
  ) {
    super();
    const { name } = new.target;
    this.kernelSize = sizesOf<Sizes>(name, 'kernelSize', kernelSize, rank, 1);
    if ((options.outputSize === undefined) === (options.outputRatio === undefined)) {
      throw new ArgumentError(
        name,
        `no size, or two: got ${JSON.stringify({ outputSize: options.outputSize, outputRatio: options.outputRatio })}, expected either outputSize or outputRatio.`,
      );
    }
    this.options = options;
  }
}

/**
 * Largest element of windows at random distances, in (N, C, H, W) or (C, H, W). After the same `manualSeed` as in
 * PyTorch the windows are the same.
 *
 * @throws {@link ArgumentError} unless one of the sizes is given.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool2d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { FractionalMaxPool2d } from '@flambeau/nn';
 * new FractionalMaxPool2d(2, { outputSize: 4 }).forward(ones([1, 2, 9, 9])).shape; // [1, 2, 4, 4]
 * ```
 */
export class FractionalMaxPool2d extends FractionalMaxPool<Pair> {
  static {
    markOwned(FractionalMaxPool2d);
  }

  constructor(kernelSize: number | Pair, options: FractionalMaxPoolLayerOptions<Pair>) {
    super(2, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return fractionalMaxPool2d(x, this.kernelSize, this.options);
  }
}

/**
 * Largest element of windows at random distances, in (N, C, D, H, W) or (C, D, H, W). After the same `manualSeed` as in
 * PyTorch the windows are the same.
 *
 * @throws {@link ArgumentError} unless one of the sizes is given.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool3d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { FractionalMaxPool3d } from '@flambeau/nn';
 * new FractionalMaxPool3d(2, { outputSize: 4 }).forward(ones([1, 2, 9, 9, 9])).shape; // [1, 2, 4, 4, 4]
 * ```
 */
export class FractionalMaxPool3d extends FractionalMaxPool<Triple> {
  static {
    markOwned(FractionalMaxPool3d);
  }

  constructor(kernelSize: number | Triple, options: FractionalMaxPoolLayerOptions<Triple>) {
    super(3, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return fractionalMaxPool3d(x, this.kernelSize, this.options);
  }
}
