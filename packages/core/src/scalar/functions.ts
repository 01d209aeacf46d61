import { runtime } from '../runtime.ts';
import type { Scalar, ScalarNode } from './expr.ts';
import { constant, node } from './expr.ts';

/**
 * A tier-2 scalar function: a name, its definition in tier-1 operations, and its derivative.
 * A backend may override the name with something faster or more accurate.
 */
export interface ScalarFunction {
  readonly name: string;
  /** The meaning in tier-1 (or earlier tier-2) nodes, accurate in float32. */
  define(...args: ScalarNode[]): ScalarNode;
  /** The value itself, for devices that compute in JavaScript: faster there than `define`, and accurate in float64. */
  readonly evaluate?: (a: number, b: number) => number;
  /** Adjoints of the arguments, given the adjoint `g` of the result `y`; null where there is none. */
  vjp(g: ScalarNode, args: readonly ScalarNode[], y: ScalarNode): readonly (ScalarNode | null)[];
}

/** The tier-2 function that was registered under a name. */
export function registeredFunction(name: string): ScalarFunction | undefined {
  return runtime.scalarFunctions.get(name);
}

const builder =
  (name: string) =>
  (...args: Scalar[]): ScalarNode => {
    const typed = args.find((arg): arg is ScalarNode => typeof arg !== 'number') as ScalarNode;
    const nodes = args.map((arg) => (typeof arg === 'number' ? constant(arg, typed.type) : arg));
    return node(name, typed.type, nodes);
  };

/** Adds a tier-2 function and returns its builder. */
export function defineScalarFunction(fn: ScalarFunction): (...args: Scalar[]) => ScalarNode {
  runtime.scalarFunctions.set(fn.name, fn);
  return builder(fn.name);
}

/** Builders of core's own tier-2 functions. What they mean is defined apart: a backend that has them all needs no definitions. */
export const tier2: {
  readonly log1p: (x: Scalar) => ScalarNode;
  readonly expm1: (x: Scalar) => ScalarNode;
  readonly fmod: (x: Scalar, y: Scalar) => ScalarNode;
  readonly sigmoid: (x: Scalar) => ScalarNode;
} = {
  log1p: builder('log1p'),
  expm1: builder('expm1'),
  fmod: builder('fmod'),
  sigmoid: builder('sigmoid'),
};
