import type { CanvasFactory } from './data/canvas.ts';
import { crc32 } from './data/png.ts';
import { RandomStream } from './data/random-stream.ts';
import { splitByPhoto } from './data/split.ts';
import type { SvhnDataset } from './data/svhn.ts';
import { syntheticDigits } from './data/synthetic.ts';
import { type DigitSet, drawnDigits, firstDigits, storedDigits } from './digit-set.ts';

/** What to train a classifier with. */
export interface TrainingDigits {
  readonly train: DigitSet;
  readonly validation: DigitSet;
  /** Differs where the pictures differ: a run goes on with the pictures it began with. */
  readonly fingerprint: string;
}

/** Which part of the digits to take. */
export interface DigitsChoice {
  readonly seed: number;
  /** At most so many pictures in each set; null for no bound. */
  readonly limit: number | null;
}

const validationShare = 0.1;
const embedded = { epoch: 8000, validation: 1000, test: 2000 };
// Apart from any seed of a run, which stay below 2³².
const validationSeed = 2 ** 52 + 1;
const testSeed = 2 ** 52 + 2;

/** The embedded set: digits drawn on the spot, others in every epoch. */
export function embeddedDigits({ seed, limit }: DigitsChoice, canvas: CanvasFactory): TrainingDigits {
  const most = limit ?? Number.POSITIVE_INFINITY;
  const train = drawnDigits(seed, Math.min(embedded.epoch, most), canvas);
  const validation = drawStored(validationSeed, Math.min(embedded.validation, most), canvas);
  return { train, validation, fingerprint: `embedded ${train.size} ${validation.size}` };
}

/** The embedded set for the test. */
export function embeddedTestDigits(limit: number | null, canvas: CanvasFactory): DigitSet {
  return drawStored(testSeed, Math.min(embedded.test, limit ?? Number.POSITIVE_INFINITY), canvas);
}

/** Training pictures of SVHN, with a share of them cut out for validation, photo by photo. */
export function svhnDigits(stored: SvhnDataset, { seed, limit }: DigitsChoice): TrainingDigits {
  const most = limit ?? Number.POSITIVE_INFINITY;
  const split = splitByPhoto(stored, validationShare, seed);
  // In the file's order the first pictures would be those of a few streets.
  const stream = new RandomStream(seed, 1);
  stream.shuffle(split.train);
  stream.shuffle(split.validation);
  const train = firstDigits(storedDigits(stored, split.train), most);
  const validation = firstDigits(storedDigits(stored, split.validation), most);
  return {
    train,
    validation,
    fingerprint: `svhn ${stored.labels.length} ${crc32(stored.images)} ${train.size} ${validation.size}`,
  };
}

function drawStored(seed: number, count: number, canvas: CanvasFactory): DigitSet {
  return storedDigits(syntheticDigits({ seed, start: 0, count, canvas }));
}
