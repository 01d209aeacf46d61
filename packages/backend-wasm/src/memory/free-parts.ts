import type { Part } from './allocator.ts';

/** Log2 of the smallest size. */
const UNIT_BITS = 6;
/** Below so many units, each size is a class of its own. */
const EXACT = 32;
/** Classes of each doubling above. */
const STEPS = 8;
/** Classes up to 4 GiB. */
const CLASSES: number = EXACT + 22 * STEPS;

/** The class of a size, a multiple of 64: larger sizes have no lower one. */
export function classOf(size: number): number {
  const units = size / 2 ** UNIT_BITS;
  if (units < EXACT) return units;
  const doubling = 31 - Math.clz32(units);
  return EXACT + (doubling - 5) * STEPS + ((units >>> (doubling - 3)) & (STEPS - 1));
}

/** Free parts in lists by size: eight classes to every doubling, exact ones for small sizes. */
export class FreeParts {
  readonly #heads: (Part | null)[] = new Array<Part | null>(CLASSES).fill(null);
  /** A bit for each class: whether its list has parts. */
  readonly #present = new Int32Array(Math.ceil(CLASSES / 32));
  #bytes = 0;

  add(part: Part): void {
    const at = classOf(part.size);
    const head = this.#heads[at] as Part | null;
    part.before = null;
    part.after = head;
    if (head) head.before = part;
    this.#heads[at] = part;
    (this.#present[at >> 5] as number) |= 1 << (at & 31);
    this.#bytes += part.size;
  }

  remove(part: Part): void {
    const { before, after } = part;
    if (after) after.before = before;
    if (before) before.after = after;
    else {
      const at = classOf(part.size);
      this.#heads[at] = after;
      if (after === null) (this.#present[at >> 5] as number) &= ~(1 << (at & 31));
    }
    part.before = null;
    part.after = null;
    this.#bytes -= part.size;
  }

  /**
   * Takes out a part of at least `size` bytes: of the first class that has one, the smallest among the first `most`
   * parts.
   */
  take(size: number, most: number): Part | null {
    for (let at = this.#next(classOf(size)); at < CLASSES; at = this.#next(at + 1)) {
      let best: Part | null = null;
      let looks = most;
      for (let part = this.#heads[at] as Part | null; part && looks > 0; part = part.after, looks--) {
        if (part.size >= size && (best === null || part.size < best.size)) best = part;
        if (best?.size === size) break;
      }
      if (best) {
        this.remove(best);
        return best;
      }
    }
    return null;
  }

  /** Bytes of all parts, and the size of the largest. */
  stats(): { readonly bytes: number; readonly largest: number } {
    let largest = 0;
    for (let at = CLASSES - 1; at >= 0 && largest === 0; at--)
      for (let part = this.#heads[at] as Part | null; part; part = part.after)
        largest = Math.max(largest, part.size);
    return { bytes: this.#bytes, largest };
  }

  /** The first class from `at` on that has parts; {@link CLASSES} where none has. */
  #next(at: number): number {
    let word = at >> 5;
    let bits = (this.#present[word] ?? 0) & (-1 << (at & 31));
    while (bits === 0) {
      if (++word >= this.#present.length) return CLASSES;
      bits = this.#present[word] as number;
    }
    return 32 * word + 31 - Math.clz32(bits & -bits);
  }
}
