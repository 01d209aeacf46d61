import { runtime } from '../runtime.ts';
import type { Tensor } from '../tensor.ts';
import type { Call, Run } from './call.ts';
import { execute } from './execute.ts';

/** Sees every call: may look, time, record, or answer itself. `next` is the rest of the road. */
export type Layer = (call: Call, next: Run) => readonly Tensor[];

/**
 * Adds a layer around all others and returns a function that removes it.
 *
 * @example
 * ```ts
 * import { addLayer } from '@flambeau/core';
 * const remove = addLayer((call, next) => {
 *   console.log(call.op.name);
 *   return next(call);
 * });
 * remove();
 * ```
 */
export function addLayer(layer: Layer): () => void {
  runtime.layers.push(layer);
  runtime.run = null;
  return () => {
    const at = runtime.layers.indexOf(layer);
    if (at >= 0) runtime.layers.splice(at, 1);
    runtime.run = null;
  };
}

/** The composed road: the layer added last is outermost, `execute` is innermost. */
export function road(): Run {
  runtime.run ??= runtime.layers.reduce<Run>((next, layer) => (call) => layer(call, next), execute);
  return runtime.run;
}
