import type { Device } from '@flambeau/core/functional';
import { createDevice, deferredMaps, spillingMemory } from '@flambeau/core/functional';
import type { WasmBackendOptions, WasmThreads } from './backend.ts';
import { createWasmBackend } from './backend.ts';
import { LinearMemory } from './memory/linear-memory.ts';
import { WorkerPool } from './pool/pool.ts';
import { canStartWorkers } from './pool/start-worker.ts';

export type { WasmBackendOptions } from './backend.ts';
export { createWasmBackend } from './backend.ts';

/** Options of {@link wasm}. */
export interface WasmOptions extends WasmBackendOptions {
  /** Threads that compute large maps, the caller included. Default 1. */
  readonly threads?: number;
}

/**
 * A WebAssembly device: maps are put off, fused, and compiled to wasm at run time.
 *
 * @example
 * ```ts
 * import { setDefaultDevice, tensor } from '@flambeau/core';
 * import { wasm } from '@flambeau/backend-wasm';
 * setDefaultDevice(await wasm());
 * await tensor([1, 2]).mul(2).add(1).toArray(); // [3, 5], by one kernel
 * ```
 */
export async function wasm(options: WasmOptions = {}): Promise<Device> {
  const threads = await startThreads(options.threads ?? 1);
  return createDevice(createWasmBackend(options, threads), {
    memory: spillingMemory,
    deferral: deferredMaps,
  });
}

async function startThreads(threads: number): Promise<WasmThreads | undefined> {
  if (threads < 2 || !canStartWorkers()) return undefined;
  const memory = new LinearMemory();
  return { memory, pool: await WorkerPool.start(memory, { threads }) };
}
