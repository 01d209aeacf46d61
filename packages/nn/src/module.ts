import type { Device, DType, Tensor } from '@flambeau/core';
import { ArgumentError, DTypeError, isFloat, noGrad, setData } from '@flambeau/core';
import type { BackwardHook, BackwardPreHook } from './backward-hooks.ts';
import { addHook, checkForward, wrapForward } from './forward.ts';
import { allPaths, collect, distinct, ownBuffers, ownChildren, ownParameters } from './members.ts';
import { isParameter } from './parameter.ts';
import type { StoredHook } from './registry.ts';
import { recordOf, registry } from './registry.ts';
import { repr } from './repr.ts';
import type { LoadStateDictOptions, LoadStateDictResult, StateDict } from './state-dict.ts';
import { loadInto, stateDictOf } from './state-dict.ts';

/** A module whose inputs and output are not known: what all modules have in common. */
export interface AnyModule {
  training: boolean;
  forward(...inputs: never): unknown;
  parameters(): Tensor[];
  namedParameters(): [string, Tensor][];
  buffers(): Tensor[];
  namedBuffers(): [string, Tensor][];
  children(): AnyModule[];
  namedChildren(): [string, AnyModule][];
  modules(): AnyModule[];
  namedModules(): [string, AnyModule][];
  train(mode?: boolean): this;
  eval(): this;
  to(target: Device | DType): this;
  toAsync(device: Device): Promise<this>;
  requiresGrad_(value?: boolean): this;
  zeroGrad(): void;
  apply(fn: (module: AnyModule) => void): this;
  stateDict(): StateDict;
  loadStateDict(dict: Readonly<StateDict>, options?: LoadStateDictOptions): LoadStateDictResult;
  registerBuffer<T extends Tensor | null>(name: string, x: T, options?: BufferOptions): T;
  registerForwardPreHook(hook: (module: AnyModule, inputs: readonly unknown[]) => void): () => void;
  registerForwardHook(
    hook: (module: AnyModule, inputs: readonly unknown[], output: unknown) => void,
  ): () => void;
  registerFullBackwardPreHook(hook: BackwardPreHook): () => void;
  registerFullBackwardHook(hook: BackwardHook): () => void;
  extraRepr(): string;
  toString(): string;
}

/** Sees what a module is given; may return other inputs, as an array. */
export type ForwardPreHook<In extends unknown[]> = (module: AnyModule, inputs: In) => In | undefined | void;

/** Sees what a module was given and what it returns; may return another output. */
export type ForwardHook<In extends unknown[], Out> = (
  module: AnyModule,
  inputs: In,
  output: Out,
) => Out | undefined | void;

/** Options of `registerBuffer`. */
export interface BufferOptions {
  /** Whether the buffer belongs to the state dict. Default true. */
  readonly persistent?: boolean;
}

/**
 * Base of all layers and models. A subclass keeps layers, {@link parameter | parameters} and buffers in fields and says in
 * `forward` what it computes; use it by `model.forward(x)`.
 *
 * `forward` must be a method. Written as a class field (`forward = (x) => …`) it cannot be wrapped, so hooks would be
 * skipped: every method here, and containers when they call it, refuse such a module with an {@link ArgumentError}. It may
 * be asynchronous; hooks then see the promise.
 *
 * Fields are found by their values, so JavaScript's private ones (`#layer`) stay out, as do plain arrays: use
 * `ModuleList`.
 *
 * @typeParam In - the inputs of `forward`, as a tuple.
 * @typeParam Out - what `forward` returns.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html. Differences: a module is not callable;
 * lists come as arrays.
 *
 * @example
 * ```ts
 * import { relu, type Tensor } from '@flambeau/core';
 * import { Linear, Module } from '@flambeau/nn';
 * class Net extends Module {
 *   readonly hidden = new Linear(2, 8);
 *   readonly last = new Linear(8, 1);
 *   forward(x: Tensor): Tensor {
 *     return this.last.forward(relu(this.hidden.forward(x)));
 *   }
 * }
 * Object.keys(new Net().stateDict()); // ['hidden.weight', 'hidden.bias', 'last.weight', 'last.bias']
 * ```
 */
export abstract class Module<In extends unknown[] = [Tensor], Out = Tensor> implements AnyModule {
  /**
   * Names of fields in state dicts where they differ: `{ runningMean: 'running_mean' }`. A subclass adds to those of the
   * classes above it. For models whose PyTorch original has names with underscores.
   */
  static readonly stateKeys: Readonly<Record<string, string>> = {};

  /** True while training: dropout drops, batch normalisation uses the batch. Set by {@link train} and {@link eval}. */
  training: boolean;

  constructor() {
    this.training = true;
    registry.modules.set(this, {
      buffers: new Map(),
      preHooks: new Set(),
      hooks: new Set(),
      backwardPreHooks: new Set(),
      backwardHooks: new Set(),
    });
    wrapForward(this, Module.prototype);
  }

  /** Computes the output. Subclasses define it as a method. */
  abstract forward(...inputs: In): Out;

  /** All parameters: the module's own, then its children's, depth first; shared ones once. */
  parameters(): Tensor[] {
    return collect(this, ownParameters).map(({ value }) => value);
  }

  /** {@link parameters} with their names, such as `features.0.weight`. */
  namedParameters(): [string, Tensor][] {
    return collect(this, ownParameters).map(({ key, value }) => [key, value]);
  }

  /** All buffers, in the order of {@link parameters}. */
  buffers(): Tensor[] {
    return collect(this, (module) => ownBuffers(module)).map(({ value }) => value);
  }

  /** {@link buffers} with their names. */
  namedBuffers(): [string, Tensor][] {
    return collect(this, (module) => ownBuffers(module)).map(({ key, value }) => [key, value]);
  }

  /** The modules in this one's fields, each once. */
  children(): AnyModule[] {
    return distinct(ownChildren(this)).map(({ value }) => value);
  }

  /** {@link children} with their names. */
  namedChildren(): [string, AnyModule][] {
    return distinct(ownChildren(this)).map(({ key, value }) => [key, value]);
  }

  /** This module and all below it, parents first, each once. */
  modules(): AnyModule[] {
    return distinct(allPaths(this)).map(({ value }) => value);
  }

  /** {@link modules} with their names; this one's is empty. */
  namedModules(): [string, AnyModule][] {
    return distinct(allPaths(this)).map(({ key, value }) => [key, value]);
  }

  /** Sets {@link training} of this module and all below it. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Moves parameters, buffers and gradients to a device, or converts the floats among them to a dtype. Tensors keep their
   * identity, so optimizers made before go on with them; their state stays where it was.
   *
   * @throws {@link AsyncReadError} from a device that can only be read asynchronously: use {@link toAsync}. Nothing is
   * changed then.
   */
  to(target: Device | DType): this {
    const tensors = movable(this, target);
    const move = (x: Tensor): Tensor => noGrad(() => x.to(target));
    const moved = tensors.map((x) => ({ data: move(x), grad: x.grad && move(x.grad) }));
    replaceData(tensors, moved);
    return this;
  }

  /** {@link to} a device, from any device. */
  async toAsync(device: Device): Promise<this> {
    const tensors = movable(this, device);
    const move = (x: Tensor): Promise<Tensor> => x.detach().toAsync(device);
    const moved = tensors.map(async (x) => ({ data: await move(x), grad: x.grad && (await move(x.grad)) }));
    replaceData(tensors, await Promise.all(moved));
    return this;
  }

  /** Sets `requiresGrad` of all parameters; frozen ones stay parameters. */
  requiresGrad_(value = true): this {
    for (const x of this.parameters()) x.requiresGrad = value;
    return this;
  }

  /** Sets the gradients of all parameters to null. */
  zeroGrad(): void {
    for (const x of this.parameters()) x.grad = null;
  }

  /** Calls a function with every module below, then with this one: for initialisers. */
  apply(fn: (module: AnyModule) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /**
   * Parameters and persistent buffers by name, with PyTorch's keys in PyTorch's order. The tensors share memory with the
   * module's.
   */
  stateDict(): StateDict {
    return stateDictOf(this);
  }

  /**
   * Copies values into parameters and buffers, converting dtypes and devices.
   *
   * @param dict - tensors by the names of {@link stateDict}.
   * @returns the keys that were missing and those that were not used; both are empty when strict.
   * @throws {@link ArgumentError} naming every missing and unexpected key (when strict) and every shape that differs.
   * Nothing is changed then.
   */
  loadStateDict(dict: Readonly<StateDict>, options: LoadStateDictOptions = {}): LoadStateDictResult {
    return loadInto(this, dict, options.strict ?? true);
  }

  /**
   * Makes a field a buffer: a tensor that is moved and saved with the module, but not trained.
   *
   * @param name - the field; its name in state dicts is the same unless {@link stateKeys} says otherwise.
   * @param x - null for a buffer that is absent for now.
   * @returns x, so that a field can be declared with it: `readonly mask = this.registerBuffer('mask', ones([3]))`.
   */
  registerBuffer<T extends Tensor | null>(name: string, x: T, options: BufferOptions = {}): T {
    if (name === '' || name.includes('.') || name in Module.prototype || (x !== null && isParameter(x))) {
      throw new ArgumentError(
        'registerBuffer',
        `not a buffer: got ${x !== null && isParameter(x) ? 'a parameter' : `the name '${name}'`}, expected a tensor that is no parameter, and a field name without dots that Module does not use.`,
        { name },
      );
    }
    recordOf(this).buffers.set(name, { persistent: options.persistent ?? true });
    (this as Record<string, unknown>)[name] = x;
    return x;
  }

  /** Calls `hook` before every `forward`, in the order of registration. Returns a function that removes it. */
  registerForwardPreHook(hook: ForwardPreHook<In>): () => void {
    checkForward(this);
    return addHook(recordOf(this).preHooks, hook as StoredHook);
  }

  /** Calls `hook` after every `forward`, in the order of registration. Returns a function that removes it. */
  registerForwardHook(hook: ForwardHook<In, Out>): () => void {
    checkForward(this);
    return addHook(recordOf(this).hooks, hook as StoredHook);
  }

  /**
   * Calls `hook` in backward with the gradients of the module's outputs, before they go through the module. Returns a
   * function that removes it.
   */
  registerFullBackwardPreHook(hook: BackwardPreHook): () => void {
    checkForward(this);
    return addHook(recordOf(this).backwardPreHooks, hook as StoredHook);
  }

  /**
   * Calls `hook` in backward when the gradients of the module's inputs are known: of the tensors among the arguments of
   * `forward`, null where none requires a gradient. Returns a function that removes it.
   *
   * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook
   */
  registerFullBackwardHook(hook: BackwardHook): () => void {
    checkForward(this);
    return addHook(recordOf(this).backwardHooks, hook as StoredHook);
  }

  /** What stands between the brackets of {@link toString}, beside children. */
  extraRepr(): string {
    return '';
  }

  /** The tree of modules, as PyTorch prints it, with names in camelCase. */
  toString(): string {
    return repr(this);
  }
}

/** The values and the gradient of a tensor, somewhere else. */
interface Moved {
  readonly data: Tensor;
  readonly grad: Tensor | null;
}

/** The tensors that `to` concerns. */
function movable(module: AnyModule, target: Device | DType): Tensor[] {
  const owned = [...module.parameters(), ...module.buffers()];
  if (typeof target !== 'string') return owned;
  if (!isFloat(target)) {
    throw new DTypeError(
      'to',
      `modules compute in floats: got ${target}, expected a float dtype or a device.`,
      { dtype: target },
    );
  }
  return owned.filter((x) => isFloat(x.dtype));
}

/** Puts moved values into tensors, and their gradients beside them. */
function replaceData(tensors: readonly Tensor[], moved: readonly Moved[]): void {
  tensors.forEach((x, i) => {
    const { data, grad } = moved[i] as Moved;
    setData(x, data);
    x.grad = grad;
  });
}
