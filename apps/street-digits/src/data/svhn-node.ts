import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataFileError } from './errors.ts';
import { readSvhn, type SvhnDataset } from './svhn.ts';

/** The files of cropped digits that SVHN is published in. */
export type SvhnPart = 'train' | 'test' | 'extra';

/**
 * Loads `train_32x32.mat` (or test, extra) from a folder, with the photos of `train_32x32.csv` where that is beside it.
 *
 * @throws DataFileError when the folder lacks the file, or when the file is damaged.
 * @example
 * const test = await loadSvhn('../shared/data/svhn', 'test');
 */
export async function loadSvhn(folder: string, part: SvhnPart): Promise<SvhnDataset> {
  const path = join(folder, `${part}_32x32.mat`);
  const mat = await readIfThere(path);
  if (!mat) {
    throw new DataFileError(
      'not-found',
      'loadSvhn',
      `no such file: got ${path}, expected a file of SVHN. Run "data download" first?`,
    );
  }
  const csv = await readIfThere(join(folder, `${part}_32x32.csv`));
  try {
    return readSvhn(mat, csv?.toString('utf8'));
  } catch (cause) {
    if (!(cause instanceof DataFileError)) throw cause;
    throw new DataFileError(cause.code, 'loadSvhn', `${path}: ${cause.message}`, { cause });
  }
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new DataFileError(
      'not-found',
      'loadSvhn',
      `unreadable file: got ${code} for ${path}, expected a readable file.`,
      { cause },
    );
  }
}
