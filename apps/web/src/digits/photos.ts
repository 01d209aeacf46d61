import { readSvhn, type SvhnDataset } from '@flambeau/app-street-digits/learning';

/** Photographs of SVHN that somebody chose. */
export interface Photos {
  /** Of the file. */
  readonly name: string;
  readonly set: SvhnDataset;
}

// The training file has 182 MB.
const mostBytes = 2 ** 30;

/**
 * Reads a file of SVHN's cropped digits.
 *
 * @throws DataFileError when it is damaged or holds something else.
 */
export async function readPhotos(file: File): Promise<Photos> {
  if (file.size > mostBytes) {
    throw new Error(`The file is too large: got ${file.size} bytes, expected at most ${mostBytes}.`);
  }
  return { name: file.name, set: readSvhn(new Uint8Array(await file.arrayBuffer())) };
}
