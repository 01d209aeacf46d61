import type { ScalarNode } from '@flambeau/core/functional';
import { i32 } from '../../emit/expression.ts';
import type { FloatLanes } from '../../emit/vector.ts';
import { f32x4, f64x2, i32x4, shuffle32, v128 } from '../../emit/vector.ts';
import type { MathContext, Vector } from '../math/context.ts';
import { vectorFunctions } from '../math/functions.ts';
import { powOfAll } from '../math/pow.ts';
import { castCode } from './casts.ts';
import { integerCode, laneByLane } from './lane-by-lane.ts';
import type { MathCall } from './math-calls.ts';
import { isImported } from './math-calls.ts';

/**
 * A value for the elements that are computed together: a vector of four lanes, for float64 two of two, or one where all
 * lanes are the same. bools are lanes of ones or of zeros.
 */
export type Value = readonly Vector[];

/** What the code of a program is added to. */
export interface CodeContext extends MathContext {
  readonly call: MathCall;
}

/** Adds the code of an operation, given the values of its arguments. */
export type OperationCode = (args: readonly Value[]) => Value;

/** The vector of a value at a position: a value that is the same in all lanes has one for all. */
export const vectorAt = (value: Value, position: number): Vector => value[position] ?? (value[0] as Vector);

/** How many vectors a value takes. */
export const vectorsOf = (type: string, { lanes }: MathContext): number =>
  type === 'float64' && lanes === 4 ? 2 : 1;

/** Masks of float64 lanes as one of 32-bit lanes. */
function narrowMask([low, high]: Value): Value {
  return high ? [shuffle32(low as Vector, high, [0, 2, 4, 6])] : [low as Vector];
}

/** A mask of 32-bit lanes as masks of float64 lanes. */
export function widenMask(mask: Vector, vectors: number): Value {
  const low = shuffle32(mask, mask, [0, 0, 1, 1]);
  return vectors === 1 ? [low] : [low, shuffle32(mask, mask, [2, 2, 3, 3])];
}

/** Prepares the code of an operation: what it needs beforehand, constants, is added at once. */
export function operation(node: ScalarNode, context: CodeContext): OperationCode {
  const { op, args } = node;
  if (op === 'cast') return castCode(node, context);
  if (op === 'select') return selectCode(node, context);
  const type = (args[0] as ScalarNode).type;
  const code =
    type === 'bool'
      ? boolCode(op, context)
      : type === 'int32'
        ? integerOperation(node, context)
        : floatOperation(node, context);
  if (!code) throw new TypeError(`wasm: no code for scalar operation '${op}' on ${type}`);
  return code;
}

/** Adds code for each vector of the arguments. */
function each(count: number, code: (...args: readonly Vector[]) => Vector): OperationCode {
  return (args) => Array.from({ length: count }, (_, i) => code(...args.map((value) => vectorAt(value, i))));
}

function selectCode({ type }: ScalarNode, context: CodeContext): OperationCode {
  const count = vectorsOf(type, context);
  return ([condition, a, b]) => {
    const mask = (condition as Value)[0] as Vector;
    const masks = type === 'float64' ? widenMask(mask, count) : [mask];
    return masks.map((m, i) => v128.bitselect(vectorAt(a as Value, i), vectorAt(b as Value, i), m));
  };
}

type Binary = (a: Vector, b: Vector) => Vector;

const COMPARISONS: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

function floatOperation(node: ScalarNode, context: CodeContext): OperationCode | null {
  const { args } = node;
  const op: string = node.op;
  const type = (args[0] as ScalarNode).type as 'float32' | 'float64';
  const lanes: FloatLanes<'f32'> | FloatLanes<'f64'> = type === 'float32' ? f32x4 : f64x2;
  const count = vectorsOf(type, context);
  switch (op) {
    case 'max':
    case 'min':
      return extremeCode(op, args, lanes, count);
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      return each(count, lanes[op] as (...args: readonly Vector[]) => Vector);
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'floor':
    case 'trunc':
      return each(count, lanes[op] as (...args: readonly Vector[]) => Vector);
    case 'isnan':
      return ([x]) => narrowMask(each(count, (v) => lanes.ne(v as Vector, v as Vector))([x as Value]));
  }
  if (COMPARISONS.has(op)) {
    const compare = lanes[op as 'eq'] as (...args: readonly Vector[]) => Vector;
    return (values) => narrowMask(each(count, compare)(values));
  }
  if (type === 'float32') {
    // A number that is passed stays one in whatever chain it comes to stand.
    const ofAll = op === 'pow' && ['scalar', 'const'].includes((args[1] as ScalarNode).op);
    const own = ofAll ? powOfAll : vectorFunctions[op];
    if (own) return each(1, own(context));
  }
  if (!isImported(op, type)) return null;
  const { body, call } = context;
  if (type === 'float32') {
    return each(1, (...vectors) =>
      laneByLane(body, 'f32', context.lanes, vectors, (...x) => call(op, 'f32', x)),
    );
  }
  const perVector = context.lanes === 1 ? 1 : 2;
  return each(count, (...vectors) =>
    laneByLane(body, 'f64', perVector, vectors, (...x) => call(op, 'f64', x)),
  );
}

/**
 * The greater or smaller of two floats; NaN wins, and −0 is below 0. That takes half a dozen instructions, but two where
 * one operand is known.
 */
function extremeCode(
  op: 'max' | 'min',
  args: readonly ScalarNode[],
  lanes: FloatLanes<'f32'> | FloatLanes<'f64'>,
  count: number,
): OperationCode {
  const known = args.findIndex(({ op: kind, value }) => kind === 'const' && !Number.isNaN(value));
  const number = args[known]?.value ?? 0;
  if (known < 0 || (op === 'min' && Object.is(number, -0)))
    return each(count, lanes[op] as (...args: readonly Vector[]) => Vector);
  const partial: Binary = op === 'max' ? lanes.pmax : lanes.pmin;
  return each(count, (...vectors) => {
    const [x, bound] = [vectors[1 - known] as Vector, vectors[known] as Vector];
    const y = partial(x, bound);
    // The sum makes 0 of −0, which is below it.
    return op === 'max' && Object.is(number, 0) ? lanes.add(y, bound) : y;
  });
}

function integerOperation(node: ScalarNode, context: CodeContext): OperationCode | null {
  const { args } = node;
  const op: string = node.op;
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'neg':
    case 'abs':
    case 'eq':
    case 'ne':
      return each(1, i32x4[op] as (...args: readonly Vector[]) => Vector);
    case 'max':
    case 'min':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return each(1, i32x4[`${op}S`] as (...args: readonly Vector[]) => Vector);
    case 'and':
    case 'or':
    case 'xor':
      return each(1, v128[op] as (...args: readonly Vector[]) => Vector);
    case 'floor':
    case 'trunc':
      return ([x]) => x as Value;
    case 'isnan': {
      const never = context.constants.i32(0);
      return () => [never];
    }
    case 'shl':
    case 'shr': {
      const by = args[1] as ScalarNode;
      const shift = op === 'shl' ? i32x4.shl : i32x4.shrS;
      if (by.op === 'const') return ([x]) => [shift((x as Value)[0] as Vector, i32.const(by.value))];
    }
  }
  const compute = integerCode[op]?.(context.call);
  if (!compute) return null;
  return each(1, (...vectors) =>
    laneByLane(context.body, 'i32', context.lanes, vectors, (a, b) => compute(a as never, b as never)),
  );
}

/** Operations on bools, as masks: true is −1, so that signs turn about. */
function boolCode(op: string, { constants }: CodeContext): OperationCode | null {
  const binary: Readonly<Record<string, Binary>> = {
    and: v128.and,
    or: v128.or,
    xor: v128.xor,
    min: v128.and,
    max: v128.or,
    ne: v128.xor,
    eq: (a, b) => v128.not(v128.xor(a, b)),
    lt: (a, b) => v128.andnot(b, a),
    gt: v128.andnot,
    le: (a, b) => v128.or(b, v128.not(a)),
    ge: (a, b) => v128.or(a, v128.not(b)),
  };
  const code = binary[op];
  if (code) return each(1, code as (...args: readonly Vector[]) => Vector);
  if (op === 'isnan') {
    const never = constants.i32(0);
    return () => [never];
  }
  return ['abs', 'floor', 'trunc'].includes(op) ? ([x]) => x as Value : null;
}
