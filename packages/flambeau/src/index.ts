import { runtime, setDefaultDevice } from '@flambeau/core';
import { bestDevice } from './best-device.ts';

// What this package is imported for: tensors work at once. A device that was set before stays.
if (!runtime.defaultDevice) setDefaultDevice(bestDevice());

export * from '@flambeau/autograd';
export * from '@flambeau/backend-cpu';
export * from '@flambeau/backend-wasm';
export * from '@flambeau/backend-webgpu';
export * from '@flambeau/core';
export * from '@flambeau/data';
export * from '@flambeau/losses';
export * from '@flambeau/nn';
export * from '@flambeau/optim';
export * from '@flambeau/serialize';
export type { DeviceFactory, DeviceName } from './pick.ts';
export { pick } from './pick.ts';
