import type { ComputeType } from '../dtype.ts';
import { scalarFunction } from './definitions.ts';
import type { ScalarNode } from './expr.ts';
import { rewrite } from './expr.ts';
import type { ScalarFunction } from './functions.ts';
import { registeredFunction } from './functions.ts';

function expandWith(
  root: ScalarNode,
  definition: (name: string, type: ComputeType) => ScalarFunction | undefined,
): ScalarNode {
  let current = root;
  for (;;) {
    const next = rewrite(current, (original, args) =>
      definition(original.op, original.type)?.define(...args),
    );
    if (next === current) return current;
    current = next;
  }
}

/**
 * Replaces tier-2 functions that a backend does not override by their definitions, until only tier 1 and the
 * overridden names are left. A backend may override a function for some types alone.
 */
export function expand(
  root: ScalarNode,
  overrides: (name: string, type: ComputeType) => boolean,
): ScalarNode {
  return expandWith(root, (name, type) => (overrides(name, type) ? undefined : scalarFunction(name)));
}

/** {@link expand} for backends in JavaScript: they override core's own functions, and call those that can be evaluated. */
export function expandRegistered(root: ScalarNode): ScalarNode {
  return expandWith(root, (name) => {
    const fn = registeredFunction(name);
    return fn?.evaluate ? undefined : fn;
  });
}
