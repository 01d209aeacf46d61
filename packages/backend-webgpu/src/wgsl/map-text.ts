import type { MapProgram } from '@flambeau/core/functional';
import type { BindingType, Shader } from '../shader/shader.ts';
import { elementwise, storage } from '../shader/shader.ts';
import type { WordType } from '../words.ts';
import { wordType } from '../words.ts';
import type { ExpressionPlaces } from './expression.ts';
import { expressionText, Needed, numberText } from './expression.ts';
import { prelude } from './functions.ts';
import { locate } from './layout.ts';

/** How a kernel reads an operand: in the output's order, always at one element, or with strides of its own. */
export type Walk = 'row' | 'point' | 'strided';

/** Where a map kernel finds its parameters. */
export interface MapPlaces extends ExpressionPlaces {
  readonly output: number;
  /** The place of the offset of each input; for strided ones the strides follow. */
  readonly inputs: readonly { readonly walk: Walk; readonly at: number }[];
  readonly rank: number;
  readonly shape: number;
  /** The place of the number of elements, where four are computed at once. */
  readonly size: number;
  readonly words: number;
}

/** The parts of a vector. */
export const LANES = ['x', 'y', 'z', 'w'] as const;

/** Writes a program as a kernel that computes one element at a time. */
export function mapShader(program: MapProgram, places: MapPlaces): Shader {
  const walks = places.inputs.flatMap(({ walk, at }, i) =>
    walk === 'strided' ? [locate(`at${i}`, { rank: places.rank, shape: places.shape, walk: at })] : [],
  );
  const operands = places.inputs.map(({ walk, at }, i) => {
    const index = walk === 'strided' ? `at${i}(i)` : walk === 'row' ? `param(${at}u) + i` : `param(${at}u)`;
    return `in${i}[${index}]`;
  });
  const element = `fn element(i: i32) { out[param(${places.output}u) + i] = value(${operands.join(', ')}); }`;
  return elementwise({
    name: `map ${program.id}`,
    bindings: storage(program.inputs.map(wordType), [wordType(program.dtype)]),
    paramWords: places.words,
    code: [valueText(program, places), ...walks, element].join('\n'),
  });
}

/**
 * The same four elements at a time, for operands in the output's order or at one element. Offsets are those of vectors,
 * and what lies beyond the last element is left alone.
 */
export function vectorMapShader(program: MapProgram, places: MapPlaces): Shader {
  const word = wordType(program.dtype);
  const vector = (type: WordType): BindingType => `vec4<${type}>`;
  const rows = places.inputs.map(({ walk }) => walk === 'row');
  const loads = places.inputs.map(({ at }, i) =>
    rows[i] ? `  let x${i} = in${i}[param(${at}u) + i];` : `  let x${i} = in${i}[param(${at}u)];`,
  );
  const lane = (name: string): string =>
    `value(${rows.map((row, i) => (row ? `x${i}.${name}` : `x${i}`)).join(', ')})`;
  const whole = `vec4<${word}>(${LANES.map(lane).join(', ')})`;
  const rest = LANES.slice(0, 3).map(
    (name, j) => `    if (4 * i + ${j} < size) { out[at].${name} = y.${name}; }`,
  );
  const element = [
    'fn element(i: i32) {',
    ...loads,
    `  let y = ${whole};`,
    `  let at = param(${places.output}u) + i;`,
    `  let size = param(${places.size}u);`,
    '  if (4 * i + 3 < size) { out[at] = y; }',
    '  else {',
    ...rest,
    '  }',
    '}',
  ];
  const inputs = program.inputs.map((dtype, i) => (rows[i] ? vector(wordType(dtype)) : wordType(dtype)));
  return elementwise({
    name: `map ${program.id} by fours`,
    bindings: storage(inputs, [vector(word)]),
    paramWords: places.words,
    code: [valueText(program, places), ...element].join('\n'),
  });
}

/** The program as `fn value(x0: …, …)`, with the functions that it calls. */
export function valueText(program: MapProgram, places: ExpressionPlaces): string {
  const needed = new Needed();
  const value = expressionText('value', program, places, needed);
  return [numberText(places), prelude(needed.names), value].join('\n');
}
