import type { LinearMemory } from './linear-memory.ts';

/** Memory that kernels use while they run, kept from one to the next. It grows to the largest need. */
export class Scratch {
  readonly #memory: LinearMemory;
  /** Gives memory back when no thread can write to it any more. */
  readonly #release: (address: number) => void;
  #address = 0;
  #bytes = 0;

  constructor(memory: LinearMemory, release: (address: number) => void) {
    this.#memory = memory;
    this.#release = release;
  }

  /** The address of `bytes` bytes, with undefined contents, good until the next call. */
  reserve(bytes: number): number {
    if (bytes > this.#bytes) {
      if (this.#bytes > 0) this.#release(this.#address);
      this.#bytes = 0;
      this.#address = this.#memory.allocate(bytes);
      this.#bytes = bytes;
    }
    return this.#address;
  }
}
