import type { DType, TypedArray } from '@flambeau/core/functional';
import { DeviceError } from '@flambeau/core/functional';
import type { AllocatorStats } from './allocator.ts';
import { Allocator } from './allocator.ts';
import { poison } from './poison.ts';

const PAGE = 65_536;
/** Reserved up front where the host allows it: 4 GiB, else half of it, and so on. */
const MAXIMUM_PAGES = [65_536, 32_768, 16_384, 8_192] as const;
const INITIAL_PAGES = 16;
/** Addresses below are for the arguments of kernels; 0 stays unused. */
const FIRST_FREE = 32_768;
/** Where the arguments of the running kernel stand. */
export const ARGUMENTS_ADDRESS = 64;
/** Bytes for the arguments of the map that the running kernel applies to its output, which stand after its own. */
export const OUTPUT_MAP_BYTES = 4_096;
export const OUTPUT_MAP_ADDRESS: number = FIRST_FREE - OUTPUT_MAP_BYTES;
/** Bytes for the arguments of one kernel. */
export const ARGUMENTS_BYTES: number = OUTPUT_MAP_ADDRESS - ARGUMENTS_ADDRESS;

/** Views of the whole memory, one per element type. */
export interface Views {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  readonly int8: Int8Array;
  readonly bool: Uint8Array;
}

/** What a memory has dealt out, and how large it is and may become. */
export interface MemoryReport extends AllocatorStats {
  /** How far the memory has grown, in bytes. */
  readonly capacity: number;
  /** How far it may grow: what the host let be reserved. */
  readonly maximum: number;
  /** Larger maxima that the host refused. */
  readonly refused: readonly number[];
}

/** One WebAssembly memory with an allocator. Shared with workers where the host allows it. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly maximumPages: number;
  readonly #refused: readonly number[];
  readonly #allocator: Allocator;
  /** Makes room for so many bytes, or throws; set by whoever can spill. */
  onShortage: ((bytes: number) => void) | null = null;
  #views: Views | null = null;

  /** @param maximumPages - how far it may grow, the first that the host grants. */
  constructor(maximumPages: readonly number[] = MAXIMUM_PAGES) {
    const reserved = reserve(maximumPages);
    this.memory = reserved.memory;
    this.shared = reserved.shared;
    this.maximumPages = reserved.pages;
    this.#refused = maximumPages.slice(0, maximumPages.indexOf(reserved.pages)).map((pages) => PAGE * pages);
    const guard = poison(() => this.views.int32);
    this.#allocator = new Allocator(FIRST_FREE, (end) => this.#reach(end), guard);
  }

  /** The address of at least `bytes` bytes with undefined contents. Where there is no more, others are spilled for it. */
  allocate(bytes: number): number {
    for (;;) {
      try {
        return this.#allocator.allocate(bytes);
      } catch (error) {
        const possible = bytes <= PAGE * this.maximumPages - FIRST_FREE;
        if (!(error instanceof RangeError) || !possible || !this.onShortage) throw error;
        // Until it throws: what is free may lie in pieces.
        this.onShortage(bytes);
      }
    }
  }

  /** Takes back what {@link allocate} gave. */
  release(address: number): void {
    this.#allocator.release(address);
  }

  /** What is in use, and how far the memory has grown. */
  stats(): MemoryReport {
    return {
      ...this.#allocator.stats(),
      capacity: this.memory.buffer.byteLength,
      maximum: PAGE * this.maximumPages,
      refused: this.#refused,
    };
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

  /** Grows by a quarter at least, where that is to be had. */
  #reach(end: number): void {
    const pages = this.memory.buffer.byteLength / PAGE;
    const missing = Math.ceil(end / PAGE) - pages;
    if (missing <= 0) return;
    const more = Math.max(missing, Math.min(Math.ceil(pages / 4), this.maximumPages - pages));
    try {
      this.memory.grow(more);
    } catch (error) {
      if (more === missing) throw error;
      this.memory.grow(missing);
    }
  }
}

interface Reserved {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly pages: number;
}

function reserve(maximumPages: readonly number[]): Reserved {
  const shared = typeof SharedArrayBuffer !== 'undefined';
  let refused: unknown;
  for (const pages of maximumPages) {
    try {
      const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: pages, shared });
      return { memory, shared, pages };
    } catch (error) {
      refused = error;
    }
  }
  const least = Math.min(...maximumPages) * PAGE;
  throw new DeviceError(
    'wasm',
    `no memory is to be had: got '${refused instanceof Error ? refused.message : String(refused)}', expected a host that reserves ${least} bytes of addresses. Use cpu().`,
  );
}
