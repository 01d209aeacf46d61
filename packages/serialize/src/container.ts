// The safetensors container: a JSON header that says where each tensor's bytes are, and the bytes.
import type { FileDType } from './file-dtype.ts';
import { FILE_DTYPES } from './file-dtype.ts';
import { SerializationError } from './serialization-error.ts';
import { parseStrictJson } from './strict-json.ts';
import { decodeUtf8, encodeUtf8, isWellFormed, quote } from './text.ts';

/** Texts that travel with the tensors, by name. */
export type Metadata = Readonly<Record<string, string>>;

/** One stored tensor. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  /** Its elements in row-major order, little-endian. In a file that was read, a view of it. */
  readonly bytes: Uint8Array;
}

/** What a file holds. */
export interface Container {
  readonly tensors: readonly StoredTensor[];
  readonly metadata: Metadata;
}

const PREFIX = 8;
const MAX_HEADER = 100_000_000;
const MAX_DEPTH = 16;
const MAX_RANK = 64;
const METADATA = '__metadata__';
const ORDER: readonly string[] = Object.keys(FILE_DTYPES);

/** The file's bytes as given, however they come. */
export function bytesOf(op: string, data: Uint8Array | ArrayBuffer): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (Object.prototype.toString.call(data) === '[object ArrayBuffer]') return new Uint8Array(data);
  throw new SerializationError(
    op,
    `not bytes: got ${data === null ? 'null' : typeof data}, expected a Uint8Array or ArrayBuffer. Read the file first.`,
  );
}

/** Typed arrays have the host's byte order, files are little-endian. */
function checkByteOrder(op: string): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return;
  throw new SerializationError(
    op,
    'unsupported host: got a big-endian machine, expected a little-endian one.',
  );
}

/**
 * Reads a container. Every number of the header is checked against the bytes that are there before anything is made of it.
 *
 * @throws {@link SerializationError} when the bytes are not a container that follows the format.
 */
export function readContainer(op: string, file: Uint8Array): Container {
  checkByteOrder(op);
  const { header, data } = splitFile(op, file);
  const { [METADATA]: metadata = {}, ...entries } = header;
  const placed = Object.entries(entries).map(([name, entry]) => readEntry(op, name, entry, data.length));
  checkPlaces(op, placed, data.length);
  return {
    metadata: readMetadata(op, metadata),
    tensors: placed.map(({ name, dtype, shape, start, end }) => ({
      name,
      dtype,
      shape,
      bytes: data.subarray(start, end),
    })),
  };
}

function splitFile(op: string, file: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  if (file.length < PREFIX) {
    throw new SerializationError(
      op,
      `not a safetensors file: got ${file.length} bytes, expected at least ${PREFIX}. Was the file cut off?`,
      { bytes: file.length },
    );
  }
  const length = Number(new DataView(file.buffer, file.byteOffset, PREFIX).getBigUint64(0, true));
  if (length > MAX_HEADER) {
    throw new SerializationError(
      op,
      `not a safetensors file: got a header of ${length} bytes, expected at most ${MAX_HEADER}.`,
      { length },
    );
  }
  if (length > file.length - PREFIX) {
    throw new SerializationError(
      op,
      `the file is cut off: got ${file.length} bytes, expected a header of ${length} bytes after the first ${PREFIX}.`,
      { bytes: file.length, length },
    );
  }
  const bytes = file.subarray(PREFIX, PREFIX + length);
  if (bytes[0] !== 0x7b)
    throw new SerializationError(op, 'not a safetensors file: expected the header to begin with {.');
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch {
    throw new SerializationError(op, 'the header is not text: got bytes that are no UTF-8.');
  }
  // A text that begins with { is an object or no JSON at all.
  return {
    header: parseStrictJson(op, text, MAX_DEPTH) as Record<string, unknown>,
    data: file.subarray(PREFIX + length),
  };
}

function readMetadata(op: string, metadata: unknown): Metadata {
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new SerializationError(op, `${METADATA} is invalid: expected an object of strings.`);
  }
  return metadata as Metadata;
}

/** A tensor as the header describes it. */
interface Place {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function readEntry(op: string, name: string, entry: unknown, available: number): Place {
  const invalid = (what: string): SerializationError =>
    new SerializationError(op, `tensor ${quote(name)} is invalid: ${what}`, { name });
  if (!isWellFormed(name)) throw invalid('got a name with half a surrogate pair, expected text.');
  if (!isObject(entry)) throw invalid('expected an object with dtype, shape and data_offsets.');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(FILE_DTYPES, dtype)) {
    throw invalid(
      `got dtype ${typeof dtype === 'string' ? quote(dtype) : typeof dtype}, expected one of ${ORDER.join(', ')}.`,
    );
  }
  if (!isCounts(shape) || shape.length > MAX_RANK)
    throw invalid(`expected a shape of at most ${MAX_RANK} non-negative integers.`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw invalid('expected data_offsets of two non-negative integers.');
  const [start, end] = offsets as readonly [number, number];
  if (start > end || end > available) {
    throw invalid(
      `got bytes ${start} to ${end}, expected a range within the ${available} bytes of data. Was the file cut off?`,
    );
  }
  const bytes = FILE_DTYPES[dtype as FileDType] * shape.reduce((size, n) => size * n, 1);
  if (bytes !== end - start) {
    throw invalid(`got ${end - start} bytes, expected ${bytes} for ${dtype} [${shape.join(', ')}].`);
  }
  return { name, dtype: dtype as FileDType, shape, start, end };
}

/** The tensors must fill the data, each byte once. */
function checkPlaces(op: string, places: readonly Place[], available: number): void {
  let covered = 0;
  for (const { name, start, end } of [...places].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered) {
      const what = start < covered ? 'overlaps the one before' : 'leaves a hole before it';
      throw new SerializationError(
        op,
        `tensor ${quote(name)} ${what}: got bytes from ${start}, expected from ${covered}.`,
        { name, start },
      );
    }
    covered = end;
  }
  if (covered !== available) {
    throw new SerializationError(
      op,
      `the data does not fit the header: got ${available} bytes, expected ${covered}.`,
      { available, covered },
    );
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0));
}

/**
 * Writes a container: the header in the order given, the data with wide elements first, so that all are aligned.
 *
 * @throws {@link SerializationError} on names and texts that the format cannot hold.
 */
export function writeContainer(op: string, { tensors, metadata }: Container): Uint8Array {
  checkByteOrder(op);
  for (const { name } of tensors) checkName(op, name);
  checkMetadata(op, metadata);
  const starts = new Map<StoredTensor, number>();
  let size = 0;
  for (const tensor of [...tensors].sort((a, b) => ORDER.indexOf(b.dtype) - ORDER.indexOf(a.dtype))) {
    starts.set(tensor, size);
    size += tensor.bytes.length;
  }
  const header = encodeHeader(op, starts, { tensors, metadata });
  const file = allocate(op, PREFIX + header.length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, PREFIX);
  for (const [{ bytes }, start] of starts) file.set(bytes, PREFIX + header.length + start);
  return file;
}

function encodeHeader(
  op: string,
  starts: ReadonlyMap<StoredTensor, number>,
  { tensors, metadata }: Container,
): Uint8Array {
  const parts = tensors.map((tensor) => {
    const { name, dtype, shape, bytes } = tensor;
    const start = starts.get(tensor) as number;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [start, start + bytes.length] })}`;
  });
  if (Object.keys(metadata).length > 0) parts.unshift(`"${METADATA}":${JSON.stringify(metadata)}`);
  const text = encodeUtf8(`{${parts.join(',')}}`);
  const header = new Uint8Array(Math.ceil(text.length / PREFIX) * PREFIX).fill(0x20);
  header.set(text);
  if (header.length > MAX_HEADER) {
    throw new SerializationError(
      op,
      `the header is too large: got ${header.length} bytes, expected at most ${MAX_HEADER}. Write fewer tensors or shorter texts.`,
    );
  }
  return header;
}

function checkName(op: string, name: string): void {
  checkText(op, name);
  if (name === METADATA) {
    throw new SerializationError(
      op,
      `a tensor may not be named ${METADATA}: the format keeps that name. Rename it.`,
      { name },
    );
  }
}

function checkMetadata(op: string, metadata: Metadata): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') {
      throw new SerializationError(
        op,
        `metadata ${quote(key)} is not text: got ${typeof value}, expected a string.`,
        { key },
      );
    }
    checkText(op, key);
    checkText(op, value);
  }
}

function checkText(op: string, text: string): void {
  if (!isWellFormed(text)) {
    throw new SerializationError(
      op,
      `a name or text cannot be written: got half a surrogate pair in ${quote(text)}, expected text.`,
    );
  }
}

function allocate(op: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new SerializationError(
      op,
      `the file is too large: got ${size} bytes, expected what fits into one array. Write several files.`,
      { size },
    );
  }
}
