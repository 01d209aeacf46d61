import type { OutputSize } from '@flambeau/core';
import { Module } from './module.ts';
import { sizeText } from './sizes.ts';

/** What the adaptive poolings have in common. */
export abstract class Adaptive<Sizes extends readonly (number | null)[]> extends Module {
  readonly outputSize: OutputSize<Sizes>;

  /** @param outputSize - for every direction, or each; null keeps the input's. */
  constructor(outputSize: OutputSize<Sizes>) {
    super();
    this.outputSize = outputSize;
  }

  override extraRepr(): string {
    return `outputSize=${sizeText(this.outputSize)}`;
  }
}
