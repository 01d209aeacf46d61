import { cpu } from '@flambeau/backend-cpu';
import { wasmSync } from '@flambeau/backend-wasm';
import { type Device, DeviceError } from '@flambeau/core';

/** The fastest device that is to be had without waiting: wasm, or cpu where the host has no WebAssembly or forbids it. */
export function bestDevice(): Device {
  try {
    return wasmSync();
  } catch (error) {
    if (error instanceof DeviceError) return cpu();
    throw error;
  }
}
