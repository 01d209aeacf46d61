import type { MemoryPressure } from '@flambeau/core/functional';
import { partSize } from './allocator.ts';
import type { LinearMemory } from './linear-memory.ts';

/** Memory that kernels use while they run, kept from one to the next. It grows to the largest need. */
export class Scratch {
  readonly #memory: LinearMemory;
  /** Gives memory back when no thread can write to it any more. */
  readonly #release: (address: number) => void;
  /** Counts what is held here. */
  readonly #pressure: () => Pick<MemoryPressure, 'hold'> | null;
  #address = 0;
  #bytes = 0;

  constructor(
    memory: LinearMemory,
    release: (address: number) => void,
    pressure: () => Pick<MemoryPressure, 'hold'> | null = () => null,
  ) {
    this.#memory = memory;
    this.#release = release;
    this.#pressure = pressure;
  }

  /** The address of `bytes` bytes, with undefined contents, good until the next call. */
  reserve(bytes: number): number {
    if (bytes > this.#bytes) {
      this.trim();
      this.#address = this.#memory.allocate(bytes);
      this.#bytes = partSize(bytes);
      this.#pressure()?.hold(this.#bytes);
    }
    return this.#address;
  }

  /** Gives all of it back, between kernels. */
  trim(): void {
    if (this.#bytes === 0) return;
    this.#release(this.#address);
    this.#pressure()?.hold(-this.#bytes);
    this.#bytes = 0;
  }
}
