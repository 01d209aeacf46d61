import type { MapFunction, Tensor } from '@flambeau/core';
import { ArgumentError, defineMap, disposeTemporary, s, zerosLike } from '@flambeau/core';
import { checkBoolean, checkNotNegative, checkState } from './check.ts';
import { gradientAs } from './gradient-row.ts';
import { Optimizer, stateOf } from './optimizer.ts';
import type { OptimizerOptions, ParamGroup, ParamsInput } from './param-group.ts';

/** Options of {@link Adadelta}. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Scale of the step, ≥ 0. Default 1. */
  readonly lr: number;
  /** Decay rate of both running means, in [0, 1]. Default 0.9. */
  readonly rho: number;
  /** Added under the roots, ≥ 0. Default 1e-6. */
  readonly eps: number;
  /** L2 penalty, ≥ 0. Default 0. */
  readonly weightDecay: number;
  /** Climb instead of descending. Default false. */
  readonly maximize: boolean;
}

/** What {@link Adadelta} keeps for a parameter. */
export interface AdadeltaState {
  /** Steps taken. */
  step: number;
  /** Running mean of d². */
  readonly squareAvg: Tensor;
  /** Running mean of the squared steps. */
  readonly accDelta: Tensor;
}

const runningSquare: MapFunction = /*#__PURE__*/ defineMap('runningSquare', 4, (v, d, rho, share) =>
  s.add(s.mul(v, rho), s.mul(s.mul(d, share), d)),
);
const scaled: MapFunction = /*#__PURE__*/ defineMap('adadeltaDelta', 4, (d, squareAvg, accDelta, eps) =>
  s.mul(s.div(s.sqrt(s.add(accDelta, eps)), s.sqrt(s.add(squareAvg, eps))), d),
);
const descend: MapFunction = /*#__PURE__*/ defineMap('adadeltaStep', 3, (p, delta, minusLr) =>
  s.add(p, s.mul(delta, minusLr)),
);

/**
 * Adadelta: steps in the parameter's own units, from running means of squared gradients and squared steps.
 *
 * With d = ±g + weightDecay·p: v ← ρv + (1 − ρ)d², δ = √(a + eps)/√(v + eps)·d, a ← ρa + (1 − ρ)δ², p ← p − lr·δ.
 *
 * @param params - leaves, or groups of them with options of their own.
 * @throws {@link ArgumentError} on an invalid option.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { Adadelta } from '@flambeau/optim';
 * const optimizer = new Adadelta([tensor([1, -2], { requiresGrad: true })]);
 * ```
 */
export class Adadelta extends Optimizer<AdadeltaOptions, AdadeltaState> {
  constructor(params: ParamsInput<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    super('Adadelta', params, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false, ...options });
  }

  override check({ lr, rho, eps, weightDecay, maximize }: AdadeltaOptions): void {
    checkNotNegative('Adadelta', 'lr', lr);
    checkNotNegative('Adadelta', 'rho', rho);
    if (rho > 1)
      throw new ArgumentError('Adadelta', `invalid rho: got ${rho}, expected a number in [0, 1].`, { rho });
    checkNotNegative('Adadelta', 'eps', eps);
    checkNotNegative('Adadelta', 'weightDecay', weightDecay);
    checkBoolean('Adadelta', 'maximize', maximize);
  }

  override checkState(p: Tensor, state: Readonly<Record<string, unknown>>): void {
    checkState('Adadelta', p, state, ['squareAvg', 'accDelta'], true);
  }

  override get forgetful(): unknown {
    return Adadelta.prototype.update;
  }

  override update(p: Tensor, g: Tensor, group: ParamGroup<AdadeltaOptions>): void {
    const { lr, rho, eps, weightDecay, maximize } = group;
    const state = stateOf(this.state, p, () => ({
      step: 0,
      squareAvg: zerosLike(p),
      accDelta: zerosLike(p),
    }));
    const { squareAvg, accDelta } = state;
    state.step++;
    const d = maximize || weightDecay !== 0 ? gradientAs(p, g, group) : g;
    squareAvg.apply_(runningSquare, d, rho, 1 - rho);
    const delta = scaled(d, squareAvg, accDelta, eps);
    accDelta.apply_(runningSquare, delta, rho, 1 - rho);
    p.apply_(descend, delta, -lr);
    disposeTemporary(delta);
    if (d !== g) disposeTemporary(d);
  }
}
