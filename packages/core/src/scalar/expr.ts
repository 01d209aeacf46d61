import type { ComputeType, DType } from '../dtype.ts';
import { DTYPES } from '../dtype.ts';
import { runtime } from '../runtime.ts';

/**
 * Tier 1: the scalar operations that every backend has.
 *
 * Arithmetic is in the node's own type, rounded at each node; `div` on int32 truncates and gives 0 for a zero divisor;
 * comparisons and `isnan` give bool; `and`, `or`, `xor` work on bool and int32.
 */
export type Tier1 =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'max'
  | 'min'
  | 'neg'
  | 'abs'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'floor'
  | 'trunc'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'select'
  | 'isnan'
  | 'cast'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr';

/** Leaves: a tensor operand, a number that is passed at run time, a number that is part of the formula. */
export type Leaf = 'input' | 'scalar' | 'const';

/** One node of a scalar expression. Nodes are hash-consed: equal expressions are the same object. */
export interface ScalarNode {
  /** Creation number: arguments always have smaller ids than the nodes that use them. */
  readonly id: number;
  /** A leaf, a tier-1 operation, or the name of a tier-2 function. */
  readonly op: Leaf | Tier1 | (string & {});
  readonly type: ComputeType;
  readonly args: readonly ScalarNode[];
  /** The number of a `const`, the position of an `input` or `scalar`; else 0. */
  readonly value: number;
  /** The dtype an `input` is stored in, or a `cast` goes to; else the type. */
  readonly dtype: DType;
}

/** What expression builders accept: a number becomes a constant of the other operand's type. */
export type Scalar = ScalarNode | number;

/** Makes a node, or returns the equal one that exists already. */
export function node(
  op: ScalarNode['op'],
  type: ComputeType,
  args: readonly ScalarNode[],
  value = 0,
  dtype: DType = type,
): ScalarNode {
  let key = `${op}|${dtype}|${type}|${Object.is(value, -0) ? '-0' : value}`;
  for (const arg of args) key += `|${arg.id}`;
  const { scalarNodes: interned } = runtime;
  let found = interned.get(key);
  if (!found) {
    found = { id: interned.size, op, type, args, value, dtype };
    interned.set(key, found);
  }
  return found;
}

/** The operand at `position`, stored as `dtype`. */
export function input(position: number, dtype: DType): ScalarNode {
  return node('input', DTYPES[dtype].compute, [], position, dtype);
}

/** The run-time number at `position`. */
export function scalar(position: number, type: ComputeType): ScalarNode {
  return node('scalar', type, [], position);
}

/** A number that belongs to the formula. */
export function constant(value: number, type: ComputeType): ScalarNode {
  return node('const', type, [], value);
}

/** Thrown for an ill-typed formula: a mistake in a row of the op table, never the user's. */
class FormulaError extends Error {}

function pair(op: string, a: Scalar, b: Scalar): [ScalarNode, ScalarNode] {
  if (typeof a === 'number') {
    if (typeof b === 'number') throw new FormulaError(`${op}: two numbers have no type`);
    return [constant(a, b.type), b];
  }
  const right = typeof b === 'number' ? constant(b, a.type) : b;
  if (a.type !== right.type) throw new FormulaError(`${op}: got ${a.type} and ${right.type}`);
  return [a, right];
}

function binary(op: Tier1, a: Scalar, b: Scalar): ScalarNode {
  const [x, y] = pair(op, a, b);
  return node(op, x.type, [x, y]);
}

function compare(op: Tier1, a: Scalar, b: Scalar): ScalarNode {
  return node(op, 'bool', pair(op, a, b));
}

function unary(op: Tier1, x: ScalarNode): ScalarNode {
  return node(op, x.type, [x]);
}

function isConst(x: Scalar, value: number): boolean {
  return typeof x === 'number' ? Object.is(x, value) : x.op === 'const' && Object.is(x.value, value);
}

/**
 * Builders of tier-1 expressions. Only simplifications that hold for every value, NaN and −0 included, are made:
 * `x·1`, `x/1`, a cast to the same dtype, a select with equal arms.
 */
export const tier1: {
  readonly add: (a: Scalar, b: Scalar) => ScalarNode;
  readonly sub: (a: Scalar, b: Scalar) => ScalarNode;
  readonly mul: (a: Scalar, b: Scalar) => ScalarNode;
  readonly div: (a: Scalar, b: Scalar) => ScalarNode;
  readonly pow: (a: Scalar, b: Scalar) => ScalarNode;
  readonly max: (a: Scalar, b: Scalar) => ScalarNode;
  readonly min: (a: Scalar, b: Scalar) => ScalarNode;
  readonly neg: (x: ScalarNode) => ScalarNode;
  readonly abs: (x: ScalarNode) => ScalarNode;
  readonly exp: (x: ScalarNode) => ScalarNode;
  readonly log: (x: ScalarNode) => ScalarNode;
  readonly sqrt: (x: ScalarNode) => ScalarNode;
  readonly sin: (x: ScalarNode) => ScalarNode;
  readonly cos: (x: ScalarNode) => ScalarNode;
  readonly tanh: (x: ScalarNode) => ScalarNode;
  readonly floor: (x: ScalarNode) => ScalarNode;
  readonly trunc: (x: ScalarNode) => ScalarNode;
  readonly eq: (a: Scalar, b: Scalar) => ScalarNode;
  readonly ne: (a: Scalar, b: Scalar) => ScalarNode;
  readonly lt: (a: Scalar, b: Scalar) => ScalarNode;
  readonly le: (a: Scalar, b: Scalar) => ScalarNode;
  readonly gt: (a: Scalar, b: Scalar) => ScalarNode;
  readonly ge: (a: Scalar, b: Scalar) => ScalarNode;
  readonly select: (condition: ScalarNode, a: Scalar, b: Scalar) => ScalarNode;
  readonly isnan: (x: ScalarNode) => ScalarNode;
  readonly cast: (x: ScalarNode, dtype: DType) => ScalarNode;
  readonly and: (a: Scalar, b: Scalar) => ScalarNode;
  readonly or: (a: Scalar, b: Scalar) => ScalarNode;
  readonly xor: (a: Scalar, b: Scalar) => ScalarNode;
  readonly shl: (a: Scalar, b: Scalar) => ScalarNode;
  readonly shr: (a: Scalar, b: Scalar) => ScalarNode;
} = {
  add: (a, b) => binary('add', a, b),
  sub: (a, b) => binary('sub', a, b),
  mul: (a, b) => {
    if (isConst(b, 1) && typeof a !== 'number') return a;
    if (isConst(a, 1) && typeof b !== 'number') return b;
    return binary('mul', a, b);
  },
  div: (a, b) => (isConst(b, 1) && typeof a !== 'number' ? a : binary('div', a, b)),
  pow: (a, b) => binary('pow', a, b),
  max: (a, b) => binary('max', a, b),
  min: (a, b) => binary('min', a, b),
  neg: (x) => unary('neg', x),
  abs: (x) => unary('abs', x),
  exp: (x) => unary('exp', x),
  log: (x) => unary('log', x),
  sqrt: (x) => unary('sqrt', x),
  sin: (x) => unary('sin', x),
  cos: (x) => unary('cos', x),
  tanh: (x) => unary('tanh', x),
  floor: (x) => unary('floor', x),
  trunc: (x) => unary('trunc', x),
  eq: (a, b) => compare('eq', a, b),
  ne: (a, b) => compare('ne', a, b),
  lt: (a, b) => compare('lt', a, b),
  le: (a, b) => compare('le', a, b),
  gt: (a, b) => compare('gt', a, b),
  ge: (a, b) => compare('ge', a, b),
  select: (condition, a, b) => {
    const [x, y] = pair('select', a, b);
    return x === y ? x : node('select', x.type, [condition, x, y]);
  },
  isnan: (x) => node('isnan', 'bool', [x]),
  cast: (x, dtype) => {
    const type = DTYPES[dtype].compute;
    if (x.op === 'const' && type === dtype && Number.isSafeInteger(x.value)) return constant(x.value, type);
    return x.type === dtype ? x : node('cast', type, [x], 0, dtype);
  },
  and: (a, b) => binary('and', a, b),
  or: (a, b) => binary('or', a, b),
  xor: (a, b) => binary('xor', a, b),
  shl: (a, b) => binary('shl', a, b),
  shr: (a, b) => binary('shr', a, b),
};

/** All nodes below the roots in an order where arguments come first. Iterative: chains can be long. */
export function topological(roots: readonly ScalarNode[]): ScalarNode[] {
  const seen = new Set<ScalarNode>();
  const stack = [...roots];
  for (let current = stack.pop(); current; current = stack.pop()) {
    if (seen.has(current)) continue;
    seen.add(current);
    for (const arg of current.args) stack.push(arg);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/**
 * Rebuilds an expression, replacing nodes for which `replace` returns another one.
 * `replace` sees each node with its arguments already rebuilt.
 */
export function rewrite(
  root: ScalarNode,
  replace: (original: ScalarNode, args: readonly ScalarNode[]) => ScalarNode | undefined,
): ScalarNode {
  const done = new Map<ScalarNode, ScalarNode>();
  for (const current of topological([root])) {
    const args = current.args.map((arg) => done.get(arg) as ScalarNode);
    const replaced = replace(current, args);
    const same = args.every((arg, i) => arg === current.args[i]);
    done.set(
      current,
      replaced ?? (same ? current : node(current.op, current.type, args, current.value, current.dtype)),
    );
  }
  return done.get(root) as ScalarNode;
}

/** A readable form, for debugging and tests: `div(const 1, add(const 1, exp(neg(x0))))`. */
export function formatScalar(root: ScalarNode): string {
  const text = new Map<ScalarNode, string>();
  for (const n of topological([root])) {
    const args = n.args.map((arg) => text.get(arg)).join(', ');
    if (n.op === 'input') text.set(n, `x${n.value}`);
    else if (n.op === 'scalar') text.set(n, `s${n.value}`);
    else if (n.op === 'const') text.set(n, String(n.value));
    else text.set(n, n.op === 'cast' ? `${n.dtype}(${args})` : `${n.op}(${args})`);
  }
  return text.get(root) as string;
}
