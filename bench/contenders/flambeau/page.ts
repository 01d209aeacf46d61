// Flambeau's part in a page, on WebGPU.
import { webgpu } from '@flambeau/backend-webgpu';
import { inPage } from '../page.ts';
import { library } from './library.ts';

export const { enter, run } = inPage(library(() => webgpu()));
