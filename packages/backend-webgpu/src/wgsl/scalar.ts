import type { ComputeType, DType, ScalarNode } from '@flambeau/core/functional';
import { bitsOf } from '../words.ts';

/** Tier-2 functions that the prelude has something exact or more accurate for. */
export const scalarFunctions: ReadonlySet<string> = new Set(['log1p', 'expm1', 'fmod']);

/** The WGSL type in which a scalar type is computed. */
export const WGSL_TYPES: Readonly<Record<ComputeType, 'f32' | 'i32' | 'bool'>> = {
  float32: 'f32',
  float64: 'f32',
  int32: 'i32',
  bool: 'bool',
};

/** Calls a function of the prelude, and notes that it is needed. */
export type PreludeCall = (name: string, ...args: readonly string[]) => string;

const hex = (bits: number): string => `0x${(bits >>> 0).toString(16).padStart(8, '0')}u`;

/**
 * A number of the formula. Floats go by their bits and through a parameter that is 0: a compiler that sees them may turn
 * x·0 into 0 and x + 0 into x, which NaN and −0 forbid, and refuses what is not finite.
 */
export function constantText({ type, value }: ScalarNode, call: PreludeCall): string {
  if (type === 'bool') return value !== 0 ? 'true' : 'false';
  return type === 'int32' ? `i32(${value | 0})` : call('number', hex(bitsOf(value)));
}

const FLOAT_CALLS: Readonly<Record<string, string>> = {
  max: 'greatest',
  min: 'least',
  ne: 'differ',
  exp: 'exponential',
  log: 'logarithm',
  sin: 'sine',
  cos: 'cosine',
  tanh: 'hyperbolicTangent',
  pow: 'power',
  isnan: 'isNan',
  log1p: 'logOnePlus',
  expm1: 'exponentialLessOne',
  fmod: 'remainderOf',
};

const INFIX: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  and: '&',
  or: '|',
  xor: '^',
};

const BUILT_IN: ReadonlySet<string> = new Set(['abs', 'sqrt', 'floor', 'trunc']);

/** The text of one operation, given those of its arguments, which are names or literals. */
export function operationText(node: ScalarNode, args: readonly string[], call: PreludeCall): string {
  const { op } = node;
  const [a = '', b = '', c = ''] = args;
  if (op === 'select') return `select(${c}, ${b}, ${a})`;
  if (op === 'cast') return castText(node, a, call);
  const text = byType(node, args, call);
  if (text === null) throw new TypeError(`webgpu: no text for scalar operation '${op}' on ${node.type}`);
  return text;
}

function byType(node: ScalarNode, args: readonly string[], call: PreludeCall): string | null {
  const operand = (node.args[0] as ScalarNode).type;
  if (operand === 'int32') return integerText(node.op, args, call);
  if (operand === 'bool') return boolText(node.op, args);
  return floatText(node, args, call);
}

function floatText(
  { op, args: nodes }: ScalarNode,
  args: readonly string[],
  call: PreludeCall,
): string | null {
  const [a, b] = args;
  // A compiler may fold the comparison of a value with itself, NaN or not.
  if (op === 'eq' && nodes[0] === nodes[1]) return `!${call('isNan', a as string)}`;
  const own = FLOAT_CALLS[op];
  if (own) return call(own, ...args);
  if (op === 'neg') return `-(${a})`;
  if (BUILT_IN.has(op)) return `${op}(${a})`;
  return op in INFIX && !'and or xor'.includes(op) ? `${a} ${INFIX[op]} ${b}` : null;
}

function integerText(op: string, args: readonly string[], call: PreludeCall): string | null {
  const [a, b] = args;
  switch (op) {
    case 'div':
      return `select(${a} / ${b}, 0, ${b} == 0)`;
    case 'fmod':
      return `select(${a} % ${b}, 0, ${b} == 0)`;
    case 'shl':
      return `${a} << (bitcast<u32>(${b}) & 31u)`;
    case 'shr':
      return `${a} >> (bitcast<u32>(${b}) & 31u)`;
    case 'max':
    case 'min':
      return `${op}(${a}, ${b})`;
    case 'abs':
      return `abs(${a})`;
    case 'neg':
      return `-(${a})`;
    case 'floor':
    case 'trunc':
      return `${a}`;
    case 'pow':
      return call('wholePower', ...args);
    case 'isnan':
      return 'false';
    default:
      return op in INFIX ? `${a} ${INFIX[op]} ${b}` : null;
  }
}

function boolText(op: string, [a, b]: readonly string[]): string | null {
  if (op === 'xor') return `${a} != ${b}`;
  if (op === 'isnan') return 'false';
  if (op in INFIX && 'and or eq ne'.includes(op)) return `${a} ${INFIX[op]} ${b}`;
  return op in INFIX && 'lt le gt ge'.includes(op) ? `i32(${a}) ${INFIX[op]} i32(${b})` : null;
}

function castText({ dtype, args }: ScalarNode, x: string, call: PreludeCall): string {
  const from = WGSL_TYPES[(args[0] as ScalarNode).type];
  if (dtype === 'bool') {
    if (from === 'bool') return x;
    return from === 'f32' ? call('isTrue', x) : `${x} != 0`;
  }
  if (dtype === 'float32' || dtype === 'float64') return from === 'f32' ? x : `f32(${x})`;
  return wrapped(from === 'f32' ? call('toInteger', x) : from === 'bool' ? `i32(${x})` : x, dtype);
}

/** Cuts an integer to the width of its dtype. */
export function wrapped(x: string, dtype: DType): string {
  if (dtype === 'uint8') return `(${x}) & 255`;
  return dtype === 'int8' ? `((${x}) << 24u) >> 24u` : x;
}
