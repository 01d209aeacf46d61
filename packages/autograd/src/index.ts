import { addLayer, runtime } from '@flambeau/core';
import { engine } from './engine.ts';
import { autogradLayer } from './layer.ts';

if (!runtime.engine) {
  runtime.engine = engine;
  addLayer(autogradLayer);
}

export type { GradOptions } from './grad.ts';
export { grad } from './grad.ts';
export type { TensorHook } from './graph.ts';
export { registerHook } from './hooks.ts';
