import type { Tensor } from '@flambeau/core';

/** A hook, as the registry keeps it: its types are the module's own business. */
export type StoredHook = (...args: unknown[]) => unknown;

/** What is known of a module beyond its fields. */
export interface ModuleRecord {
  /** Buffers by field name, and whether they belong to the state dict. */
  readonly buffers: Map<string, { readonly persistent: boolean }>;
  readonly preHooks: Set<StoredHook>;
  readonly hooks: Set<StoredHook>;
  readonly backwardPreHooks: Set<StoredHook>;
  readonly backwardHooks: Set<StoredHook>;
}

/** State that exists once per process, so that several copies of this package agree on what is a module. */
interface Registry {
  readonly modules: WeakMap<object, ModuleRecord>;
  readonly parameters: WeakSet<Tensor>;
  /** The classes of this package. */
  readonly owned: WeakSet<object>;
  /** Tensors that a user's code was given inside of a library module: never released early. */
  readonly escaped: WeakSet<Tensor>;
  /** The functions that were put in the place of `forward` methods. */
  readonly wrappers: WeakSet<object>;
  /** How many hooks are registered: with none, calls need not look. */
  hooks: number;
}

const KEY = Symbol.for('flambeau.nn');

function acquire(): Registry {
  const host = globalThis as { [KEY]?: Registry };
  host[KEY] ??= {
    modules: new WeakMap(),
    parameters: new WeakSet(),
    owned: new WeakSet(),
    escaped: new WeakSet(),
    wrappers: new WeakSet(),
    hooks: 0,
  };
  return host[KEY];
}

/** The one registry of this process. */
export const registry: Registry = /*#__PURE__*/ acquire();

/** What is known of a module. */
export function recordOf(module: object): ModuleRecord {
  return registry.modules.get(module) as ModuleRecord;
}
