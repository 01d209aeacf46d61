// jax-js's part in a page, on WebGPU.
import * as jax from '#jax';
import { inPage } from '../page.ts';
import { cnnStep, use, works } from './jax-works.mjs';
import { version } from './node_modules/@jax-js/jax/package.json';

use(jax);
const open = async () => {
  if (!(await jax.init('webgpu')).includes('webgpu')) return 'its device webgpu does not start';
  jax.defaultDevice('webgpu');
  return null;
};
export const { enter, run } = inPage({ version, open, works, cnnStep });
