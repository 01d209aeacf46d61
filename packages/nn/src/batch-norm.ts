import type { MapOperand, Tensor } from '@flambeau/core';
import { batchNorm, formatShape, noGrad, ones, reciprocal, ShapeError, zeros } from '@flambeau/core';
import { checkSize, type FactoryOptions } from './factory.ts';
import { markOwned } from './forward.ts';
import { ones_, zeros_ } from './init.ts';
import { Module } from './module.ts';
import { parameter } from './parameter.ts';

/** Options of batch normalisation, under PyTorch's names. */
export interface BatchNormLayerOptions extends FactoryOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Share of a batch in the running statistics, in [0, 1]; null for the average of all batches. Default 0.1. */
  readonly momentum?: number | null;
  /** Learn a scale and a shift per channel. Default true. */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation; else batches are always normalised by their own. Default true. */
  readonly trackRunningStats?: boolean;
}

/** What the batch normalisations have in common. */
export abstract class BatchNorm extends Module {
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

  /** @param numFeatures - the number of channels, C. */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
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
    return `${numFeatures}, eps=${eps < 1e-4 ? eps.toExponential() : eps}, momentum=${momentum}, affine=${affine}, trackRunningStats=${trackRunningStats}`;
  }
}

function normalize(layer: BatchNorm, x: Tensor): Tensor {
  const { weight, bias, eps, runningMean, runningVar } = layer;
  const training = layer.training || !runningMean || !runningVar;
  return batchNorm(x, runningMean, runningVar, {
    weight,
    bias,
    eps,
    training,
    momentum: training ? nextShare(layer) : 0,
  });
}

/** Counts the batch; the share that it gets in the running statistics. */
function nextShare({ momentum, numBatchesTracked, runningMean }: BatchNorm): MapOperand {
  if (!numBatchesTracked || !runningMean) return 0;
  return noGrad(() => {
    numBatchesTracked.add_(1);
    // On the device, so that counting never waits for a read.
    return momentum ?? reciprocal(numBatchesTracked.to(runningMean.dtype));
  });
}

function checkInput(layer: BatchNorm, x: Tensor, isRank: boolean, expected: string): void {
  if (isRank && x.shape[1] === layer.numFeatures) return;
  const { name } = layer.constructor;
  throw new ShapeError(
    name,
    `the input does not fit: got ${formatShape(x.shape)}, expected ${expected} with C = ${layer.numFeatures}.`,
    { shape: x.shape },
  );
}

/**
 * Batch normalisation over (N, C) or (N, C, L): y = (x − mean)/√(variance + eps)·weight + bias, per channel.
 *
 * While training, mean and (biased) variance are the batch's, and the running ones move towards them; in evaluation they
 * are the running ones.
 *
 * @throws {@link ShapeError} on another rank or number of channels, or one value per channel while training.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 */
export class BatchNorm1d extends BatchNorm {
  static {
    markOwned(BatchNorm1d);
  }

  forward(x: Tensor): Tensor {
    checkInput(this, x, x.ndim === 2 || x.ndim === 3, '(N, C) or (N, C, L)');
    return normalize(this, x);
  }
}

/**
 * Batch normalisation over (N, C, H, W): y = (x − mean)/√(variance + eps)·weight + bias, per channel.
 *
 * While training, mean and (biased) variance are the batch's, and the running ones move towards them; in evaluation they
 * are the running ones.
 *
 * @throws {@link ShapeError} on another rank or number of channels, or one value per channel while training.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 *
 * @example
 * ```ts
 * import { randn } from '@flambeau/core';
 * import { BatchNorm2d } from '@flambeau/nn';
 * new BatchNorm2d(3).forward(randn([8, 3, 4, 4])).shape; // [8, 3, 4, 4]
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  static {
    markOwned(BatchNorm2d);
  }

  forward(x: Tensor): Tensor {
    checkInput(this, x, x.ndim === 4, '(N, C, H, W)');
    return normalize(this, x);
  }
}
