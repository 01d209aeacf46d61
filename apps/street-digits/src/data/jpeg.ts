import { DataFileError } from './errors.ts';
import type { PictureSize } from './png.ts';

/** Whether bytes start as a JPEG file. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

// Every scan of a progressive picture goes over all pixels: many scans of a large picture would hold a decoder for minutes.
const mostScannedPixels = 2 ** 30;

/**
 * Checks the frame of a JPEG file before a decoder sees it: segments, sizes, number of scans, and that it ends.
 *
 * @param op - name of the caller, for messages.
 * @param checkSize - throws when the picture is too large.
 * @throws DataFileError when the file is truncated or damaged.
 * @remarks Source: ITU-T T.81, annex B.
 */
export function checkJpeg(
  op: string,
  bytes: Uint8Array,
  checkSize: (size: PictureSize) => void,
): PictureSize {
  const size = findFrame(op, bytes);
  checkSize(size);
  let scans = 0;
  let ended = false;
  // Within compressed data 0xff is always followed by 0, so that these pairs are markers; in other segments they only
  // make the count larger.
  for (let at = bytes.indexOf(0xff, 2); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === startOfScan) scans++;
    else if (bytes[at + 1] === endOfImage) ended = scans > 0;
  }
  if (!ended) {
    throw new DataFileError(
      'truncated',
      op,
      'JPEG is truncated: got no end marker, expected one. Copy or download the file again.',
    );
  }
  if (scans * size.width * size.height > mostScannedPixels) {
    throw new DataFileError(
      'too-large',
      op,
      `JPEG takes too long to decode: got ${scans} scans of ${size.width}×${size.height}, expected fewer. A hostile file?`,
    );
  }
  return size;
}

const startOfScan = 0xda;
const endOfImage = 0xd9;

function findFrame(op: string, bytes: Uint8Array): PictureSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) {
      throw new DataFileError(
        'damaged',
        op,
        `damaged JPEG: got byte ${bytes[at]} at ${at}, expected a marker.`,
      );
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // a fill byte
      continue;
    }
    const length = view.getUint16(at + 2);
    // Frames are C0 to CF, but for tables (C4, CC) and extensions (C8).
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame && length >= 8 && at + 9 <= bytes.length) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    if (marker === startOfScan || marker === endOfImage || length < 2) break;
    at += 2 + length;
  }
  throw new DataFileError(
    'truncated',
    op,
    'JPEG is truncated: got no frame header, expected one. Copy or download the file again.',
  );
}
