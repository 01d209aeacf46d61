import {
  checkPicture,
  cropToDigit,
  middleSquare,
  mostPictureBytes,
  tooLargeFile,
} from '@flambeau/app-street-digits/learning';

const op = 'readPicture';

/**
 * Makes a digit picture of a PNG or JPEG file, as the command line does: the square in its middle.
 *
 * @returns shape (3, 32, 32), uint8.
 * @throws DataFileError when the file is no PNG or JPEG, too large, truncated or damaged.
 */
export async function readPicture(file: Blob): Promise<Uint8Array> {
  if (file.size > mostPictureBytes) throw tooLargeFile(op, file.size);
  const { bytes } = checkPicture(op, new Uint8Array(await file.arrayBuffer()));
  const image = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  try {
    return cropToDigit(image, middleSquare(image), (width, height) => new OffscreenCanvas(width, height));
  } finally {
    image.close();
  }
}
