// Everything of functional.ts, and tensors with methods.
import './methods/index.ts';

export * from './functional.ts';
export type { TensorMethods } from './methods/index.ts';
