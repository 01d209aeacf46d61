import type { Tensor } from '@flambeau/core';
import { instanceNorm } from '@flambeau/core';
import type { ChannelNormOptions } from './channel-norm.ts';
import { ChannelNorm, checkChannels } from './channel-norm.ts';
import { markOwned } from './forward.ts';

/** Options of instance normalisation, under PyTorch's names. */
export interface InstanceNormLayerOptions extends ChannelNormOptions {
  /** Learn a scale and a shift per channel. Default false. */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation; else instances are always normalised by their own. Default false. */
  readonly trackRunningStats?: boolean;
}

/** What the instance normalisations have in common. */
export abstract class InstanceNorm extends ChannelNorm {
  /** @param numFeatures - the number of channels, C. */
  constructor(numFeatures: number, options: InstanceNormLayerOptions = {}) {
    super(numFeatures, options, false);
  }
}

function normalize(layer: InstanceNorm, x: Tensor, rank: number, sizes: string): Tensor {
  const isBatch = x.ndim === rank + 2;
  const expected = `(N, C, ${sizes}) or (C, ${sizes})`;
  checkChannels(layer, x, isBatch ? 1 : 0, isBatch || x.ndim === rank + 1, expected);
  const { weight, bias, eps, runningMean, runningVar } = layer;
  const y = instanceNorm(isBatch ? x : x.unsqueeze(0), {
    weight,
    bias,
    eps,
    runningMean,
    runningVar,
    useInputStats: layer.training || !layer.trackRunningStats,
    momentum: layer.momentum ?? 0,
  });
  return isBatch ? y : y.squeeze(0);
}

/**
 * Instance normalisation over (N, C, L) or (C, L): y = (x − mean)/√(variance + eps)·weight + bias, with the mean and
 * (biased) variance of every channel of each of the batch; in evaluation the running ones, if they are tracked.
 *
 * @throws {@link ShapeError} on another rank or number of channels, or one value per channel of an instance.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm1d.html
 */
export class InstanceNorm1d extends InstanceNorm {
  static {
    markOwned(InstanceNorm1d);
  }

  forward(x: Tensor): Tensor {
    return normalize(this, x, 1, 'L');
  }
}

/**
 * {@link InstanceNorm1d} over (N, C, H, W) or (C, H, W).
 *
 * @throws {@link ShapeError} on another rank or number of channels, or one value per channel of an instance.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm2d.html
 *
 * @example
 * ```ts
 * import { randn } from '@flambeau/core';
 * import { InstanceNorm2d } from '@flambeau/nn';
 * new InstanceNorm2d(3).forward(randn([8, 3, 4, 4])).shape; // [8, 3, 4, 4]
 * ```
 */
export class InstanceNorm2d extends InstanceNorm {
  static {
    markOwned(InstanceNorm2d);
  }

  forward(x: Tensor): Tensor {
    return normalize(this, x, 2, 'H, W');
  }
}

/**
 * {@link InstanceNorm1d} over (N, C, D, H, W) or (C, D, H, W).
 *
 * @throws {@link ShapeError} on another rank or number of channels, or one value per channel of an instance.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.InstanceNorm3d.html
 */
export class InstanceNorm3d extends InstanceNorm {
  static {
    markOwned(InstanceNorm3d);
  }

  forward(x: Tensor): Tensor {
    return normalize(this, x, 3, 'D, H, W');
  }
}
