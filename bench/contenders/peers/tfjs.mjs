// TensorFlow.js's part in the benchmark in Node. The first argument is its backend: cpu, wasm or webgpu.
import { createRequire } from 'node:module';
import { loadDawn } from '../dawn.ts';
import { serve } from '../serve.ts';
import { cnnStep, use, works } from './tfjs-works.mjs';

const require = createRequire(import.meta.url);
const backend = process.argv[2];
const refusal = backend === 'webgpu' ? await loadDawn() : null;

/** @returns the library, with its backend in reach, or null where it is not installed. */
function load() {
  try {
    if (backend !== 'cpu') require(`@tensorflow/tfjs-backend-${backend}`);
    return require('@tensorflow/tfjs');
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

const tf = load();
if (tf) use(tf);

await serve({
  version: tf?.version.tfjs ?? '',
  open: async () => {
    if (!tf) return 'not installed';
    if (refusal !== null) return refusal;
    return (await tf.setBackend(backend)) ? null : `its backend ${backend} does not start`;
  },
  works,
  cnnStep,
});
