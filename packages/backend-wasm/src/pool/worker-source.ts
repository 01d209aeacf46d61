import type { ControlWords } from './control.ts';

/** What a worker is started with: its first message. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  readonly words: ControlWords;
  readonly chunkBits: number;
  /** The worker's number, from 0. */
  readonly index: number;
  /** How often to look for work before sleeping. */
  readonly spin: number;
}

/**
 * The program of a worker: takes chunks of jobs until it is told to stop. It gets no messages, since it never returns to
 * its event loop: kernels come through the memory, and are compiled here.
 *
 * The same text runs in Node and in browsers, and is the file `worker.js` of the published package.
 *
 * It is text, not a function whose text is taken: minifiers that keep names put calls of their own helpers into
 * functions, which the worker would not have. Its `math` is that of {@link mathImports}.
 */
export const WORKER_SOURCE = `'use strict';
const math = {
  exp: Math.exp, log: Math.log, sin: Math.sin, cos: Math.cos, tanh: Math.tanh, log1p: Math.log1p, expm1: Math.expm1,
  fmod: (a, b) => a % b,
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
  integerPower: (base, exponent) => {
    if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
    let result = 1;
    for (let left = exponent, factor = base; left > 0; left >>>= 1, factor = Math.imul(factor, factor)) {
      if (left & 1) result = Math.imul(result, factor);
    }
    return result;
  },
};

function work({ memory, control, words, chunkBits, index, spin }, ready) {
  const mask = 2 ** chunkBits - 1;
  const kernels = new Map();
  // The job whose kernel could not be compiled: others have to do it.
  let refused = -1;

  const word = (at) => Atomics.load(control, at);
  const isOpen = (ticket) => (ticket & mask) < word(words.chunks) && ticket >>> chunkBits !== refused;

  function compile(address, length) {
    // A copy: a module cannot be made from shared memory.
    const bytes = new Uint8Array(length);
    bytes.set(new Uint8Array(memory.buffer, address >>> 0, length));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, math }).exports.run;
  }

  // The kernel of a job; null when the job is over, or its kernel cannot be had.
  function kernelOf(job) {
    const id = word(words.kernel);
    const address = word(words.moduleAddress);
    const length = word(words.moduleLength);
    // The caller changes the ticket before it writes about the next job: so all three are of one job.
    if (word(words.ticket) >>> chunkBits !== job) return null;
    let kernel = kernels.get(id);
    if (!kernel) {
      try {
        kernel = compile(address, length);
      } catch {
        refused = job;
        return null;
      }
      kernels.set(id, kernel);
    }
    return kernel;
  }

  function takeChunks() {
    for (let ticket = word(words.ticket); isOpen(ticket); ticket = word(words.ticket)) {
      const job = ticket >>> chunkBits;
      const chunk = ticket & mask;
      const kernel = kernelOf(job);
      const args = word(words.args);
      const size = word(words.chunkSize);
      const end = Math.min((chunk + 1) * size, word(words.count));
      // Succeeds only if nothing has happened since the ticket was read: then all that was read belongs to its job.
      if (!kernel || Atomics.compareExchange(control, words.ticket, ticket, ticket + 1) !== ticket) continue;
      let mark = job;
      try {
        kernel(args, chunk * size, end, index + 1);
      } catch {
        mark = -job;
      }
      Atomics.store(control, words.done + chunk, mark);
      if (word(words.callerSleeps) === 1) Atomics.notify(control, words.done + chunk);
    }
  }

  Atomics.store(control, words.ready + index, 1);
  ready();
  for (let idle = 0; word(words.stop) === 0; ) {
    const ticket = word(words.ticket);
    if (isOpen(ticket)) {
      idle = 0;
      Atomics.store(control, words.inside + index, 1);
      takeChunks();
      Atomics.store(control, words.inside + index, 0);
    } else if (idle++ > spin) {
      idle = 0;
      Atomics.add(control, words.sleepers, 1);
      if (word(words.stop) === 0) Atomics.wait(control, words.ticket, ticket);
      Atomics.sub(control, words.sleepers, 1);
    }
  }
}

const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
if (node) {
  node.parentPort.once('message', (start) => work(start, () => node.parentPort.postMessage('ready')));
} else {
  addEventListener('message', ({ data }) => {
    work(data, () => postMessage('ready'));
    postMessage('ended');
    close();
  }, { once: true });
}
`;
