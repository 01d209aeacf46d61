import type { Tensor } from '@flambeau/core';
import { registry } from './registry.ts';

/** Options of {@link parameter}. */
export interface ParameterOptions {
  /** False for a frozen parameter. Default true. */
  readonly requiresGrad?: boolean;
}

/**
 * Marks a tensor as a parameter: kept in a field of a module, it is trained, moved and saved with it. It stays a
 * parameter while it is frozen.
 *
 * @param x - float when it requires a gradient. A leaf is marked itself; the result of a recorded op is detached first.
 * @returns the marked leaf.
 * @throws {@link ArgumentError} when an integer tensor should require a gradient.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html. PyTorch's makes a new
 * tensor of a leaf, too.
 *
 * @example
 * ```ts
 * import { ones, type Tensor } from '@flambeau/core';
 * import { Module, parameter } from '@flambeau/nn';
 * class Scale extends Module {
 *   readonly factor = parameter(ones([1]));
 *   forward(x: Tensor): Tensor {
 *     return x.mul(this.factor);
 *   }
 * }
 * new Scale().parameters().length; // 1
 * ```
 */
export function parameter(x: Tensor, options: ParameterOptions = {}): Tensor {
  const leaf = x.isLeaf ? x : x.detach();
  leaf.requiresGrad = options.requiresGrad ?? true;
  registry.parameters.add(leaf);
  return leaf;
}

/** True for tensors that {@link parameter} marked. */
export function isParameter(x: Tensor): boolean {
  return registry.parameters.has(x);
}
