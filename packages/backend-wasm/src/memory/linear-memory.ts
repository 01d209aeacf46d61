import type { DType, TypedArray } from '@flambeau/core/functional';
import { Allocator } from './allocator.ts';

const PAGE = 65_536;
/** Reserved up front where the host allows it: 4 GiB, else half of it, and so on. */
const MAXIMUM_PAGES = [65_536, 32_768, 16_384, 8_192] as const;
/** Addresses below are for the arguments of kernels; 0 stays unused. */
const FIRST_FREE = 32_768;
/** Where the arguments of the running kernel stand. */
export const ARGUMENTS_ADDRESS = 64;
/** Bytes for the arguments of one kernel. */
export const ARGUMENTS_BYTES: number = FIRST_FREE - ARGUMENTS_ADDRESS;

/** Views of the whole memory, one per element type. */
export interface Views {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly int8: Int8Array;
  readonly bool: Uint8Array;
}

/** One WebAssembly memory with an allocator. Shared with workers where the host allows it. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly maximumPages: number;
  readonly #allocator: Allocator;
  #views: Views | null = null;

  constructor() {
    const { memory, shared, maximumPages } = reserve();
    this.memory = memory;
    this.shared = shared;
    this.maximumPages = maximumPages;
    this.#allocator = new Allocator(FIRST_FREE, (bytes) => this.#reach(bytes));
  }

  /** The address of at least `bytes` bytes with undefined contents. */
  allocate(bytes: number): number {
    return this.#allocator.allocate(bytes);
  }

  /** Takes back what {@link allocate} gave. */
  release(address: number): void {
    this.#allocator.release(address);
  }

  /** Bytes in use, and how far the memory has grown. */
  stats(): { readonly bytes: number; readonly parts: number; readonly capacity: number } {
    const { bytes, parts } = this.#allocator.stats();
    return { bytes, parts, capacity: this.memory.buffer.byteLength };
  }

  /** Views of all of it, made anew when it has grown: old ones detach, or do not see what is new. */
  get views(): Views {
    const { buffer } = this.memory;
    if (this.#views?.uint8.buffer !== buffer) {
      this.#views = {
        float32: new Float32Array(buffer),
        float64: new Float64Array(buffer),
        int32: new Int32Array(buffer),
        uint8: new Uint8Array(buffer),
        int8: new Int8Array(buffer),
        bool: new Uint8Array(buffer),
      };
    }
    return this.#views;
  }

  /** The view of a dtype and the position in it that an address has. */
  at(dtype: DType, address: number): { readonly data: TypedArray; readonly at: number } {
    const data = this.views[dtype];
    return { data, at: address / data.BYTES_PER_ELEMENT };
  }

  #reach(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    const wanted = Math.ceil(this.memory.buffer.byteLength / PAGE / 4);
    const left = this.maximumPages - this.memory.buffer.byteLength / PAGE;
    this.memory.grow(Math.max(missing, Math.min(wanted, left)));
  }
}

function reserve(): Pick<LinearMemory, 'memory' | 'shared' | 'maximumPages'> {
  const shared = typeof SharedArrayBuffer !== 'undefined';
  let refused: unknown;
  for (const maximumPages of MAXIMUM_PAGES) {
    try {
      return {
        memory: new WebAssembly.Memory({ initial: 16, maximum: maximumPages, shared }),
        shared,
        maximumPages,
      };
    } catch (error) {
      refused = error;
    }
  }
  throw refused;
}
