/** The smallest block; every address is a multiple of it, which suits any vector type. */
const UNIT = 64;

/**
 * Deals out parts of a growing address range. Sizes are rounded up to one of four classes per power of two, and a freed
 * part serves the next request of its class. Spike: parts are never joined, so a class keeps what it once took.
 */
export class Allocator {
  readonly #grow: (bytes: number) => void;
  /** Free addresses by class size. */
  readonly #free = new Map<number, number[]>();
  /** Class sizes of the parts in use, by address. */
  readonly #used = new Map<number, number>();
  #end: number;
  #bytes = 0;

  /**
   * @param start - the first address to deal out.
   * @param grow - makes addresses below its argument usable, or throws.
   */
  constructor(start: number, grow: (bytes: number) => void) {
    this.#end = Math.ceil(start / UNIT) * UNIT;
    this.#grow = grow;
  }

  /** The address of a part of at least `bytes` bytes. */
  allocate(bytes: number): number {
    const size = classSize(bytes);
    let address = this.#free.get(size)?.pop();
    if (address === undefined) {
      this.#grow(this.#end + size);
      address = this.#end;
      this.#end += size;
    }
    this.#used.set(address, size);
    this.#bytes += size;
    return address;
  }

  /** Takes a part back. @throws Error for an address that is not in use: it was released twice, or never dealt out. */
  release(address: number): void {
    const size = this.#used.get(address);
    if (size === undefined)
      throw new Error(
        `wasm memory: address ${address} is not in use: it was released twice, or never allocated`,
      );
    this.#used.delete(address);
    this.#bytes -= size;
    const free = this.#free.get(size);
    if (free) free.push(address);
    else this.#free.set(size, [address]);
  }

  /** Bytes in use and bytes taken from the range so far. */
  stats(): { readonly bytes: number; readonly parts: number; readonly end: number } {
    return { bytes: this.#bytes, parts: this.#used.size, end: this.#end };
  }
}

/** The next of 64, 128, 192, 256, 320, …, 512, 640, …: multiples of 64, four to every doubling.  */
export function classSize(bytes: number): number {
  const size = Math.max(bytes, UNIT);
  const step = Math.max(2 ** (Math.floor(Math.log2(size)) - 2), UNIT);
  return Math.ceil(size / step) * step;
}
