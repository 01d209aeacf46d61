import type { Tensor } from '@flambeau/core';
import { ArgumentError } from '@flambeau/core';
import type { RecordedNode, TensorHook } from './graph.ts';

/**
 * Calls `hook` with the gradient of a result when backward reaches it; what it returns replaces the gradient.
 *
 * @returns a function that removes the hook.
 * @throws {@link ArgumentError} for leaves: read their `grad` instead.
 */
export function registerHook(x: Tensor, hook: TensorHook): () => void {
  const node = x.node as RecordedNode | null;
  if (!node)
    throw new ArgumentError(
      'registerHook',
      'not the result of a recorded op: got a leaf, expected a result that requires a gradient. Read x.grad after backward().',
    );
  node.hooks ??= new Map();
  const list = node.hooks.get(x.nodeOutput) ?? [];
  node.hooks.set(x.nodeOutput, list);
  list.push(hook);
  return () => {
    list.splice(list.indexOf(hook), 1);
  };
}
