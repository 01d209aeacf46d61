import type { LpPoolOptions, Pair, Tensor, Triple } from '@flambeau/core';
import { lpPool1d, lpPool2d, lpPool3d } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';
import { sizesOf, sizeText } from './sizes.ts';

/** What the power-average poolings have in common. */
abstract class LPPool<Sizes extends readonly number[]> extends Module {
  readonly normType: number;
  readonly kernelSize: number | Sizes;
  readonly stride: number | Sizes | null;
  readonly ceilMode: boolean;

  constructor(
    rank: Sizes['length'],
    normType: number,
    kernelSize: number | Sizes,
    options: LpPoolOptions<Sizes>,
  ) {
    super();
    const { stride, ceilMode = false } = options;
    const { name } = new.target;
    sizesOf<Sizes>(name, 'kernelSize', kernelSize, rank, 1);
    if (stride !== undefined) sizesOf<Sizes>(name, 'stride', stride, rank, 1);
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.stride = stride ?? null;
    this.ceilMode = ceilMode;
  }

  protected options(): LpPoolOptions<Sizes> {
    const { stride, kernelSize, ceilMode } = this;
    return { stride: stride ?? kernelSize, ceilMode };
  }

  override extraRepr(): string {
    return `normType=${this.normType}, kernelSize=${sizeText(this.kernelSize)}, stride=${sizeText(this.stride)}, ceilMode=${this.ceilMode}`;
  }
}

/**
 * Norm of each window of (N, C, L) or (C, L): (Σ xᵖ)^(1/p).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.LPPool1d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { LPPool1d } from '@flambeau/nn';
 * new LPPool1d(2, 2).forward(ones([1, 1, 4])).shape; // [1, 1, 2]
 * ```
 */
export class LPPool1d extends LPPool<readonly [number]> {
  static {
    markOwned(LPPool1d);
  }

  /** @param normType - p. @param kernelSize - the window's sizes. The stride is the same unless given. */
  constructor(
    normType: number,
    kernelSize: number | readonly [number],
    options: LpPoolOptions<readonly [number]> = {},
  ) {
    super(1, normType, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return lpPool1d(x, this.normType, this.kernelSize, this.options());
  }
}

/**
 * Norm of each window of (N, C, H, W) or (C, H, W): (Σ xᵖ)^(1/p).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.LPPool2d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { LPPool2d } from '@flambeau/nn';
 * new LPPool2d(2, 2).forward(ones([1, 1, 4, 6])).shape; // [1, 1, 2, 3]
 * ```
 */
export class LPPool2d extends LPPool<Pair> {
  static {
    markOwned(LPPool2d);
  }

  /** @param normType - p. @param kernelSize - the window's sizes. The stride is the same unless given. */
  constructor(normType: number, kernelSize: number | Pair, options: LpPoolOptions<Pair> = {}) {
    super(2, normType, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return lpPool2d(x, this.normType, this.kernelSize, this.options());
  }
}

/**
 * Norm of each window of (N, C, D, H, W) or (C, D, H, W): (Σ xᵖ)^(1/p).
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.LPPool3d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { LPPool3d } from '@flambeau/nn';
 * new LPPool3d(2, 2).forward(ones([1, 1, 4, 6, 2])).shape; // [1, 1, 2, 3, 1]
 * ```
 */
export class LPPool3d extends LPPool<Triple> {
  static {
    markOwned(LPPool3d);
  }

  /** @param normType - p. @param kernelSize - the window's sizes. The stride is the same unless given. */
  constructor(normType: number, kernelSize: number | Triple, options: LpPoolOptions<Triple> = {}) {
    super(3, normType, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return lpPool3d(x, this.normType, this.kernelSize, this.options());
  }
}
