import { DeviceError } from '@flambeau/core/functional';
import type { GpuImplementation } from './implementation.ts';

/** Implementations in use: when one is collected, its devices take the process with them. */
const inUse = new Set<GPU>();

/** The limits worth raising: those of kernels and buffers. */
const LIMITS = [
  'maxStorageBuffersPerShaderStage',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** The features that kernels use where they are. */
const FEATURES: readonly GPUFeatureName[] = ['subgroups'];

/** A device, and what its adapter says of itself. */
export interface Opened {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
}

/**
 * Opens a device with all that its adapter has and kernels use.
 *
 * @throws {@link DeviceError} when there is no adapter.
 */
export async function openDevice(
  implementation: GpuImplementation,
  powerPreference: GPUPowerPreference | undefined,
): Promise<Opened> {
  const gpu = implementation as GPU;
  inUse.add(gpu);
  const adapter = await gpu.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) {
    throw new DeviceError(
      'webgpu',
      "no adapter: got none, expected a GPU or a software driver. In Node on Linux install libvulkan1 and a driver; in a browser look at its page about the GPU. `pick(['webgpu', 'wasm', 'cpu'])` of 'flambeau' takes the next device instead.",
    );
  }
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((name) => adapter.features.has(name));
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  return { device, info: adapter.info };
}
