import type { ComputeType, ScalarNode } from '@flambeau/core/functional';
import type { Expr, ValueType } from '../../emit/expression.ts';
import { call } from '../../emit/function.ts';
import type { ModuleBuilder } from '../../emit/module.ts';
import { vectorFunctions } from '../math/functions.ts';

/** Tier-2 functions that kernels have code or an import for, whatever the type. */
export const scalarFunctions: ReadonlySet<string> = new Set(['log1p', 'expm1', 'fmod']);

/** Whether kernels compute a tier-2 function themselves: those of {@link scalarFunctions}, and what float32 has code for. */
export const hasFunction = (name: string, type: ComputeType): boolean =>
  scalarFunctions.has(name) || (type === 'float32' && vectorFunctions[name] !== undefined);

/** What is imported for each type: float32 has functions of its own, of which two need help with large arguments. */
const IMPORTED: Readonly<Record<ComputeType, ReadonlySet<string>>> = {
  float32: new Set(['fmod', 'sin', 'cos']),
  float64: new Set(['exp', 'log', 'sin', 'cos', 'tanh', 'log1p', 'expm1', 'fmod', 'pow']),
  int32: new Set(['pow']),
  bool: new Set(),
};

const VALUE_TYPES: Readonly<Record<ComputeType, 'i32' | 'f32' | 'f64'>> = {
  float32: 'f32',
  float64: 'f64',
  int32: 'i32',
  bool: 'i32',
};

/** Whether an operation calls an imported function for every element. */
export const isImported = (op: string, type: ComputeType): boolean => IMPORTED[type].has(op);

/** Calls a function of {@link mathImports}; each is imported once for each type. */
export type MathCall = <T extends ValueType>(name: string, type: T, args: readonly Expr<T>[]) => Expr<T>;

/** Adds the imports that kernels turn out to need. Call it before adding functions. */
export function importMath(builder: ModuleBuilder, nodes: readonly ScalarNode[]): MathCall {
  const importOne = (name: string, type: ValueType, count: number) =>
    builder.importFunction('math', name, new Array<ValueType>(count).fill(type), type);
  const callees = new Map<string, ReturnType<typeof importOne>>();
  for (const node of nodes) {
    const type = VALUE_TYPES[node.type];
    const key = `${node.op} ${type}`;
    if (!isImported(node.op, node.type) || callees.has(key)) continue;
    callees.set(key, importOne(type === 'i32' ? 'integerPower' : node.op, type, node.args.length));
  }
  return <T extends ValueType>(name: string, type: T, args: readonly Expr<T>[]): Expr<T> => {
    const callee = callees.get(`${name} ${type}`);
    if (!callee) throw new TypeError(`wasm: '${name}' of ${type} was not imported`);
    return call(callee, ...args) as Expr<T>;
  };
}
