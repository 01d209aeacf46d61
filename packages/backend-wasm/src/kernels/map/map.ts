import type { MapKernel, MapProgram } from '@flambeau/core/functional';
import { ARGUMENTS_ADDRESS, ARGUMENTS_BYTES } from '../../memory/linear-memory.ts';
import type { CompiledKernel, Executor, KernelCache } from '../compiled.ts';
import { writeArguments } from './arguments.ts';
import { elementTime, grainFor } from './cost.ts';
import { emitMap } from './emit-map.ts';
import type { MapLayout } from './layout.ts';
import { walkOperands } from './layout.ts';

const AREA = { address: ARGUMENTS_ADDRESS, bytes: ARGUMENTS_BYTES };

/** A program's kernel for one kind of layout. */
interface LaidOut extends MapLayout {
  readonly kernel: CompiledKernel;
  /** Nanoseconds that an element takes, about. */
  readonly time: number;
}

/** The map kernel over a memory: compiles once for each program and kind of layout. */
export function createMap(kernels: KernelCache, execute: Executor): MapKernel {
  const { memory } = kernels;
  const cache = new WeakMap<MapProgram, LaidOut[]>();
  const kernelFor = (program: MapProgram, layout: MapLayout): LaidOut => {
    let own = cache.get(program);
    if (!own) {
      own = [];
      cache.set(program, own);
    }
    for (const known of own) if (isSameLayout(known, layout)) return known;
    const { rank, walks } = layout;
    const kernel = kernels.compile(() => emitMap(program, layout, memory));
    const made = { rank, walks, kernel, time: elementTime(program) };
    own.push(made);
    return made;
  };
  return (program, inputs, scalars, output) => {
    const walk = walkOperands(inputs, output);
    const { kernel, time } = kernelFor(program, walk);
    const args = writeArguments(memory, AREA, program, walk, inputs, scalars, output);
    const { size } = output;
    execute(kernel, args, size, grainFor(size, time));
  };
}

function isSameLayout(a: MapLayout, b: MapLayout): boolean {
  if (a.rank !== b.rank) return false;
  for (let i = 0; i < a.walks.length; i++) if (a.walks[i] !== b.walks[i]) return false;
  return true;
}
