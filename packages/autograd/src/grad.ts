import type { BackwardOptions, Tensor } from '@flambeau/core';
import { ArgumentError } from '@flambeau/core';
import type { Wanted } from './backward.ts';
import { drive, startGradient, walk } from './backward.ts';
import type { RecordedNode } from './graph.ts';

/** Options of {@link grad}. */
export interface GradOptions extends BackwardOptions {
  /** The gradients of the outputs; may be left out for single values. */
  readonly gradOutputs?: readonly Tensor[];
  /** Return null for inputs that the outputs do not depend on, instead of an error. Default false. */
  readonly allowUnused?: boolean;
}

/**
 * The gradients of outputs with regard to inputs, without touching any `grad`.
 *
 * @param outputs - one tensor or several, whose gradients are added.
 * @param inputs - tensors that the outputs depend on, leaves or not.
 * @returns one gradient per input, of its shape.
 * @throws {@link ArgumentError} when an input is not used, unless `allowUnused`.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { grad } from '@flambeau/autograd';
 * const x = tensor([3], { requiresGrad: true });
 * const [dx] = grad(x.pow(3).sum(), [x], { createGraph: true }); // [27]
 * const [ddx] = grad(dx.sum(), [x]); // [18]
 * ```
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options?: GradOptions & { readonly allowUnused?: false },
): Tensor[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions,
): (Tensor | null)[];
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const list = Array.isArray(outputs) ? (outputs as readonly Tensor[]) : [outputs as Tensor];
  const createGraph = options.createGraph ?? false;
  const wanted = new Map<RecordedNode | Tensor, Map<number, Tensor | null>>();
  const places = inputs.map((x, i) => {
    if (!x.requiresGrad)
      throw new ArgumentError(
        'grad',
        `input ${i} does not require a gradient: got requiresGrad = false, expected true.`,
        { input: i },
      );
    const key = (x.node as RecordedNode | null) ?? x;
    const place = wanted.get(key) ?? new Map<number, Tensor | null>();
    place.set(x.node ? x.nodeOutput : 0, null);
    wanted.set(key, place);
    return { place, output: x.node ? x.nodeOutput : 0 };
  });
  const starts = list.map((output, i) => startGradient('grad', output, options.gradOutputs?.[i]));
  drive(
    walk(
      list,
      starts,
      { createGraph, retainGraph: options.retainGraph ?? createGraph, wait: false },
      wanted as Wanted,
    ),
    createGraph,
  );
  return places.map(({ place, output }, i) => {
    const gradient = place.get(output) ?? null;
    if (gradient === null && !options.allowUnused) {
      throw new ArgumentError(
        'grad',
        `input ${i} is not used: got outputs that do not depend on it, expected a dependency. Pass { allowUnused: true } to get null.`,
        { input: i },
      );
    }
    return gradient;
  });
}
