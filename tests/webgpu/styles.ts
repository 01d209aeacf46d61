import { webgpu } from '@flambeau/backend-webgpu';
import type { Device } from '@flambeau/core';
import { gpu, hasAdapter } from './adapter.ts';

/** A device with the kernels for software drivers, and one with those for GPUs, both on whatever adapter there is. */
export const styles: readonly (readonly [string, Device])[] = hasAdapter
  ? [
      ['kernels for software drivers', await webgpu({ gpu, kernels: 'software' })],
      ['kernels for GPUs', await webgpu({ gpu, kernels: 'hardware' })],
    ]
  : [];
