import { DeviceError } from '@flambeau/core/functional';
import { ModuleBuilder } from '../emit/module.ts';
import { v128 } from '../emit/vector.ts';
import { bytesToCompile } from '../engine/revectorizer.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { ARGUMENTS_ADDRESS, ARGUMENTS_BYTES } from '../memory/linear-memory.ts';
import { mathImports } from './map/math-imports.ts';
import type { Tile } from './matmul/tile.ts';
import { NARROW_TILE } from './matmul/tile.ts';

/**
 * A compiled kernel: does the units of work from `start` to `end` of what its arguments describe. `thread` says which
 * thread it runs on, from 0, the caller: kernels that need memory of their own choose it by that.
 */
export type RangeKernel = (args: number, start: number, end: number, thread: number) => void;

/** A kernel with what a worker needs to compile its own. */
export interface CompiledKernel {
  /** Distinct for distinct kernels of a process. */
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly run: RangeKernel;
}

/**
 * Runs a kernel over `count` units of work: here, or split among threads, `grain` units at a time. A grain is at least
 * what is worth a thread's waking up: some 50 µs.
 */
export interface Executor {
  (kernel: CompiledKernel, args: number, count: number, grain: number): void;
  /** More than the number of any thread. */
  readonly threads: number;
}

/** Runs everything on the calling thread. */
export const serialExecutor: Executor = Object.assign(
  ({ run }: CompiledKernel, args: number, count: number) => run(args, 0, count, 0),
  { threads: 1 },
);

/** How many kernels were made and how long that took. */
export interface CompileStats {
  kernels: number;
  bytes: number;
  /** Bytes of the largest module. */
  largest: number;
  emitMs: number;
  compileMs: number;
}

let kernelIds = 0;

/** How many kernels the process has compiled. */
export const compiledKernels = (): number => kernelIds;

/** Compiles a module that imports `env.memory` and `math` and exports `run`. */
export function compileKernel(emitted: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): CompiledKernel {
  const bytes = bytesToCompile(emitted);
  const module = compileModule(bytes);
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, math: mathImports });
  return { id: kernelIds++, bytes, run: exports['run'] as unknown as RangeKernel };
}

function compileModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    // A RangeError also says that there is no memory for code.
    if (!(error instanceof RangeError && /main thread/.test(error.message))) throw error;
    throw new DeviceError(
      'wasm',
      `a kernel is too large to be compiled on the main thread of a page: got ${bytes.length} bytes, expected what the browser allows (4096 in Chrome before 114). Use the device in a worker, cpu(), or a newer browser. ${error.message}`,
    );
  }
}

/** @throws DeviceError where the host does not let WebAssembly be compiled, or knows no vectors of 128 bits. */
export function checkMayCompile(): void {
  try {
    const builder = new ModuleBuilder();
    builder.addFunction('vectors', [], (body) => void body.let(v128.const(new Uint8Array(16))));
    new WebAssembly.Module(builder.encode());
  } catch (error) {
    throw new DeviceError(
      'wasm',
      `WebAssembly cannot be compiled here: got '${error instanceof Error ? error.message : String(error)}', expected a host with WebAssembly and its SIMD, and under a content-security policy 'wasm-unsafe-eval' in its script-src.`,
    );
  }
}

/** Where kernels come from: compiled at their first use, by a key that says all that their code depends on. */
export class KernelCache {
  readonly memory: LinearMemory;
  /** The tile that products take, where they have room for it. */
  readonly tile: Tile;
  readonly stats: CompileStats = { kernels: 0, bytes: 0, largest: 0, emitMs: 0, compileMs: 0 };
  readonly #kernels = new Map<string, CompiledKernel>();

  constructor(memory: LinearMemory, tile: Tile = NARROW_TILE) {
    this.memory = memory;
    this.tile = tile;
  }

  /** The kernel with this key, whose module `emit` writes. */
  get(key: string, emit: () => ModuleBuilder): CompiledKernel {
    let kernel = this.#kernels.get(key);
    if (!kernel) {
      kernel = this.compile(() => emit().encode());
      this.#kernels.set(key, kernel);
    }
    return kernel;
  }

  /** Compiles and counts. */
  compile(emit: () => Uint8Array<ArrayBuffer>): CompiledKernel {
    const begin = performance.now();
    const bytes = emit();
    const emitted = performance.now();
    const kernel = compileKernel(bytes, this.memory.memory);
    this.stats.kernels++;
    this.stats.bytes += bytes.length;
    this.stats.largest = Math.max(this.stats.largest, bytes.length);
    this.stats.emitMs += emitted - begin;
    this.stats.compileMs += performance.now() - emitted;
    return kernel;
  }
}

/** Writes a kernel's arguments, 32-bit integers, and returns their address. There is one kernel at a time, so one place. */
export function writeWords(memory: LinearMemory, words: readonly number[]): number {
  if (4 * words.length > ARGUMENTS_BYTES)
    throw new RangeError(`wasm: a kernel has ${words.length} arguments, at most ${ARGUMENTS_BYTES / 4}`);
  memory.views.int32.set(words, ARGUMENTS_ADDRESS / 4);
  return ARGUMENTS_ADDRESS;
}
