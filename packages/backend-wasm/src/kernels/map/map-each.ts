import type { MapEachKernel, MapProgram } from '@flambeau/core/functional';
import { ARGUMENTS_ADDRESS, ARGUMENTS_BYTES } from '../../memory/linear-memory.ts';
import type { CompiledKernel, Executor, KernelCache } from '../compiled.ts';
import { argumentPlaces, writeArguments } from './arguments.ts';
import { elementTime, grainFor } from './cost.ts';
import { emitMapEach, inOrder } from './emit-map-each.ts';

/** A program's kernel for calls whose operands are in order. */
interface ForCalls {
  readonly kernel: CompiledKernel;
  /** Nanoseconds that an element takes, about. */
  readonly time: number;
  /** Bytes of one call's arguments. */
  readonly bytes: number;
}

/** The kernel that maps several sets of operands: their elements one after the other are split among the threads. */
export function createMapEach(kernels: KernelCache, execute: Executor): MapEachKernel {
  const { memory } = kernels;
  const cache = new WeakMap<MapProgram, ForCalls>();
  const kernelFor = (program: MapProgram): ForCalls => {
    let known = cache.get(program);
    if (!known) {
      const kernel = kernels.compile(() => emitMapEach(program, memory));
      const { bytes } = argumentPlaces(program, inOrder(program));
      known = { kernel, time: elementTime(program), bytes };
      cache.set(program, known);
    }
    return known;
  };
  return (program, calls) => {
    const { kernel, time, bytes } = kernelFor(program);
    const layout = inOrder(program);
    const most = Math.floor(ARGUMENTS_BYTES / bytes);
    for (let first = 0; first < calls.length; first += most) {
      let size = 0;
      let address = ARGUMENTS_ADDRESS;
      for (const { inputs, scalars, output } of calls.slice(first, first + most)) {
        const walk = { ...layout, shape: output.shape, strides: [] };
        writeArguments(memory, { address, bytes }, program, walk, inputs, scalars, output);
        address += bytes;
        size += output.size;
      }
      execute(kernel, ARGUMENTS_ADDRESS, size, grainFor(size, time));
    }
  };
}
