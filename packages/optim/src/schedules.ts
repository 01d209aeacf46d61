import { ArgumentError } from '@flambeau/core';
import { checkFinite, checkPositiveInteger } from './check.ts';
import type { LRSchedulerOptions, ScheduledOptimizer } from './lr-scheduler.ts';
import { LRScheduler } from './lr-scheduler.ts';

/** Options of {@link StepLR}. */
export interface StepLROptions extends LRSchedulerOptions {
  /** Factor of each decay. Default 0.1. */
  readonly gamma?: number;
}

/**
 * Multiplies the learning rate by gamma every `stepSize` epochs.
 *
 * @param stepSize - a positive integer, in epochs.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html. Computed from the last
 * rate, so that other changes of it last.
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { SGD, StepLR } from '@flambeau/optim';
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.1 });
 * const scheduler = new StepLR(optimizer, 30, { gamma: 0.5 });
 * ```
 */
export class StepLR extends LRScheduler {
  stepSize: number;
  gamma: number;

  constructor(
    optimizer: ScheduledOptimizer,
    stepSize: number,
    { gamma = 0.1, ...options }: StepLROptions = {},
  ) {
    checkPositiveInteger('StepLR', 'stepSize', stepSize);
    checkFinite('StepLR', 'gamma', gamma);
    super(optimizer, options);
    this.stepSize = stepSize;
    this.gamma = gamma;
    this.step();
  }

  override getLr(): number[] {
    const decays = this.lastEpoch > 0 && this.lastEpoch % this.stepSize === 0;
    return this.optimizer.paramGroups.map(({ lr }) => (decays ? lr * this.gamma : lr));
  }
}

/**
 * Multiplies the learning rate by gamma every epoch.
 *
 * @param gamma - the factor.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { ExponentialLR, SGD } from '@flambeau/optim';
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.1 });
 * const scheduler = new ExponentialLR(optimizer, 0.9);
 * ```
 */
export class ExponentialLR extends LRScheduler {
  gamma: number;

  constructor(optimizer: ScheduledOptimizer, gamma: number, options: LRSchedulerOptions = {}) {
    checkFinite('ExponentialLR', 'gamma', gamma);
    super(optimizer, options);
    this.gamma = gamma;
    this.step();
  }

  override getLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => (this.lastEpoch === 0 ? lr : lr * this.gamma));
  }
}

/** Options of {@link CosineAnnealingLR}. */
export interface CosineAnnealingLROptions extends LRSchedulerOptions {
  /** The lowest rate. Default 0. */
  readonly etaMin?: number;
}

/**
 * Half a cosine from the initial learning rate down to `etaMin` in `tMax` epochs, and back up after:
 * lr = etaMin + (initial − etaMin)·(1 + cos(π·epoch/tMax))/2.
 *
 * @param tMax - a positive integer, in epochs.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html. Computed
 * from the last rate by PyTorch's recursion, so that other changes of it last.
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { CosineAnnealingLR, SGD } from '@flambeau/optim';
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.1 });
 * const scheduler = new CosineAnnealingLR(optimizer, 50, { etaMin: 1e-4 });
 * ```
 */
export class CosineAnnealingLR extends LRScheduler {
  tMax: number;
  etaMin: number;

  constructor(
    optimizer: ScheduledOptimizer,
    tMax: number,
    { etaMin = 0, ...options }: CosineAnnealingLROptions = {},
  ) {
    checkPositiveInteger('CosineAnnealingLR', 'tMax', tMax);
    checkFinite('CosineAnnealingLR', 'etaMin', etaMin);
    super(optimizer, options);
    this.tMax = tMax;
    this.etaMin = etaMin;
    this.step();
  }

  override getLr(): number[] {
    const { lastEpoch: t, tMax, etaMin } = this;
    const height = (epoch: number): number => 1 + Math.cos((Math.PI * epoch) / tMax);
    return this.optimizer.paramGroups.map(({ lr }, i) => {
      const base = this.baseLrs[i] as number;
      if (t === 0) return lr;
      if (this.stepCount === 1) return etaMin + ((base - etaMin) * height(t)) / 2;
      // Just after the lowest point, where the recursion would divide by 0.
      if ((t - 1 - tMax) % (2 * tMax) === 0)
        return lr + ((base - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
      return (height(t) / height(t - 1)) * (lr - etaMin) + etaMin;
    });
  }
}

/** Gives the factor of the initial learning rate for an epoch. */
export type LRLambda = (epoch: number) => number;

/**
 * The initial learning rate times a function of the epoch.
 *
 * @param lrLambda - one function, or one for each group. Functions are not part of the state.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { LambdaLR, SGD } from '@flambeau/optim';
 * const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.1 });
 * const warmUp = new LambdaLR(optimizer, (epoch) => Math.min(1, (epoch + 1) / 5));
 * ```
 */
export class LambdaLR extends LRScheduler {
  readonly lrLambdas: readonly LRLambda[];

  constructor(
    optimizer: ScheduledOptimizer,
    lrLambda: LRLambda | readonly LRLambda[],
    options: LRSchedulerOptions = {},
  ) {
    super(optimizer, options);
    this.lrLambdas = typeof lrLambda === 'function' ? this.baseLrs.map(() => lrLambda) : [...lrLambda];
    if (this.lrLambdas.length !== this.baseLrs.length) {
      throw new ArgumentError(
        'LambdaLR',
        `the functions do not fit the groups: got ${this.lrLambdas.length}, expected ${this.baseLrs.length}.`,
      );
    }
    this.step();
  }

  override getLr(): number[] {
    return this.baseLrs.map((lr, i) => lr * (this.lrLambdas[i] as LRLambda)(this.lastEpoch));
  }
}
