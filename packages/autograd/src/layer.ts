import type { Call, Layer, Run, Tensor } from '@flambeau/core';
import { ArgumentError, isFloat, lower, runtime } from '@flambeau/core';
import { record } from './graph.ts';

function wantsGradient(call: Call): boolean {
  for (const x of call.inputs) {
    if (typeof x === 'number') continue;
    if (x.node !== null) {
      if (x.nodeVersion !== x.storage.version) throw staleView(call, x);
      return true;
    }
    if (x.leafRequiresGrad) return true;
  }
  return false;
}

function staleView(call: Call, x: Tensor): ArgumentError {
  return new ArgumentError(
    call.op.name,
    `a view was made stale by an in-place write: got a tensor of shape [${x.shape.join(', ')}] whose memory was written through another view, expected one made afterwards. Make the view again.`,
    { shape: x.shape },
  );
}

/**
 * Records every call that has an input which requires a gradient. The one layer of autograd: there is no code per op,
 * ops are data.
 */
export const autogradLayer: Layer = (call: Call, next: Run): readonly Tensor[] => {
  if (!runtime.gradMode || !wantsGradient(call)) return next(call);
  const { op } = call;
  if (op.kind === 'kernel' && op.vjp === 'through')
    return lower(call, op, call.inputs as readonly Tensor[], call.attrs as never);
  runtime.gradMode = false;
  let outputs: readonly Tensor[];
  try {
    outputs = next(call);
  } finally {
    runtime.gradMode = true;
  }
  if (op.kind === 'map' ? isFloat((outputs[0] as Tensor).dtype) : op.vjp !== null) record(call, outputs);
  return outputs;
};
