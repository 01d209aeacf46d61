import { DeviceError } from '@flambeau/core/functional';

/** Where adapters come from: `navigator.gpu`, or what `create([])` of the npm package `webgpu` returns. */
export interface GpuImplementation {
  requestAdapter(options?: { readonly powerPreference?: 'low-power' | 'high-performance' }): Promise<unknown>;
}

interface Host {
  readonly navigator?: { readonly gpu?: GpuImplementation };
  readonly process?: { readonly versions?: { readonly node?: string } };
}

/** In Node the one implementation of the process. When it is collected, its devices take the process with them. */
let ofNode: GpuImplementation | null = null;

/**
 * The host's WebGPU: the browser's, or in Node that of the npm package `webgpu` where it is installed.
 *
 * @throws {@link DeviceError} when there is none.
 */
export async function implementationOf(host: Host = globalThis as Host): Promise<GpuImplementation> {
  const { gpu } = host.navigator ?? {};
  if (gpu) return gpu;
  if (!host.process?.versions?.node) {
    throw new DeviceError(
      'webgpu',
      "no WebGPU here: got no navigator.gpu, expected a browser that has it, on a page served by https or from localhost. `pick(['webgpu', 'wasm', 'cpu'])` of 'flambeau' takes the next device instead.",
    );
  }
  // A name that bundlers do not see: the package is Node's alone, and optional.
  const name = 'webgpu';
  try {
    const { create } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as {
      create: (flags: readonly string[]) => GpuImplementation;
    };
    ofNode ??= create([]);
    return ofNode;
  } catch (error) {
    throw new DeviceError(
      'webgpu',
      `no WebGPU in Node without the package 'webgpu': got ${error instanceof Error ? error.message : String(error)}, expected it to load. Install it with npm install webgpu; on Linux it needs libvulkan.so.1 (Debian: libvulkan1).`,
    );
  }
}
