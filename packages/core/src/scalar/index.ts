export { scalarFunction } from './definitions.ts';
export { deriveVjp } from './derive.ts';
export { expand, expandRegistered } from './expand.ts';
export type { Leaf, Scalar, ScalarNode, Tier1 } from './expr.ts';
export { constant, formatScalar, input, node, rewrite, scalar, topological } from './expr.ts';
export type { ScalarFunction } from './functions.ts';
export { defineScalarFunction, registeredFunction } from './functions.ts';

import { tier1 } from './expr.ts';
import { tier2 } from './functions.ts';

/** Builders of scalar expressions: every tier-1 operation and tier-2 function. */
export const s: typeof tier1 & typeof tier2 = /*#__PURE__*/ { ...tier1, ...tier2 };
