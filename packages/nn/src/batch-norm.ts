import type { MapOperand, Tensor } from '@flambeau/core';
import { batchNorm, noGrad, reciprocal } from '@flambeau/core';
import type { ChannelNormOptions } from './channel-norm.ts';
import { ChannelNorm, checkChannels } from './channel-norm.ts';
import { markOwned } from './forward.ts';

/** Options of batch normalisation, under PyTorch's names. */
export interface BatchNormLayerOptions extends ChannelNormOptions {
  /** Share of a batch in the running statistics, in [0, 1]; null for the average of all batches. Default 0.1. */
  readonly momentum?: number | null;
  /** Learn a scale and a shift per channel. Default true. */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation; else batches are always normalised by their own. Default true. */
  readonly trackRunningStats?: boolean;
}

/** What the batch normalisations have in common. */
export abstract class BatchNorm extends ChannelNorm {
  /** @param numFeatures - the number of channels, C. */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, true);
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
    checkChannels(this, x, 1, x.ndim === 2 || x.ndim === 3, '(N, C) or (N, C, L)');
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
    checkChannels(this, x, 1, x.ndim === 4, '(N, C, H, W)');
    return normalize(this, x);
  }
}

/**
 * Batch normalisation over (N, C, D, H, W): that of {@link BatchNorm2d} for volumes.
 *
 * @throws {@link ShapeError} on another rank or number of channels, or one value per channel while training.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm3d.html
 */
export class BatchNorm3d extends BatchNorm {
  static {
    markOwned(BatchNorm3d);
  }

  forward(x: Tensor): Tensor {
    checkChannels(this, x, 1, x.ndim === 5, '(N, C, D, H, W)');
    return normalize(this, x);
  }
}
