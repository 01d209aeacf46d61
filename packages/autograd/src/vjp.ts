import type { MapOperand, MapProgram, Saved, TensorMeta, Vjp } from '@flambeau/core';
import { castTo, dispatchOne, gradientMaps, sumTo, type Tensor, zerosLike } from '@flambeau/core';
import type { RecordedNode } from './graph.ts';

const unpackAll = (node: RecordedNode, saved: RecordedNode['savedInputs']): (Tensor | undefined)[] =>
  saved.map((s) => s?.unpack(node));

/** The gradients of a node's inputs from those of its outputs. */
export function inputGradients(
  node: RecordedNode,
  grads: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  const { op, program } = node;
  if (op.kind === 'map')
    return mapGradients(node, gradientMaps(op, program as MapProgram), grads[0] as Tensor);
  const saved: Saved<unknown> = {
    inputs: unpackAll(node, node.savedInputs),
    outputs: unpackAll(node, node.savedOutputs),
    attrs: node.attrs,
    metas: node.inputs as readonly TensorMeta[],
    needs: node.edges.map((edge) => edge !== null),
  };
  return (op.vjp as Vjp<unknown>)(grads, saved);
}

/** A map's gradients: its own gradient maps, then the sum over what was broadcast. */
function mapGradients(
  node: RecordedNode,
  gradients: ReturnType<typeof gradientMaps>,
  g: Tensor,
): readonly (Tensor | null)[] {
  const { inputs, edges } = node;
  const y = node.savedOutputs[0]?.unpack(node);
  const tensors: (Tensor | undefined)[] = [];
  const numbers: number[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i] as TensorMeta | number;
    if (typeof x === 'number') numbers.push(x);
    else tensors.push(node.savedInputs[i]?.unpack(node));
  }
  const results: (Tensor | null)[] = [];
  let next = 0;
  for (let i = 0; i < inputs.length; i++) {
    const meta = inputs[i] as TensorMeta | number;
    const gradient = typeof meta === 'number' ? null : gradients[next++];
    if (typeof meta === 'number' || edges[i] === null) {
      results.push(null);
      continue;
    }
    if (!gradient) {
      results.push(zerosLike(sumTo(g, meta.shape), { dtype: meta.dtype }));
      continue;
    }
    const args: MapOperand[] = [g];
    for (const input of gradient.inputs) args.push(tensors[input] as Tensor);
    for (const scalar of gradient.scalars) args.push(numbers[scalar] as number);
    if (gradient.output) args.push(y as Tensor);
    const own = gradient.identity ? g : dispatchOne(gradient.op, args, undefined);
    results.push(castTo(sumTo(own, meta.shape), meta.dtype));
  }
  return results;
}
