import '@flambeau/autograd';
import type { Device } from '@flambeau/core';
import { setDefaultDevice, VERSION } from '@flambeau/core';
import type { Library } from '../part.ts';
import { all } from './all.ts';
import { cnnStep } from './training.ts';

/** Flambeau on the device that `openDevice` opens, or tells why there is none. */
export const library = (openDevice: () => Promise<Device | string>): Library => ({
  version: VERSION,
  open: async () => {
    const device = await openDevice();
    if (typeof device === 'string') return device;
    setDefaultDevice(device);
    return null;
  },
  works: all,
  cnnStep,
});
