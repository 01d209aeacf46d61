import '@flambeau/autograd';
import { setDefaultDevice, VERSION } from '@flambeau/core';
import { serve } from '../serve.ts';
import { all } from './all.ts';
import { openDevice } from './device.ts';

const device = await openDevice(process.argv[2] ?? '');
if (typeof device !== 'string') setDefaultDevice(device);
await serve(VERSION, typeof device === 'string' ? device : all);
