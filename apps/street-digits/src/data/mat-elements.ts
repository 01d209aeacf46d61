import { DataFileError } from './errors.ts';

/** Name of the public function, for messages. */
export const op = 'readMat';

/** Types of data elements in a MAT-file of level 5. */
export const elementTypes: ReadonlyMap<number, string> = new Map([
  [1, 'miINT8'],
  [2, 'miUINT8'],
  [3, 'miINT16'],
  [4, 'miUINT16'],
  [5, 'miINT32'],
  [6, 'miUINT32'],
  [7, 'miSINGLE'],
  [9, 'miDOUBLE'],
  [12, 'miINT64'],
  [13, 'miUINT64'],
  [14, 'miMATRIX'],
  [15, 'miCOMPRESSED'],
  [16, 'miUTF8'],
  [17, 'miUTF16'],
  [18, 'miUTF32'],
]);

/** One data element: its type and its bytes. */
export interface MatElement {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Walks over the data elements of a stretch of bytes. Every length is checked against what is there. */
export class ElementReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly little: boolean;
  private at: number;

  constructor(bytes: Uint8Array, little: boolean, start = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = little;
    this.at = start;
  }

  /** True when nothing is left. */
  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  /**
   * The next element.
   * @param what - what is expected here, for messages.
   * @throws DataFileError when it is truncated or of an unknown type.
   */
  next(what: string): MatElement {
    const left = this.bytes.length - this.at;
    if (left < 8) {
      throw new DataFileError(
        'truncated',
        op,
        `${what} is truncated: got ${left} bytes, expected at least 8. Copy or download the file again.`,
      );
    }
    const word = this.view.getUint32(this.at, this.little);
    const smallSize = word >>> 16;
    const code = smallSize > 0 ? word & 0xffff : word;
    const size = smallSize > 0 ? smallSize : this.view.getUint32(this.at + 4, this.little);
    const room = smallSize > 0 ? 4 : left - 8;
    const type = elementTypes.get(code);
    if (type === undefined) {
      throw new DataFileError(
        'damaged',
        op,
        `unknown element type in ${what}: got ${code}, expected 1 to 18.`,
      );
    }
    if (size > room) {
      throw new DataFileError(
        'truncated',
        op,
        `${what} is truncated: got ${room} bytes, expected ${size}. Copy or download the file again.`,
      );
    }
    const start = this.at + (smallSize > 0 ? 4 : 8);
    const bytes = this.bytes.subarray(start, start + size);
    // Elements are padded to eight bytes; compressed ones are not.
    const next =
      smallSize > 0 ? this.at + 8 : start + (type === 'miCOMPRESSED' ? size : Math.ceil(size / 8) * 8);
    this.at = Math.min(next, this.bytes.length);
    return { type, bytes };
  }
}

/** Reads the tag that starts an inflated element: the size of the element with its tag. */
export function statedElementSize(head: Uint8Array, little: boolean): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const code = view.getUint32(0, little);
  if (elementTypes.get(code) !== 'miMATRIX') {
    throw new DataFileError(
      'damaged',
      op,
      `wrong element type in compressed data: got ${elementTypes.get(code) ?? code}, expected miMATRIX.`,
    );
  }
  return 8 + view.getUint32(4, little);
}
