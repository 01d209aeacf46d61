import { expect, test } from 'vitest';
import type { Backend } from './backend.ts';
import { createDevice } from './device.ts';
import { deferredMaps } from './dispatch/deferred-maps.ts';
import { lateFaults } from './dispatch/late-faults.ts';
import { steppedMaps } from './dispatch/stepped-maps.ts';
import { DeviceError } from './errors.ts';
import { spillingMemory } from './memory/block-cache.ts';

const backend = (capabilities: Partial<Backend['capabilities']>, rest: Partial<Backend> = {}): Backend => ({
  name: 'bare',
  capabilities: {
    syncRead: false,
    fuse: true,
    defer: false,
    explicitMemory: false,
    dtypes: ['float32'],
    ...capabilities,
  },
  kernels: {} as Backend['kernels'],
  alloc: () => null,
  release: () => {},
  write: () => {},
  read: () => Promise.reject(new Error('not read here')),
  ...rest,
});

test.each([
  ['explicitMemory', backend({ explicitMemory: true }), { memory: spillingMemory }],
  ['defer', backend({ defer: true }), { deferral: deferredMaps }],
  ['fuse: false', backend({ fuse: false }), { steps: steppedMaps }],
  ['maxMapInputs', backend({ maxMapInputs: 4 }), { steps: steppedMaps }],
  ['takeFault', backend({}, { takeFault: () => Promise.resolve(null) }), { faults: lateFaults }],
])('a backend that declares %s needs its part of core', (_capability, declaring, parts) => {
  expect(() => createDevice(declaring)).toThrow(
    new DeviceError(
      'createDevice',
      `a part is missing: got a backend 'bare' that needs '${Object.keys(parts)[0]}', expected it in the second argument. See DeviceParts.`,
    ),
  );
  expect(createDevice(declaring, parts).name).toBe('bare');
});

test('parts that a backend does not need are left out', () => {
  const parts = { memory: spillingMemory, deferral: deferredMaps, steps: steppedMaps, faults: lateFaults };
  const device = createDevice(backend({}), parts);
  expect([device.deferral, device.steps, device.faults]).toEqual([null, null, null]);
  expect(device.memory.explicit).toBe(false);
});
