import type { Device } from '@flambeau/core/functional';
import {
  createDevice,
  deferredMaps,
  lateFaults,
  spillingMemory,
  steppedMaps,
} from '@flambeau/core/functional';
import type { WebGpuBackend } from './backend.ts';
import { createWebGpuBackend } from './backend.ts';
import type { GpuImplementation } from './device/implementation.ts';
import { implementationOf } from './device/implementation.ts';
import { openDevice } from './device/open.ts';
import type { KernelStyle } from './device/traits.ts';

export type { GpuImplementation } from './device/implementation.ts';
export type { KernelStyle } from './device/traits.ts';

/** Options of {@link webgpu}. */
export interface WebGpuOptions {
  /** Where adapters come from. Default `navigator.gpu`, and in Node the npm package `webgpu`. */
  readonly gpu?: GpuImplementation;
  /** Which adapter, where there are several. Default: the browser decides. */
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** Bytes of tensors to hold before spilling. Default 1 GiB. */
  readonly memoryBudget?: number;
  /** Kernels for software drivers or for GPUs. Default: by the adapter. */
  readonly kernels?: KernelStyle;
}

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
  const gpu = options.gpu ?? (await implementationOf());
  const backend = createWebGpuBackend(await openDevice(gpu, options.powerPreference), options);
  return createDevice(backend, {
    memory: spillingMemory,
    deferral: deferredMaps,
    steps: steppedMaps,
    faults: lateFaults,
  });
}

/**
 * Compiles the kernels of `work` side by side, so that its first run does not wait for one after the other. Nothing is
 * computed: the tensors that `work` makes have no meaning, and it must not change what is kept.
 *
 * @param device - a device of {@link webgpu}.
 * @param work - synchronous: a forward pass, a loss and its gradients on inputs of any values.
 *
 * @example
 * ```ts no-run
 * import { ones } from '@flambeau/core';
 * import { warmup, webgpu } from '@flambeau/backend-webgpu';
 * const device = await webgpu();
 * await warmup(device, () => ones([64, 10], { device }).matmul(ones([10, 3], { device })));
 * ```
 */
export async function warmup(device: Device, work: () => void): Promise<void> {
  await (device.backend as WebGpuBackend).prepare(work);
}
