const ALIGNMENT = 64;

/** Parts of scratch memory that are laid out one after the other before they are reserved at once. */
export class Areas {
  #end = 0;

  /** Where a part of `bytes` bytes starts, counted from the start of all. */
  add(bytes: number): number {
    const start = this.#end;
    this.#end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return start;
  }

  /** Bytes of all parts. */
  get bytes(): number {
    return this.#end;
  }
}
