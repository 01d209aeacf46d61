import type { Device } from '@flambeau/core/functional';
import { allocTyped, createDevice } from '@flambeau/core/functional';
import { createBackend } from './backend.ts';
import { plainAmax, plainArgmax, plainMap, plainMatmul, plainSum } from './kernels/plain.ts';

let device: Device | null = null;

/**
 * A small variant of `cpu()` for where every kilobyte counts: the primitives alone, as plain loops. Core composes
 * convolution, pooling, normalisation, softmax and linear layers from them. The results are the same up to rounding,
 * large matrix products take twice as long, convolutions many times.
 *
 * @returns the same device at every call.
 *
 * @example
 * ```ts
 * import { setDefaultDevice, tensor } from '@flambeau/core';
 * import { cpuPrimitives } from '@flambeau/backend-cpu/primitives';
 * setDefaultDevice(cpuPrimitives());
 * await tensor([[1, 2]]).matmul(tensor([[3], [4]])).toArray(); // [[11]]
 * ```
 */
export function cpuPrimitives(): Device {
  device ??= createDevice(
    createBackend({
      name: 'cpu-primitives',
      alloc: allocTyped,
      kernels: {
        map: plainMap,
        matmul: plainMatmul,
        sum: plainSum,
        amax: plainAmax,
        argmax: plainArgmax,
      },
    }),
  );
  return device;
}
