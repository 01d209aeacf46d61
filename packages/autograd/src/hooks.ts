import type { Tensor } from '@flambeau/core';
import { ArgumentError } from '@flambeau/core';
import type { RecordedNode, TensorHook } from './graph.ts';

/** Hooks of a leaf: on its gradient, and after it was added to `grad`. */
interface LeafHooks {
  readonly before: TensorHook[];
  readonly after: ((leaf: Tensor) => void)[];
}

const leaves = new WeakMap<Tensor, LeafHooks>();
/** How many hooks of leaves there are: while it is 0, backward need not look. */
let leafHooks = 0;

/** The hooks of a leaf, if it has any. */
export function leafHooksOf(leaf: Tensor): LeafHooks | undefined {
  return leafHooks === 0 ? undefined : leaves.get(leaf);
}

/** The whole gradient of a leaf after its hooks. */
export function runLeafHooks(leaf: Tensor, gradient: Tensor): Tensor {
  return leafHooksOf(leaf)?.before.reduce((g, hook) => hook(g) ?? g, gradient) ?? gradient;
}

/**
 * Calls `hook` with the whole gradient of a tensor when backward reaches it; what it returns replaces the gradient. Of a
 * leaf: before it is added to `grad`.
 *
 * @returns a function that removes the hook.
 * @throws {@link ArgumentError} for tensors that require no gradient.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html
 *
 * @example
 * ```ts
 * import { registerHook } from '@flambeau/autograd';
 * import { tensor } from '@flambeau/core';
 * const x = tensor([1, 2], { requiresGrad: true });
 * registerHook(x, (g) => g.mul(10));
 * x.sum().backward();
 * await x.grad?.toArray(); // [10, 10]
 * ```
 */
export function registerHook(x: Tensor, hook: TensorHook): () => void {
  checkRequiresGrad('registerHook', x);
  const node = x.node as RecordedNode | null;
  if (!node) return addTo(hooksOfLeaf(x).before, hook);
  node.hooks ??= new Map();
  const list = node.hooks.get(x.nodeOutput) ?? [];
  node.hooks.set(x.nodeOutput, list);
  list.push(hook);
  return () => remove(list, hook);
}

/**
 * Calls `hook` with a leaf each time after backward has added to its `grad`.
 *
 * @returns a function that removes the hook.
 * @throws {@link ArgumentError} unless the tensor is a leaf that requires a gradient.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.register_post_accumulate_grad_hook.html
 */
export function registerPostAccumulateGradHook(leaf: Tensor, hook: (leaf: Tensor) => void): () => void {
  checkRequiresGrad('registerPostAccumulateGradHook', leaf);
  if (leaf.node) {
    throw new ArgumentError(
      'registerPostAccumulateGradHook',
      `not a leaf: got a result of ${leaf.node.name}, expected a leaf. Use registerHook.`,
    );
  }
  return addTo(hooksOfLeaf(leaf).after, hook);
}

/**
 * Makes backward keep the gradient of a result in its `grad`, as it does for leaves. Returns the tensor.
 *
 * @throws {@link ArgumentError} for tensors that require no gradient.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.retain_grad.html
 *
 * @example
 * ```ts
 * import { retainGrad } from '@flambeau/autograd';
 * import { tensor } from '@flambeau/core';
 * const x = tensor([1, 2], { requiresGrad: true });
 * const y = retainGrad(x.mul(2));
 * y.mul(3).sum().backward();
 * await y.grad?.toArray(); // [3, 3]
 * ```
 */
export function retainGrad(x: Tensor): Tensor {
  checkRequiresGrad('retainGrad', x);
  const node = x.node as RecordedNode | null;
  if (!node) return x;
  node.retained ??= new Map();
  node.retained.set(x.nodeOutput, x);
  return x;
}

function checkRequiresGrad(op: string, x: Tensor): void {
  if (x.requiresGrad) return;
  throw new ArgumentError(
    op,
    'no gradient will come: got a tensor that does not require one, expected requiresGrad = true.',
  );
}

function hooksOfLeaf(leaf: Tensor): LeafHooks {
  const hooks = leaves.get(leaf) ?? { before: [], after: [] };
  leaves.set(leaf, hooks);
  return hooks;
}

function addTo<Hook>(list: Hook[], hook: Hook): () => void {
  list.push(hook);
  leafHooks++;
  return () => {
    if (remove(list, hook)) leafHooks--;
  };
}

/** Removes one entry; whether it was there. */
function remove<Hook>(list: Hook[], hook: Hook): boolean {
  const at = list.indexOf(hook);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
