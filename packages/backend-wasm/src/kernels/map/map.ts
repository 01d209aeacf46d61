import type { MapKernel, MapProgram } from '@flambeau/core/functional';
import type { CompiledKernel, Executor, KernelCache } from '../compiled.ts';
import { writeArguments } from './arguments.ts';
import { emitMap } from './emit-map.ts';
import { walkOperands } from './layout.ts';

/** Elements of a map that a thread takes at a time, and how many there must be to share them. */
const GRAIN = 16_384;
const SPLIT_ABOVE = 65_536;

/** The map kernel over a memory: compiles once for each program and kind of layout. */
export function createMap(kernels: KernelCache, execute: Executor): MapKernel {
  const { memory } = kernels;
  const cache = new WeakMap<MapProgram, Map<string, CompiledKernel>>();
  return (program, inputs, scalars, output) => {
    const walk = walkOperands(inputs, output);
    let own = cache.get(program);
    if (!own) {
      own = new Map();
      cache.set(program, own);
    }
    const key = `${walk.rank} ${walk.walks.join()}`;
    let kernel = own.get(key);
    if (!kernel) {
      kernel = kernels.compile(() => emitMap(program, walk, memory));
      own.set(key, kernel);
    }
    const args = writeArguments(memory, program, walk, inputs, scalars, output);
    const { size } = output;
    execute(kernel, args, size, size < SPLIT_ABOVE ? size : GRAIN);
  };
}
