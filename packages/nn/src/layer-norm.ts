import type { NormalizedShape, Tensor } from '@flambeau/core';
import { layerNorm, ones, rmsNorm, zeros } from '@flambeau/core';
import { epsText } from './channel-norm.ts';
import { checkSize, type FactoryOptions } from './factory.ts';
import { markOwned } from './forward.ts';
import { ones_, zeros_ } from './init.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';
import { tuple } from './sizes.ts';

/** Options of {@link RMSNorm}, under PyTorch's names. */
export interface RMSNormLayerOptions extends FactoryOptions {
  /** Added to the mean square; null for the machine epsilon of the input's dtype. Default null. */
  readonly eps?: number | null;
  /** Learn a scale per element. Default true. */
  readonly elementwiseAffine?: boolean;
}

/** Options of {@link LayerNorm}, under PyTorch's names. */
export interface LayerNormLayerOptions extends FactoryOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Learn a scale and a shift per element. Default true. */
  readonly elementwiseAffine?: boolean;
  /** Learn the shift, too. Default true. */
  readonly bias?: boolean;
}

function sizesOf(layer: string, normalizedShape: NormalizedShape): readonly number[] {
  const sizes = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
  for (const size of sizes) checkSize(layer, 'normalizedShape', size);
  return sizes;
}

/**
 * Layer normalisation over the last sizes of (…, normalizedShape): y = (x − mean)/√(variance + eps)·weight + bias, with
 * the mean and (biased) variance of each element of the leading dimensions.
 *
 * @throws {@link ShapeError} when the input does not end in these sizes.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
 *
 * @example
 * ```ts
 * import { randn } from '@flambeau/core';
 * import { LayerNorm } from '@flambeau/nn';
 * new LayerNorm(8).forward(randn([2, 5, 8])).shape; // [2, 5, 8]
 * ```
 */
export class LayerNorm extends Module {
  static {
    markOwned(LayerNorm);
  }

  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  /** Scale, (normalizedShape), or null. Starts at 1. */
  weight: Tensor | null;
  /** Shift, (normalizedShape), or null. Starts at 0. */
  bias: Tensor | null;

  /** @param normalizedShape - the last sizes of the input; a number for the last one. */
  constructor(normalizedShape: NormalizedShape, options: LayerNormLayerOptions = {}) {
    super();
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    this.normalizedShape = sizesOf(new.target.name, normalizedShape);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? parameter(ones(this.normalizedShape, options)) : null;
    this.bias = elementwiseAffine && bias ? parameter(zeros(this.normalizedShape, options)) : null;
  }

  /** Sets the scale to 1 and the shift to 0. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  forward(x: Tensor): Tensor {
    const { normalizedShape, weight, bias, eps } = this;
    return layerNorm(x, normalizedShape, { weight, bias, eps });
  }

  override extraRepr(): string {
    const { normalizedShape, eps, elementwiseAffine } = this;
    return `${tuple(normalizedShape)}, eps=${epsText(eps)}, elementwiseAffine=${elementwiseAffine}`;
  }
}

/**
 * Root-mean-square normalisation over the last sizes of (…, normalizedShape): y = x/√(mean(x²) + eps)·weight.
 *
 * @throws {@link ShapeError} when the input does not end in these sizes.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { RMSNorm } from '@flambeau/nn';
 * new RMSNorm(2, { eps: 0 }).forward(tensor([[1, 7], [3, 3]])); // [[0.2, 1.4], [1, 1]]
 * ```
 */
export class RMSNorm extends Module {
  static {
    markOwned(RMSNorm);
  }

  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  /** Scale, (normalizedShape), or null. Starts at 1. */
  weight: Tensor | null;

  /** @param normalizedShape - the last sizes of the input; a number for the last one. */
  constructor(normalizedShape: NormalizedShape, options: RMSNormLayerOptions = {}) {
    super();
    const { eps = null, elementwiseAffine = true } = options;
    this.normalizedShape = sizesOf(new.target.name, normalizedShape);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? parameter(ones(this.normalizedShape, options)) : null;
  }

  /** Sets the scale to 1. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
  }

  forward(x: Tensor): Tensor {
    const { normalizedShape, weight, eps } = this;
    return rmsNorm(x, normalizedShape, { weight, eps });
  }

  override extraRepr(): string {
    const { normalizedShape, eps, elementwiseAffine } = this;
    return `${tuple(normalizedShape)}, eps=${eps === null ? null : epsText(eps)}, elementwiseAffine=${elementwiseAffine}`;
  }
}
