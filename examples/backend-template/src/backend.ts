import type { Backend, Device, TypedArray } from '@flambeau/core';
import { allocTyped, createDevice, steppedMaps } from '@flambeau/core';
import { amax, argmax, copyStrided, fill, gather, matmul, scatterAdd, sum } from './kernels/loops.ts';
import { map } from './kernels/map.ts';

const backend: Backend = {
  name: 'template',
  capabilities: {
    syncRead: true, // values can be read without awaiting
    fuse: false, // map takes one operation at a time
    defer: false,
    explicitMemory: false, // the collector takes the arrays back
    dtypes: ['float32', 'float64', 'int32', 'uint8', 'int8', 'bool'],
  },
  alloc: (dtype, length) => allocTyped(dtype, length),
  release: () => {},
  write: (block, data) => (block as TypedArray).set(data),
  read: async (block, _dtype, offset, length) => (block as TypedArray).slice(offset, offset + length),
  readSync: (block, _dtype, offset, length) => (block as TypedArray).slice(offset, offset + length),
  scalarFunctions: new Set(['fmod']), // beyond tier 1: map has an operation of this name
  kernels: { map, copyStrided, fill, sum, amax, argmax, matmul, gather, scatterAdd },
  report: () => ({ engine: 'plain loops' }),
};

/** A device of its own at each call. */
export function template(): Device {
  return createDevice(backend, { steps: steppedMaps });
}
