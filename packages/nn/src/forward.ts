import type { Tensor, TensorScope } from '@flambeau/core';
import { ArgumentError, isTensor, reachableTensors, releaseExcept, runtime } from '@flambeau/core';
import { withBackwardHooks } from './backward-hooks.ts';
import type { AnyModule } from './module.ts';
import type { StoredHook } from './registry.ts';
import { recordOf, registry } from './registry.ts';

/**
 * Marks a class of this package, not its subclasses: its `forward` keeps no tensor, so the temporaries that it makes can
 * be released when it returns.
 */
export function markOwned(type: object): void {
  registry.owned.add(type);
}

type Forward = (...inputs: unknown[]) => unknown;

/** The scope of a library module: `beyond` is the one that surrounds it and all library modules around it. */
interface LibraryScope extends TensorScope {
  readonly beyond: TensorScope | null;
}

function isLibraryScope(scope: TensorScope | null): scope is LibraryScope {
  return scope !== null && 'beyond' in scope;
}

/** Wraps every `forward` between an instance's class and `Module` itself, each prototype once. */
export function wrapForward(module: object, base: object): void {
  let proto = Object.getPrototypeOf(module) as object;
  while (proto !== base) {
    const own = Object.getOwnPropertyDescriptor(proto, 'forward');
    if (typeof own?.value === 'function' && !registry.wrappers.has(own.value as object)) {
      Object.defineProperty(proto, 'forward', { ...own, value: wrap(own.value as Forward) });
    }
    proto = Object.getPrototypeOf(proto) as object;
  }
}

function wrap(original: Forward): Forward {
  const wrapper = function forward(this: AnyModule, ...inputs: unknown[]): unknown {
    // Not the method that the instance has: a subclass called super.forward, and its own wrapper saw the call already.
    if ((this.forward as unknown) !== wrapper) return original.apply(this, inputs);
    if (registry.hooks === 0) return run(this, original, inputs);
    return runWithHooks(this, original, inputs);
  };
  registry.wrappers.add(wrapper);
  return wrapper;
}

function run(module: AnyModule, original: Forward, inputs: readonly unknown[]): unknown {
  const { scope } = runtime;
  if (scope === null && !needsRelease(inputs)) return original.apply(module, inputs as unknown[]);
  if (!registry.owned.has(module.constructor))
    return outside(inputs, () => original.apply(module, inputs as unknown[]));
  if (!needsRelease(inputs)) return original.apply(module, inputs as unknown[]);
  return runOwned(module, original, inputs);
}

function runWithHooks(module: AnyModule, original: Forward, given: readonly unknown[]): unknown {
  const { preHooks, hooks, backwardPreHooks, backwardHooks } = recordOf(module);
  let inputs = given;
  for (const hook of [...preHooks]) {
    inputs = (outside(inputs, () => hook(module, inputs)) as readonly unknown[] | undefined) ?? inputs;
  }
  const hasBackward = backwardPreHooks.size + backwardHooks.size > 0;
  const forward = (xs: readonly unknown[]): unknown => run(module, original, xs);
  let output = hasBackward ? withBackwardHooks(module, inputs, forward) : forward(inputs);
  for (const hook of [...hooks]) {
    const replaced = outside([inputs, output], () => hook(module, inputs, output));
    if (replaced !== undefined) output = replaced;
  }
  return output;
}

/** True when a tensor lives on a device whose blocks must be released. */
function needsRelease(inputs: readonly unknown[]): boolean {
  for (const x of inputs) if (isTensor(x) && x.storage.buffer.device.memory.explicit) return true;
  return false;
}

/** Runs a user's code: what it makes is left alone, what it is given and returns is never released early. */
function outside(given: readonly unknown[], fn: () => unknown): unknown {
  const { scope } = runtime;
  if (!isLibraryScope(scope)) return fn();
  letEscape(given);
  runtime.scope = scope.beyond;
  try {
    const result = fn();
    letEscape([result]);
    return result;
  } finally {
    runtime.scope = scope;
  }
}

function letEscape(values: readonly unknown[]): void {
  for (const x of reachableTensors(values, isTensor)) registry.escaped.add(x);
}

/** Runs a library module and releases what it made on the way. */
function runOwned(module: AnyModule, original: Forward, inputs: readonly unknown[]): unknown {
  const outer = runtime.scope;
  const beyond = isLibraryScope(outer) ? outer.beyond : outer;
  const scope: LibraryScope = { everywhere: outer?.everywhere ?? false, made: [], beyond };
  runtime.scope = scope;
  let output: unknown;
  try {
    output = original.apply(module, inputs as unknown[]);
  } finally {
    runtime.scope = outer;
  }
  if (scope.made.length > 0) release(scope, module, inputs, output);
  return output;
}

function release(
  { made, beyond }: LibraryScope,
  module: AnyModule,
  inputs: readonly unknown[],
  output: unknown,
): void {
  const kept = reachableTensors([output], isTensor);
  for (const x of [...inputs, ...Object.values(module)]) if (isTensor(x)) kept.add(x);
  const own: Tensor[] = [];
  for (const x of made) {
    if (!registry.escaped.has(x)) own.push(x);
    else beyond?.made.push(x);
  }
  releaseExcept(own, kept);
}

/**
 * Releases a tensor that the library module whose `forward` runs has no more use for, before it returns, so that what was
 * made of it need not be kept apart from it. Nothing where it was made outside, or a user's code has seen it.
 *
 * @param x - neither an argument of the module nor part of its result.
 */
export function releaseEarly(x: Tensor): void {
  const { scope } = runtime;
  if (isLibraryScope(scope) && scope.made.includes(x) && !registry.escaped.has(x)) x.dispose();
}

/** Adds a hook and returns a function that removes it. */
export function addHook(hooks: Set<StoredHook>, hook: StoredHook): () => void {
  const own: StoredHook = (...args) => hook(...args);
  hooks.add(own);
  registry.hooks++;
  return () => {
    if (hooks.delete(own)) registry.hooks--;
  };
}

/** @throws {@link ArgumentError} when `forward` is a field of the instance: it cannot be wrapped. */
export function checkForward(module: object): void {
  if (!Object.hasOwn(module, 'forward')) return;
  const { name } = module.constructor;
  throw new ArgumentError(
    'forward',
    `a class field in ${name}: got \`forward = …\`, expected a method. Write \`forward(x) { … }\`: hooks and the release of temporaries do not see a field.`,
    { module: name },
  );
}
