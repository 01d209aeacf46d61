import { dispatchOne } from '../dispatch/dispatch.ts';
import type { ScalarNode } from '../scalar/index.ts';
import type { Tensor } from '../tensor.ts';
import type { MapOp, MapOperand, MapRule } from './map-op.ts';
import type { KernelOp, ViewOp } from './op.ts';

/** A tensor function that is also the declaration of its op. */
export interface UnaryOp {
  (x: Tensor): Tensor;
  readonly op: MapOp;
}

/** An elementwise function of two operands, at least one of them a tensor. */
export interface BinaryOp {
  (a: MapOperand, b: MapOperand): Tensor;
  readonly op: MapOp;
}

/** An elementwise function of three operands, at least one of them a tensor. */
export interface TernaryOp {
  (a: MapOperand, b: MapOperand, c: MapOperand): Tensor;
  readonly op: MapOp;
}

/** An elementwise function of any fixed number of operands, at least one of them a tensor. */
export interface MapFunction {
  (...operands: readonly MapOperand[]): Tensor;
  readonly op: MapOp;
}

/** What a row of the op table may say beyond its expression. */
export interface MapOptions {
  /** How dtypes are promoted; default `promote`. */
  readonly rule?: MapRule;
  /** Adjoints of the operands, where symbolic differentiation would not do what PyTorch does. */
  readonly vjp?: NonNullable<MapOp['vjp']>;
  /** Throws for operands that are refused for more than their dtypes. */
  readonly check?: NonNullable<MapOp['check']>;
}

function mapOp(name: string, arity: number, build: MapOp['build'], options: MapOptions): MapOp {
  return {
    kind: 'map',
    class: 'static',
    name,
    arity,
    rule: 'promote',
    build,
    ...options,
    programs: new Map(),
  };
}

/** Declares an elementwise op of one tensor: the row is the op. @__NO_SIDE_EFFECTS__ */
export function defineUnary(
  name: string,
  build: (x: ScalarNode) => ScalarNode,
  options: MapOptions = {},
): UnaryOp {
  const op = mapOp(name, 1, build, options);
  return Object.assign((x: Tensor) => dispatchOne(op, [x], undefined), { op });
}

/** Declares an elementwise op of two operands. @__NO_SIDE_EFFECTS__ */
export function defineBinary(
  name: string,
  build: (a: ScalarNode, b: ScalarNode) => ScalarNode,
  options: MapOptions = {},
): BinaryOp {
  const op = mapOp(name, 2, build, options);
  return Object.assign((a: MapOperand, b: MapOperand) => dispatchOne(op, [a, b], undefined), { op });
}

/** Declares an elementwise op of three operands. @__NO_SIDE_EFFECTS__ */
export function defineTernary(
  name: string,
  build: (a: ScalarNode, b: ScalarNode, c: ScalarNode) => ScalarNode,
  options: MapOptions = {},
): TernaryOp {
  const op = mapOp(name, 3, build, options);
  return Object.assign(
    (a: MapOperand, b: MapOperand, c: MapOperand) => dispatchOne(op, [a, b, c], undefined),
    { op },
  );
}

/**
 * Declares an elementwise op of `arity` operands, at most 16: a whole update rule as one kernel.
 * @__NO_SIDE_EFFECTS__
 */
export function defineMap(
  name: string,
  arity: number,
  build: (...operands: ScalarNode[]) => ScalarNode,
  options: MapOptions = {},
): MapFunction {
  const op = mapOp(name, arity, build, options);
  return Object.assign((...operands: readonly MapOperand[]) => dispatchOne(op, operands, undefined), { op });
}

/** Declares an op with kernels or a lowering. @__NO_SIDE_EFFECTS__ */
export function defineOp<Attrs>(op: Omit<KernelOp<Attrs>, 'kind'>): KernelOp<Attrs> {
  return { kind: 'kernel', ...op };
}

/** Declares an op that only changes how values are seen. @__NO_SIDE_EFFECTS__ */
export function defineView<Attrs>(op: Omit<ViewOp<Attrs>, 'kind' | 'class'>): ViewOp<Attrs> {
  return { kind: 'view', class: 'static', ...op };
}
