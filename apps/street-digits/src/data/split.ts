import { RandomStream } from './random-stream.ts';

/** Digits by number, in ascending order. */
export interface Split {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/** What a split needs to know of a data set. */
export interface PhotoGroups {
  readonly labels: { readonly length: number };
  /** Photo of each digit; null when unknown. */
  readonly photo: Int32Array | null;
}

// Digits of one number lie next to each other; house numbers have six digits at most.
const longestNumber = 6;
const leastBlock = 100;
const mostBlocks = 16;

/**
 * Cuts a validation set from a training set, photo by photo: neighbouring digits of one photo overlap, so that a cut
 * through it would let validation see its own pixels in training.
 *
 * With photos known, whole photos are drawn at random until the share is reached. Without, contiguous blocks are cut
 * (files of SVHN are in the order of their photos), and five digits on both sides of a block, which may belong to a photo
 * in it, are left out of both sets.
 *
 * @param fraction - share of the digits for validation, in (0, 1).
 * @param seed - integer in [0, 2⁵³); the same seed cuts the same way.
 * @throws RangeError when fraction or seed is out of range, or when one of the sets would be empty.
 * @example
 * const { train, validation } = splitByPhoto(dataset, 0.1, 0);
 */
export function splitByPhoto(dataset: PhotoGroups, fraction: number, seed: number): Split {
  if (!(fraction > 0 && fraction < 1)) {
    throw new RangeError(`splitByPhoto(): bad fraction: got ${fraction}, expected a number in (0, 1).`);
  }
  const count = dataset.labels.length;
  const target = Math.max(1, Math.round(fraction * count));
  const stream = new RandomStream(seed, 0);
  const part = dataset.photo ? drawPhotos(dataset.photo, target, stream) : drawBlocks(count, target, stream);
  const split = { train: positions(part, TRAIN), validation: positions(part, VALIDATION) };
  if (split.train.length === 0 || split.validation.length === 0) {
    throw new RangeError(
      `splitByPhoto(): too few digits: got ${count}, which leaves ${split.train.length} to train on and ${split.validation.length} to validate, expected some of each.`,
    );
  }
  return split;
}

const TRAIN = 0;
const VALIDATION = 1;
const LEFT_OUT = 2;

function drawPhotos(photo: Int32Array, target: number, stream: RandomStream): Uint8Array {
  const sizes = new Map<number, number>();
  for (const number of photo) sizes.set(number, (sizes.get(number) ?? 0) + 1);
  const order = Int32Array.from(sizes.keys());
  stream.shuffle(order);
  const chosen = new Set<number>();
  let taken = 0;
  for (const number of order) {
    if (taken >= target) break;
    chosen.add(number);
    taken += sizes.get(number)!;
  }
  return Uint8Array.from(photo, (number) => (chosen.has(number) ? VALIDATION : TRAIN));
}

function drawBlocks(count: number, target: number, stream: RandomStream): Uint8Array {
  const part = new Uint8Array(count);
  const blocks = Math.min(mostBlocks, Math.max(1, Math.floor(target / leastBlock)));
  const guard = longestNumber - 1;
  for (let block = 0; block < blocks; block++) {
    const from = Math.floor((block * count) / blocks);
    const to = Math.floor(((block + 1) * count) / blocks);
    const size = Math.floor(((block + 1) * target) / blocks) - Math.floor((block * target) / blocks);
    const start = from + stream.integer(to - from - size + 1);
    for (let i = Math.max(0, start - guard); i < Math.min(count, start + size + guard); i++) {
      const inside = i >= start && i < start + size;
      // A block may lie within the guard of the one before: validation stays validation.
      if (inside) part[i] = VALIDATION;
      else if (part[i] === TRAIN) part[i] = LEFT_OUT;
    }
  }
  return part;
}

function positions(part: Uint8Array, wanted: number): Int32Array {
  const found: number[] = [];
  for (let i = 0; i < part.length; i++) if (part[i] === wanted) found.push(i);
  return Int32Array.from(found);
}
