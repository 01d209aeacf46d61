import { DataFileError } from './errors.ts';
import { checkJpeg, isJpeg } from './jpeg.ts';
import { checkPng, isPng, type PictureSize } from './png.ts';

/** Largest picture file that is opened. */
export const mostPictureBytes: number = 64 * 2 ** 20;
/** Most pixels that a picture may have: any phone's photograph. */
export const mostPixels: number = 64 * 2 ** 20;

/** A picture file that a decoder may be given. */
export interface CheckedPicture extends PictureSize {
  readonly format: 'png' | 'jpeg';
  readonly bytes: Uint8Array;
}

/**
 * Looks through a PNG or JPEG file before it is decoded: decoders paint over what is missing and take memory for what
 * a header claims.
 *
 * @param op - name of the caller, for messages.
 * @throws DataFileError when the file is of another format, too large, truncated or damaged.
 */
export function checkPicture(op: string, bytes: Uint8Array): CheckedPicture {
  if (bytes.length > mostPictureBytes) throw tooLargeFile(op, bytes.length);
  const checkSize = ({ width, height }: PictureSize): void => {
    if (width === 0 || height === 0) {
      throw new DataFileError(
        'damaged',
        op,
        `empty picture: got ${width}×${height} pixels, expected at least 1×1.`,
      );
    }
    if (width * height > mostPixels) {
      throw new DataFileError(
        'too-large',
        op,
        `picture is too large: got ${width}×${height} pixels, expected at most ${mostPixels} in all. Scale or crop it first.`,
      );
    }
  };
  if (isPng(bytes)) return { format: 'png', ...checkPng(op, bytes, checkSize) };
  if (isJpeg(bytes)) return { format: 'jpeg', ...checkJpeg(op, bytes, checkSize), bytes };
  throw new DataFileError(
    'wrong-format',
    op,
    `not a picture: got ${describe(bytes)}, expected a PNG or JPEG file.`,
  );
}

/** The error for a file that is not even opened. */
export function tooLargeFile(op: string, size: number): DataFileError {
  return new DataFileError(
    'too-large',
    op,
    `picture file is too large: got ${size} bytes, expected at most ${mostPictureBytes}. Scale or crop it first.`,
  );
}

function describe(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  if (start.startsWith('GIF8')) return 'a GIF file';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'a WebP file';
  if (start.slice(4, 8) === 'ftyp') return 'an AVIF or HEIC file';
  if (start.startsWith('BM')) return 'a BMP file';
  if (start.trimStart().startsWith('<')) return 'an SVG, XML or HTML file';
  const hex = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `a file that starts with ${hex.join(' ')}`;
}

/** Side of a digit picture, in pixels. */
export const pictureSide = 32;

/**
 * Averages an opaque square RGBA picture of k·32 × k·32 pixels into a digit picture.
 *
 * @returns shape (3, 32, 32), uint8.
 */
export function shrinkToDigit(rgba: Uint8ClampedArray | Uint8Array, k: number): Uint8Array {
  const plane = pictureSide * pictureSide;
  const out = new Uint8Array(3 * plane);
  const stride = 4 * k * pictureSide;
  for (let c = 0; c < 3; c++) {
    for (let row = 0; row < pictureSide; row++) {
      for (let column = 0; column < pictureSide; column++) {
        let sum = 0;
        for (let y = 0; y < k; y++) {
          const at = (row * k + y) * stride + 4 * column * k + c;
          for (let x = 0; x < k; x++) sum += rgba[at + 4 * x]!;
        }
        out[c * plane + row * pictureSide + column] = Math.round(sum / (k * k));
      }
    }
  }
  return out;
}
