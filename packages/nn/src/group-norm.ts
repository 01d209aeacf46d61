import type { LocalResponseNormOptions, Tensor } from '@flambeau/core';
import { ArgumentError, groupNorm, localResponseNorm, ones, zeros } from '@flambeau/core';
import { epsText } from './channel-norm.ts';
import { checkSize, type FactoryOptions } from './factory.ts';
import { markOwned } from './forward.ts';
import { ones_, zeros_ } from './init.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';

/** Options of {@link GroupNorm}, under PyTorch's names. */
export interface GroupNormLayerOptions extends FactoryOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Learn a scale and a shift per channel. Default true. */
  readonly affine?: boolean;
}

/**
 * Group normalisation over (N, C, …): y = (x − mean)/√(variance + eps)·weight + bias, with the mean and (biased) variance
 * of every group of channels, for each of the batch.
 *
 * @throws {@link ArgumentError} when the groups do not divide the channels.
 * @throws {@link ShapeError} on inputs with another number of channels.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html
 *
 * @example
 * ```ts
 * import { randn } from '@flambeau/core';
 * import { GroupNorm } from '@flambeau/nn';
 * new GroupNorm(2, 6).forward(randn([8, 6, 4, 4])).shape; // [8, 6, 4, 4]
 * ```
 */
export class GroupNorm extends Module {
  static {
    markOwned(GroupNorm);
  }

  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  /** Scale, (numChannels), or null. Starts at 1. */
  weight: Tensor | null;
  /** Shift, (numChannels), or null. Starts at 0. */
  bias: Tensor | null;

  constructor(numGroups: number, numChannels: number, options: GroupNormLayerOptions = {}) {
    super();
    const { eps = 1e-5, affine = true } = options;
    const { name } = new.target;
    this.numGroups = checkSize(name, 'numGroups', numGroups);
    this.numChannels = checkSize(name, 'numChannels', numChannels);
    if (numChannels % numGroups !== 0) {
      throw new ArgumentError(
        name,
        `invalid numGroups: got ${numGroups}, expected a divisor of the ${numChannels} channels.`,
        { numGroups, numChannels },
      );
    }
    this.eps = eps;
    this.affine = affine;
    this.weight = affine ? parameter(ones([numChannels], options)) : null;
    this.bias = affine ? parameter(zeros([numChannels], options)) : null;
  }

  /** Sets the scale to 1 and the shift to 0. */
  resetParameters(): void {
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  forward(x: Tensor): Tensor {
    const { numGroups, weight, bias, eps } = this;
    return groupNorm(x, numGroups, { weight, bias, eps });
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps, affine } = this;
    return `${numGroups}, ${numChannels}, eps=${epsText(eps)}, affine=${affine}`;
  }
}

/**
 * Local response normalisation over (N, C, …): y = x/(k + alpha/size·Σ x²)^beta, the sum over `size` neighbouring
 * channels.
 *
 * @throws {@link ShapeError} on a rank below 3.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.LocalResponseNorm.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { LocalResponseNorm } from '@flambeau/nn';
 * new LocalResponseNorm(1, { alpha: 1, beta: 1 }).forward(tensor([[[3], [1]]])); // [[[0.3], [0.5]]]
 * ```
 */
export class LocalResponseNorm extends Module {
  static {
    markOwned(LocalResponseNorm);
  }

  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  /** @param size - how many channels a neighbourhood has. */
  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
    this.size = checkSize(new.target.name, 'size', size);
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  forward(x: Tensor): Tensor {
    const { size, alpha, beta, k } = this;
    return localResponseNorm(x, size, { alpha, beta, k });
  }

  override extraRepr(): string {
    const { size, alpha, beta, k } = this;
    return `${size}, alpha=${epsText(alpha)}, beta=${beta}, k=${k}`;
  }
}
