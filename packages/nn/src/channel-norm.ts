import type { Tensor } from '@flambeau/core';
import { formatShape, ones, ShapeError, zeros } from '@flambeau/core';
import { checkSize, type FactoryOptions } from './factory.ts';
import { ones_, zeros_ } from './init.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';

/** Options of layers that normalise channels, under PyTorch's names. */
export interface ChannelNormOptions extends FactoryOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Share of a batch in the running statistics, in [0, 1]. Default 0.1. */
  readonly momentum?: number | null;
  /** Learn a scale and a shift per channel. */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation; else batches are always normalised by their own. */
  readonly trackRunningStats?: boolean;
}

/** What batch and instance normalisations have in common. */
export abstract class ChannelNorm extends Module {
  static override readonly stateKeys: Readonly<Record<string, string>> = {
    runningMean: 'running_mean',
    runningVar: 'running_var',
    numBatchesTracked: 'num_batches_tracked',
  };
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  /** Scale, (numFeatures), or null. Starts at 1. */
  weight: Tensor | null;
  /** Shift, (numFeatures), or null. Starts at 0. */
  bias: Tensor | null;
  /** (numFeatures), or null. Starts at 0. */
  runningMean: Tensor | null;
  /** Unbiased variance, (numFeatures), or null. Starts at 1. */
  runningVar: Tensor | null;
  /** How many batches the running statistics have seen: 0-d int32, or null. */
  numBatchesTracked: Tensor | null;

  /**
   * @param numFeatures - the number of channels, C.
   * @param usual - whether there are parameters and running statistics unless the options say so.
   */
  constructor(numFeatures: number, options: ChannelNormOptions, usual: boolean) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = usual, trackRunningStats = usual } = options;
    const shape = [checkSize(new.target.name, 'numFeatures', numFeatures)];
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? parameter(ones(shape, options)) : null;
    this.bias = affine ? parameter(zeros(shape, options)) : null;
    const track = <T>(make: () => T): T | null => (trackRunningStats ? make() : null);
    this.runningMean = this.registerBuffer(
      'runningMean',
      track(() => zeros(shape, options)),
    );
    this.runningVar = this.registerBuffer(
      'runningVar',
      track(() => ones(shape, options)),
    );
    this.numBatchesTracked = this.registerBuffer(
      'numBatchesTracked',
      track(() => zeros([], { ...options, dtype: 'int32' })),
    );
  }

  /** Forgets the running statistics. */
  resetRunningStats(): void {
    if (this.runningMean) zeros_(this.runningMean);
    if (this.runningVar) ones_(this.runningVar);
    if (this.numBatchesTracked) zeros_(this.numBatchesTracked);
  }

  /** Forgets the running statistics and sets the scale to 1 and the shift to 0. */
  resetParameters(): void {
    this.resetRunningStats();
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this;
    return `${numFeatures}, eps=${epsText(eps)}, momentum=${momentum}, affine=${affine}, trackRunningStats=${trackRunningStats}`;
  }
}

/** A small number as PyTorch prints it. */
export function epsText(eps: number): string {
  return eps < 1e-4 ? eps.toExponential() : String(eps);
}

/** @throws {@link ShapeError} unless the input has the rank, and dimension `axis` the channels of the layer. */
export function checkChannels(
  layer: ChannelNorm,
  x: Tensor,
  axis: number,
  isRank: boolean,
  expected: string,
): void {
  const { numFeatures } = layer;
  if (isRank && x.shape[axis] === numFeatures) return;
  throw new ShapeError(
    layer.constructor.name,
    `the input does not fit: got ${formatShape(x.shape)}, expected ${expected} with C = ${numFeatures}.`,
    { shape: x.shape },
  );
}
