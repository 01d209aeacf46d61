import type { Device } from '@flambeau/core/functional';
import { createDevice, deferredMaps, spillingMemory } from '@flambeau/core/functional';
import type { WasmBackendOptions, WasmParts } from './backend.ts';
import { createWasmBackend } from './backend.ts';
import { availableCores } from './engine/host.ts';
import { checkMayCompile } from './kernels/compiled.ts';
import { LinearMemory } from './memory/linear-memory.ts';
import type { PoolOptions } from './pool/pool.ts';
import { WorkerPool } from './pool/pool.ts';
import { missingForWorkers } from './pool/start-worker.ts';

export type { WasmBackendOptions } from './backend.ts';

/** Options of {@link wasm}. */
export interface WasmOptions extends WasmBackendOptions {
  /** Threads that compute, the caller included. Default: one for each core, where the host has shared memory and workers. */
  readonly threads?: number;
  /**
   * Where browsers find the workers' program: the file `@flambeau/backend-wasm/worker`, served beside the page. Needed only
   * under a content-security policy that allows no workers from `blob:`.
   */
  readonly workerUrl?: string | { readonly href: string };
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
  const { threads, missing } = threadsFor('wasm', options);
  if (threads < 2) return deviceOf(options, { fallbacks: missing });
  const memory = new LinearMemory();
  const pool = await WorkerPool.start(memory, poolOptions(threads, options));
  if (pool.threads === threads) return deviceOf(options, { memory, pool });
  const why = pool.failures[0] ?? 'a pool has no more';
  return deviceOf(options, { memory, pool, fallbacks: [`${pool.threads} of ${threads} threads: ${why}`] });
}

/**
 * The same device at once, for where nothing can be awaited. Its workers are started by the first work that is worth
 * sharing, and join as they get ready; until then the caller computes alone, which changes no number.
 *
 * @example
 * ```ts
 * import { setDefaultDevice, tensor } from '@flambeau/core';
 * import { wasmSync } from '@flambeau/backend-wasm';
 * setDefaultDevice(wasmSync());
 * tensor([1, 2]).mul(2).add(1).dataSync(); // Float32Array [3, 5]
 * ```
 */
export function wasmSync(options: WasmOptions = {}): Device {
  checkMayCompile();
  const { threads, missing } = threadsFor('wasmSync', options);
  if (threads < 2) return deviceOf(options, { fallbacks: missing });
  const memory = new LinearMemory();
  return deviceOf(options, { memory, pool: WorkerPool.late(memory, poolOptions(threads, options)) });
}

function deviceOf(options: WasmOptions, parts: WasmParts): Device {
  return createDevice(createWasmBackend(options, parts), { memory: spillingMemory, deferral: deferredMaps });
}

/** How many threads are to be had, and why not as many as wanted. */
function threadsFor(
  caller: string,
  { threads: wanted }: WasmOptions,
): { readonly threads: number; readonly missing: readonly string[] } {
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1))
    throw new RangeError(`${caller}(): a number of threads: got ${wanted}, expected an integer from 1`);
  const threads = wanted ?? availableCores();
  const missing = threads < 2 ? null : missingForWorkers();
  return missing
    ? { threads: 1, missing: [`1 of ${threads} threads: ${missing}`] }
    : { threads, missing: [] };
}

const poolOptions = (threads: number, { workerUrl }: WasmOptions): PoolOptions => ({
  threads,
  ...(workerUrl !== undefined && { workerUrl: typeof workerUrl === 'string' ? workerUrl : workerUrl.href }),
});
