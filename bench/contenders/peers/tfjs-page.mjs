// TensorFlow.js's part in a page, on WebGPU.
import * as tf from '#tfjs';
import '#tfjs-webgpu';
import { inPage } from '../page.ts';
import { cnnStep, use, works } from './tfjs-works.mjs';

use(tf);
const open = async () => ((await tf.setBackend('webgpu')) ? null : 'its backend webgpu does not start');
export const { enter, run } = inPage({ version: tf.version.tfjs, open, works, cnnStep });
