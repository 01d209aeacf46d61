import { ArgumentError } from '@flambeau/core';

/** A group of parameters as schedulers see it. */
export interface ScheduledGroup {
  lr: number;
  /** The learning rate that schedulers start from. */
  initialLr?: number;
}

/** What schedulers need of an optimizer. */
export interface ScheduledOptimizer {
  readonly paramGroups: readonly ScheduledGroup[];
}

/** Options of every scheduler. */
export interface LRSchedulerOptions {
  /** The last epoch that was done, when resuming by hand; the groups must have `initialLr`. Default −1: from the start. */
  readonly lastEpoch?: number;
}

/** A scheduler's numbers and switches, by name. */
export type LRSchedulerStateDict = Readonly<Record<string, unknown>>;

/**
 * Base of all learning-rate schedulers: sets `lr` of every group of an optimizer at each {@link step}.
 *
 * A subclass computes the rates in {@link getLr} and ends its constructor with `this.step()`, which sets the first rates. Its fields that hold
 * numbers, strings, booleans, or lists of numbers are its state.
 *
 * @remarks Source: https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate (PyTorch 1.13). Call `step`
 * after `optimizer.step()`; there is no warning for the other order.
 *
 * @example
 * ```ts
 * import { LRScheduler, type ScheduledOptimizer } from '@flambeau/optim';
 * class Halving extends LRScheduler {
 *   constructor(optimizer: ScheduledOptimizer) {
 *     super(optimizer);
 *     this.step();
 *   }
 *   override getLr(): number[] {
 *     return this.baseLrs.map((lr) => lr * 0.5 ** this.lastEpoch);
 *   }
 * }
 * ```
 */
export abstract class LRScheduler {
  readonly optimizer: ScheduledOptimizer;
  /** The rates that the groups started from. */
  baseLrs: number[];
  /** How many steps were taken; 0 after construction. */
  lastEpoch: number;
  /** Calls of {@link step}, the one in the constructor included. */
  stepCount: number;
  /** The rates set last. */
  lastLr: number[];

  constructor(optimizer: ScheduledOptimizer, { lastEpoch = -1 }: LRSchedulerOptions = {}) {
    if (!Array.isArray(optimizer?.paramGroups)) {
      throw new ArgumentError(
        new.target.name,
        'not an optimizer: expected an object with paramGroups. Pass the optimizer first.',
      );
    }
    if (!Number.isInteger(lastEpoch) || lastEpoch < -1) {
      throw new ArgumentError(
        new.target.name,
        `invalid lastEpoch: got ${lastEpoch}, expected an integer ≥ −1.`,
        { lastEpoch },
      );
    }
    this.optimizer = optimizer;
    this.baseLrs = optimizer.paramGroups.map((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      if (group.initialLr === undefined) {
        throw new ArgumentError(
          new.target.name,
          `group ${i} has no initialLr: got lastEpoch ${lastEpoch}, expected groups of an optimizer that was scheduled before. Load the optimizer's state first.`,
          { group: i },
        );
      }
      return group.initialLr;
    });
    this.lastEpoch = lastEpoch;
    this.stepCount = 0;
    this.lastLr = [];
  }

  /** The rates for {@link lastEpoch}, one a group. Read {@link getLastLr} instead: some schedules compute from the last. */
  abstract getLr(): number[];

  /** Goes on to the next epoch, or batch, and sets the rates. */
  step(): void {
    this.stepCount++;
    this.lastEpoch++;
    const rates = this.getLr();
    this.lastLr = this.optimizer.paramGroups.map((group, i) => {
      group.lr = rates[i] ?? group.lr;
      return group.lr;
    });
  }

  /** The rates set last, one a group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** What the scheduler needs to continue; the optimizer's own state belongs with it. */
  stateDict(): LRSchedulerStateDict {
    return Object.fromEntries(
      Object.entries(this)
        .filter(([, value]) => isStateValue(value))
        .map(([name, value]) => [name, Array.isArray(value) ? [...(value as unknown[])] : value]),
    );
  }

  /**
   * Continues from a saved state. The rates of the groups are the optimizer's state: load that too.
   *
   * @throws {@link ArgumentError} when it is not the state of such a scheduler; then nothing has changed.
   */
  loadStateDict(state: LRSchedulerStateDict): void {
    const own = this.stateDict();
    for (const [name, value] of Object.entries(own)) {
      const loaded = state[name];
      const fits = Array.isArray(value)
        ? Array.isArray(loaded) && isStateValue(loaded) && loaded.length === value.length
        : typeof loaded === typeof value;
      if (!fits) {
        throw new ArgumentError(
          'loadStateDict',
          `the saved ${name} does not fit: got ${String(loaded)}, expected ${describe(value)}. Was it saved from such a scheduler?`,
          { name },
        );
      }
    }
    for (const name of Object.keys(own)) Object.assign(this, { [name]: copied(state[name]) });
  }
}

const copied = (value: unknown): unknown => (Array.isArray(value) ? [...(value as unknown[])] : value);

const describe = (value: unknown): string =>
  Array.isArray(value) ? `a list of ${value.length} numbers` : `a ${typeof value}`;

function isStateValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((v) => typeof v === 'number');
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
}
