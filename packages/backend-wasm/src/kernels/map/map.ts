import type { MapKernel, MapProgram } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { writeArguments } from './arguments.ts';
import { emitMap } from './emit-map.ts';
import { walkOperands } from './layout.ts';
import { mathImports } from './math-imports.ts';

/** A compiled kernel: computes elements `start` to `end` of what its arguments describe. */
export type RangeKernel = (args: number, start: number, end: number) => void;

/** A kernel with what a worker needs to compile its own. */
export interface CompiledKernel {
  /** Distinct for distinct kernels of a process. */
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly run: RangeKernel;
}

/** Runs a kernel over `count` elements: here, or split among threads. */
export type Executor = (kernel: CompiledKernel, args: number, count: number) => void;

/** Runs everything on the calling thread. */
export const serialExecutor: Executor = ({ run }, args, count) => run(args, 0, count);

/** How many kernels were made and how long that took. */
export interface CompileStats {
  kernels: number;
  bytes: number;
  emitMs: number;
  compileMs: number;
}

let kernelIds = 0;

/** Compiles a module that imports `env.memory` and `math`. */
export function compileKernel(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): CompiledKernel {
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, math: mathImports });
  return { id: kernelIds++, bytes, run: exports['run'] as unknown as RangeKernel };
}

/** The map kernel over a memory: compiles once for each program and kind of layout. */
export function createMap(memory: LinearMemory, execute: Executor, stats: CompileStats): MapKernel {
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
      const begin = performance.now();
      const bytes = emitMap(program, walk, memory);
      const emitted = performance.now();
      kernel = compileKernel(bytes, memory.memory);
      stats.kernels++;
      stats.bytes += bytes.length;
      stats.emitMs += emitted - begin;
      stats.compileMs += performance.now() - emitted;
      own.set(key, kernel);
    }
    execute(kernel, writeArguments(memory, program, walk, inputs, scalars, output), output.size);
  };
}
