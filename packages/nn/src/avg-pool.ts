import type { AvgPoolDivisorOptions, AvgPoolOptions, Pair, Tensor, Triple } from '@flambeau/core';
import { avgPool1d, avgPool2d, avgPool3d } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';
import { sizesOf, sizeText } from './sizes.ts';

/** What the average poolings have in common. */
abstract class AvgPool<Sizes extends readonly number[]> extends Module {
  readonly kernelSize: number | Sizes;
  readonly stride: number | Sizes;
  readonly padding: number | Sizes;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;

  constructor(rank: Sizes['length'], kernelSize: number | Sizes, options: AvgPoolOptions<Sizes>) {
    super();
    const { stride = kernelSize, padding = 0, ceilMode = false, countIncludePad = true } = options;
    const { name } = new.target;
    sizesOf<Sizes>(name, 'kernelSize', kernelSize, rank, 1);
    sizesOf<Sizes>(name, 'stride', stride, rank, 1);
    sizesOf<Sizes>(name, 'padding', padding, rank, 0);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.ceilMode = ceilMode;
    this.countIncludePad = countIncludePad;
  }

  override extraRepr(): string {
    return `kernelSize=${sizeText(this.kernelSize)}, stride=${sizeText(this.stride)}, padding=${sizeText(this.padding)}`;
  }
}

/** An average pooling that may divide by a given number. */
abstract class DividingAvgPool<Sizes extends readonly number[]> extends AvgPool<Sizes> {
  readonly divisorOverride: number | undefined;

  constructor(rank: Sizes['length'], kernelSize: number | Sizes, options: AvgPoolDivisorOptions<Sizes>) {
    super(rank, kernelSize, options);
    this.divisorOverride = options.divisorOverride;
  }

  protected options(): AvgPoolDivisorOptions<Sizes> {
    const { stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return {
      stride,
      padding,
      ceilMode,
      countIncludePad,
      ...(divisorOverride !== undefined && { divisorOverride }),
    };
  }
}

/**
 * Mean of each window of (N, C, L) or (C, L); output with OL = ⌊(L + 2·padding − kernelSize) / stride⌋ + 1.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { AvgPool1d } from '@flambeau/nn';
 * new AvgPool1d(2).forward(ones([1, 3, 8])).shape; // [1, 3, 4]
 * ```
 */
export class AvgPool1d extends AvgPool<readonly [number]> {
  static {
    markOwned(AvgPool1d);
  }

  /** @param kernelSize - window length. The stride is the same unless given. */
  constructor(kernelSize: number | readonly [number], options: AvgPoolOptions<readonly [number]> = {}) {
    const { stride = kernelSize, padding = 0 } = options;
    const single = (name: string, size: number | readonly [number], least: number): readonly [number] =>
      sizesOf<readonly [number]>(new.target.name, name, size, 1, least);
    super(1, single('kernelSize', kernelSize, 1), {
      ...options,
      stride: single('stride', stride, 1),
      padding: single('padding', padding, 0),
    });
  }

  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this);
  }
}

/**
 * Mean of each window of (N, C, H, W) or (C, H, W); sizes as of {@link AvgPool1d}.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { AvgPool2d } from '@flambeau/nn';
 * new AvgPool2d(3, { stride: 2, padding: 1 }).forward(ones([1, 3, 8, 8])).shape; // [1, 3, 4, 4]
 * ```
 */
export class AvgPool2d extends DividingAvgPool<Pair> {
  static {
    markOwned(AvgPool2d);
  }

  /** @param kernelSize - window height and width. The stride is the same unless given. */
  constructor(kernelSize: number | Pair, options: AvgPoolDivisorOptions<Pair> = {}) {
    super(2, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options());
  }
}

/**
 * Mean of each window of (N, C, D, H, W) or (C, D, H, W); sizes as of {@link AvgPool1d}.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.AvgPool3d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { AvgPool3d } from '@flambeau/nn';
 * new AvgPool3d([1, 2, 2]).forward(ones([1, 3, 4, 8, 8])).shape; // [1, 3, 4, 4, 4]
 * ```
 */
export class AvgPool3d extends DividingAvgPool<Triple> {
  static {
    markOwned(AvgPool3d);
  }

  /** @param kernelSize - window depth, height and width. The stride is the same unless given. */
  constructor(kernelSize: number | Triple, options: AvgPoolDivisorOptions<Triple> = {}) {
    super(3, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return avgPool3d(x, this.kernelSize, this.options());
  }
}
