import { zlibSync } from 'fflate';
import { DataFileError } from './errors.ts';
import { inflateInSteps, steepestExpansion } from './inflate.ts';

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** Sizes of a picture, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Whether bytes start as a PNG file. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/**
 * Encodes a picture as PNG.
 *
 * @param rgb - shape (height, width, 3), uint8.
 * @throws RangeError when the bytes do not fit the sizes.
 * @remarks Source: W3C, "Portable Network Graphics".
 * @example
 * const file = encodePng(new Uint8Array(3 * 2 * 2), 2, 2); // four black pixels
 */
export function encodePng(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const stride = 3 * width;
  if (!(width > 0 && height > 0) || rgb.length !== stride * height) {
    throw new RangeError(
      `encodePng(): size differs: got ${rgb.length} bytes for ${width}×${height}, expected ${stride * height}.`,
    );
  }
  const raw = new Uint8Array((stride + 1) * height);
  for (let row = 0; row < height; row++) {
    raw.set(rgb.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8; // bits per sample
  header[9] = 2; // RGB
  return joinPng([
    ['IHDR', header],
    ['IDAT', zlibSync(raw)],
    ['IEND', new Uint8Array(0)],
  ]);
}

type Chunk = readonly [type: string, data: Uint8Array];

function joinPng(chunks: readonly Chunk[]): Uint8Array {
  let size = signature.length;
  for (const [, data] of chunks) size += 12 + data.length;
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  out.set(signature);
  let at = signature.length;
  for (const [type, data] of chunks) {
    view.setUint32(at, data.length);
    for (let i = 0; i < 4; i++) out[at + 4 + i] = type.charCodeAt(i);
    out.set(data, at + 8);
    view.setUint32(at + 8 + data.length, crc32(out.subarray(at + 4, at + 8 + data.length)));
    at += 12 + data.length;
  }
  return out;
}

/** The parts of a PNG file that its pixels need, checked. */
export interface CheckedPng extends PictureSize {
  /** The file without its other parts (profiles, text, animation), which a decoder would have to trust. */
  readonly bytes: Uint8Array;
}

/**
 * Checks a PNG file from end to end before a decoder sees it: chunks, their checksums, sizes, and that the compressed
 * pixels are as many as the header states.
 *
 * @param op - name of the caller, for messages.
 * @param checkSize - throws when the picture is too large; called before any pixel is looked at.
 * @throws DataFileError when the file is truncated or damaged.
 */
export function checkPng(op: string, bytes: Uint8Array, checkSize: (size: PictureSize) => void): CheckedPng {
  const chunks = readChunks(op, bytes);
  const first = chunks[0];
  if (first?.[0] !== 'IHDR' || first[1].length !== 13) {
    throw new DataFileError(
      'damaged',
      op,
      `damaged PNG: got ${first?.[0] ?? 'no chunk'} first, expected IHDR of 13 bytes.`,
    );
  }
  const view = new DataView(first[1].buffer, first[1].byteOffset, 13);
  const size = { width: view.getUint32(0), height: view.getUint32(4) };
  checkSize(size);
  const packed = concatenate(chunks.filter(([type]) => type === 'IDAT').map(([, data]) => data));
  const expected = rawSize(op, size, view.getUint8(8), view.getUint8(9), view.getUint8(12));
  if (expected > packed.length * steepestExpansion) {
    throw new DataFileError(
      'damaged',
      op,
      `impossible size: got ${size.width}×${size.height} pixels from ${packed.length} bytes, expected more bytes. A truncated or hostile file?`,
    );
  }
  let pixels = 0;
  const check = (piece: Uint8Array): void => {
    pixels += piece.length;
    if (pixels > expected) {
      throw new DataFileError(
        'too-large',
        op,
        `PNG has more pixels than it states: got ${pixels} bytes or more, expected ${expected}.`,
      );
    }
  };
  if (inflateInSteps(op, packed, check) < expected) {
    throw new DataFileError(
      'truncated',
      op,
      `PNG has fewer pixels than it states: got ${pixels} bytes, expected ${expected}.`,
    );
  }
  const kept = chunks.filter(
    ([type]) => type === 'IHDR' || type === 'PLTE' || type === 'tRNS' || type === 'IDAT' || type === 'IEND',
  );
  return { ...size, bytes: joinPng(kept) };
}

function readChunks(op: string, bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = signature.length; ; ) {
    const left = bytes.length - at;
    const size = left >= 12 ? view.getUint32(at) : 0;
    if (left < 12 || size > left - 12) {
      throw new DataFileError(
        'truncated',
        op,
        `PNG is truncated: got ${left} bytes at ${at}, expected ${left < 12 ? 'a chunk of 12 or more' : size + 12}. Copy or download the file again.`,
      );
    }
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, at + 8 + size)) !== view.getUint32(at + 8 + size)) {
      throw new DataFileError(
        'damaged',
        op,
        `damaged PNG: got a wrong checksum at ${at}, expected that of chunk ${JSON.stringify(type)}.`,
      );
    }
    chunks.push([type, bytes.subarray(at + 8, at + 8 + size)]);
    if (type === 'IEND') return chunks;
    at += 12 + size;
  }
}

const channels: ReadonlyMap<number, number> = new Map([
  [0, 1], // grey
  [2, 3], // RGB
  [3, 1], // palette
  [4, 2], // grey and alpha
  [6, 4], // RGB and alpha
]);

// First pixel and step of each pass of an interlaced picture, in x and y.
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

// Bytes of all rows, each with its filter byte.
function rawSize(op: string, size: PictureSize, depth: number, color: number, interlace: number): number {
  const samples = channels.get(color);
  if (samples === undefined || ![1, 2, 4, 8, 16].includes(depth) || interlace > 1) {
    throw new DataFileError(
      'damaged',
      op,
      `damaged PNG: got color type ${color}, depth ${depth}, interlacing ${interlace}, expected a known combination.`,
    );
  }
  const rows = (width: number, height: number): number =>
    width > 0 && height > 0 ? height * (1 + Math.ceil((width * samples * depth) / 8)) : 0;
  if (interlace === 0) return rows(size.width, size.height);
  let total = 0;
  for (const [x, y, stepX, stepY] of passes) {
    total += rows(Math.ceil((size.width - x) / stepX), Math.ceil((size.height - y) / stepY));
  }
  return total;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  let size = 0;
  for (const part of parts) size += part.length;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const crcTable = new Int32Array(256).map((_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as PNG and zip have it. */
export function crc32(bytes: Uint8Array): number {
  let c = -1;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}
