import { DataFileError } from './errors.ts';
import { inflateStated } from './inflate.ts';
import { ElementReader, type MatElement, op, statedElementSize } from './mat-elements.ts';
import { bytesPerValue, type MatClass, type MatData, readValues } from './mat-values.ts';

/** One numeric variable of a MAT-file. */
export interface MatArray {
  readonly name: string;
  readonly class: MatClass;
  /** Sizes, two or more. */
  readonly dims: readonly number[];
  /** The values in MATLAB's order: the first index runs fastest. */
  readonly data: MatData;
  /** Imaginary parts of a complex array. */
  readonly imaginary: MatData | null;
  /** True for MATLAB's logical arrays, which are stored as uint8. */
  readonly logical: boolean;
}

/** What a MAT-file holds. */
export interface MatFile {
  readonly arrays: ReadonlyMap<string, MatArray>;
  /** Variables that are no numeric arrays (text, cells, structures …), which are not read. */
  readonly skipped: readonly { readonly name: string; readonly kind: string }[];
}

/** Bounds for `readMat`. */
export interface ReadMatOptions {
  /** Most bytes that the variables may take together once inflated. Default 2 GiB. */
  readonly maxBytes?: number;
}

const numericClasses: ReadonlyMap<number, MatClass> = new Map([
  [6, 'double'],
  [7, 'single'],
  [8, 'int8'],
  [9, 'uint8'],
  [10, 'int16'],
  [11, 'uint16'],
  [12, 'int32'],
  [13, 'uint32'],
  [14, 'int64'],
  [15, 'uint64'],
]);

const otherClasses: ReadonlyMap<number, string> = new Map([
  [1, 'cell'],
  [2, 'struct'],
  [3, 'object'],
  [4, 'char'],
  [5, 'sparse'],
  [16, 'function'],
  [17, 'opaque'],
]);

const headerBytes = 128;
// NumPy's bound; it also keeps the product of the sizes finite.
const mostDimensions = 32;

/**
 * Reads a MATLAB file of level 5 (`save -v6`, `save -v7`, `scipy.io.savemat`): numeric arrays of every class, complex
 * and logical ones too, plain or compressed, in either byte order.
 *
 * The file is not trusted: every length is checked against the bytes that are there before memory is taken for it.
 *
 * @param bytes - the whole file.
 * @throws DataFileError when the file is truncated, damaged, of another format or larger than allowed.
 * @remarks Source: MathWorks, "MAT-File Format", level 5.
 * @example
 * const { arrays } = readMat(readFileSync('train_32x32.mat'));
 * arrays.get('X')?.dims; // [32, 32, 3, 73257]
 */
export function readMat(bytes: Uint8Array, options: ReadMatOptions = {}): MatFile {
  const little = readHeader(bytes);
  const arrays = new Map<string, MatArray>();
  const skipped: { name: string; kind: string }[] = [];
  let left = options.maxBytes ?? 2 ** 31;
  const reader = new ElementReader(bytes, little, headerBytes);
  while (!reader.done) {
    const element = reader.next(`variable ${arrays.size + skipped.length + 1}`);
    const compressed = element.type === 'miCOMPRESSED';
    const matrix = compressed ? inflateMatrix(element.bytes, left, little) : element;
    if (matrix.type !== 'miMATRIX') {
      throw new DataFileError(
        'damaged',
        op,
        `wrong element type: got ${matrix.type}, expected miMATRIX or miCOMPRESSED.`,
      );
    }
    const variable = readMatrix(matrix.bytes, little, compressed, left);
    left -= matrix.bytes.length;
    if ('kind' in variable) {
      skipped.push(variable);
      continue;
    }
    if (arrays.has(variable.name)) {
      throw new DataFileError(
        'damaged',
        op,
        `a variable occurs twice: got "${variable.name}" again, expected it once.`,
      );
    }
    arrays.set(variable.name, variable);
  }
  return { arrays, skipped };
}

// Returns whether numbers are stored low byte first.
function readHeader(bytes: Uint8Array): boolean {
  refuseOtherFormats(bytes);
  if (bytes.length < headerBytes) {
    throw new DataFileError(
      'truncated',
      op,
      `header is truncated: got ${bytes.length} bytes, expected at least ${headerBytes}. Copy or download the file again.`,
    );
  }
  const mark = String.fromCharCode(bytes[126]!, bytes[127]!);
  if (mark !== 'IM' && mark !== 'MI') {
    throw new DataFileError(
      'wrong-format',
      op,
      `not a MATLAB 5 file: got byte-order mark ${JSON.stringify(mark)}, expected "IM" or "MI". MATLAB 4 files must be saved again with -v7.`,
    );
  }
  const little = mark === 'IM';
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint16(124, little);
  if (version !== 0x0100) {
    throw new DataFileError(
      'wrong-format',
      op,
      `unknown version: got 0x${version.toString(16).padStart(4, '0')}, expected 0x0100. Save with -v7.`,
    );
  }
  return little;
}

function refuseOtherFormats(bytes: Uint8Array): void {
  // HDF5's signature stands at 0 or, after MATLAB's own header, at 512.
  if (
    hasText(bytes, '\x89HDF\r\n\x1a\n', 0) ||
    hasText(bytes, '\x89HDF\r\n\x1a\n', 512) ||
    hasText(bytes, 'MATLAB 7.3', 0)
  ) {
    throw new DataFileError(
      'wrong-format',
      op,
      'MATLAB 7.3 file: got HDF5, expected MATLAB 5. Save it again with -v7, or with scipy.io.savemat.',
    );
  }
  if (hasText(bytes, '<', 0)) {
    throw new DataFileError(
      'wrong-format',
      op,
      'not a MATLAB file: got HTML or XML, expected MATLAB 5. A web page saved by mistake?',
    );
  }
}

function hasText(bytes: Uint8Array, text: string, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function inflateMatrix(zipped: Uint8Array, limit: number, little: boolean): MatElement {
  const inflated = inflateStated(op, zipped, limit, 8, (head) => statedElementSize(head, little));
  return { type: 'miMATRIX', bytes: inflated.subarray(8) };
}

function readMatrix(
  bytes: Uint8Array,
  little: boolean,
  owned: boolean,
  limit: number,
): MatArray | { name: string; kind: string } {
  const reader = new ElementReader(bytes, little);
  const flags = reader.next('array flags');
  if (flags.type !== 'miUINT32' || flags.bytes.length !== 8) {
    throw new DataFileError(
      'damaged',
      op,
      `wrong array flags: got ${flags.bytes.length} bytes of ${flags.type}, expected 8 bytes of miUINT32.`,
    );
  }
  const word = new DataView(flags.bytes.buffer, flags.bytes.byteOffset).getUint32(0, little);
  const code = word & 0xff;
  const kind = otherClasses.get(code);
  if (kind === 'opaque') return { name: '', kind };
  const dims = readDims(reader.next('dimensions'), little);
  const name = readName(reader.next('name'));
  if (kind !== undefined) return { name, kind };
  const matClass = numericClasses.get(code);
  if (!matClass)
    throw new DataFileError('damaged', op, `unknown class of "${name}": got ${code}, expected 1 to 17.`);

  const count = dims.reduce((product, size) => product * size, 1);
  const complex = (word & 0x0800) !== 0;
  const size = count * bytesPerValue(matClass) * (complex ? 2 : 1);
  if (size > limit) {
    throw new DataFileError(
      'too-large',
      op,
      `"${name}" is larger than allowed: got dimensions ${dims.join('×')} (${size} bytes), expected at most ${limit}. Raise maxBytes if the file is trusted.`,
    );
  }
  const real = reader.next(`values of "${name}"`);
  const data = readValues(`"${name}"`, matClass, real, count, little, owned);
  const imaginary = complex
    ? readValues(
        `"${name}" (imaginary)`,
        matClass,
        reader.next(`imaginary values of "${name}"`),
        count,
        little,
        owned,
      )
    : null;
  return { name, class: matClass, dims, data, imaginary, logical: (word & 0x0200) !== 0 };
}

function readDims(element: MatElement, little: boolean): number[] {
  const { type, bytes } = element;
  if (type !== 'miINT32' || bytes.length < 8 || bytes.length % 4 !== 0) {
    throw new DataFileError(
      'damaged',
      op,
      `wrong dimensions: got ${bytes.length} bytes of ${type}, expected miINT32 for two dimensions or more.`,
    );
  }
  if (bytes.length > 4 * mostDimensions) {
    throw new DataFileError(
      'damaged',
      op,
      `too many dimensions: got ${bytes.length / 4}, expected at most ${mostDimensions}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dims: number[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const size = view.getInt32(at, little);
    if (size < 0)
      throw new DataFileError('damaged', op, `negative dimension: got ${size}, expected 0 or more.`);
    dims.push(size);
  }
  return dims;
}

function readName(element: MatElement): string {
  if (element.type !== 'miINT8' && element.type !== 'miUTF8') {
    throw new DataFileError(
      'damaged',
      op,
      `wrong type of a variable's name: got ${element.type}, expected miINT8.`,
    );
  }
  return new TextDecoder('latin1').decode(element.bytes);
}
