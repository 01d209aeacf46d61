/** Bytes in the encodings of the WebAssembly binary format. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  /** Appends bytes as they are. */
  bytes(...values: readonly number[]): this {
    for (const value of values) this.#bytes.push(value & 0xff);
    return this;
  }

  /** Appends an unsigned integer below 2^32 as LEB128. */
  unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#bytes.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#bytes.push(rest);
    return this;
  }

  /** Appends a signed 32-bit integer as LEB128. */
  signed(value: number): this {
    let rest = value | 0;
    // The last byte's bit 6 is the sign.
    while (rest > 0x3f || rest < -0x40) {
      this.#bytes.push((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.#bytes.push(rest & 0x7f);
    return this;
  }

  /** Appends a float32, bit for bit. */
  float32(value: number): this {
    return this.bytes(...new Uint8Array(Float32Array.of(value).buffer));
  }

  /** Appends a float64, bit for bit. */
  float64(value: number): this {
    return this.bytes(...new Uint8Array(Float64Array.of(value).buffer));
  }

  /** Appends a name: its length and its characters, which are ASCII here. */
  name(text: string): this {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes.push(text.charCodeAt(i) & 0x7f);
    return this;
  }

  /** Appends what another writer holds, after its length if `sized`. */
  append(other: ByteWriter, sized = false): this {
    if (sized) this.unsigned(other.#bytes.length);
    for (const value of other.#bytes) this.#bytes.push(value);
    return this;
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#bytes.length;
  }

  /** A copy of the bytes. */
  take(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}
