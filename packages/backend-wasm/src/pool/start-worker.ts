import { builtinModule, host } from '../engine/host.ts';
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
  postMessage(value: unknown): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface NodeThreads {
  readonly Worker: new (source: string, options: { eval: true }) => NodeWorker;
}

const nodeThreads = (): NodeThreads | null => builtinModule('node:worker_threads');

/** What keeps {@link startWorker} from working here, and what helps; null where nothing does. */
export function missingForWorkers(): string | null {
  if (typeof SharedArrayBuffer === 'undefined') {
    return host.crossOriginIsolated === false
      ? 'SharedArrayBuffer is missing: the page is not cross-origin isolated. Serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
      : 'SharedArrayBuffer is missing';
  }
  if (nodeThreads() === null)
    return 'workers are missing: neither node:worker_threads by process.getBuiltinModule (Node from 20.16) nor Worker';
  return null;
}

/** A worker that says nothing for so long, in milliseconds, is taken for one that cannot start. */
const START_TIMEOUT = 15_000;

/** Starts a worker thread from text, so that there is no path for bundlers to lose. Resolves when it looks for work. */
export async function startWorker(start: WorkerStart): Promise<WorkerHandle> {
  const threads = nodeThreads();
  if (!threads) throw new TypeError('wasm: no worker threads here');
  const { ready, handle } = startNodeWorker(threads, start);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`wasm: a worker did not start within ${START_TIMEOUT} ms`)),
      START_TIMEOUT,
    );
  });
  try {
    await Promise.race([ready, late]);
    return handle;
  } catch (error) {
    void handle.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A worker on its way. */
interface Starting {
  /** Resolves when it looks for work, rejects when it never will. */
  readonly ready: Promise<void>;
  readonly handle: WorkerHandle;
}

function startNodeWorker(threads: NodeThreads, start: WorkerStart): Starting {
  const worker = new threads.Worker(WORKER_SOURCE, { eval: true });
  const ended = new Promise<void>((end) => worker.on('exit', () => end()));
  const ready = new Promise<void>((resolve, reject) => {
    // A listener that stays would keep the process alive, and so would the worker until it is let go.
    worker.once('message', () => {
      worker.unref();
      resolve();
    });
    worker.on('error', reject);
    void ended.then(() => reject(new Error('wasm: a worker ended while it started')));
  });
  worker.postMessage(start);
  return { ready, handle: { terminate: () => worker.terminate(), ended } };
}
