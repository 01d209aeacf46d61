import { addLayer, runtime } from '@flambeau/core';
import { engine } from './engine.ts';
import { autogradLayer } from './layer.ts';

if (!runtime.engine) {
  runtime.engine = engine;
  addLayer(autogradLayer);
}

export { detectAnomaly, isAnomalyEnabled, setDetectAnomaly } from './anomaly.ts';
export type { CheckpointOptions } from './checkpoint.ts';
export { checkpoint } from './checkpoint.ts';
export type { FunctionContext, FunctionSpec } from './function.ts';
export { defineFunction } from './function.ts';
export type { FunctionalOptions, OutputAndProduct, Tensors } from './functional.ts';
export { hessian, hvp, jacobian, jvp, vjp } from './functional.ts';
export type { GradOptions } from './grad.ts';
export { grad } from './grad.ts';
export type { TensorHook } from './graph.ts';
export { registerHook, registerPostAccumulateGradHook, retainGrad } from './hooks.ts';
