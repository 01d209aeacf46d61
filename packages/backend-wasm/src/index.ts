import type { Device } from '@flambeau/core/functional';
import { createDevice, deferredMaps, spillingMemory } from '@flambeau/core/functional';
import type { WasmBackendOptions, WasmParts } from './backend.ts';
import { createWasmBackend } from './backend.ts';
import { availableCores } from './engine/host.ts';
import { checkMayCompile } from './kernels/compiled.ts';
import { LinearMemory } from './memory/linear-memory.ts';
import { WorkerPool } from './pool/pool.ts';
import { missingForWorkers } from './pool/start-worker.ts';

export type { WasmBackendOptions, WasmParts } from './backend.ts';
export { createWasmBackend } from './backend.ts';

/** Options of {@link wasm}. */
export interface WasmOptions extends WasmBackendOptions {
  /** Threads that compute, the caller included. Default: one for each core, where the host has shared memory and workers. */
  readonly threads?: number;
  /**
   * Where browsers find the workers' program: the file `@flambeau/backend-wasm/worker`, served beside the page. Needed only
   * under a content-security policy that allows no workers from `blob:`.
   */
  readonly workerUrl?: string | URL;
}

/**
 * A WebAssembly device: maps are put off, fused, and compiled to wasm at run time. It computes on all cores where it can:
 * `device.report()` says on how many threads, and why not on more.
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
  checkMayCompile();
  return createDevice(createWasmBackend(options, await startThreads(options)), {
    memory: spillingMemory,
    deferral: deferredMaps,
  });
}

async function startThreads({ threads: wanted, workerUrl }: WasmOptions): Promise<WasmParts> {
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1))
    throw new RangeError(`wasm(): a number of threads: got ${wanted}, expected an integer from 1`);
  const threads = wanted ?? availableCores();
  if (threads < 2) return {};
  const missing = missingForWorkers();
  if (missing) return { fallbacks: [`1 of ${threads} threads: ${missing}`] };
  const memory = new LinearMemory();
  const pool = await WorkerPool.start(memory, { threads, ...(workerUrl !== undefined && { workerUrl }) });
  if (pool.threads === threads) return { memory, pool };
  const why = pool.failures[0] ?? 'a pool has no more';
  return { memory, pool, fallbacks: [`${pool.threads} of ${threads} threads: ${why}`] };
}
