import type { MapFunction, Tensor } from '@flambeau/core';
import { ArgumentError, defineMap, s } from '@flambeau/core';
import { checkBoolean, checkFinite, checkNotNegative, checkState } from './check.ts';
import type { GradientRow } from './gradient-row.ts';
import { gradientAs, gradientRow } from './gradient-row.ts';
import { Optimizer } from './optimizer.ts';
import type { OptimizerOptions, ParamGroup, ParamsInput } from './param-group.ts';

/** Options of {@link SGD}. */
export interface SGDOptions extends OptimizerOptions {
  /** Share of the last update that is kept, ≥ 0. Default 0. */
  readonly momentum: number;
  /** Share of the gradient that momentum leaves out. Default 0. */
  readonly dampening: number;
  /** L2 penalty, ≥ 0. Default 0. */
  readonly weightDecay: number;
  /** Look ahead along the momentum. Needs momentum > 0 and no dampening. Default false. */
  readonly nesterov: boolean;
  /** Climb instead of descending. Default false. */
  readonly maximize: boolean;
}

/** What {@link SGD} with momentum keeps for a parameter. */
export interface SGDState {
  readonly momentumBuffer: Tensor;
}

const descend: GradientRow = /*#__PURE__*/ gradientRow('sgdStep', 1, (p, d, minusLr) =>
  s.add(p, s.mul(d, minusLr)),
);
const accumulate: GradientRow = /*#__PURE__*/ gradientRow('sgdMomentum', 2, (buffer, d, momentum, share) =>
  s.add(s.mul(buffer, momentum), s.mul(d, share)),
);
const descendAhead: GradientRow = /*#__PURE__*/ gradientRow(
  'sgdNesterov',
  3,
  (p, d, buffer, momentum, minusLr) => s.add(p, s.mul(s.add(d, s.mul(buffer, momentum)), minusLr)),
);
const descendAlong: MapFunction = /*#__PURE__*/ defineMap('sgdStep', 3, (p, buffer, minusLr) =>
  s.add(p, s.mul(buffer, minusLr)),
);

/**
 * Stochastic gradient descent, with momentum if wanted.
 *
 * With d = ±g + weightDecay·p: b ← momentum·b + (1 − dampening)·d (at first b ← d), p ← p − lr·b; with Nesterov
 * p ← p − lr·(d + momentum·b); without momentum p ← p − lr·d.
 *
 * @param params - leaves, or groups of them with options of their own.
 * @param options - `lr` is required.
 * @throws {@link ArgumentError} on an invalid option.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { SGD } from '@flambeau/optim';
 * const w = tensor([1], { requiresGrad: true });
 * const optimizer = new SGD([w], { lr: 0.5 });
 * optimizer.zeroGrad();
 * w.square().sum().backward();
 * optimizer.step();
 * w; // [0]
 * ```
 */
export class SGD extends Optimizer<SGDOptions, SGDState> {
  constructor(params: ParamsInput<SGDOptions>, options: Partial<SGDOptions> & OptimizerOptions) {
    super('SGD', params, {
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
      ...options,
    });
  }

  override check({ lr, momentum, dampening, weightDecay, nesterov, maximize }: SGDOptions): void {
    checkNotNegative('SGD', 'lr', lr);
    checkNotNegative('SGD', 'momentum', momentum);
    checkFinite('SGD', 'dampening', dampening);
    checkNotNegative('SGD', 'weightDecay', weightDecay);
    checkBoolean('SGD', 'nesterov', nesterov);
    checkBoolean('SGD', 'maximize', maximize);
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new ArgumentError(
        'SGD',
        `nesterov needs momentum and no dampening: got momentum ${momentum} and dampening ${dampening}, expected momentum > 0 and dampening 0.`,
        { momentum, dampening },
      );
    }
  }

  override checkState(p: Tensor, state: Readonly<Record<string, unknown>>): void {
    checkState('SGD', p, state, ['momentumBuffer'], false);
  }

  override get forgetful(): unknown {
    return SGD.prototype.update;
  }

  override update(p: Tensor, g: Tensor, group: ParamGroup<SGDOptions>): void {
    const { lr, momentum, dampening, nesterov } = group;
    if (momentum === 0) {
      descend(p, p, g, group, -lr);
      return;
    }
    let buffer = this.state.get(p)?.momentumBuffer;
    if (buffer) accumulate(buffer, p, g, group, momentum, 1 - dampening);
    else {
      buffer = gradientAs(p, g, group);
      this.state.set(p, { momentumBuffer: buffer });
    }
    if (nesterov) descendAhead(p, p, g, group, buffer, momentum, -lr);
    else p.apply_(descendAlong, buffer, -lr);
  }
}
