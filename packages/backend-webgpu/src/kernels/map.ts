import type { MapKernel, MapProgram, Operand } from '@flambeau/core/functional';
import { contiguousStrides, isContiguous, mergeLayouts } from '@flambeau/core/functional';
import type { Pipeline } from '../shader/pipelines.ts';
import { Params } from '../wgsl/layout.ts';
import type { MapPlaces, Walk } from '../wgsl/map-text.ts';
import { mapShader, vectorMapShader } from '../wgsl/map-text.ts';
import { bitsOf } from '../words.ts';
import type { GpuContext } from './context.ts';
import { run } from './context.ts';

const walkOf = ({ shape, strides }: Operand): Walk => {
  if (isContiguous(shape, strides)) return 'row';
  return strides.every((stride, axis) => stride === 0 || shape[axis] === 1) ? 'point' : 'strided';
};

/** Lays out the parameters of a run. The places depend on the kinds of layout alone. */
function placed(
  program: MapProgram,
  inputs: readonly Operand[],
  scalars: readonly number[],
  output: Operand,
): { params: Params; places: MapPlaces; byFours: boolean } {
  const walks = inputs.map(walkOf);
  const byFours =
    output.offset % 4 === 0 &&
    inputs.every((x, i) => (walks[i] === 'row' ? x.offset % 4 === 0 : walks[i] === 'point'));
  const width = byFours ? 4 : 1;
  const strided = inputs.filter((_, i) => walks[i] === 'strided');
  const merged = mergeLayouts({
    shape: output.shape,
    strides: [contiguousStrides(output.shape), ...strided.map(({ strides }) => strides)],
  });
  const params = new Params(Math.ceil(output.size / width));
  const size = params.add(output.size);
  const rank = strided.length > 0 ? merged.shape.length : 0;
  const outputAt = params.add(output.offset / width);
  const shape = params.add(...merged.shape.slice(0, rank));
  const strides = merged.strides.slice(1);
  const places = inputs.map((x, i) => {
    const walk = walks[i] as Walk;
    const own = walk === 'strided' ? (strides.shift() ?? []) : [];
    return { walk, at: params.add(walk === 'row' ? x.offset / width : x.offset, ...own) };
  });
  const zero = params.add(0);
  const numbers = scalars.map((value, i) => params.add(wordOf(value, program.scalars[i])));
  return {
    params,
    byFours,
    places: {
      output: outputAt,
      inputs: places,
      rank,
      shape,
      size,
      scalars: numbers.map((at) => `${at}u`),
      zero,
      words: params.words.length,
    },
  };
}

/** A run-time number as a word. */
export function wordOf(value: number, type: MapProgram['scalars'][number] | undefined): number {
  if (type === 'bool') return Number(value !== 0);
  return type === 'int32' ? value | 0 : bitsOf(value);
}

/** The map kernel: a pipeline for each program and kind of layout. */
export function createMap(context: GpuContext): MapKernel {
  const cache = new WeakMap<MapProgram, Map<string, Pipeline>>();
  return (program, inputs, scalars, output) => {
    const { params, places, byFours } = placed(program, inputs, scalars, output);
    let own = cache.get(program);
    if (!own) {
      own = new Map();
      cache.set(program, own);
    }
    const key = `${byFours} ${places.rank} ${places.inputs.map(({ walk }) => walk).join()}`;
    let pipeline = own.get(key);
    if (!pipeline) {
      pipeline = context.pipelines.compile(
        byFours ? vectorMapShader(program, places) : mapShader(program, places),
      );
      own.set(key, pipeline);
    }
    run(context, pipeline, { params, operands: [...inputs, output] });
  };
}
