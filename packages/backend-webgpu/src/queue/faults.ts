import type { Fault } from '@flambeau/core/functional';
import { BUFFER_USAGE } from '../constants.ts';
import type { PooledBuffer } from '../memory/blocks.ts';
import { ownBuffer } from '../memory/blocks.ts';
import type { CommandQueue } from './command-queue.ts';

/** Bytes of the fault words. */
export const FAULT_BYTES = 16;

/**
 * The words in which kernels report invalid values. Every read takes a copy of them along and sets them back, so that
 * asking for faults afterwards costs no second wait.
 */
export class FaultWords {
  readonly home: PooledBuffer;
  readonly #queue: CommandQueue;
  /** Whether kernels have run that no copy has been taken since. */
  #unseen = false;
  #first: Fault | null = null;

  constructor(device: GPUDevice, queue: CommandQueue) {
    this.#queue = queue;
    const usage = BUFFER_USAGE.STORAGE | BUFFER_USAGE.COPY_SRC | BUFFER_USAGE.COPY_DST;
    this.home = ownBuffer(device, FAULT_BYTES, usage);
  }

  /** A kernel that may report was queued. */
  noteChecked(): void {
    this.#unseen = true;
  }

  /** Whether a copy is worth taking. */
  get unseen(): boolean {
    return this.#unseen;
  }

  /** Adds the words to what is copied into a buffer. */
  copyInto(staging: GPUBuffer, offset: number): void {
    this.#queue.copy(this.home, 0, staging, offset, FAULT_BYTES);
    this.#queue.clear(this.home);
    this.#unseen = false;
  }

  /** Looks at a copy. */
  note(words: Uint32Array): void {
    const [ticket = 0, inverted = 0, low = 0, high = 0] = words;
    if (ticket === 0) return;
    this.#first ??= { ticket, index: ~inverted >>> 0, value: low + (high | 0) * 2 ** 32 };
  }

  /** The first fault that was seen, once. */
  take(): Fault | null {
    const found = this.#first;
    this.#first = null;
    return found;
  }
}
