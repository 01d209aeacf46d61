import type { KernelOp, NoAttrs, Tensor } from '@flambeau/core';
import { dispatch, isFloat, isTensor } from '@flambeau/core';
import type { AnyModule } from './module.ts';
import { recordOf } from './registry.ts';

/** The gradients of a module's tensors, in order; null for those without. */
export type ModuleGradients = readonly (Tensor | null)[];

/** Sees the gradients of a module's outputs before its backward; may return others. */
export type BackwardPreHook = (
  module: AnyModule,
  gradOutput: ModuleGradients,
) => ModuleGradients | undefined | void;

/** Sees the gradients of a module's inputs and outputs; may return others for the inputs. */
export type BackwardHook = (
  module: AnyModule,
  gradInput: ModuleGradients,
  gradOutput: ModuleGradients,
) => ModuleGradients | undefined | void;

/** New handles of tensors, whose gradients pass through `sees` on their way back. */
function passing(
  name: string,
  tensors: readonly Tensor[],
  sees: (grads: ModuleGradients) => ModuleGradients,
): readonly Tensor[] {
  const op: KernelOp<NoAttrs> = {
    kind: 'kernel',
    class: 'static',
    name,
    infer: () => [],
    lower: (xs) => xs.map((x) => x.detach()),
    vjp: sees,
  };
  return dispatch(op as KernelOp<never>, tensors, {});
}

const differentiable = (x: unknown): x is Tensor => isTensor(x) && isFloat(x.dtype);

/** A value with its float tensors, directly or in an array, replaced. */
function replaced(value: unknown, replace: (tensors: readonly Tensor[]) => readonly Tensor[]): unknown {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const tensors = list.filter(differentiable);
  if (!tensors.some((x) => x.requiresGrad)) return value;
  const fresh = replace(tensors);
  let next = 0;
  const result = list.map((x) => (differentiable(x) ? fresh[next++] : x));
  return Array.isArray(value) ? result : result[0];
}

/** Runs `forward` so that the module's backward hooks see its gradients. */
export function withBackwardHooks(
  module: AnyModule,
  inputs: readonly unknown[],
  forward: (inputs: readonly unknown[]) => unknown,
): unknown {
  const { backwardPreHooks, backwardHooks } = recordOf(module);
  let gradOutput: ModuleGradients = [];
  let inputsSeen = false;
  const finish = (gradInput: ModuleGradients): ModuleGradients => {
    let result = gradInput;
    for (const hook of [...backwardHooks]) {
      result = (hook(module, result, gradOutput) as ModuleGradients | undefined) ?? result;
    }
    return result;
  };
  const given = replaced(inputs, (tensors) => {
    inputsSeen = true;
    return passing('backwardHook', tensors, finish);
  }) as readonly unknown[];
  return replaced(forward(given), (tensors) =>
    passing('backwardPreHook', tensors, (grads) => {
      gradOutput = grads;
      for (const hook of [...backwardPreHooks]) {
        gradOutput = (hook(module, gradOutput) as ModuleGradients | undefined) ?? gradOutput;
      }
      if (!inputsSeen) finish(inputs.filter(isTensor).map(() => null));
      return gradOutput;
    }),
  );
}
