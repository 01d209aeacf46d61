import type { ComputeType, DType } from '../dtype.ts';
import { runtime } from '../runtime.ts';
import type { ScalarNode } from '../scalar/index.ts';
import { topological } from '../scalar/index.ts';
import type { MapOp } from './map-op.ts';

/**
 * A scalar expression with typed operands, ready for a backend. `input` nodes name tensors by position, `scalar` nodes
 * name run-time numbers by position. Programs are shared objects: a backend may cache what it compiled by identity.
 */
export interface MapProgram {
  /** Distinct for distinct programs. */
  readonly id: number;
  readonly root: ScalarNode;
  /** The dtypes of the tensors. */
  readonly inputs: readonly DType[];
  /** The types of the numbers. */
  readonly scalars: readonly ComputeType[];
  /** The dtype of the result; the root already computes in it. */
  readonly dtype: DType;
  /** The promoted operands that the expression was built from. */
  readonly operands: readonly ScalarNode[];
  /** How many operations one element takes. */
  readonly operations: number;
  /** The maps that compute the gradients of the inputs, once asked for. @internal */
  gradients: readonly (GradientMap | null)[] | null;
}

/** The gradient of a program with regard to one input, as a map op of its own. */
export interface GradientMap {
  readonly op: MapOp;
  /** Which operands the map takes after the incoming gradient: tensor inputs, and whether the output comes last. */
  readonly inputs: readonly number[];
  readonly scalars: readonly number[];
  readonly output: boolean;
  /** The gradient passes through unchanged, as that of `add`: no kernel is needed. */
  readonly identity: boolean;
}

/** Makes a program from a typed root. */
export function createProgram(
  root: ScalarNode,
  inputs: readonly DType[],
  scalars: readonly ComputeType[],
  dtype: DType,
  operands: readonly ScalarNode[] = [],
): MapProgram {
  const operations = topological([root]).filter((n) => n.args.length > 0).length;
  return { id: runtime.programs++, root, inputs, scalars, dtype, operands, operations, gradients: null };
}
