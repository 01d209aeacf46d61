import type { MapProgram, ScalarNode } from '@flambeau/core/functional';
import { expandScalar, topological } from '@flambeau/core/functional';
import { wordType } from '../words.ts';
import type { PreludeCall } from './scalar.ts';
import { constantText, operationText, scalarFunctions, WGSL_TYPES, wrapped } from './scalar.ts';

/** Where a program's operands come from. */
export interface ExpressionPlaces {
  /** The text of the place of each number among the parameters. */
  readonly scalars: readonly string[];
  /** The place of a word that is 0. */
  readonly zero: number;
}

/** Functions of the prelude that a text calls, collected while it is written. */
export class Needed {
  readonly names: Set<string> = new Set();
  readonly call: PreludeCall = (name: string, ...args: readonly string[]): string => {
    if (name !== 'number') this.names.add(name);
    return `${name}(${args.join(', ')})`;
  };
}

/**
 * The text of `fn name(x0: …, x1: …) -> word`: the value of a program for one element, whose operands come as words. Every
 * node is a variable of its own.
 */
export function expressionText(
  name: string,
  program: MapProgram,
  places: ExpressionPlaces,
  needed: Needed,
): string {
  const root = expandScalar(program.root, (fn) => scalarFunctions.has(fn));
  const texts = new Map<ScalarNode, string>();
  const lines: string[] = [];
  topological([root]).forEach((node, n) => {
    const args = node.args.map((arg) => texts.get(arg) as string);
    texts.set(node, `v${n}`);
    lines.push(`  let v${n}: ${WGSL_TYPES[node.type]} = ${nodeText(node, args, places, needed.call)};`);
  });
  const value = texts.get(root) as string;
  const stored = root.type === 'bool' ? `select(0, 1, ${value})` : wrapped(value, program.dtype);
  const params = program.inputs.map((dtype, i) => `x${i}: ${wordType(dtype)}`);
  const head = `fn ${name}(${params.join(', ')}) -> ${wordType(program.dtype)} {`;
  return [head, ...lines, `  return ${stored};`, '}'].join('\n');
}

function nodeText(
  node: ScalarNode,
  args: readonly string[],
  { scalars }: ExpressionPlaces,
  call: PreludeCall,
): string {
  const { op, type, value } = node;
  if (op === 'const') return constantText(node, call);
  if (op === 'input') return type === 'bool' ? `x${value} != 0` : `x${value}`;
  if (op !== 'scalar') return operationText(node, args, call);
  const word = `param(${scalars[value]})`;
  if (type === 'bool') return `${word} != 0`;
  return type === 'int32' ? word : `bitcast<f32>(${word})`;
}

/** The text of `fn number(bits: u32) -> f32`, which hides a constant from the compiler: see {@link constantText}. */
export const numberText = ({ zero }: ExpressionPlaces): string =>
  `fn number(bits: u32) -> f32 { return bitcast<f32>(bits | bitcast<u32>(param(${zero}u))); }`;
