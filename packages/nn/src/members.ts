import type { Tensor } from '@flambeau/core';
import { ArgumentError, isTensor } from '@flambeau/core';
import { checkForward } from './forward.ts';
import type { AnyModule } from './module.ts';
import { isParameter } from './parameter.ts';
import { recordOf, registry } from './registry.ts';

/** A module's field under its state-dict name. */
export interface Member<T> {
  readonly key: string;
  readonly value: T;
}

/** True for modules of every copy of this package. */
export function isModule(value: unknown): value is AnyModule {
  return typeof value === 'object' && value !== null && registry.modules.has(value);
}

/** The name of a field in state dicts: what a class along the way declares in `stateKeys`, else its own. */
function keyOf(module: object, field: string): string {
  let type = module.constructor as object | null;
  while (typeof type === 'function') {
    const keys = Object.hasOwn(type, 'stateKeys')
      ? (type as unknown as { readonly stateKeys: Readonly<Record<string, string>> }).stateKeys
      : undefined;
    const key = keys && Object.hasOwn(keys, field) ? keys[field] : undefined;
    if (key !== undefined) return key;
    type = Object.getPrototypeOf(type) as object | null;
  }
  return field;
}

function members<T>(module: AnyModule, take: (field: string, value: unknown) => value is T): Member<T>[];
function members<T>(module: AnyModule, take: (field: string, value: unknown) => boolean): Member<T>[] {
  checkForward(module);
  return Object.entries(module).flatMap(([field, value]) =>
    take(field, value) ? [{ key: keyOf(module, field), value: value as T }] : [],
  );
}

/** A module's own parameters, in the order of its fields. */
export function ownParameters(module: AnyModule): Member<Tensor>[] {
  return members(module, (_field, value): value is Tensor => isTensor(value) && isParameter(value));
}

/** A module's own buffers, in the order of its fields. */
export function ownBuffers(module: AnyModule, persistentOnly = false): Member<Tensor>[] {
  const { buffers } = recordOf(module);
  if (buffers.size === 0) return [];
  return members(module, (field, value): value is Tensor => {
    const buffer = buffers.get(field);
    return buffer !== undefined && isTensor(value) && (buffer.persistent || !persistentOnly);
  });
}

/** A module's direct children, in the order of its fields. */
export function ownChildren(module: AnyModule): Member<AnyModule>[] {
  return members(module, (_field, value): value is AnyModule => isModule(value));
}

/** The module and all below it with their paths, parents first; a shared one under each of its paths. */
export function allPaths(root: AnyModule): Member<AnyModule>[] {
  const found: Member<AnyModule>[] = [];
  const above: AnyModule[] = [];
  const visit = (module: AnyModule, path: string): void => {
    if (above.includes(module)) throw ownAncestor(module, path);
    above.push(module);
    found.push({ key: path, value: module });
    for (const { key, value } of ownChildren(module)) visit(value, join(path, key));
    above.pop();
  };
  visit(root, '');
  return found;
}

function ownAncestor(module: AnyModule, path: string): ArgumentError {
  const { name } = module.constructor;
  return new ArgumentError(
    'modules',
    `a module is its own descendant: got ${name} again at '${path}', expected a tree. Keep references to a parent in a private field (#parent).`,
    { path },
  );
}

/** Of members with the same value, the first. */
export function distinct<T>(all: readonly Member<T>[]): Member<T>[] {
  const seen = new Set<T>();
  return all.filter(({ value }) => !seen.has(value) && seen.add(value));
}

/** The own members of every module of the tree under their full names, each value once. */
export function collect(root: AnyModule, own: (module: AnyModule) => Member<Tensor>[]): Member<Tensor>[] {
  return distinct(distinct(allPaths(root)).flatMap(({ key: path, value }) => named(path, own(value))));
}

/** Members under their full names. */
export function named(path: string, own: readonly Member<Tensor>[]): Member<Tensor>[] {
  return own.map(({ key, value }) => ({ key: join(path, key), value }));
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
