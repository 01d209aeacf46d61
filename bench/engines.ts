import { fileURLToPath } from 'node:url';
import { vulkan } from './vulkan.ts';

/** What an engine computes on: the processor, or a GPU (or its software driver) through Dawn in Node or through Chromium. */
export type Place = 'processor' | 'dawn' | 'chromium';

interface Contender {
  readonly id: string;
  readonly family: 'flambeau' | 'javascript' | 'pytorch';
  readonly on: Place;
  /** Threads that it computes with; 0 on a GPU. */
  readonly threads: number;
}

/** A library in a process, and the program that makes it work. The work's id is added as last argument. */
export interface ProcessEngine extends Contender {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A library in a page of Chromium, and the module that makes it work there. */
export interface PageEngine extends Contender {
  readonly on: 'chromium';
  readonly page: string;
}

/** A library on a device. */
export type Engine = ProcessEngine | PageEngine;

/** Whether it runs in a process of its own. */
export const isProcess = (engine: Engine): engine is ProcessEngine => 'command' in engine;

/** Whether it computes on a GPU, which is asked for by name: on a software driver all of them take an hour. */
export const isOnGpu = ({ on }: Engine): boolean => on !== 'processor';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const flambeau = (id: string, threads: number): ProcessEngine => ({
  id,
  family: 'flambeau',
  on: 'processor',
  threads,
  command: process.execPath,
  args: ['--conditions=@flambeau/source', here('contenders/flambeau/main.ts'), id],
});

/** A library from npm, which `contenders/peers/package.json` pins. None has threads in Node. */
const peer = (id: string, script: string, ...args: string[]): ProcessEngine => ({
  id,
  family: 'javascript',
  on: 'processor',
  threads: 1,
  command: process.execPath,
  args: [here(`contenders/peers/${script}`), ...args],
});

const onDawn = (engine: ProcessEngine): ProcessEngine => ({ ...engine, on: 'dawn', threads: 0, env: vulkan });

const inChromium = (id: string, family: Engine['family'], page: string): PageEngine => ({
  id,
  family,
  on: 'chromium',
  threads: 0,
  page: here(`contenders/${page}`),
});

// torch.set_num_threads does not bind its BLAS, which reads these when it is loaded.
const pytorch = (threads: number): ProcessEngine => ({
  id: `torch-${threads}t`,
  family: 'pytorch',
  on: 'processor',
  threads,
  command: process.env['PYTHON'] ?? '/usr/bin/python3',
  args: ['-B', here('contenders/pytorch/main.py'), `${threads}`],
  env: { OPENBLAS_NUM_THREADS: `${threads}`, OMP_NUM_THREADS: `${threads}`, MKL_NUM_THREADS: `${threads}` },
});

/** Everyone who takes part, in the order of the table. */
export const engines: readonly Engine[] = [
  flambeau('flambeau-cpu', 1),
  flambeau('flambeau-wasm-1t', 1),
  flambeau('flambeau-wasm-2t', 2),
  flambeau('flambeau-wasm-1t-rv', 1),
  flambeau('flambeau-wasm-2t-rv', 2),
  peer('tfjs-cpu', 'tfjs.mjs', 'cpu'),
  peer('tfjs-wasm-1t', 'tfjs.mjs', 'wasm'),
  peer('jaxjs-wasm', 'jax.mjs', 'wasm'),
  peer('ort-wasm-1t', 'ort.mjs'),
  pytorch(1),
  pytorch(2),
  onDawn(flambeau('flambeau-webgpu', 0)),
  onDawn(peer('tfjs-webgpu', 'tfjs.mjs', 'webgpu')),
  onDawn(peer('jaxjs-webgpu', 'jax.mjs', 'webgpu')),
  inChromium('flambeau-webgpu-chromium', 'flambeau', 'flambeau/page.ts'),
  inChromium('tfjs-webgpu-chromium', 'javascript', 'peers/tfjs-page.mjs'),
  inChromium('jaxjs-webgpu-chromium', 'javascript', 'peers/jax-page.mjs'),
];
