import { DataFileError } from './errors.ts';
import { type MatArray, type MatFile, type ReadMatOptions, readMat } from './mat.ts';
import type { DigitImages } from './synthetic.ts';

/** Cropped house-number digits of SVHN. */
export interface SvhnDataset extends DigitImages {
  /** Shape (N): which photo each digit was cut from, numbered from 0 in the file's order; null when unknown. */
  readonly photo: Int32Array | null;
}

const op = 'readSvhn';
const side = 32;
const plane = side * side;
const pictureSize = 3 * plane;

/**
 * Reads a cropped-digits file of SVHN (`train_32x32.mat`, `test_32x32.mat`, `extra_32x32.mat`): X of 32×32×3×N uint8,
 * y of N labels 1 … 10, where 10 means digit 0.
 *
 * @param mat - the whole file.
 * @param csv - text of a table beside it, one row a digit, with columns `image` and `source` that together name the
 *   photo. Columns `index` and `y`, where present, must agree with the file.
 * @returns images of shape (N, 3, 32, 32), labels of shape (N) in 0 … 9, and photo of shape (N) or null.
 * @throws DataFileError when the file or the table is damaged or holds something else.
 * @remarks Source: Netzer et al., "Reading Digits in Natural Images with Unsupervised Feature Learning", 2011, format 2.
 * @example
 * const { images, labels } = readSvhn(readFileSync('test_32x32.mat'));
 */
export function readSvhn(mat: Uint8Array, csv?: string, options: ReadMatOptions = {}): SvhnDataset {
  const file = readMat(mat, options);
  const x = variable(file, 'X');
  const y = variable(file, 'y');
  const [rows, columns, channels, count = 1] = x.dims;
  const isPictures = rows === side && columns === side && channels === 3 && x.dims.length <= 4;
  if (!isPictures || x.class !== 'uint8' || x.imaginary || !(x.data instanceof Uint8Array)) {
    throw new DataFileError(
      'wrong-format',
      op,
      `wrong X: got ${x.class} ${x.dims.join('×')}, expected uint8 32×32×3×N. The cropped digits are in *_32x32.mat.`,
    );
  }
  const labels = readLabels(y, count);
  const images = toPictures(x.data, count);
  return { images, labels, photo: csv === undefined ? null : readPhotos(csv, labels) };
}

function variable(file: MatFile, name: string): MatArray {
  const found = file.arrays.get(name);
  if (!found) {
    const names = [...file.arrays.keys(), ...file.skipped.map((other) => other.name)];
    throw new DataFileError(
      'wrong-format',
      op,
      `variable ${name} is missing: got ${names.join(', ') || 'none'}, expected X and y. Not a file of SVHN's cropped digits?`,
    );
  }
  return found;
}

function readLabels(y: MatArray, count: number): Uint8Array {
  if (y.data.length !== count || y.imaginary) {
    throw new DataFileError(
      'wrong-format',
      op,
      `number of labels differs: got y ${y.dims.join('×')}, expected ${count}, one for each picture of X.`,
    );
  }
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = Number(y.data[i]);
    if (!Number.isInteger(label) || label < 1 || label > 10) {
      throw new DataFileError(
        'wrong-format',
        op,
        `label out of range: got ${label} at ${i}, expected 1 to 10 (10 is digit 0).`,
      );
    }
    labels[i] = label % 10;
  }
  return labels;
}

// MATLAB's columns run fastest: each plane is transposed, while planes and pictures are in order already.
function toPictures(x: Uint8Array, count: number): Uint8Array {
  const images = new Uint8Array(count * pictureSize);
  for (let start = 0; start < images.length; start += plane) {
    for (let row = 0; row < side; row++) {
      const to = start + row * side;
      for (let column = 0; column < side; column++) images[to + column] = x[start + column * side + row]!;
    }
  }
  return images;
}

function readPhotos(csv: string, labels: Uint8Array): Int32Array {
  const lines = csv.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  const header = (lines[0] ?? '').split(',');
  const at = {
    image: header.indexOf('image'),
    source: header.indexOf('source'),
    index: header.indexOf('index'),
    y: header.indexOf('y'),
  };
  if (at.image < 0 || at.source < 0) {
    throw new DataFileError(
      'wrong-format',
      op,
      `wrong csv: got columns ${JSON.stringify(header.join(',').slice(0, 100))}, expected "image" and "source" among them.`,
    );
  }
  if (lines.length - 1 !== labels.length) {
    throw new DataFileError(
      'wrong-format',
      op,
      `csv does not fit the pictures: got ${lines.length - 1} rows, expected ${labels.length}. A table of another file?`,
    );
  }
  const photo = new Int32Array(labels.length);
  const numbers = new Map<string, number>();
  for (let i = 0; i < labels.length; i++) {
    const cells = lines[i + 1]!.split(',');
    const misplaced = at.index >= 0 && cells[at.index] !== String(i);
    const mislabelled = at.y >= 0 && Number(cells[at.y]) % 10 !== labels[i];
    if (cells.length !== header.length || misplaced || mislabelled) {
      throw new DataFileError(
        'wrong-format',
        op,
        `csv does not fit the pictures: got row ${i} "${lines[i + 1]!.slice(0, 100)}", expected digit ${labels[i]}. A table of another file?`,
      );
    }
    const key = `${cells[at.source]} ${cells[at.image]}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(key, number);
    }
    photo[i] = number;
  }
  return photo;
}
