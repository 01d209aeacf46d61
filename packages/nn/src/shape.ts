import { flatten, type Tensor } from '@flambeau/core';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';

/**
 * Joins dimensions `startDim` to `endDim` to one; by default all but the batch's.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { Flatten } from '@flambeau/nn';
 * new Flatten().forward(ones([2, 3, 4, 5])).shape; // [2, 60]
 * ```
 */
export class Flatten extends Module {
  static {
    markOwned(Flatten);
  }

  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}

/** Returns its input: a placeholder in the place of a layer. */
export class Identity extends Module {
  static {
    markOwned(Identity);
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}
