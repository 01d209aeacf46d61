import { linear, type Tensor, zeros } from '@flambeau/core';
import { checkSize, type FactoryOptions, initWeightAndBias } from './factory.ts';
import { markOwned } from './forward.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';

/** Options of {@link Linear}. */
export interface LinearOptions extends FactoryOptions {
  /** Add a learnable bias. Default true. */
  readonly bias?: boolean;
}

/**
 * Affine map: y = x·Wᵀ + b. Input (…, inFeatures), output (…, outFeatures).
 *
 * Both parameters start uniform in ±1/√inFeatures: PyTorch's numbers, bit for bit, after the same `manualSeed`.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Linear.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { Linear } from '@flambeau/nn';
 * new Linear(3, 4).forward(ones([2, 3])).shape; // [2, 4]
 * ```
 */
export class Linear extends Module {
  static {
    markOwned(Linear);
  }

  readonly inFeatures: number;
  readonly outFeatures: number;
  /** (outFeatures, inFeatures). */
  weight: Tensor;
  /** (outFeatures), or null. */
  bias: Tensor | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    this.inFeatures = checkSize('Linear', 'inFeatures', inFeatures, 0);
    this.outFeatures = checkSize('Linear', 'outFeatures', outFeatures, 0);
    this.weight = parameter(zeros([outFeatures, inFeatures], options));
    this.bias = (options.bias ?? true) ? parameter(zeros([outFeatures], options)) : null;
    this.resetParameters();
  }

  /** Draws the parameters anew. */
  resetParameters(): void {
    initWeightAndBias(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}
