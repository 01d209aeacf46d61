import type { Tensor } from '@flambeau/core';
import { fullLike, s } from '@flambeau/core';
import { checkBoolean, checkNotNegative, checkState } from './check.ts';
import type { GradientRow } from './gradient-row.ts';
import { gradientRow } from './gradient-row.ts';
import { Optimizer, stateOf } from './optimizer.ts';
import type { OptimizerOptions, ParamGroup, ParamsInput } from './param-group.ts';

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** Learning rate, ≥ 0. Default 1e-2. */
  readonly lr: number;
  /** The rate is divided by 1 + (t − 1)·lrDecay, ≥ 0. Default 0. */
  readonly lrDecay: number;
  /** L2 penalty, ≥ 0. Default 0. */
  readonly weightDecay: number;
  /** What the sum of squares starts from, ≥ 0. Default 0. */
  readonly initialAccumulatorValue: number;
  /** Added to the denominator, ≥ 0. Default 1e-10. */
  readonly eps: number;
  /** Climb instead of descending. Default false. */
  readonly maximize: boolean;
}

/** What {@link Adagrad} keeps for a parameter. */
export interface AdagradState {
  /** Steps taken. */
  step: number;
  /** Sum of d². */
  readonly sum: Tensor;
}

const accumulate: GradientRow = /*#__PURE__*/ gradientRow('adagradSum', 0, (sum, d) =>
  s.add(sum, s.mul(d, d)),
);
const descend: GradientRow = /*#__PURE__*/ gradientRow('adagradStep', 3, (p, d, sum, minusRate, eps) =>
  s.add(p, s.div(s.mul(d, minusRate), s.add(s.sqrt(sum), eps))),
);

/**
 * Adagrad: steps divided by the root of the sum of all squared gradients so far.
 *
 * With d = ±g + weightDecay·p at step t: sum ← sum + d², p ← p − lr/(1 + (t − 1)·lrDecay) · d/(√sum + eps).
 *
 * @param params - leaves, or groups of them with options of their own.
 * @throws {@link ArgumentError} on an invalid option.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html. The sum is made at the first step
 * of a parameter, not with the optimizer.
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { Adagrad } from '@flambeau/optim';
 * const optimizer = new Adagrad([tensor([1, -2], { requiresGrad: true })], { lrDecay: 0.01 });
 * ```
 */
export class Adagrad extends Optimizer<AdagradOptions, AdagradState> {
  constructor(params: ParamsInput<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    super('Adagrad', params, {
      lr: 1e-2,
      lrDecay: 0,
      weightDecay: 0,
      initialAccumulatorValue: 0,
      eps: 1e-10,
      maximize: false,
      ...options,
    });
  }

  override check({ lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize }: AdagradOptions): void {
    checkNotNegative('Adagrad', 'lr', lr);
    checkNotNegative('Adagrad', 'lrDecay', lrDecay);
    checkNotNegative('Adagrad', 'weightDecay', weightDecay);
    checkNotNegative('Adagrad', 'initialAccumulatorValue', initialAccumulatorValue);
    checkNotNegative('Adagrad', 'eps', eps);
    checkBoolean('Adagrad', 'maximize', maximize);
  }

  override checkState(p: Tensor, state: Readonly<Record<string, unknown>>): void {
    checkState('Adagrad', p, state, ['sum'], true);
  }

  override get forgetful(): unknown {
    return Adagrad.prototype.update;
  }

  override update(p: Tensor, g: Tensor, group: ParamGroup<AdagradOptions>): void {
    const { lr, lrDecay, initialAccumulatorValue, eps } = group;
    const state = stateOf(this.state, p, () => ({ step: 0, sum: fullLike(p, initialAccumulatorValue) }));
    state.step++;
    accumulate(state.sum, p, g, group);
    descend(p, p, g, group, state.sum, -(lr / (1 + (state.step - 1) * lrDecay)), eps);
  }
}
