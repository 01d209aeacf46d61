import type { MapFunction, Tensor } from '@flambeau/core';
import { defineMap, s, zerosLike } from '@flambeau/core';
import { runningMean } from './adam.ts';
import { checkBetas, checkBoolean, checkNotNegative, checkState } from './check.ts';
import type { GradientRow } from './gradient-row.ts';
import { gradientRow } from './gradient-row.ts';
import { Optimizer, stateOf } from './optimizer.ts';
import type { OptimizerOptions, ParamGroup, ParamsInput } from './param-group.ts';

/** Options of {@link Adamax}. */
export interface AdamaxOptions extends OptimizerOptions {
  /** Learning rate, ≥ 0. Default 2e-3. */
  readonly lr: number;
  /** Decay rates of the running mean and of the norm, in [0, 1). Default [0.9, 0.999]. */
  readonly betas: readonly [number, number];
  /** Added to |d|, ≥ 0. Default 1e-8. */
  readonly eps: number;
  /** L2 penalty, ≥ 0. Default 0. */
  readonly weightDecay: number;
  /** Climb instead of descending. Default false. */
  readonly maximize: boolean;
}

/** What {@link Adamax} keeps for a parameter. */
export interface AdamaxState {
  /** Steps taken. */
  step: number;
  /** Running mean of d. */
  readonly expAvg: Tensor;
  /** Largest |d|, fading. */
  readonly expInf: Tensor;
}

const runningNorm: GradientRow = /*#__PURE__*/ gradientRow('adamaxNorm', 2, (u, d, beta, eps) =>
  s.max(s.mul(u, beta), s.add(s.abs(d), eps)),
);
const descend: MapFunction = /*#__PURE__*/ defineMap('adamaxStep', 4, (p, m, u, minusStep) =>
  s.add(p, s.div(s.mul(m, minusStep), u)),
);

/**
 * Adamax: Adam with the infinity norm in place of the root mean square.
 *
 * With d = ±g + weightDecay·p at step t: m ← β₁m + (1 − β₁)d, u ← max(β₂u, |d| + eps), p ← p − lr/(1 − β₁ᵗ) · m/u.
 *
 * @param params - leaves, or groups of them with options of their own.
 * @throws {@link ArgumentError} on an invalid option.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { Adamax } from '@flambeau/optim';
 * const optimizer = new Adamax([tensor([1, -2], { requiresGrad: true })]);
 * ```
 */
export class Adamax extends Optimizer<AdamaxOptions, AdamaxState> {
  constructor(params: ParamsInput<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    super('Adamax', params, {
      lr: 2e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      maximize: false,
      ...options,
    });
  }

  override check({ lr, betas, eps, weightDecay, maximize }: AdamaxOptions): void {
    checkNotNegative('Adamax', 'lr', lr);
    checkBetas('Adamax', betas);
    checkNotNegative('Adamax', 'eps', eps);
    checkNotNegative('Adamax', 'weightDecay', weightDecay);
    checkBoolean('Adamax', 'maximize', maximize);
  }

  override checkState(p: Tensor, state: Readonly<Record<string, unknown>>): void {
    checkState('Adamax', p, state, ['expAvg', 'expInf'], true);
  }

  override get forgetful(): unknown {
    return Adamax.prototype.update;
  }

  override update(p: Tensor, g: Tensor, group: ParamGroup<AdamaxOptions>): void {
    const { lr, betas, eps } = group;
    const state = stateOf(this.state, p, () => ({ step: 0, expAvg: zerosLike(p), expInf: zerosLike(p) }));
    state.step++;
    runningMean(state.expAvg, p, g, group, betas[0], 1 - betas[0]);
    runningNorm(state.expInf, p, g, group, betas[1], eps);
    p.apply_(descend, state.expAvg, state.expInf, -(lr / (1 - betas[0] ** state.step)));
  }
}
