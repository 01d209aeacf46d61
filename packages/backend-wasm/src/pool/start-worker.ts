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
  if (nodeThreads() === null && typeof Worker === 'undefined')
    return 'workers are missing: neither node:worker_threads by process.getBuiltinModule (Node from 20.16) nor Worker';
  return null;
}

/** A worker that says nothing for so long, in milliseconds, is taken for one that cannot start. */
const START_TIMEOUT = 15_000;

/** How a worker is started. */
export interface StartOptions {
  /** Where browsers find the program as a file. Default: made from text. */
  readonly url?: string | undefined;
  /** Whether the process may end while the worker starts. */
  readonly mayEnd?: boolean;
}

/**
 * Starts a worker thread. Its program is text, so that there is no path for bundlers to lose; in browsers, a policy that
 * allows no workers from `blob:` needs it as a file at `url`.
 */
export function startWorker(start: WorkerStart, { url, mayEnd = false }: StartOptions = {}): Starting {
  const threads = nodeThreads();
  const { ready, handle } = threads ? startNodeWorker(threads, start, mayEnd) : startWebWorker(start, url);
  return { ready: inTime(ready, handle, mayEnd), handle };
}

/** Fails for a worker that does not start in time, and ends those that failed. */
async function inTime(ready: Promise<void>, handle: WorkerHandle, mayEnd: boolean): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`wasm: a worker did not start within ${START_TIMEOUT} ms`)),
      START_TIMEOUT,
    );
    // Node's timers are objects and keep the process alive.
    if (mayEnd && typeof timer === 'object') (timer as { unref?(): void }).unref?.();
  });
  try {
    await Promise.race([ready, late]);
  } catch (error) {
    void handle.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A worker on its way. */
export interface Starting {
  /** Resolves when it looks for work, rejects when it never will. */
  readonly ready: Promise<void>;
  readonly handle: WorkerHandle;
}

function startNodeWorker(threads: NodeThreads, start: WorkerStart, mayEnd: boolean): Starting {
  const worker = new threads.Worker(WORKER_SOURCE, { eval: true });
  if (mayEnd) worker.unref();
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

/** A worker of a page that does not end when it is told to, in milliseconds: by then browsers have stopped it. */
const TERMINATED = 5_000;

/** Web Workers do not tell that they have ended: ours says so, or was terminated a while ago. */
function startWebWorker(start: WorkerStart, url: string | undefined): Starting {
  const blob =
    url === undefined ? URL.createObjectURL(new Blob([WORKER_SOURCE], { type: JAVASCRIPT })) : null;
  const forget = (): void => {
    if (blob !== null) URL.revokeObjectURL(blob);
  };
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  try {
    const worker = new Worker(blob ?? (url as string), { name: 'flambeau' });
    const ready = new Promise<void>((resolve, reject) => {
      worker.addEventListener('message', ({ data }) => {
        if (data === 'ready') resolve();
        else if (data === 'ended') end();
      });
      worker.addEventListener('error', (event) => reject(new Error(reasonOf(event, url))));
    });
    worker.postMessage(start);
    const terminate = (): Promise<void> => {
      worker.terminate();
      setTimeout(end, TERMINATED);
      return ended;
    };
    return { ready: ready.finally(forget), handle: { terminate, ended } };
  } catch (error) {
    forget();
    throw error;
  }
}

const JAVASCRIPT = 'text/javascript';

/** Why a worker's program did not run, as far as the browser tells: of a policy's refusal it says nothing. */
function reasonOf({ message }: ErrorEvent, url: string | undefined): string {
  if (message) return `wasm: a worker failed: ${message}`;
  return url === undefined
    ? 'wasm: a worker could not be loaded: a content-security policy needs worker-src blob:, or give wasm({ workerUrl })'
    : `wasm: a worker could not be loaded from ${url}: is @flambeau/backend-wasm/worker served there, with Cross-Origin-Embedder-Policy: require-corp?`;
}
