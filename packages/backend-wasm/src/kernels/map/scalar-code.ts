import type { ComputeType, DType, ScalarNode } from '@flambeau/core/functional';
import type { Expr, Floats, ValueType } from '../../emit/expression.ts';
import { f32, f64, i32, select } from '../../emit/expression.ts';
import { call } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';

/** The type in which a scalar type is computed; bool is 0 or 1. */
export const VALUE_TYPES: Readonly<Record<ComputeType, 'i32' | 'f32' | 'f64'>> = {
  float32: 'f32',
  float64: 'f64',
  int32: 'i32',
  bool: 'i32',
};

/** Tier-2 functions that kernels have code or an import for. */
export const scalarFunctions: ReadonlySet<string> = new Set(['log1p', 'expm1', 'fmod']);

/** Calls a function of {@link mathImports}; each is imported once for each type. */
export type MathCall = <T extends ValueType>(name: string, type: T, args: readonly Expr<T>[]) => Expr<T>;

/** Adds the imports that kernels turn out to need. Call it before adding functions. */
export function importMath(builder: ModuleBuilder, nodes: readonly ScalarNode[]): MathCall {
  const callees = new Map<string, ReturnType<typeof importOne>>();
  const importOne = (name: string, type: ValueType, count: number) =>
    builder.importFunction('math', name, new Array<ValueType>(count).fill(type), type);
  for (const node of nodes) {
    const type = VALUE_TYPES[node.type];
    const name = importedName(node.op, type);
    const key = `${name} ${type}`;
    if (name && !callees.has(key)) callees.set(key, importOne(name, type, node.args.length));
  }
  return <T extends ValueType>(name: string, type: T, args: readonly Expr<T>[]): Expr<T> => {
    const callee = callees.get(`${name} ${type}`);
    if (!callee) throw new TypeError(`wasm: '${name}' of ${type} was not imported`);
    return call(callee, ...args) as Expr<T>;
  };
}

const IMPORTED: ReadonlySet<string> = new Set([
  'exp',
  'log',
  'sin',
  'cos',
  'tanh',
  'log1p',
  'expm1',
  'fmod',
  'pow',
]);

function importedName(op: string, type: ValueType): string | null {
  if (type === 'i32') return op === 'pow' ? 'integerPower' : null;
  return IMPORTED.has(op) ? op : null;
}

/** The code of one operation, given that of its arguments. */
export function operationCode(node: ScalarNode, args: readonly Expr[], math: MathCall): Expr {
  const { op } = node;
  if (op === 'cast') return castCode(args[0] as Expr, node);
  if (op === 'select') return select(args[0] as Expr<'i32'>, args[1] as Expr, args[2] as Expr);
  const operand = args[0] as Expr;
  const code =
    operand.type === 'f32'
      ? floatCode(f32, 'f32', op, args as readonly Expr<'f32'>[], math)
      : operand.type === 'f64'
        ? floatCode(f64, 'f64', op, args as readonly Expr<'f64'>[], math)
        : integerCode(op, args as readonly Expr<'i32'>[], math);
  if (!code) throw new TypeError(`wasm: no code for scalar operation '${op}' on ${node.type}`);
  return code;
}

type Args<T extends ValueType> = readonly Expr<T>[];

function floatCode<T extends 'f32' | 'f64'>(
  ops: Floats<T>,
  type: T,
  op: string,
  args: Args<T>,
  math: MathCall,
): Expr | null {
  const [a, b] = args as readonly [Expr<T>, Expr<T>];
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'max':
    case 'min':
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return ops[op](a, b);
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'floor':
    case 'trunc':
      return ops[op](a);
    case 'isnan':
      return ops.ne(a, a);
    default:
      return IMPORTED.has(op) ? math(op, type, args) : null;
  }
}

const zero: Expr<'i32'> = i32.const(0);

function integerCode(op: string, args: Args<'i32'>, math: MathCall): Expr<'i32'> | null {
  const [a, b] = args as readonly [Expr<'i32'>, Expr<'i32'>];
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'and':
    case 'or':
    case 'xor':
    case 'shl':
    case 'eq':
    case 'ne':
      return i32[op](a, b);
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return i32[`${op}S`](a, b);
    case 'shr':
      return i32.shrS(a, b);
    case 'max':
      return select(i32.gtS(a, b), a, b);
    case 'min':
      return select(i32.ltS(a, b), a, b);
    case 'neg':
      return i32.sub(zero, a);
    case 'abs':
      return select(i32.ltS(a, zero), i32.sub(zero, a), a);
    case 'div': {
      // wasm traps where core says 0, and on −2^31 / −1, which wraps.
      const special = i32.leU(i32.add(b, i32.const(1)), i32.const(1));
      const quotient = i32.divS(a, select(special, i32.const(1), b));
      return select(special, i32.mul(a, b), quotient);
    }
    case 'fmod':
      return select(b, i32.remS(a, select(b, b, i32.const(1))), zero);
    case 'pow':
      return math('integerPower', 'i32', args);
    case 'floor':
    case 'trunc':
      return a;
    case 'isnan':
      return zero;
    default:
      return null;
  }
}

function castCode(x: Expr, { dtype, args }: ScalarNode): Expr {
  const from = (args[0] as ScalarNode).type;
  if (dtype === 'bool') {
    if (from === 'float32') return f32.ne(x as Expr<'f32'>, f32.const(0));
    if (from === 'float64') return f64.ne(x as Expr<'f64'>, f64.const(0));
    return from === 'bool' ? x : i32.ne(x as Expr<'i32'>, zero);
  }
  if (dtype === 'float32') {
    if (from === 'float32') return x;
    return from === 'float64' ? f32.demoteF64(x as Expr<'f64'>) : f32.convertI32S(x as Expr<'i32'>);
  }
  if (dtype === 'float64') {
    if (from === 'float64') return x;
    return from === 'float32' ? f64.promoteF32(x as Expr<'f32'>) : f64.convertI32S(x as Expr<'i32'>);
  }
  return wrapped(toInteger(x), dtype);
}

function toInteger(x: Expr): Expr<'i32'> {
  if (x.type === 'f32') return i32.truncSatF32S(x as Expr<'f32'>);
  return x.type === 'f64' ? i32.truncSatF64S(x as Expr<'f64'>) : (x as Expr<'i32'>);
}

/** Cuts an integer to the width of its dtype. */
function wrapped(x: Expr<'i32'>, dtype: DType): Expr<'i32'> {
  if (dtype === 'uint8') return i32.and(x, i32.const(0xff));
  return dtype === 'int8' ? i32.extend8S(x) : x;
}

/** Reads an element of a dtype. */
export function loadCode(dtype: DType, address: Expr<'i32'>): Expr {
  switch (dtype) {
    case 'float32':
      return f32.load(address);
    case 'float64':
      return f64.load(address);
    case 'int32':
      return i32.load(address);
    case 'int8':
      return i32.load8S(address);
    case 'uint8':
    case 'bool':
      return i32.load8U(address);
  }
}
