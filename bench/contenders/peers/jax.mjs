// jax-js's part in the benchmark in Node. The first argument is its device: wasm, which has one thread there, or webgpu.
import { readFileSync } from 'node:fs';
import { loadDawn } from '../dawn.ts';
import { serve } from '../serve.ts';
import { cnnStep, use, works } from './jax-works.mjs';

const name = '@jax-js/jax';
const device = process.argv[2];
const refusal = device === 'webgpu' ? await loadDawn() : null;

/** @returns the library, or null where it is not installed. */
async function load() {
  try {
    return await import(name);
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

const jax = await load();
if (jax) use(jax);
const manifest = new URL(`node_modules/${name}/package.json`, import.meta.url);

await serve({
  version: jax ? JSON.parse(readFileSync(manifest, 'utf8')).version : '',
  open: async () => {
    if (!jax) return 'not installed';
    if (refusal !== null) return refusal;
    if (!(await jax.init(device)).includes(device)) return `its device ${device} does not start`;
    jax.defaultDevice(device);
    return null;
  },
  works,
  cnnStep,
});
