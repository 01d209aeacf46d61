import type { Backend, Block, MemoryPressure } from '../backend.ts';
import type { DType } from '../dtype.ts';
import { DTYPES } from '../dtype.ts';
import { MemoryBudgetError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import type { Buffer, Values } from './buffer.ts';
import { callSite } from './call-site.ts';
import type { DeviceMemory, MemoryStats } from './device-memory.ts';
import { releaseExcept, withScope } from './scope.ts';

/** At an await, blocks are read back until this share of the budget is in use. */
const SETTLE_TO = 0.5;
/** … once more than this share is in use. */
const SETTLE_ABOVE = 0.75;

const DEFAULT_BUDGET = 1 << 30;

/**
 * The values of a buffer. The device's list of resident blocks points at these and never at buffers, so that the
 * collector can take a buffer that nobody can reach any more; its block is then freed.
 */
interface Slot extends Values {
  readonly dtype: DType;
  readonly length: number;
  readonly bytes: number;
  /** Where the buffer was made, in debug mode. */
  readonly site: string | null;
  /** Neighbours in the list of resident blocks, least recently used first. */
  previous: Slot | null;
  next: Slot | null;
  /** The clock at the last use: blocks of the call in progress are not spilled. */
  lastUse: number;
  /** Counts writes, so that a spill in flight notices one. */
  writes: number;
}

const slotOf = (buffer: Buffer): Slot => buffer.values as Slot;

/**
 * Device memory as a cache over buffers. Over its byte budget it spills the least recently used blocks: their values
 * move into the slot, the block is freed, and a later use loads it again. A buffer is registered with the collector only
 * while it has a block, and no WeakRef is used: in a job that does not return to the event loop no finalizer runs, and
 * both would keep what was spilled.
 */
class BlockCache implements DeviceMemory, MemoryPressure {
  readonly #backend: Backend;
  readonly #budget: number;
  readonly #readable: boolean;
  #oldest: Slot | null = null;
  #newest: Slot | null = null;
  #clock = 1;
  #bytes = 0;
  /** Bytes that the backend holds for itself. */
  #held = 0;
  /** What a block is being allocated for; null while a kernel runs. */
  #wanted: Slot | null = null;
  #blocks = 0;
  #peak = 0;
  #spills = 0;
  #settling: Promise<void> | null = null;
  readonly #finalizers: FinalizationRegistry<Slot>;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#budget = backend.capabilities.memoryBudget ?? DEFAULT_BUDGET;
    this.#readable = backend.capabilities.syncRead;
    this.#finalizers = new FinalizationRegistry((slot) => {
      slot.host = null;
      if (slot.block !== null) this.#release(slot);
    });
    backend.useMemory?.(this);
  }

  get explicit(): boolean {
    return true;
  }

  open(dtype: DType, length: number): Slot {
    return {
      block: null,
      host: null,
      dtype,
      length,
      bytes: this.#backend.blockBytes?.(dtype, length) ?? length * DTYPES[dtype].bytes,
      site: callSite(),
      previous: null,
      next: null,
      lastUse: 0,
      writes: 0,
    };
  }

  composed<T>(parts: () => T, kept: (results: T) => readonly Tensor[]): T {
    return withScope(false, parts, (made, results) => {
      if (made.length > 0) releaseExcept(made, new Set(kept(results)));
    });
  }

  beginCall(): void {
    this.#clock++;
  }

  block(buffer: Buffer): Block {
    const slot = slotOf(buffer);
    slot.lastUse = this.#clock;
    if (slot.block !== null) {
      if (slot !== this.#newest) {
        this.#unlink(slot);
        this.#append(slot);
      }
      return slot.block;
    }
    const { host } = slot;
    if (host === null)
      throw new Error(
        `internal: a ${buffer.dtype}[${buffer.length}] buffer has no values: it was freed, or never written`,
      );
    const block = this.allocate(buffer);
    this.#backend.write(block, host);
    return block;
  }

  allocate(buffer: Buffer): Block {
    const slot = slotOf(buffer);
    slot.lastUse = this.#clock;
    if (!this.#makeRoom(slot.bytes)) throw this.#overBudget(slot);
    slot.block = this.#allocate(slot);
    this.#append(slot);
    this.#finalizers.register(buffer, slot, slot);
    this.#blocks++;
    this.#bytes += slot.bytes;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return slot.block;
  }

  free(buffer: Buffer): void {
    this.#free(slotOf(buffer));
  }

  wrote(buffer: Buffer): void {
    const slot = slotOf(buffer);
    slot.host = null;
    slot.writes++;
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

  hold(bytes: number): void {
    this.#held += bytes;
    this.#spillTo(this.#budget - this.#held);
  }

  spill(bytes: number): void {
    const before = this.#bytes;
    this.#spillTo(before - bytes);
    if (this.#bytes < before || (this.#wanted && this.#trim())) return;
    throw this.#nothingLeft(bytes, this.#wanted);
  }

  #allocate(slot: Slot): Block {
    this.#wanted = slot;
    try {
      return this.#backend.alloc(slot.dtype, slot.length);
    } catch (error) {
      if (error instanceof RangeError) throw this.#nothingLeft(slot.bytes, slot);
      throw error;
    } finally {
      this.#wanted = null;
    }
  }

  /** Has the backend give back what it holds. False when that was nothing. */
  #trim(): boolean {
    const held = this.#held;
    if (held > 0) this.#backend.trim?.();
    return this.#held < held;
  }

  #free(slot: Slot): void {
    this.#finalizers.unregister(slot);
    this.#release(slot);
  }

  #release(slot: Slot): void {
    this.#unlink(slot);
    this.#backend.release(slot.block as Block);
    slot.block = null;
    this.#blocks--;
    this.#bytes -= slot.bytes;
  }

  /** Spills until `bytes` more are within the budget. False when they cannot be. */
  #makeRoom(bytes: number): boolean {
    this.#spillTo(this.#budget - this.#held - bytes);
    if (this.#bytes + this.#held + bytes > this.#budget && this.#trim())
      this.#spillTo(this.#budget - this.#held - bytes);
    return this.#bytes + this.#held + bytes <= this.#budget;
  }

  /** Spills synchronously, oldest first, until at most so many bytes are in use or nothing is left that can go. */
  #spillTo(most: number): void {
    let candidate = this.#oldest;
    while (candidate && this.#bytes > most) {
      const next: Slot | null = candidate.next;
      const inUse = candidate.lastUse === this.#clock;
      if (!inUse && candidate.host === null && this.#readable) {
        candidate.host =
          this.#backend.readSync?.(candidate.block as Block, candidate.dtype, 0, candidate.length) ?? null;
        this.#spills++;
      }
      if (!inUse && candidate.host !== null) this.#free(candidate);
      candidate = next;
    }
  }

  /** Spills by asynchronous reads; a buffer that was written or freed meanwhile keeps its block. */
  async #readBack(): Promise<void> {
    let excess = this.#bytes - this.#budget * SETTLE_TO;
    const reads: Promise<void>[] = [];
    for (let slot = this.#oldest; slot && excess > 0; slot = slot.next) {
      excess -= slot.bytes;
      if (slot.host === null) reads.push(this.#spillLater(slot));
    }
    await Promise.all(reads);
    this.#makeRoom(this.#budget * (1 - SETTLE_TO));
  }

  async #spillLater(slot: Slot): Promise<void> {
    const { writes, block } = slot;
    const host = await this.#backend.read(block as Block, slot.dtype, 0, slot.length);
    if (slot.block !== block || slot.writes !== writes) return;
    slot.host = host;
    this.#spills++;
  }

  #append(slot: Slot): void {
    slot.previous = this.#newest;
    slot.next = null;
    if (this.#newest) this.#newest.next = slot;
    else this.#oldest = slot;
    this.#newest = slot;
  }

  #unlink(slot: Slot): void {
    if (slot.previous) slot.previous.next = slot.next;
    else this.#oldest = slot.next;
    if (slot.next) slot.next.previous = slot.previous;
    else this.#newest = slot.previous;
    slot.previous = null;
    slot.next = null;
  }

  #overBudget(wanted: Slot): MemoryBudgetError {
    const { bytes } = wanted;
    const hint = this.#readable
      ? 'Use smaller batches or a larger memoryBudget.'
      : 'Await a value once a step, so that unused blocks can be read back, or use a larger memoryBudget.';
    return this.#error(
      bytes,
      `is over its memory budget: got ${bytes} bytes more for ${wanted.dtype}[${wanted.length}] with ${this.#bytes} in use${this.#holding()}, expected at most ${this.#budget}`,
      hint,
    );
  }

  #nothingLeft(bytes: number, wanted: Slot | null): MemoryBudgetError {
    const what = wanted ? `${wanted.dtype}[${wanted.length}]` : 'what a kernel needs while it runs';
    return this.#error(
      bytes,
      `has no memory left: got ${bytes} bytes more for ${what} with ${this.#bytes} in use${this.#holding()} and nothing left to spill, expected what the host still gives`,
      'Use smaller batches.',
    );
  }

  #holding(): string {
    return this.#held > 0 ? ` beside ${this.#held} of the device's own` : '';
  }

  #error(bytes: number, fault: string, hint: string): MemoryBudgetError {
    const live: Slot[] = [];
    for (let slot = this.#oldest; slot; slot = slot.next) live.push(slot);
    const largest = live
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, 5)
      .map((b) => `${b.dtype}[${b.length}] ${b.bytes} bytes${b.site ? ` from ${b.site}` : ''}`);
    return new MemoryBudgetError(
      'alloc',
      `device '${this.#backend.name}' ${fault}. Largest live blocks: ${largest.join('; ') || 'none'}. ${hint}`,
      { bytes, inUse: this.#bytes, held: this.#held, budget: this.#budget, largest },
    );
  }
}

/** Memory for backends whose blocks must be released: pass it to `createDevice`. */
export function spillingMemory(backend: Backend): DeviceMemory {
  return new BlockCache(backend);
}
