import type { WorkerStart } from './worker-source.ts';
import { WORKER_SOURCE } from './worker-source.ts';

/** A worker thread, as far as a pool needs it. */
export interface WorkerHandle {
  /** Ends the thread, whatever it does. Resolves when it has ended. */
  terminate(): Promise<unknown>;
  /** Resolves when the thread has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

interface NodeWorker {
  on(event: 'error' | 'exit', listener: (value: unknown) => void): void;
  once(event: 'message', listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface NodeThreads {
  readonly Worker: new (source: string, options: { eval: true; workerData: unknown }) => NodeWorker;
}

interface Host {
  readonly process?: { getBuiltinModule?(name: 'node:worker_threads'): NodeThreads };
}

/** Node's threads, where there are any: without an import, which bundlers for the browser would follow. */
function nodeThreads(): NodeThreads | null {
  return (globalThis as Host).process?.getBuiltinModule?.('node:worker_threads') ?? null;
}

/** True where {@link startWorker} can work. */
export function canStartWorkers(): boolean {
  return nodeThreads() !== null && typeof SharedArrayBuffer !== 'undefined';
}

/** Starts a worker thread from text, so that there is no path for bundlers to lose. Resolves when it looks for work. */
export function startWorker(start: WorkerStart): Promise<WorkerHandle> {
  const threads = nodeThreads();
  if (!threads) throw new TypeError('wasm: no worker threads here');
  return new Promise((resolve, reject) => {
    const worker = new threads.Worker(WORKER_SOURCE, { eval: true, workerData: start });
    const ended = new Promise<void>((end) => worker.on('exit', () => end()));
    // A listener that stays would keep the process alive, and so would the worker until it is let go.
    worker.once('message', () => {
      worker.unref();
      resolve({ terminate: () => worker.terminate(), ended });
    });
    worker.on('error', reject);
    ended.then(() => reject(new Error('wasm: a worker ended while it started')));
  });
}
