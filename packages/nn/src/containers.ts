import type { Tensor } from '@flambeau/core';
import { ArgumentError, isTensor } from '@flambeau/core';
import { checkForward, markOwned, releaseEarly } from './forward.ts';
import { isModule } from './members.ts';
import { type AnyModule, Module } from './module.ts';

/** Puts a module into a container's field, under which it is found as a child. */
function attach(container: AnyModule, name: string, module: AnyModule): void {
  const { name: kind } = container.constructor;
  if (name === '' || name.includes('.') || name in container) {
    throw new ArgumentError(
      kind,
      `invalid name of a child: got '${name}', expected one without dots that ${kind} does not use itself.`,
      { name },
    );
  }
  if (!isModule(module)) {
    throw new ArgumentError(
      kind,
      `not a module: got ${typeof module} for '${name}', expected a Module. Wrap a function in a class with a forward method.`,
      { name },
    );
  }
  checkForward(module);
  (container as unknown as Record<string, AnyModule>)[name] = module;
}

/** Resolves a position, negative ones from the end. */
function positionOf(kind: string, length: number, position: number): number {
  const resolved = position < 0 ? position + length : position;
  if (Number.isInteger(resolved) && resolved >= 0 && resolved < length) return resolved;
  throw new ArgumentError(
    kind,
    `position out of range: got ${position}, expected an integer from ${-length} to ${length - 1}.`,
    { position, length },
  );
}

/**
 * Runs modules one after another, each on what the one before returned.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 *
 * @example
 * ```ts
 * import { ones } from '@flambeau/core';
 * import { Linear, ReLU, Sequential } from '@flambeau/nn';
 * const model = new Sequential(new Linear(2, 8), new ReLU(), new Linear(8, 1));
 * model.forward(ones([4, 2])).shape; // [4, 1]
 * const named = new Sequential({ hidden: new Linear(2, 8), act: new ReLU() });
 * ```
 */
export class Sequential extends Module {
  static {
    markOwned(Sequential);
  }

  [position: number]: Module;

  /** @param modules - the modules in order, or one object that names them. */
  constructor(...modules: readonly Module[] | readonly [Readonly<Record<string, Module>>]) {
    super();
    const [first] = modules;
    const named = modules.length === 1 && typeof first === 'object' && !isModule(first);
    const entries = Object.entries(named ? first : (modules as readonly Module[]));
    for (const [name, module] of entries) attach(this, name, module);
  }

  /** The number of modules. */
  get length(): number {
    return childrenOf(this).length;
  }

  /** The module at a position; negative ones count from the end. */
  at(position: number): Module {
    return childrenOf(this)[positionOf('Sequential', this.length, position)] as Module;
  }

  /** Adds a module to the end. */
  append(module: Module): this {
    attach(this, String(this.length), module);
    return this;
  }

  [Symbol.iterator](): IterableIterator<Module> {
    return childrenOf(this).values();
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const module of childrenOf(this)) {
      checkForward(module);
      const before = y;
      y = module.forward(before);
      // What a kernel wrote may then go through the next module's map without being stored.
      if (isTensor(y) && y !== before) releaseEarly(before);
    }
    return y;
  }
}

/** All of a container's modules, one that stands there twice included. */
function childrenOf(container: AnyModule): Module[] {
  return Object.values(container).filter((value): value is Module => isModule(value));
}

/**
 * A list of modules that are found as children; plain arrays are not. It computes nothing itself: use its modules in your
 * `forward`.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html
 *
 * @example
 * ```ts
 * import { type Tensor } from '@flambeau/core';
 * import { Linear, Module, ModuleList } from '@flambeau/nn';
 * class Deep extends Module {
 *   readonly layers = new ModuleList([new Linear(4, 4), new Linear(4, 4)]);
 *   forward(x: Tensor): Tensor {
 *     return [...this.layers].reduce((y, layer) => layer.forward(y), x);
 *   }
 * }
 * Object.keys(new Deep().stateDict()); // ['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias']
 * ```
 */
export class ModuleList<T extends AnyModule = Module> extends Module<never, never> {
  static {
    markOwned(ModuleList);
  }

  [position: number]: T;

  constructor(modules: Iterable<T> = []) {
    super();
    for (const module of modules) this.append(module);
  }

  /** The number of modules. */
  get length(): number {
    return childrenOf(this).length;
  }

  /** The module at a position; negative ones count from the end. */
  at(position: number): T {
    return childrenOf(this)[positionOf('ModuleList', this.length, position)] as AnyModule as T;
  }

  /** Adds a module to the end. */
  append(module: T): this {
    attach(this, String(this.length), module);
    return this;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return (childrenOf(this) as AnyModule[] as T[]).values();
  }

  /** @throws {@link ArgumentError} always: a list does not say how its modules are connected. */
  forward(): never {
    throw new ArgumentError(
      'ModuleList',
      'a list computes nothing: got a call of forward, expected calls of its modules. Use Sequential to run them one after another.',
    );
  }
}
