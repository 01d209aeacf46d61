import type { Backend, Block } from '../backend.ts';
import { DTYPES } from '../dtype.ts';
import { MemoryBudgetError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import type { Buffer } from './buffer.ts';
import { letGo } from './buffer.ts';
import { callSite } from './call-site.ts';
import type { DeviceMemory, MemoryStats } from './device-memory.ts';
import { releaseExcept, withScope } from './scope.ts';

/** At an await, blocks are read back until this share of the budget is in use. */
const SETTLE_TO = 0.5;
/** … once more than this share is in use. */
const SETTLE_ABOVE = 0.75;

const DEFAULT_BUDGET = 1 << 30;

/**
 * Device memory as a cache over buffers. Over its byte budget it spills the least recently used blocks: their values
 * move into the buffer record, the block is freed, and a later use loads it again. The list of resident blocks never
 * points at a spilled buffer and uses no WeakRef, so the collector can take a buffer that nobody can reach any more.
 */
class BlockCache implements DeviceMemory {
  readonly #backend: Backend;
  readonly #budget: number;
  readonly #readable: boolean;
  #oldest: Buffer | null = null;
  #newest: Buffer | null = null;
  #clock = 1;
  #bytes = 0;
  #blocks = 0;
  #peak = 0;
  #spills = 0;
  #settling: Promise<void> | null = null;
  readonly #finalizers: FinalizationRegistry<Buffer>;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#budget = backend.capabilities.memoryBudget ?? DEFAULT_BUDGET;
    this.#readable = backend.capabilities.syncRead;
    this.#finalizers = new FinalizationRegistry((buffer) => {
      buffer.watched = false;
      letGo(buffer);
    });
  }

  #bytesOf({ dtype, length }: Buffer): number {
    return this.#backend.blockBytes?.(dtype, length) ?? length * DTYPES[dtype].bytes;
  }

  get explicit(): boolean {
    return true;
  }

  site(): string | null {
    return callSite();
  }

  composed<T>(parts: () => T, kept: (results: T) => readonly Tensor[]): T {
    return withScope(false, parts, (made, results) => {
      if (made.length > 0) releaseExcept(made, new Set(kept(results)));
    });
  }

  watch(owner: object, buffer: Buffer): void {
    if (buffer.block === null || buffer.watched) return;
    buffer.watched = true;
    this.#finalizers.register(owner, buffer, buffer);
  }

  unwatch(buffer: Buffer): void {
    if (!buffer.watched) return;
    buffer.watched = false;
    this.#finalizers.unregister(buffer);
  }

  beginCall(): void {
    this.#clock++;
  }

  block(buffer: Buffer): Block {
    buffer.lastUse = this.#clock;
    if (buffer.block !== null) {
      if (buffer !== this.#newest) {
        this.#unlink(buffer);
        this.#append(buffer);
      }
      return buffer.block;
    }
    const { host } = buffer;
    if (host === null)
      throw new Error(
        `internal: a ${buffer.dtype}[${buffer.length}] buffer has no values: it was freed, or never written`,
      );
    const block = this.allocate(buffer);
    this.#backend.write(block, host);
    return block;
  }

  allocate(buffer: Buffer): Block {
    const bytes = this.#bytesOf(buffer);
    buffer.lastUse = this.#clock;
    this.#makeRoom(bytes);
    if (this.#bytes + bytes > this.#budget) throw this.#budgetError(buffer, bytes);
    buffer.block = this.#backend.alloc(buffer.dtype, buffer.length);
    this.#append(buffer);
    this.#blocks++;
    this.#bytes += bytes;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return buffer.block;
  }

  free(buffer: Buffer): void {
    this.unwatch(buffer);
    this.#unlink(buffer);
    this.#backend.release(buffer.block as Block);
    buffer.block = null;
    this.#blocks--;
    this.#bytes -= this.#bytesOf(buffer);
  }

  wrote(buffer: Buffer): void {
    buffer.host = null;
    buffer.writes++;
  }

  settle(): Promise<void> {
    if (this.#readable || this.#bytes <= this.#budget * SETTLE_ABOVE) return Promise.resolve();
    this.#settling ??= this.#readBack().finally(() => {
      this.#settling = null;
    });
    return this.#settling;
  }

  stats(): MemoryStats {
    return { blocks: this.#blocks, bytes: this.#bytes, peakBytes: this.#peak, spills: this.#spills };
  }

  /** Spills synchronously, oldest first, until `bytes` more fit or nothing is left that can go. */
  #makeRoom(bytes: number): void {
    let candidate = this.#oldest;
    while (candidate && this.#bytes + bytes > this.#budget) {
      const next: Buffer | null = candidate.next;
      const inUse = candidate.lastUse === this.#clock;
      if (!inUse && candidate.host === null && this.#readable) {
        candidate.host =
          this.#backend.readSync?.(candidate.block as Block, candidate.dtype, 0, candidate.length) ?? null;
        this.#spills++;
      }
      if (!inUse && candidate.host !== null) this.free(candidate);
      candidate = next;
    }
  }

  /** Spills by asynchronous reads; a buffer that was written or freed meanwhile keeps its block. */
  async #readBack(): Promise<void> {
    let excess = this.#bytes - this.#budget * SETTLE_TO;
    const reads: Promise<void>[] = [];
    for (let buffer = this.#oldest; buffer && excess > 0; buffer = buffer.next) {
      excess -= this.#bytesOf(buffer);
      if (buffer.host === null) reads.push(this.#spillLater(buffer));
    }
    await Promise.all(reads);
    this.#makeRoom(this.#budget * (1 - SETTLE_TO));
  }

  async #spillLater(buffer: Buffer): Promise<void> {
    const { writes, block } = buffer;
    const host = await this.#backend.read(block as Block, buffer.dtype, 0, buffer.length);
    if (buffer.block !== block || buffer.writes !== writes) return;
    buffer.host = host;
    this.#spills++;
  }

  #append(buffer: Buffer): void {
    buffer.previous = this.#newest;
    buffer.next = null;
    if (this.#newest) this.#newest.next = buffer;
    else this.#oldest = buffer;
    this.#newest = buffer;
  }

  #unlink(buffer: Buffer): void {
    if (buffer.previous) buffer.previous.next = buffer.next;
    else this.#oldest = buffer.next;
    if (buffer.next) buffer.next.previous = buffer.previous;
    else this.#newest = buffer.previous;
    buffer.previous = null;
    buffer.next = null;
  }

  #budgetError(wanted: Buffer, bytes: number): MemoryBudgetError {
    const live: Buffer[] = [];
    for (let buffer = this.#oldest; buffer; buffer = buffer.next) live.push(buffer);
    const largest = live
      .sort((a, b) => this.#bytesOf(b) - this.#bytesOf(a))
      .slice(0, 5)
      .map((b) => `${b.dtype}[${b.length}] ${this.#bytesOf(b)} bytes${b.site ? ` from ${b.site}` : ''}`);
    const hint = this.#readable
      ? 'Use smaller batches or a larger memoryBudget.'
      : 'Await a value once a step, so that unused blocks can be read back, or use a larger memoryBudget.';
    return new MemoryBudgetError(
      'alloc',
      `device '${this.#backend.name}' is over its memory budget: got ${bytes} bytes more for ${wanted.dtype}[${wanted.length}] with ${this.#bytes} in use, expected at most ${this.#budget}. Largest live blocks: ${largest.join('; ') || 'none'}. ${hint}`,
      { bytes, inUse: this.#bytes, budget: this.#budget, largest },
    );
  }
}

/** Memory for backends whose blocks must be released: pass it to `createDevice`. */
export function spillingMemory(backend: Backend): DeviceMemory {
  return new BlockCache(backend);
}
