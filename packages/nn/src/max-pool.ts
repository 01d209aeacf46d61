import type { MaxPoolOptions } from '@flambeau/core';
import { Module } from './module.ts';
import { sizesOf, sizeText } from './sizes.ts';

/** What the max poolings have in common. */
export abstract class MaxPool<Sizes extends readonly number[]> extends Module {
  readonly kernelSize: number | Sizes;
  readonly stride: number | Sizes;
  readonly padding: number | Sizes;
  readonly dilation: number | Sizes;
  readonly ceilMode: boolean;

  constructor(rank: Sizes['length'], kernelSize: number | Sizes, options: MaxPoolOptions<Sizes>) {
    super();
    const { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false } = options;
    const { name } = new.target;
    sizesOf<Sizes>(name, 'kernelSize', kernelSize, rank, 1);
    sizesOf<Sizes>(name, 'stride', stride, rank, 1);
    sizesOf<Sizes>(name, 'padding', padding, rank, 0);
    sizesOf<Sizes>(name, 'dilation', dilation, rank, 1);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.ceilMode = ceilMode;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return `kernelSize=${sizeText(kernelSize)}, stride=${sizeText(stride)}, padding=${sizeText(padding)}, dilation=${sizeText(dilation)}, ceilMode=${ceilMode}`;
  }
}
