import type { MaxPool2dOptions, Pair, Tensor } from '@flambeau/core';
import { maxPool2d } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';
import { batched, pairOf } from './planes.ts';
import { tuple } from './repr.ts';

/**
 * Largest element of each window. Input (N, C, H, W) or (C, H, W); output with
 * OH = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1, or ⌈…⌉ with `ceilMode`.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { MaxPool2d } from '@flambeau/nn';
 * new MaxPool2d(2).forward(ones([1, 3, 8, 8])).shape; // [1, 3, 4, 4]
 * ```
 */
export class MaxPool2d extends Module {
  static {
    markOwned(MaxPool2d);
  }

  readonly kernelSize: number | Pair;
  readonly stride: number | Pair;
  readonly padding: number | Pair;
  readonly dilation: number | Pair;
  readonly ceilMode: boolean;

  /** @param kernelSize - window height and width. The stride is the same unless given. */
  constructor(kernelSize: number | Pair, options: MaxPool2dOptions = {}) {
    super();
    const { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false } = options;
    pairOf('MaxPool2d', 'kernelSize', kernelSize, 1);
    pairOf('MaxPool2d', 'stride', stride, 1);
    pairOf('MaxPool2d', 'padding', padding, 0);
    pairOf('MaxPool2d', 'dilation', dilation, 1);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.ceilMode = ceilMode;
  }

  forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return batched('MaxPool2d', x, (planes) =>
      maxPool2d(planes, kernelSize, { stride, padding, dilation, ceilMode }),
    );
  }

  override extraRepr(): string {
    const text = (value: number | Pair): string => (typeof value === 'number' ? String(value) : tuple(value));
    return `kernelSize=${text(this.kernelSize)}, stride=${text(this.stride)}, padding=${text(this.padding)}, dilation=${text(this.dilation)}, ceilMode=${this.ceilMode}`;
  }
}
