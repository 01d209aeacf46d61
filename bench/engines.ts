import { fileURLToPath } from 'node:url';

/** A library on a backend with so many threads, and the program that makes it work. The work's id is added as last argument. */
export interface Engine {
  readonly id: string;
  readonly family: 'flambeau' | 'javascript' | 'pytorch';
  /** Threads that it computes with. */
  readonly threads: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const flambeau = (id: string, threads: number): Engine => ({
  id,
  family: 'flambeau',
  threads,
  command: process.execPath,
  args: ['--conditions=@flambeau/source', here('contenders/flambeau/main.ts'), id],
});

/** A library from npm, which `contenders/peers/package.json` pins. None has threads in Node. */
const peer = (id: string, script: string, ...args: string[]): Engine => ({
  id,
  family: 'javascript',
  threads: 1,
  command: process.execPath,
  args: [here(`contenders/peers/${script}`), ...args],
});

// torch.set_num_threads does not bind its BLAS, which reads these when it is loaded.
const pytorch = (threads: number): Engine => ({
  id: `torch-${threads}t`,
  family: 'pytorch',
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
  peer('jaxjs-wasm', 'jax.mjs'),
  peer('ort-wasm-1t', 'ort.mjs'),
  pytorch(1),
  pytorch(2),
];
