import { ArgumentError } from '@flambeau/core';
import { checkFinite, checkPositiveInteger } from './check.ts';
import type { LRSchedulerOptions, ScheduledGroup, ScheduledOptimizer } from './lr-scheduler.ts';
import { LRScheduler } from './lr-scheduler.ts';

/** Options of {@link OneCycleLR}. */
export interface OneCycleLROptions extends LRSchedulerOptions {
  /** Steps of the whole cycle; or give `epochs` and `stepsPerEpoch`. */
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Share of the cycle in which the rate rises, in [0, 1]. Default 0.3. */
  readonly pctStart?: number;
  /** Shape of each phase. Default 'cos'. */
  readonly annealStrategy?: 'cos' | 'linear';
  /** Move momentum (or the first beta) against the rate. Default true. */
  readonly cycleMomentum?: boolean;
  /** Momentum at the peak of the rate, for all groups or for each. Default 0.85. */
  readonly baseMomentum?: number | readonly number[];
  /** Momentum at the start and end, for all groups or for each. Default 0.95. */
  readonly maxMomentum?: number | readonly number[];
  /** The rate starts at maxLr / divFactor. Default 25. */
  readonly divFactor?: number;
  /** The rate ends at the first one / finalDivFactor. Default 1e4. */
  readonly finalDivFactor?: number;
  /** Return to the first rate before falling to the last. Default false. */
  readonly threePhase?: boolean;
}

/** The names under which a group keeps the ends of the phases. */
type Rate = 'initialLr' | 'maxLr' | 'minLr';
type Momentum = 'maxMomentum' | 'baseMomentum';

/** A group with what the cycle keeps in it. */
interface CycledGroup extends ScheduledGroup, Partial<Record<Rate | Momentum | 'momentum', number>> {
  betas?: readonly [number, number];
}

/** A part of the cycle: where it ends, and between which values it goes. */
interface Phase {
  readonly end: number;
  readonly lr: readonly [Rate, Rate];
  readonly momentum: readonly [Momentum, Momentum];
}

/**
 * The one-cycle policy: the learning rate rises to `maxLr` and falls far below its start, momentum does the opposite.
 * Step it after every batch.
 *
 * @param maxLr - peak rate, for all groups or for each.
 * @throws {@link ArgumentError} on an invalid option, or when it is stepped beyond the end of the cycle.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html (as in PyTorch 1.13)
 * and Smith and Topin, Super-Convergence, https://arxiv.org/abs/1708.07120.
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { AdamW, OneCycleLR } from '@flambeau/optim';
 * const optimizer = new AdamW([tensor([1], { requiresGrad: true })]);
 * const scheduler = new OneCycleLR(optimizer, 2e-3, { epochs: 10, stepsPerEpoch: 1145 });
 * ```
 */
export class OneCycleLR extends LRScheduler {
  totalSteps: number;
  pctStart: number;
  annealStrategy: 'cos' | 'linear';
  cycleMomentum: boolean;
  threePhase: boolean;

  constructor(
    optimizer: ScheduledOptimizer,
    maxLr: number | readonly number[],
    options: OneCycleLROptions = {},
  ) {
    const { pctStart = 0.3, annealStrategy = 'cos', cycleMomentum = true, threePhase = false } = options;
    const totalSteps = stepsOf(options);
    checkShape(pctStart, annealStrategy);
    prepareGroups(optimizer?.paramGroups ?? [], maxLr, cycleMomentum, options);
    super(optimizer, options);
    this.totalSteps = totalSteps;
    this.pctStart = pctStart;
    this.annealStrategy = annealStrategy;
    this.cycleMomentum = cycleMomentum;
    this.threePhase = threePhase;
    this.step();
  }

  override getLr(): number[] {
    const { lastEpoch: step, totalSteps, cycleMomentum } = this;
    if (step > totalSteps) {
      throw new ArgumentError(
        'OneCycleLR',
        `the cycle is over: got step ${step + 1}, expected at most ${totalSteps} steps. Step once a batch, or raise totalSteps.`,
        { step, totalSteps },
      );
    }
    const phases = this.threePhase ? threePhases(this) : twoPhases(this);
    const found = phases.findIndex(({ end }) => step <= end);
    const at = found >= 0 ? found : phases.length - 1;
    const { end, lr, momentum } = phases[at] as Phase;
    const start = phases[at - 1]?.end ?? 0;
    const part = (step - start) / (end - start);
    const anneal = this.annealStrategy === 'cos' ? annealCosine : annealLinear;
    return this.optimizer.paramGroups.map((own) => {
      const group = own as CycledGroup;
      if (cycleMomentum)
        setMomentum(group, anneal(group[momentum[0]] as number, group[momentum[1]] as number, part));
      return anneal(group[lr[0]] as number, group[lr[1]] as number, part);
    });
  }
}

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) {
    checkPositiveInteger('OneCycleLR', 'totalSteps', totalSteps);
    return totalSteps;
  }
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new ArgumentError(
      'OneCycleLR',
      `the length is missing: got epochs ${epochs} and stepsPerEpoch ${stepsPerEpoch}, expected totalSteps, or both of them.`,
    );
  }
  checkPositiveInteger('OneCycleLR', 'epochs', epochs);
  checkPositiveInteger('OneCycleLR', 'stepsPerEpoch', stepsPerEpoch);
  return epochs * stepsPerEpoch;
}

function checkShape(pctStart: number, annealStrategy: string): void {
  if (!(pctStart >= 0 && pctStart <= 1)) {
    throw new ArgumentError('OneCycleLR', `invalid pctStart: got ${pctStart}, expected a number in [0, 1].`, {
      pctStart,
    });
  }
  if (annealStrategy !== 'cos' && annealStrategy !== 'linear') {
    throw new ArgumentError(
      'OneCycleLR',
      `invalid annealStrategy: got ${String(annealStrategy)}, expected 'cos' or 'linear'.`,
      { annealStrategy },
    );
  }
}

/** One value for each group. */
function perGroup(
  name: string,
  groups: readonly ScheduledGroup[],
  value: number | readonly number[],
): readonly number[] {
  const values = typeof value === 'number' ? groups.map(() => value) : value;
  if (values.length !== groups.length) {
    throw new ArgumentError(
      'OneCycleLR',
      `${name} does not fit the groups: got ${values.length} values, expected ${groups.length}.`,
      { [name]: value },
    );
  }
  for (const v of values) checkFinite('OneCycleLR', name, v);
  return values;
}

/** Writes the ends of the phases into the groups, where the optimizer's state keeps them. */
function prepareGroups(
  groups: readonly ScheduledGroup[],
  maxLr: number | readonly number[],
  cycleMomentum: boolean,
  options: OneCycleLROptions,
): void {
  const {
    divFactor = 25,
    finalDivFactor = 1e4,
    maxMomentum = 0.95,
    baseMomentum = 0.85,
    lastEpoch = -1,
  } = options;
  checkFinite('OneCycleLR', 'divFactor', divFactor);
  checkFinite('OneCycleLR', 'finalDivFactor', finalDivFactor);
  const peaks = perGroup('maxLr', groups, maxLr);
  const highest = perGroup('maxMomentum', groups, maxMomentum);
  const lowest = perGroup('baseMomentum', groups, baseMomentum);
  groups.forEach((own, i) => {
    const group = own as CycledGroup;
    if (cycleMomentum && group.momentum === undefined && group.betas === undefined) {
      throw new ArgumentError(
        'OneCycleLR',
        'the optimizer has no momentum: expected a group with momentum or betas. Pass { cycleMomentum: false }.',
      );
    }
    if (lastEpoch !== -1) return;
    const maxRate = peaks[i] as number;
    const initialLr = maxRate / divFactor;
    Object.assign(group, { initialLr, maxLr: maxRate, minLr: initialLr / finalDivFactor });
    if (!cycleMomentum) return;
    Object.assign(group, { maxMomentum: highest[i], baseMomentum: lowest[i] });
    setMomentum(group, highest[i] as number);
  });
}

function setMomentum(group: CycledGroup, momentum: number): void {
  if (group.betas) group.betas = [momentum, group.betas[1]];
  else group.momentum = momentum;
}

const rise = { lr: ['initialLr', 'maxLr'], momentum: ['maxMomentum', 'baseMomentum'] } as const;

function twoPhases({ pctStart, totalSteps }: OneCycleLR): Phase[] {
  return [
    { ...rise, end: pctStart * totalSteps - 1 },
    { end: totalSteps - 1, lr: ['maxLr', 'minLr'], momentum: ['baseMomentum', 'maxMomentum'] },
  ];
}

function threePhases({ pctStart, totalSteps }: OneCycleLR): Phase[] {
  return [
    { ...rise, end: pctStart * totalSteps - 1 },
    {
      end: 2 * pctStart * totalSteps - 2,
      lr: ['maxLr', 'initialLr'],
      momentum: ['baseMomentum', 'maxMomentum'],
    },
    { end: totalSteps - 1, lr: ['initialLr', 'minLr'], momentum: ['maxMomentum', 'maxMomentum'] },
  ];
}

function annealCosine(start: number, end: number, part: number): number {
  return end + ((start - end) / 2) * (Math.cos(Math.PI * part) + 1);
}

function annealLinear(start: number, end: number, part: number): number {
  return (end - start) * part + start;
}
