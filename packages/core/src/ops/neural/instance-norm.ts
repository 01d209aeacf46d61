import { dispatch } from '../../dispatch/dispatch.ts';
import { ArgumentError, ShapeError } from '../../errors.ts';
import { noGrad } from '../../grad-mode.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { filled } from '../create-ops.ts';
import { mul } from '../elementwise.ts';
import { batchNorm, batchNormOp, blend } from '../norm.ts';
import { mean } from '../reduce.ts';
import { expand, reshape } from '../view.ts';
import { groupNorm } from './group-norm.ts';
import { checkParameters, elementsEach } from './layer-norm.ts';

/** Options of {@link instanceNorm}, under PyTorch's names. */
export interface InstanceNormOptions {
  /** (C), updated in place with the mean over the batch when the input's statistics are used. */
  readonly runningMean?: Tensor | null;
  /** (C), updated with the unbiased variance. */
  readonly runningVar?: Tensor | null;
  /** Scale of every channel, (C). Default 1. */
  readonly weight?: Tensor | null;
  /** Shift of every channel, (C). Default 0. */
  readonly bias?: Tensor | null;
  /** Normalise with the statistics of the input, not the running ones. Default true. */
  readonly useInputStats?: boolean;
  /** Share of the new statistics in the running ones. Default 0.1. */
  readonly momentum?: number;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

/**
 * Instance normalisation: y = (x − mean) / √(variance + eps) · weight + bias, with the mean and the biased variance of
 * every channel of each of the batch.
 *
 * @param x - (N, C, …), float.
 * @returns the shape of x.
 * @throws {@link ShapeError} on a rank below 3, vectors that are not (C), and one value per channel of an instance.
 * @throws {@link ArgumentError} without running statistics when those of the input are not to be used.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html
 *
 * @example
 * ```ts
 * import { instanceNorm, tensor } from '@flambeau/core';
 * instanceNorm(tensor([[[1, 3], [0, 4]]]), { eps: 0 }); // [[[-1, 1], [-1, 1]]]
 * ```
 */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): Tensor {
  const { runningMean = null, runningVar = null, weight = null, bias = null } = options;
  const { useInputStats = true, eps = 1e-5 } = options;
  const { shape } = x;
  if (shape.length < 3) {
    throw new ShapeError('instanceNorm', `wrong rank: got ${formatShape(shape)}, expected (N, C, …).`, {
      shape,
    });
  }
  checkParameters('instanceNorm', x, [shape[1] as number], { runningMean, runningVar, weight, bias });
  if (!useInputStats) {
    if (runningMean && runningVar) return batchNorm(x, runningMean, runningVar, { weight, bias, eps });
    throw new ArgumentError(
      'instanceNorm',
      'no statistics: got neither useInputStats nor both of runningMean and runningVar, expected one of them.',
    );
  }
  if (elementsEach(x, shape[1] as number) === 1) {
    throw new ShapeError(
      'instanceNorm',
      `one value per channel of an instance: got ${formatShape(shape)}, expected more than 1.`,
      { shape },
    );
  }
  return composed(x.device, () => normalizeInstances(x, options));
}

/** Every channel of every instance as a channel of its own: a batch of one. Without running statistics, as groups of one. */
function normalizeInstances(x: Tensor, options: InstanceNormOptions): Tensor {
  const { runningMean, runningVar, momentum = 0.1, eps = 1e-5 } = options;
  const [n, channels] = x.shape as [number, number, ...number[]];
  if (!runningMean && !runningVar) return groupNorm(x, channels, options);
  const each = elementsEach(x, channels);
  const repeated = (v: Tensor | null | undefined, value: number): Tensor =>
    v ? reshape(expand(v, [n, channels]), [n * channels]) : filled(x.device, [n * channels], x.dtype, value);
  const [y, average, spread] = dispatch(
    batchNormOp,
    [reshape(x, [1, n * channels, each]), repeated(options.weight, 1), repeated(options.bias, 0)],
    { eps },
  ) as [Tensor, Tensor, Tensor];
  if (n > 0) {
    noGrad(() => {
      const update = (running: Tensor | null | undefined, found: Tensor, share: number): void => {
        if (running) blend(running, 1 - momentum, mul(mean(reshape(found, [n, channels]), 0), share));
      };
      update(runningMean, average, momentum);
      update(runningVar, spread, (momentum * each) / (each - 1));
    });
  }
  return reshape(y, x.shape);
}
