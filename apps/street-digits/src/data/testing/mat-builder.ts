import { deflateSync } from 'node:zlib';

/** Parts of MAT-files, built byte by byte so that tests can bend each of them. */
export class MatBuilder {
  private readonly little: boolean;

  constructor(little = true) {
    this.little = little;
  }

  /** A file: header and elements. */
  file(...elements: Uint8Array[]): Uint8Array {
    const header = new Uint8Array(128).fill(32, 0, 116);
    header.set(new TextEncoder().encode('MATLAB 5.0 MAT-file'));
    new DataView(header.buffer).setUint16(124, 0x0100, this.little);
    header.set(new TextEncoder().encode(this.little ? 'IM' : 'MI'), 126);
    return join(header, ...elements);
  }

  /** An element with a long tag, padded to eight bytes. `size` overrides what the tag claims. */
  element(type: number, data: Uint8Array, size: number = data.length): Uint8Array {
    const out = new Uint8Array(8 + Math.ceil(data.length / 8) * 8);
    const view = new DataView(out.buffer);
    view.setUint32(0, type, this.little);
    view.setUint32(4, size, this.little);
    out.set(data, 8);
    return out;
  }

  /** An element of at most four bytes whose tag and data share eight bytes. */
  small(type: number, data: Uint8Array, size: number = data.length): Uint8Array {
    const out = new Uint8Array(8);
    new DataView(out.buffer).setUint32(0, size * 65536 + type, this.little);
    out.set(data, 4);
    return out;
  }

  /** A compressed element; its tag is followed by no padding. */
  compressed(inner: Uint8Array): Uint8Array {
    const zipped = deflateSync(inner);
    return this.element(15, zipped).subarray(0, 8 + zipped.length);
  }

  /** A numeric array; `type` is the storage type, `code` the class. */
  array(
    name: string,
    dims: readonly number[],
    code: number,
    type: number,
    data: Uint8Array,
    flags = 0,
  ): Uint8Array {
    return this.element(
      14,
      join(
        this.element(6, this.uint32(code + flags, 0)),
        this.element(5, this.uint32(...dims)),
        this.element(1, new TextEncoder().encode(name)),
        this.element(type, data),
      ),
    );
  }

  /** 32-bit integers in the file's byte order. */
  uint32(...values: number[]): Uint8Array {
    const out = new Uint8Array(4 * values.length);
    const view = new DataView(out.buffer);
    values.forEach((value, i) => {
      view.setUint32(4 * i, value, this.little);
    });
    return out;
  }

  /** Doubles in the file's byte order. */
  float64(...values: number[]): Uint8Array {
    const out = new Uint8Array(8 * values.length);
    const view = new DataView(out.buffer);
    values.forEach((value, i) => {
      view.setFloat64(8 * i, value, this.little);
    });
    return out;
  }
}

/** Concatenates bytes. */
export function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
