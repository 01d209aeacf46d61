import { FreeParts } from './free-parts.ts';

/** The smallest part; every address is a multiple of it, which suits any vector type and a line of the cache. */
export const UNIT = 64;

/** How many free parts of a class are looked at for the smallest that is large enough, while the range can grow. */
const LOOKS = 16;

/** Parts up to this size are not joined at once when they are given back, but wait for the next request of their size. */
const QUICK = 2048;
/** How many parts of a size wait. */
const QUICK_PARTS = 256;

/** A part of the range, in use or free. Parts lie side by side: together they are all of it. */
export interface Part {
  address: number;
  size: number;
  free: boolean;
  /** Neither free nor in use: small, given back, and waiting for the next request. */
  waits: boolean;
  /** Whether all of it holds the pattern of freed memory. */
  marked: boolean;
  /** The parts beside it. */
  previous: Part | null;
  next: Part | null;
  /** The parts before and after it in the list of free parts of its class. */
  before: Part | null;
  after: Part | null;
}

/** Marks what is freed and looks at the marks when it is used again: debug mode has one. */
export interface Guard {
  /** Marks a part that was freed. False where it does not. */
  freed(address: number, size: number): boolean;
  /** Looks at a marked part before it is used again. @throws Error when something was written there meanwhile. */
  reused(address: number, size: number): void;
}

/** What an allocator has dealt out. */
export interface AllocatorStats {
  /** Bytes and parts in use. */
  readonly bytes: number;
  readonly parts: number;
  /** The most bytes that were in use at a time. */
  readonly peak: number;
  /** How far the range was taken, free parts included. */
  readonly end: number;
  /** Bytes below the end that are free, and the largest part of them. */
  readonly free: number;
  readonly largestFree: number;
  /** Share of the free bytes that are not in the largest free part: 0 when they lie together. */
  readonly fragmentation: number;
}

/**
 * Deals out parts of a growing address range: the smallest free part that is found to be large enough, or a new one at
 * the end. What is left of a part stays free, and a part that is given back is joined with free neighbours: small ones
 * not before the range would have to grow, since most are wanted again at once.
 */
export class Allocator {
  readonly #grow: (end: number) => void;
  readonly #guard: Guard | null;
  readonly #free: FreeParts = new FreeParts();
  /** Small parts that wait, by size. */
  readonly #quick: Part[][] = Array.from({ length: QUICK / UNIT + 1 }, () => []);
  #waiting = 0;
  /** The parts that are in use or wait, by address: taking them out and in again would cost more than all else. */
  readonly #parts = new Map<number, Part>();
  #last: Part | null = null;
  #end: number;
  #count = 0;
  #bytes = 0;
  #peak = 0;

  /**
   * @param start - the first address to deal out.
   * @param grow - makes addresses below its argument usable, or throws.
   */
  constructor(start: number, grow: (end: number) => void, guard: Guard | null = null) {
    this.#end = Math.ceil(start / UNIT) * UNIT;
    this.#grow = grow;
    this.#guard = guard;
  }

  /** The address of a part of at least `bytes` bytes. */
  allocate(bytes: number): number {
    const size = partSize(bytes);
    const part = this.#waitingPart(size) ?? this.#freePart(size);
    const { address } = part;
    if (part.marked) {
      part.marked = false;
      this.#guard?.reused(address, size);
    }
    this.#count++;
    this.#bytes += size;
    if (this.#bytes > this.#peak) this.#peak = this.#bytes;
    return address;
  }

  /** Takes a part back. @throws Error for an address that is not in use: it was released twice, or never dealt out. */
  release(address: number): void {
    const part = this.#parts.get(address);
    if (part === undefined || part.waits)
      throw new Error(
        `wasm memory: address ${address} is not in use: it was released twice, or never allocated`,
      );
    this.#count--;
    this.#bytes -= part.size;
    part.marked = this.#guard?.freed(address, part.size) ?? false;
    const quick = part.size <= QUICK ? this.#quick[part.size / UNIT] : undefined;
    if (quick === undefined || quick.length >= QUICK_PARTS) {
      this.#joinFree(part);
      return;
    }
    part.waits = true;
    quick.push(part);
    this.#waiting++;
  }

  /** What is in use, what is free, and how it lies. */
  stats(): AllocatorStats {
    this.#joinWaiting();
    const { bytes: free, largest: largestFree } = this.#free.stats();
    return {
      bytes: this.#bytes,
      parts: this.#count,
      peak: this.#peak,
      end: this.#end,
      free,
      largestFree,
      fragmentation: free === 0 ? 0 : 1 - largestFree / free,
    };
  }

  #waitingPart(size: number): Part | null {
    const part = size <= QUICK ? this.#quick[size / UNIT]?.pop() : undefined;
    if (part === undefined) return null;
    part.waits = false;
    this.#waiting--;
    return part;
  }

  /** A part of this size out of what is free, or from the end. */
  #freePart(size: number): Part {
    const part = this.#free.take(size, LOOKS) ?? this.#extendOrSearch(size);
    if (part.size > size) this.#split(part, size);
    part.free = false;
    this.#parts.set(part.address, part);
    return part;
  }

  /** Frees the parts that wait. */
  #joinWaiting(): void {
    if (this.#waiting === 0) return;
    for (const parts of this.#quick) for (const part of parts.splice(0)) this.#joinFree(part);
    this.#waiting = 0;
  }

  /** Makes a part free, together with its free neighbours. */
  #joinFree(part: Part): void {
    this.#parts.delete(part.address);
    part.free = true;
    part.waits = false;
    const { previous, next } = part;
    if (next?.free) this.#join(part, next);
    if (previous?.free) {
      this.#join(part, previous);
      part.address = previous.address;
    }
    this.#free.add(part);
  }

  #extendOrSearch(size: number): Part {
    if (this.#waiting > 0) {
      this.#joinWaiting();
      const part = this.#free.take(size, LOOKS);
      if (part) return part;
    }
    try {
      return this.#extend(size);
    } catch (error) {
      // There is no more: now it pays to look at all.
      const part = this.#free.take(size, Number.POSITIVE_INFINITY);
      if (part) return part;
      throw error;
    }
  }

  /** A new part at the end, or the last one where that is free and only too small. */
  #extend(size: number): Part {
    const last = this.#last;
    if (last?.free) {
      this.#grow(this.#end + size - last.size);
      this.#free.remove(last);
      this.#end += size - last.size;
      last.size = size;
      last.marked = false;
      return last;
    }
    this.#grow(this.#end + size);
    const part = newPart(this.#end, size, last, null);
    if (last) last.next = part;
    this.#last = part;
    this.#end += size;
    return part;
  }

  /** Cuts a part to a size; the rest is free. */
  #split(part: Part, size: number): void {
    const rest = newPart(part.address + size, part.size - size, part, part.next);
    rest.marked = part.marked;
    if (part.next) part.next.previous = rest;
    else this.#last = rest;
    part.next = rest;
    part.size = size;
    this.#free.add(rest);
  }

  /** Makes a free neighbour part of a part. */
  #join(part: Part, neighbour: Part): void {
    this.#free.remove(neighbour);
    part.size += neighbour.size;
    part.marked &&= neighbour.marked;
    if (neighbour === part.next) {
      part.next = neighbour.next;
      if (part.next) part.next.previous = part;
      else this.#last = part;
    } else {
      part.previous = neighbour.previous;
      if (part.previous) part.previous.next = part;
    }
  }
}

function newPart(address: number, size: number, previous: Part | null, next: Part | null): Part {
  return {
    address,
    size,
    free: true,
    waits: false,
    marked: false,
    previous,
    next,
    before: null,
    after: null,
  };
}

/** What a part of at least `bytes` bytes takes. */
export function partSize(bytes: number): number {
  return Math.max(Math.ceil(bytes / UNIT), 1) * UNIT;
}
