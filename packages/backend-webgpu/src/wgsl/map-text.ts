import type { MapProgram, ScalarNode } from '@flambeau/core/functional';
import { expandScalar, topological } from '@flambeau/core/functional';
import type { Shader } from '../pipeline.ts';
import { wordType } from '../words.ts';
import { prelude } from './functions.ts';
import type { PlacedLayout } from './layout.ts';
import { locate } from './layout.ts';
import { constantText, operationText, scalarFunctions, WGSL_TYPES, wrapped } from './scalar.ts';

/** How a kernel reads an operand: in the output's order, always at one element, or with strides of its own. */
export type Walk = 'row' | 'point' | 'strided';

/** Where a map kernel finds its parameters. */
export interface MapPlaces {
  readonly output: number;
  /** The place of the offset of each input; for strided ones the strides follow. */
  readonly inputs: readonly { readonly walk: Walk; readonly at: number }[];
  readonly rank: number;
  readonly shape: number;
  readonly scalars: readonly number[];
  /** A word that is 0. */
  readonly zero: number;
  readonly words: number;
}

/** Writes a program as a kernel that computes one element: every node is a variable of its own. */
export function mapShader(program: MapProgram, places: MapPlaces): Shader {
  const root = expandScalar(program.root, (name) => scalarFunctions.has(name));
  const needed = new Set<string>();
  const call = (name: string, ...args: readonly string[]): string => {
    if (name !== 'number') needed.add(name);
    return `${name}(${args.join(', ')})`;
  };
  const texts = new Map<ScalarNode, string>();
  const lines: string[] = [];
  topological([root]).forEach((node, n) => {
    const args = node.args.map((arg) => texts.get(arg) as string);
    const text =
      node.op === 'const'
        ? constantText(node, call)
        : node.op === 'scalar'
          ? scalarText(node, places)
          : node.op === 'input'
            ? inputText(node, places)
            : operationText(node, args, call);
    texts.set(node, `v${n}`);
    lines.push(`  let v${n}: ${WGSL_TYPES[node.type]} = ${text};`);
  });
  const walks = places.inputs.flatMap(({ walk, at }, i) => {
    const layout: PlacedLayout = { rank: places.rank, shape: places.shape, walk: at };
    return walk === 'strided' ? [locate(`at${i}`, layout)] : [];
  });
  const value = texts.get(root) as string;
  const stored = root.type === 'bool' ? `select(0, 1, ${value})` : wrapped(value, program.dtype);
  const element = ['fn element(i: i32) {', ...lines, `  out[param(${places.output}u) + i] = ${stored};`, '}'];
  return {
    name: `map ${program.id}`,
    inputs: program.inputs.map(wordType),
    output: wordType(program.dtype),
    paramWords: places.words,
    code: [numberText(places), prelude(needed), ...walks, ...element].join('\n'),
  };
}

const numberText = ({ zero }: MapPlaces): string =>
  `fn number(bits: u32) -> f32 { return bitcast<f32>(bits | bitcast<u32>(param(${zero}u))); }`;

function scalarText({ type, value }: ScalarNode, { scalars }: MapPlaces): string {
  const word = `param(${scalars[value]}u)`;
  if (type === 'bool') return `${word} != 0`;
  return type === 'int32' ? word : `bitcast<f32>(${word})`;
}

function inputText({ type, value }: ScalarNode, { inputs }: MapPlaces): string {
  const { walk, at } = inputs[value] as MapPlaces['inputs'][number];
  const index = walk === 'strided' ? `at${value}(i)` : walk === 'row' ? `param(${at}u) + i` : `param(${at}u)`;
  return type === 'bool' ? `in${value}[${index}] != 0` : `in${value}[${index}]`;
}
