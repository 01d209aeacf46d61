import { open } from 'node:fs/promises';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { cropToDigit, middleSquare } from './crop.ts';
import { DataFileError } from './errors.ts';
import { checkPicture, mostPictureBytes, tooLargeFile } from './picture.ts';

const op = 'readDigitPicture';

/**
 * Reads a picture file and makes a digit picture of it: the square in its middle, scaled to 32×32. Transparent parts
 * become white; a photograph is turned as its EXIF orientation says.
 *
 * @returns shape (3, 32, 32), uint8.
 * @throws DataFileError when there is no such file, or it is no PNG or JPEG, too large, truncated or damaged.
 * @example
 * const digit = await readDigitPicture('seven.png');
 */
export async function readDigitPicture(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > mostPictureBytes) throw tooLargeFile(op, size);
      bytes = await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof DataFileError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    throw new DataFileError(
      'not-found',
      op,
      `unreadable file: got ${code} for ${path}, expected a picture.`,
      { cause },
    );
  }
  return decodeDigitPicture(bytes);
}

/**
 * Makes a digit picture of the bytes of a PNG or JPEG file, as `readDigitPicture`.
 *
 * @returns shape (3, 32, 32), uint8.
 * @throws DataFileError when the bytes are no PNG or JPEG, too large, truncated or damaged.
 */
export async function decodeDigitPicture(bytes: Uint8Array): Promise<Uint8Array> {
  const checked = checkPicture(op, bytes);
  const image = await loadImage(checked.bytes).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataFileError(
      'damaged',
      op,
      `undecodable picture: got "${reason}", expected a sound ${checked.format} file.`,
      {
        cause,
      },
    );
  });
  return cropToDigit(image, middleSquare(image), (width, height) => createCanvas(width, height));
}
