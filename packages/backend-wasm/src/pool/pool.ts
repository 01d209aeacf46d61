import type { CompiledKernel, Executor } from '../kernels/compiled.ts';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { CHUNK_BITS, CLOSED, LAST_JOB, MAX_CHUNKS, MAX_WORKERS, WORDS } from './control.ts';
import type { WorkerHandle } from './start-worker.ts';
import { startWorker } from './start-worker.ts';

/** Options of {@link WorkerPool.start}. */
export interface PoolOptions {
  /** Threads that compute, the caller included. */
  readonly threads: number;
  /** How often an idle worker looks for work before it sleeps. */
  readonly spin?: number;
  /** Milliseconds after which a chunk that a worker claimed is taken for lost. */
  readonly lostAfter?: number;
  /** Where browsers find the workers' program as a file. Default: made from text. */
  readonly workerUrl?: string;
}

interface Member {
  readonly index: number;
  readonly handle: WorkerHandle;
}

/**
 * Workers on one shared memory that help the caller with a job. The caller takes chunks like everyone else, so workers
 * that sleep, start late or have ended cost nothing; only a worker that dies with a chunk in its hands is waited for,
 * `lostAfter` at most, before the caller does that chunk again.
 */
export class WorkerPool {
  /** The words shared with the workers. @internal */
  readonly control: Int32Array;
  /** Why workers that were asked for could not be started. */
  readonly failures: string[] = [];
  readonly #memory: LinearMemory;
  readonly #spin: number;
  readonly #lostAfter: number;
  readonly #workerUrl: string | undefined;
  /** False on the main thread of a page, which may not block and therefore looks again and again. */
  readonly #mayBlock: boolean;
  readonly #modules = new Map<number, { readonly address: number; readonly length: number }>();
  /** More than the number of any thread: 0 is the caller, and a worker that could not start leaves a gap. */
  readonly threadNumbers: number;
  /** True before the workers of a late pool are started. */
  #waits = false;
  #members: Member[] = [];
  /** Workers that were given up and may not have ended yet. */
  readonly #leaving = new Set<Member>();
  #later: (() => void)[] = [];
  #job = 0;

  private constructor(memory: LinearMemory, options: PoolOptions) {
    this.#memory = memory;
    this.#spin = options.spin ?? 20_000;
    this.#lostAfter = options.lostAfter ?? 2_000;
    this.#workerUrl = options.workerUrl;
    this.threadNumbers = 1 + Math.min(options.threads - 1, MAX_WORKERS);
    this.control = new Int32Array(new SharedArrayBuffer(4 * WORDS.length));
    this.#mayBlock = mayBlock(this.control);
  }

  /** Starts the workers and waits until they are ready. */
  static async start(memory: LinearMemory, options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(memory, options);
    await pool.#begin(false);
    return pool;
  }

  /** A pool whose workers are started when there is work for them. The caller computes alone until they are ready. */
  static late(memory: LinearMemory, options: PoolOptions): WorkerPool {
    const pool = new WorkerPool(memory, options);
    pool.#waits = true;
    return pool;
  }

  async #begin(mayEnd: boolean): Promise<void> {
    this.#waits = false;
    const indices = Array.from({ length: this.threadNumbers - 1 }, (_, index) => index);
    const starts = await Promise.allSettled(indices.map((index) => this.#add(index, mayEnd)));
    for (const start of starts) if (start.status === 'rejected') this.failures.push(String(start.reason));
  }

  async #add(index: number, mayEnd: boolean): Promise<void> {
    const start = { words: WORDS, chunkBits: CHUNK_BITS, control: this.control, spin: this.#spin, index };
    const all = { ...start, memory: this.#memory.memory };
    const { ready, handle } = startWorker(all, { url: this.#workerUrl, mayEnd });
    const member = { index, handle };
    // At once: it may take a chunk before this thread hears that it is ready.
    this.#members.push(member);
    void handle.ended.then(() => this.#forget(member));
    try {
      await ready;
    } catch (error) {
      this.#forget(member);
      throw error;
    }
  }

  /** Threads that compute now, the caller included. */
  get threads(): number {
    return 1 + this.#members.filter((member) => this.#isReady(member)).length;
  }

  #isReady({ index }: Member): boolean {
    return Atomics.load(this.control, WORDS.ready + index) === 1;
  }

  /** The workers that help. @internal */
  get workers(): readonly WorkerHandle[] {
    return this.#members.map(({ handle }) => handle);
  }

  /**
   * Runs a kernel over `count` elements in chunks of `chunkSize`, the last one shorter. Returns when all are done. A
   * chunk may be computed twice, so its results must not be among what it reads.
   */
  run(kernel: CompiledKernel, args: number, count: number, chunkSize: number): void {
    const size = Math.max(chunkSize, Math.ceil(count / MAX_CHUNKS));
    const chunks = Math.ceil(count / size);
    if (chunks > 1 && this.#waits) void this.#begin(true);
    if (chunks <= 1 || !this.#members.some((member) => this.#isReady(member))) {
      kernel.run(args, 0, count, 0);
      return;
    }
    const job = this.#publish(kernel, args, count, size, chunks);
    const compute = (chunk: number): void =>
      kernel.run(args, chunk * size, Math.min((chunk + 1) * size, count), 0);
    let claimed = chunks;
    let failure: unknown;
    try {
      this.#takeChunks(job, chunks, compute);
    } catch (error) {
      claimed = Atomics.exchange(this.control, WORDS.ticket, ticketOf(job, CLOSED)) & CLOSED;
      failure = error;
    }
    for (let chunk = 0; chunk < Math.min(claimed, chunks); chunk++) {
      if (!this.#awaitChunk(job, chunk) && failure === undefined) compute(chunk);
    }
    if (failure !== undefined) throw failure;
  }

  /** Runs `fn` as soon as no worker that was given up can still write: mostly now. */
  whenQuiet(fn: () => void): void {
    if (this.#leaving.size === 0) fn();
    else this.#later.push(fn);
  }

  /** Ends the workers. */
  async close(): Promise<void> {
    const members = [...this.#members, ...this.#leaving];
    Atomics.store(this.control, WORDS.stop, 1);
    Atomics.notify(this.control, WORDS.ticket);
    await Promise.all(members.map(({ handle }) => handle.ended));
  }

  #publish(kernel: CompiledKernel, args: number, count: number, size: number, chunks: number): number {
    const { control } = this;
    const job = this.#nextJob();
    Atomics.store(control, WORDS.ticket, ticketOf(job, CLOSED));
    const { address, length } = this.#moduleOf(kernel);
    control[WORDS.chunks] = chunks;
    control[WORDS.chunkSize] = size;
    control[WORDS.count] = count;
    control[WORDS.kernel] = kernel.id;
    control[WORDS.moduleAddress] = address;
    control[WORDS.moduleLength] = length;
    control[WORDS.args] = args;
    Atomics.store(control, WORDS.ticket, ticketOf(job, 0));
    const sleepers = Atomics.load(control, WORDS.sleepers);
    if (sleepers > 0) Atomics.notify(control, WORDS.ticket);
    return job;
  }

  /** Where the kernel's bytes stand in the memory; there for good, since a worker may need them at any time. */
  #moduleOf({ id, bytes }: CompiledKernel): { readonly address: number; readonly length: number } {
    let module = this.#modules.get(id);
    if (!module) {
      module = { address: this.#memory.allocate(bytes.length), length: bytes.length };
      this.#memory.views.uint8.set(bytes, module.address);
      this.#modules.set(id, module);
    }
    return module;
  }

  #nextJob(): number {
    if (this.#job === LAST_JOB) {
      // Numbers start again: nobody may remember an old one, neither a worker nor the marks of chunks.
      const deadline = performance.now() + this.#lostAfter;
      while (this.#inside().length > 0 && performance.now() < deadline);
      this.#giveUp();
      this.control.fill(0, WORDS.done);
      this.#job = 0;
    }
    return ++this.#job;
  }

  #takeChunks(job: number, chunks: number, compute: (chunk: number) => void): void {
    for (let ticket = ticketOf(job, 0); ; ) {
      const chunk = ticket & CLOSED;
      if (chunk >= chunks) return;
      const found = Atomics.compareExchange(this.control, WORDS.ticket, ticket, ticket + 1);
      if (found === ticket) {
        Atomics.store(this.control, WORDS.done + chunk, job);
        compute(chunk);
        ticket = Atomics.load(this.control, WORDS.ticket);
      } else ticket = found;
    }
  }

  /** Waits for a chunk that a worker claimed. False when it has to be done again. */
  #awaitChunk(job: number, chunk: number): boolean {
    const { control } = this;
    const at = WORDS.done + chunk;
    for (let i = 0; i < this.#spin; i++) {
      const mark = Atomics.load(control, at);
      if (mark === job || mark === -job) return mark === job;
    }
    const deadline = performance.now() + this.#lostAfter;
    if (this.#mayBlock) Atomics.store(control, WORDS.callerSleeps, 1);
    try {
      for (let left = this.#lostAfter; left > 0; left = deadline - performance.now()) {
        const mayCome = this.#inside().length > 0;
        const mark = Atomics.load(control, at);
        if (mark === job || mark === -job) return mark === job;
        if (!mayCome) return false;
        if (this.#mayBlock) Atomics.wait(control, at, mark, left);
      }
    } finally {
      Atomics.store(control, WORDS.callerSleeps, 0);
    }
    this.#giveUp();
    return false;
  }

  /** Workers that may hold a chunk. */
  #inside(): Member[] {
    return this.#members.filter(({ index }) => Atomics.load(this.control, WORDS.inside + index) === 1);
  }

  /**
   * Parts with the workers that may hold a chunk: one of them has died or hangs. They are told to end before the chunk is
   * done again, and see it at the next turn of a loop; that they have seen it no host says without a turn of the event
   * loop, which a caller that has to return results cannot take.
   */
  #giveUp(): void {
    for (const member of this.#inside()) {
      this.#members = this.#members.filter((other) => other !== member);
      this.#leaving.add(member);
      void member.handle.terminate();
    }
  }

  #forget(member: Member): void {
    this.#members = this.#members.filter((other) => other !== member);
    this.#leaving.delete(member);
    if (this.#leaving.size > 0) return;
    const waiting = this.#later;
    this.#later = [];
    for (const fn of waiting) fn();
  }
}

/** Whether this thread may wait: a wait for what is not so returns at once, or throws. */
function mayBlock(control: Int32Array): boolean {
  try {
    Atomics.wait(control, WORDS.ticket, 1, 0);
    return true;
  } catch {
    return false;
  }
}

const ticketOf = (job: number, chunk: number): number => (job << CHUNK_BITS) | chunk;

/** Splits work among a pool's threads. The chunks depend on the amount of work alone. */
export function pooledExecutor(pool: WorkerPool): Executor {
  const execute = (kernel: CompiledKernel, args: number, count: number, grain: number): void => {
    if (count <= grain) kernel.run(args, 0, count, 0);
    else pool.run(kernel, args, count, grain);
  };
  return Object.assign(execute, { threads: pool.threadNumbers });
}
