import type { Tensor } from '@flambeau/core';
import { ArgumentError, formatShape, isTensor, noGrad, sameShape } from '@flambeau/core';
import { allPaths, type Member, named, ownBuffers, ownParameters } from './members.ts';
import type { AnyModule } from './module.ts';

/** Tensors by name, as `stateDict()` gives them and `loadStateDict()` takes them. */
export type StateDict = Record<string, Tensor>;

/** Options of `loadStateDict`. */
export interface LoadStateDictOptions {
  /** Refuse a dictionary that lacks keys, or has others. Default true. */
  readonly strict?: boolean;
}

/** What a dictionary lacked, and what nobody asked for. */
export interface LoadStateDictResult {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}

/** Parameters and persistent buffers in PyTorch's order; shared ones under each of their names. */
function entries(module: AnyModule): Member<Tensor>[] {
  return allPaths(module).flatMap(({ key, value }) => [
    ...named(key, ownParameters(value)),
    ...named(key, ownBuffers(value, true)),
  ]);
}

/** What `module.stateDict()` gives. */
export function stateDictOf(module: AnyModule): StateDict {
  return Object.fromEntries(entries(module).map(({ key, value }) => [key, value.detach()]));
}

/** What `module.loadStateDict()` does: everything is checked and moved before the first value is written. */
export function loadInto(module: AnyModule, dict: Readonly<StateDict>, strict: boolean): LoadStateDictResult {
  const targets = entries(module);
  const known = new Set(targets.map(({ key }) => key));
  const present = targets.filter(({ key }) => Object.hasOwn(dict, key));
  const missingKeys = targets.map(({ key }) => key).filter((key) => !Object.hasOwn(dict, key));
  const unexpectedKeys = Object.keys(dict).filter((key) => !known.has(key));
  const mismatches = present.flatMap(({ key, value }) => mismatch(key, value, dict[key]));
  const faults = [
    ...(strict && missingKeys.length > 0 ? [`missing keys: ${missingKeys.join(', ')}`] : []),
    ...(strict && unexpectedKeys.length > 0 ? [`unexpected keys: ${unexpectedKeys.join(', ')}`] : []),
    ...(mismatches.length > 0 ? [`shapes differ: ${mismatches.join(', ')}`] : []),
  ];
  if (faults.length > 0) {
    const hint = strict && mismatches.length === 0 ? ' Pass { strict: false } to load what fits.' : '';
    throw new ArgumentError(
      'loadStateDict',
      `the dictionary does not fit ${module.constructor.name}: got ${faults.join('; ')}; expected the keys and shapes of stateDict(). Nothing was changed.${hint}`,
      { missingKeys, unexpectedKeys, mismatches },
    );
  }
  noGrad(() => {
    const moved = present.map(({ key, value }) => (dict[key] as Tensor).to(value.device));
    present.forEach(({ value }, i) => {
      value.copy_(moved[i] as Tensor);
    });
  });
  return { missingKeys, unexpectedKeys };
}

function mismatch(key: string, own: Tensor, other: Tensor | undefined): string[] {
  if (!isTensor(other)) return [`${key} is ${other === null ? 'null' : typeof other}, expected a tensor`];
  if (sameShape(own.shape, other.shape)) return [];
  return [`${key} is ${formatShape(other.shape)}, expected ${formatShape(own.shape)}`];
}
