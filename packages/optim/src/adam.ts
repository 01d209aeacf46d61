import type { MapFunction, Tensor } from '@flambeau/core';
import { defineMap, maximum, s, zerosLike } from '@flambeau/core';
import { checkBetas, checkBoolean, checkNotNegative, checkState } from './check.ts';
import type { GradientForm, GradientRow } from './gradient-row.ts';
import { gradientRow } from './gradient-row.ts';
import { Optimizer, stateOf } from './optimizer.ts';
import type { OptimizerOptions, ParamGroup, ParamsInput } from './param-group.ts';

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions extends OptimizerOptions {
  /** Learning rate, ≥ 0. Default 1e-3. */
  readonly lr: number;
  /** Decay rates of the running means of d and d², in [0, 1). Default [0.9, 0.999]. */
  readonly betas: readonly [number, number];
  /** Added to the denominator, ≥ 0. Default 1e-8. */
  readonly eps: number;
  /** Adam's L2 penalty, default 0; AdamW's decay of the parameter itself, default 0.01. ≥ 0. */
  readonly weightDecay: number;
  /** Divide by the largest running mean of d² so far. Default false. */
  readonly amsgrad: boolean;
  /** Climb instead of descending. Default false. */
  readonly maximize: boolean;
}

/** What {@link Adam} and {@link AdamW} keep for a parameter. */
export interface AdamState {
  /** Steps taken. */
  step: number;
  /** Running mean of d. */
  readonly expAvg: Tensor;
  /** Running mean of d². */
  readonly expAvgSq: Tensor;
  /** Its largest value so far, with amsgrad. */
  maxExpAvgSq?: Tensor;
}

/** m ← beta·m + (1 − beta)·d. */
export const runningMean: GradientRow = /*#__PURE__*/ gradientRow('runningMean', 2, (m, d, beta, share) =>
  s.add(s.mul(m, beta), s.mul(d, share)),
);
const runningSquare: GradientRow = /*#__PURE__*/ gradientRow('runningSquare', 2, (v, d, beta, share) =>
  s.add(s.mul(v, beta), s.mul(s.mul(d, share), d)),
);
const descend: MapFunction = /*#__PURE__*/ defineMap('adamStep', 6, (p, m, v, minusStep, correction, eps) =>
  s.add(p, s.div(s.mul(m, minusStep), s.add(s.div(s.sqrt(v), correction), eps))),
);
const decayAndDescend: MapFunction = /*#__PURE__*/ defineMap(
  'adamWStep',
  7,
  (p, m, v, minusStep, correction, eps, keep) =>
    s.add(s.mul(p, keep), s.div(s.mul(m, minusStep), s.add(s.div(s.sqrt(v), correction), eps))),
);

/** Counts the step and advances the running means; the one of d² that the step divides by is returned. */
function advance(
  state: AdamState,
  p: Tensor,
  g: Tensor,
  form: GradientForm,
  { betas, amsgrad }: AdamOptions,
): Tensor {
  const [beta1, beta2] = betas;
  state.step++;
  runningMean(state.expAvg, p, g, form, beta1, 1 - beta1);
  runningSquare(state.expAvgSq, p, g, form, beta2, 1 - beta2);
  if (!amsgrad) return state.expAvgSq;
  state.maxExpAvgSq ??= zerosLike(p);
  return state.maxExpAvgSq.apply_(maximum, state.expAvgSq);
}

const start = (p: Tensor) => (): AdamState => ({ step: 0, expAvg: zerosLike(p), expAvgSq: zerosLike(p) });

function checkOptions(op: string, { lr, betas, eps, weightDecay, amsgrad, maximize }: AdamOptions): void {
  checkNotNegative(op, 'lr', lr);
  checkBetas(op, betas);
  checkNotNegative(op, 'eps', eps);
  checkNotNegative(op, 'weightDecay', weightDecay);
  checkBoolean(op, 'amsgrad', amsgrad);
  checkBoolean(op, 'maximize', maximize);
}

function checkAdamState(op: string, p: Tensor, state: Readonly<Record<string, unknown>>): void {
  const tensors = ['expAvg', 'expAvgSq', ...('maxExpAvgSq' in state ? ['maxExpAvgSq'] : [])];
  checkState(op, p, state, tensors, true);
}

const defaults: Omit<AdamOptions, 'weightDecay'> = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  amsgrad: false,
  maximize: false,
};

/**
 * Adam: steps scaled by running means of the gradient and of its square, corrected for their start at 0.
 *
 * With d = ±g + weightDecay·p at step t: m ← β₁m + (1 − β₁)d, v ← β₂v + (1 − β₂)d²,
 * p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + eps).
 *
 * @param params - leaves, or groups of them with options of their own.
 * @throws {@link ArgumentError} on an invalid option.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.Adam.html. The penalty goes through the running
 * means; {@link AdamW} keeps it out.
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { Adam } from '@flambeau/optim';
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new Adam([w], { lr: 0.01 });
 * ```
 */
export class Adam extends Optimizer<AdamOptions, AdamState> {
  constructor(params: ParamsInput<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super('Adam', params, { ...defaults, weightDecay: 0, ...options });
  }

  override check(options: AdamOptions): void {
    checkOptions('Adam', options);
  }

  override checkState(p: Tensor, state: Readonly<Record<string, unknown>>): void {
    checkAdamState('Adam', p, state);
  }

  override get forgetful(): unknown {
    return Adam.prototype.update;
  }

  override update(p: Tensor, g: Tensor, group: ParamGroup<AdamOptions>): void {
    const { lr, betas, eps } = group;
    const state = stateOf(this.state, p, start(p));
    const square = advance(state, p, g, group, group);
    const step = lr / (1 - betas[0] ** state.step);
    p.apply_(descend, state.expAvg, square, -step, Math.sqrt(1 - betas[1] ** state.step), eps);
  }
}

/**
 * Adam with decoupled weight decay: as {@link Adam} with d = ±g, after p ← p·(1 − lr·weightDecay).
 *
 * @param params - leaves, or groups of them with options of their own.
 * @throws {@link ArgumentError} on an invalid option.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { AdamW } from '@flambeau/optim';
 * const weight = tensor([[1, 2]], { requiresGrad: true });
 * const bias = tensor([0], { requiresGrad: true });
 * const optimizer = new AdamW([{ params: [weight] }, { params: [bias], weightDecay: 0 }], { lr: 1e-3 });
 * ```
 */
export class AdamW extends Optimizer<AdamOptions, AdamState> {
  constructor(params: ParamsInput<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super('AdamW', params, { ...defaults, weightDecay: 0.01, ...options });
  }

  override check(options: AdamOptions): void {
    checkOptions('AdamW', options);
  }

  override checkState(p: Tensor, state: Readonly<Record<string, unknown>>): void {
    checkAdamState('AdamW', p, state);
  }

  override get forgetful(): unknown {
    return AdamW.prototype.update;
  }

  override update(p: Tensor, g: Tensor, group: ParamGroup<AdamOptions>): void {
    const { lr, betas, eps, weightDecay, maximize } = group;
    const state = stateOf(this.state, p, start(p));
    const square = advance(state, p, g, { maximize, weightDecay: 0 }, group);
    const step = lr / (1 - betas[0] ** state.step);
    const correction = Math.sqrt(1 - betas[1] ** state.step);
    p.apply_(decayAndDescend, state.expAvg, square, -step, correction, eps, 1 - lr * weightDecay);
  }
}
