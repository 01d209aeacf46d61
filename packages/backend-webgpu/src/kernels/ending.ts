import type { Kernel, KernelContext, Operand } from '@flambeau/core/functional';
import type { BindingType } from '../shader/shader.ts';
import { expressionText, Needed, numberText } from '../wgsl/expression.ts';
import { prelude } from '../wgsl/functions.ts';
import type { Params } from '../wgsl/layout.ts';
import { wordType } from '../words.ts';
import type { GpuContext } from './context.ts';
import { wordOf } from './map.ts';

/** What a kernel does to its results as it stores them: a map that core has handed over, or nothing. */
export interface Ending {
  /** A part of the pipeline's key. */
  readonly key: string;
  /** Bindings behind those that the kernel reads itself, and their operands. */
  readonly bindings: readonly BindingType[];
  readonly operands: readonly Operand[];
  /** Words of the output. */
  readonly output: 'f32' | 'i32';
  /** The text of `fn ended(at: i32, value: f32)`: what is stored at an element, counted from the output's first. */
  readonly text: string;
}

/** Results are stored as they are. */
export const NO_ENDING: Ending = {
  key: '',
  bindings: [],
  operands: [],
  output: 'f32',
  text: 'fn ended(at: i32, value: f32) -> f32 { return value; }',
};

/**
 * The ending of a call.
 *
 * @param params - gets the ending's parameters, behind those of the kernel.
 * @param reads - how many bindings the kernel reads itself.
 */
export function endingOf({ epilogue }: KernelContext, params: Params, reads: number): Ending {
  if (!epilogue) return NO_ENDING;
  const { program, position, inputs, scalars } = epilogue;
  const zero = params.add(0);
  const numbers = scalars.map((value, i) => `${params.add(wordOf(value, program.scalars[i]))}u`);
  const offsets = inputs.map(({ offset }) => params.add(offset));
  const operands = program.inputs.map((_, i) => {
    if (i === position) return 'value';
    const other = i < position ? i : i - 1;
    return `in${reads + other}[param(${offsets[other]}u) + at]`;
  });
  const places = { zero, scalars: numbers };
  const needed = new Needed();
  const expression = expressionText('ending', program, places, needed);
  const output = wordType(program.dtype);
  return {
    key: ` ending ${program.id} ${position}`,
    bindings: inputs.map(({ dtype }) => wordType(dtype)),
    operands: inputs,
    output,
    text: `${numberText(places)}
${prelude(needed.names)}
${expression}
fn ended(at: i32, value: f32) -> ${output} { return ending(${operands.join(', ')}); }`,
  };
}

/**
 * The text of `fn store(at: i32, value: f32)`, by which a kernel writes its results: `at` counts the elements of the output.
 *
 * @param offset - the text of the output's offset in its buffer.
 */
export const storeText = (offset: string, { text }: Ending = NO_ENDING): string =>
  `${text}
fn store(at: i32, value: f32) { out[${offset} + at] = ended(at, value); }`;

/**
 * A kernel of float32 that can end in a map, as far as there are bindings for the map's operands.
 *
 * @param own - the most bindings that it has itself.
 */
export function withEnding<Attrs>({ traits }: GpuContext, own: number, kernel: Kernel<Attrs>): Kernel<Attrs> {
  return Object.assign(kernel, {
    fusesOutput: ({ inputs }: { readonly inputs: readonly string[] }, position: number) =>
      inputs[position] === 'float32' && own + inputs.length - 1 <= traits.maxBindings,
  });
}
