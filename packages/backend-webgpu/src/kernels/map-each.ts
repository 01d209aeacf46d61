import type { MapCall, MapEachKernel, MapProgram } from '@flambeau/core/functional';
import type { Pipeline } from '../shader/pipelines.ts';
import type { Binding, Shader } from '../shader/shader.ts';
import { elementwise } from '../shader/shader.ts';
import { Params } from '../wgsl/layout.ts';
import { LANES, valueText } from '../wgsl/map-text.ts';
import { wordType } from '../words.ts';
import type { GpuContext } from './context.ts';
import { run } from './context.ts';
import { wordOf } from './map.ts';

/** Words of parameters before those of the calls: groups, elements, and a word that is 0. */
const ZERO_AT = 2;
const FIRST_AT = 3;

/** The place of a call's parameters: where its vectors end among those of all, then its numbers. */
const placeOf = ({ scalars }: MapProgram, call: number): number => FIRST_AT + call * (1 + scalars.length);

/**
 * One program over several sets of whole blocks, four elements at a time. Blocks are buffers of their own, so a kernel
 * takes as many sets as it has bindings for. What lies beyond the last element of a block is padding, and may be written.
 */
function shaderFor(program: MapProgram, calls: number): Shader {
  const vector = (dtype: MapProgram['dtype']): Binding['type'] => `vec4<${wordType(dtype)}>`;
  const numbers = Array.from({ length: calls }, (_, c) => c);
  const bindings = numbers.flatMap((c): Binding[] => [
    ...program.inputs.map((dtype, i): Binding => ({ name: `in${c}_${i}`, type: vector(dtype) })),
    { name: `out${c}`, type: vector(program.dtype), written: true },
  ]);
  const branches = numbers.map((c) => {
    const at = placeOf(program, c);
    const start = c === 0 ? '0' : `param(${placeOf(program, c - 1)}u)`;
    const loads = program.inputs.map((_, i) => `let x${i} = in${c}_${i}[at];`);
    const lanes = LANES.map((lane) => `value(${program.inputs.map((_, i) => `x${i}.${lane}`).join(', ')})`);
    return `if (i < param(${at}u)) {
    let at = i - ${start};
    numbers_at = ${at + 1}u;
    ${loads.join(' ')}
    out${c}[at] = vec4<${wordType(program.dtype)}>(${lanes.join(', ')});
  }`;
  });
  const places = { zero: ZERO_AT, scalars: program.scalars.map((_, i) => `numbers_at + ${i}u`) };
  return elementwise({
    name: `map ${program.id} over ${calls}`,
    bindings,
    paramWords: placeOf(program, calls),
    code: `var<private> numbers_at: u32;
${valueText(program, places)}
fn element(i: i32) {
  ${branches.join(' else ')}
}`,
  });
}

/** The map kernel for several sets of operands: as few kernels as the device's bindings allow. */
export function createMapEach(context: GpuContext): MapEachKernel {
  const cache = new WeakMap<MapProgram, Map<number, Pipeline>>();
  const pipelineOf = (program: MapProgram, calls: number): Pipeline => {
    const known = cache.get(program) ?? new Map<number, Pipeline>();
    cache.set(program, known);
    const pipeline = known.get(calls) ?? context.pipelines.compile(shaderFor(program, calls));
    known.set(calls, pipeline);
    return pipeline;
  };
  const runTogether = (program: MapProgram, calls: readonly MapCall[]): void => {
    const params = new Params();
    params.add(0);
    let vectors = 0;
    for (const { output, scalars } of calls) {
      vectors += Math.ceil(output.size / 4);
      params.add(vectors, ...scalars.map((value, i) => wordOf(value, program.scalars[i])));
    }
    const operands = calls.flatMap(({ inputs, output }) => [...inputs, output]);
    run(context, pipelineOf(program, calls.length), { params: params.counting(vectors), operands });
  };
  return (program, calls) => {
    const most = Math.max(1, Math.floor(context.traits.maxBindings / (program.inputs.length + 1)));
    for (let first = 0; first < calls.length; first += most)
      runTogether(program, calls.slice(first, first + most));
  };
}
