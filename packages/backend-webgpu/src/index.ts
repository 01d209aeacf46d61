import type { Device } from '@flambeau/core/functional';
import {
  createDevice,
  DeviceError,
  deferredMaps,
  lateFaults,
  spillingMemory,
  steppedMaps,
} from '@flambeau/core/functional';
import type { WebGpuBackendOptions } from './backend.ts';
import { createWebGpuBackend } from './backend.ts';

export type { WebGpuBackendOptions } from './backend.ts';
export { createWebGpuBackend } from './backend.ts';

/** Options of {@link webgpu}. */
export interface WebGpuOptions extends WebGpuBackendOptions {
  /** Where adapters come from. Default `navigator.gpu`; in Node `create([])` of the package `webgpu`. */
  readonly gpu?: GPU;
}

/** Implementations in use: when one is collected, its devices take the process with them. */
const inUse = new Set<GPU>();

/**
 * A WebGPU device: maps are put off, fused, and written as WGSL at run time. Values are read asynchronously.
 *
 * @throws {@link DeviceError} when there is no WebGPU, or no adapter.
 *
 * @example
 * ```ts no-run
 * import { setDefaultDevice, tensor } from '@flambeau/core';
 * import { webgpu } from '@flambeau/backend-webgpu';
 * setDefaultDevice(await webgpu());
 * await tensor([1, 2]).mul(2).add(1).toArray(); // [3, 5], by one kernel
 * ```
 */
export async function webgpu(options: WebGpuOptions = {}): Promise<Device> {
  const gpu = options.gpu ?? (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (!gpu) {
    throw new DeviceError(
      'webgpu',
      "no WebGPU here: got no navigator.gpu, expected a browser that has it. In Node pass { gpu: create([]) } of the package 'webgpu'.",
    );
  }
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new DeviceError('webgpu', 'no adapter: got none, expected a GPU or a software driver.');
  const { maxStorageBuffersPerShaderStage, maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxStorageBuffersPerShaderStage, maxStorageBufferBindingSize, maxBufferSize },
  });
  inUse.add(gpu);
  const backend = createWebGpuBackend(device, adapter.info, options);
  return createDevice(backend, {
    memory: spillingMemory,
    deferral: deferredMaps,
    steps: steppedMaps,
    faults: lateFaults,
  });
}
