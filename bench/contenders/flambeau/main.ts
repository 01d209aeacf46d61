import { cpu } from '@flambeau/backend-cpu';
import '@flambeau/autograd';
import { setDefaultDevice, VERSION } from '@flambeau/core';
import { serve } from '../serve.ts';
import { dispatch } from './dispatch.ts';
import { kernels } from './kernels.ts';
import { training } from './training.ts';

setDefaultDevice(cpu());
await serve(VERSION, { ...dispatch, ...training, ...kernels });
