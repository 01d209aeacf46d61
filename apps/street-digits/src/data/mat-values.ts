import { DataFileError } from './errors.ts';
import { type MatElement, op } from './mat-elements.ts';

/** The numbers of a MATLAB array, in the type of its class. */
export type MatData =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** MATLAB's numeric classes. */
export type MatClass =
  | 'double'
  | 'single'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64';

interface MatDataConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): MatData;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): MatData;
}

const arrays: Readonly<Record<MatClass, MatDataConstructor>> = {
  double: Float64Array,
  single: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

// How values may be stored: MATLAB takes a narrower type where the values fit.
const storages: ReadonlyMap<string, MatClass> = new Map([
  ['miDOUBLE', 'double'],
  ['miSINGLE', 'single'],
  ['miINT8', 'int8'],
  ['miUINT8', 'uint8'],
  ['miINT16', 'int16'],
  ['miUINT16', 'uint16'],
  ['miINT32', 'int32'],
  ['miUINT32', 'uint32'],
  ['miINT64', 'int64'],
  ['miUINT64', 'uint64'],
]);

const hostIsLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Bytes of one value of a class. */
export function bytesPerValue(matClass: MatClass): number {
  return arrays[matClass].BYTES_PER_ELEMENT;
}

/**
 * Turns a stored element into an array of its class.
 * @param count - how many values the dimensions ask for.
 * @param owned - whether the bytes are nobody else's, so that the result may be a view of them.
 * @throws DataFileError when type, length or values do not fit.
 */
export function readValues(
  what: string,
  matClass: MatClass,
  element: MatElement,
  count: number,
  little: boolean,
  owned: boolean,
): MatData {
  const stored = storages.get(element.type);
  if (!stored) {
    throw new DataFileError(
      'damaged',
      op,
      `wrong storage type of ${what}: got ${element.type}, expected numbers.`,
    );
  }
  const size = count * bytesPerValue(stored);
  if (element.bytes.length !== size) {
    throw new DataFileError(
      'damaged',
      op,
      `size of ${what} does not fit its dimensions: got ${element.bytes.length} bytes, expected ${size} (${count} × ${stored}).`,
    );
  }
  const construct = arrays[matClass];
  if (stored === matClass && (little === hostIsLittle || construct.BYTES_PER_ELEMENT === 1)) {
    const { buffer, byteOffset } = element.bytes;
    if (owned && byteOffset % construct.BYTES_PER_ELEMENT === 0)
      return new construct(buffer, byteOffset, count);
    const copy = new Uint8Array(element.bytes);
    return new construct(copy.buffer, 0, count);
  }
  return convert(what, matClass, stored, element.bytes, count, little);
}

function convert(
  what: string,
  matClass: MatClass,
  stored: MatClass,
  bytes: Uint8Array,
  count: number,
  little: boolean,
): MatData {
  const whole = matClass !== 'double' && matClass !== 'single';
  if (whole && (stored === 'double' || stored === 'single')) {
    throw new DataFileError(
      'unsupported',
      op,
      `storage of ${what}: got ${stored} in class ${matClass}, expected integers.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const step = bytesPerValue(stored);
  const out = new arrays[matClass](count);
  const wide = out instanceof BigInt64Array || out instanceof BigUint64Array;
  for (let i = 0; i < count; i++) {
    const value = readValue(view, i * step, stored, little);
    if (wide) out[i] = BigInt(value);
    else out[i] = Number(value);
    // Reading back shows what does not fit, NaN aside, which only the float classes hold.
    if (whole && BigInt(out[i]!) !== BigInt(value)) {
      throw new DataFileError(
        'damaged',
        op,
        `value out of range in ${what}: got ${value}, expected class ${matClass}.`,
      );
    }
  }
  return out;
}

function readValue(view: DataView, at: number, stored: MatClass, little: boolean): number | bigint {
  switch (stored) {
    case 'double':
      return view.getFloat64(at, little);
    case 'single':
      return view.getFloat32(at, little);
    case 'int8':
      return view.getInt8(at);
    case 'uint8':
      return view.getUint8(at);
    case 'int16':
      return view.getInt16(at, little);
    case 'uint16':
      return view.getUint16(at, little);
    case 'int32':
      return view.getInt32(at, little);
    case 'uint32':
      return view.getUint32(at, little);
    case 'int64':
      return view.getBigInt64(at, little);
    case 'uint64':
      return view.getBigUint64(at, little);
  }
}
