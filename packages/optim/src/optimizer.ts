import type { Tensor } from '@flambeau/core';
import {
  ArgumentError,
  castTo,
  enableGrad,
  isFloat,
  isTensor,
  noGrad,
  together,
  withoutScope,
} from '@flambeau/core';
import type { OptimizerOptions, ParamGroup, ParamGroupInput, ParamsInput } from './param-group.ts';
import { toGroups, toParams } from './param-group.ts';

/** What {@link Optimizer.zeroGrad} may be told. */
export interface ZeroGradOptions {
  /** Set gradients to null (default) instead of filling them with zeros. */
  readonly setToNone?: boolean;
}

/** A group as it is saved: its options, and the positions of its parameters. */
export type SavedGroup = { readonly params: readonly number[] } & { readonly [option: string]: unknown };

/** What an optimizer needs to continue: PyTorch's structure, with option and state names in camelCase. */
export interface OptimizerStateDict {
  /** What the optimizer keeps for each parameter, by position. Parameters that were never stepped have none. */
  readonly state: { readonly [position: number]: Readonly<Record<string, unknown>> };
  readonly paramGroups: readonly SavedGroup[];
}

/**
 * Base of all optimizers. A subclass brings its options' defaults, {@link Optimizer.check} and {@link Optimizer.update}.
 *
 * @typeParam O - its options, the same for each group of parameters.
 * @typeParam S - what it keeps for a parameter: tensors and numbers.
 *
 * @remarks Source: https://pytorch.org/docs/stable/optim.html. Differences: `zeroGrad` sets gradients to null unless told
 * otherwise (as PyTorch since 2.0), and a tensor that is given twice is always an error.
 *
 * @example
 * ```ts
 * import type { Tensor } from '@flambeau/core';
 * import { Optimizer, type OptimizerOptions, type ParamGroup } from '@flambeau/optim';
 * class SignDescent extends Optimizer {
 *   constructor(params: Iterable<Tensor>, lr: number) {
 *     super('SignDescent', params, { lr });
 *   }
 *   override check(_options: OptimizerOptions): void {}
 *   override update(p: Tensor, g: Tensor, group: ParamGroup): void {
 *     p.sub_(g.sign(), { alpha: group.lr });
 *   }
 * }
 * ```
 */
export abstract class Optimizer<
  O extends OptimizerOptions = OptimizerOptions,
  S extends object = Record<string, unknown>,
> {
  /** The class's name, for messages. */
  readonly name: string;
  /** Parameters and their options. Options may be changed between steps. */
  readonly paramGroups: ParamGroup<O>[];
  /** What is kept for each parameter. */
  readonly state: Map<Tensor, S>;
  /** The options of groups that do not set their own. */
  readonly defaults: O;

  protected constructor(name: string, params: ParamsInput<O>, defaults: O) {
    this.name = name;
    this.defaults = defaults;
    this.paramGroups = [];
    this.state = new Map();
    for (const group of toGroups(name, params)) this.addParamGroup(group);
  }

  /** Refuses invalid options, of a new group or of a loaded one. */
  abstract check(options: O): void;

  /**
   * Updates one parameter in place from its gradient. Called by {@link step} for every parameter that has one, without
   * recording and outside of any memory scope.
   */
  abstract update(p: Tensor, g: Tensor, group: ParamGroup<O>): void;

  /**
   * The `update` of a class that keeps no gradient beyond the call: gradients that only such a function has seen are
   * released with their leaf's next one. @internal
   */
  get forgetful(): unknown {
    return null;
  }

  /** Refuses a loaded state that does not fit its parameter. */
  checkState(_p: Tensor, _state: Readonly<Record<string, unknown>>): void {}

  /**
   * Adds parameters, for instance those of a layer that was frozen before.
   *
   * @throws {@link ArgumentError} when one is no leaf or is optimized already, or an option is invalid.
   */
  addParamGroup(group: ParamGroupInput<O>): void {
    const taken = new Set(this.paramGroups.flatMap(({ params }) => params));
    const params = toParams(this.name, group as ParamGroupInput, taken);
    const added = { ...this.defaults, ...group, params } as ParamGroup<O>;
    this.check(added as unknown as O);
    this.paramGroups.push(added);
  }

  /** Forgets the gradients of all parameters; call it before each `backward`. */
  zeroGrad({ setToNone = true }: ZeroGradOptions = {}): void {
    for (const { params } of this.paramGroups) {
      for (const p of params) {
        const grad = p.leafGrad;
        if (setToNone || grad === null) p.grad = null;
        else if (grad.requiresGrad) p.grad = noGrad(() => grad.detach().zero_());
        else noGrad(() => grad.zero_());
      }
    }
  }

  /**
   * Updates every parameter that has a gradient.
   *
   * @param closure - computes the gradients again and returns the loss, which `step` then returns; synchronous.
   */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    const loss = closure && enableGrad(closure);
    // Outside of a caller's scope: what the optimizer keeps must outlive it.
    withoutScope(() => noGrad(() => inOne(this, () => updateAll(this))));
    return loss;
  }

  /**
   * What the optimizer needs to continue, to be saved. The tensors are the optimizer's own, which later steps change:
   * save them before the next step.
   */
  stateDict(): OptimizerStateDict {
    const state: Record<number, Readonly<Record<string, unknown>>> = {};
    let position = 0;
    const paramGroups = this.paramGroups.map(({ params, ...options }) => {
      const first = position;
      for (const p of params) {
        const kept = this.state.get(p);
        if (kept) state[position] = { ...kept } as Readonly<Record<string, unknown>>;
        position++;
      }
      return { ...options, params: params.map((_, i) => first + i) };
    });
    return { state, paramGroups };
  }

  /**
   * Continues from a saved state. Tensors are copied, to the dtype and device of their parameter.
   *
   * @throws {@link ArgumentError} when groups, parameters or options do not fit; then nothing has changed.
   */
  loadStateDict(saved: OptimizerStateDict): void {
    const groups = loadedGroups(this, saved.paramGroups);
    const paramAt = new Map<number, Tensor>();
    groups.forEach(({ params }, g) => {
      params.forEach((p, i) => {
        paramAt.set(saved.paramGroups[g]?.params[i] as number, p);
      });
    });
    const state = new Map<Tensor, S>();
    for (const [key, kept] of Object.entries(saved.state)) {
      const p = paramAt.get(Number(key));
      if (!p) {
        throw new ArgumentError(
          this.name,
          `the saved state has an unknown parameter: got position ${key}, expected one named by a group.`,
          { key },
        );
      }
      this.checkState(p, kept);
      state.set(p, withoutScope(() => noGrad(() => copyState(p, kept))) as S);
    }
    this.state.clear();
    for (const [p, kept] of state) this.state.set(p, kept);
    this.paramGroups.splice(0, groups.length, ...groups);
  }
}

/** Parameters from which on it pays to update them together: fewer are as soon computed where they are demanded. */
const FEWEST = 6;

function inOne({ paramGroups }: Pick<Optimizer, 'paramGroups'>, update: () => void): void {
  const count = paramGroups.reduce((sum, { params }) => sum + params.length, 0);
  if (count >= FEWEST) together(update);
  else update();
}

function updateAll<O extends OptimizerOptions, S extends object>(optimizer: Optimizer<O, S>): void {
  for (const group of optimizer.paramGroups) {
    for (const p of group.params) {
      const g = optimizer.update === optimizer.forgetful ? p.leafGrad : p.grad;
      if (g !== null) optimizer.update(p, g, group);
    }
  }
}

/** The optimizer's groups with saved options, checked. */
function loadedGroups<O extends OptimizerOptions, S extends object>(
  optimizer: Optimizer<O, S>,
  saved: readonly SavedGroup[],
): ParamGroup<O>[] {
  const sizes = (groups: readonly { readonly params: readonly unknown[] }[]): string =>
    `[${groups.map(({ params }) => params.length).join(', ')}]`;
  const { name, paramGroups } = optimizer;
  if (sizes(saved) !== sizes(paramGroups)) {
    throw new ArgumentError(
      name,
      `the saved parameter groups do not fit: got groups of ${sizes(saved)} parameters, expected ${sizes(paramGroups)}. Was it saved from the same model?`,
    );
  }
  return paramGroups.map((group, i) => {
    const loaded = { ...group, ...saved[i], params: group.params } as ParamGroup<O>;
    optimizer.check(loaded as unknown as O);
    return loaded;
  });
}

/** What is kept for a parameter, made at its first step. */
export function stateOf<S extends object>(states: Map<Tensor, S>, p: Tensor, start: () => S): S {
  const known = states.get(p);
  if (known) return known;
  const made = start();
  states.set(p, made);
  return made;
}

/** A copy of what was kept for a parameter; floats take the parameter's dtype. */
function copyState(p: Tensor, kept: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(kept).map(([name, value]) => {
      if (!isTensor(value)) return [name, value];
      const moved = value.to(p.device);
      const cast = isFloat(p.dtype) ? castTo(moved, p.dtype) : moved;
      return [name, cast === value ? value.clone() : cast];
    }),
  );
}
