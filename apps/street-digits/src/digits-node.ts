import { nodeCanvas } from './data/fonts-node.ts';
import { crc32 } from './data/png.ts';
import { RandomStream } from './data/random-stream.ts';
import { splitByPhoto } from './data/split.ts';
import { loadSvhn } from './data/svhn-node.ts';
import { syntheticDigits } from './data/synthetic.ts';
import { type DigitSet, drawnDigits, firstDigits, storedDigits } from './digit-set.ts';

/** What to train and judge a classifier with. */
export interface Digits {
  readonly train: DigitSet;
  readonly validation: DigitSet;
  readonly test: DigitSet;
  /** A line that says what they are. */
  readonly title: string;
  /** Differs where the pictures differ: a run goes on with the pictures it began with. */
  readonly fingerprint: string;
}

/** Which digits to open. */
export interface DigitsChoice {
  /** Folder with SVHN's files; null for the embedded set. */
  readonly folder: string | null;
  readonly seed: number;
  /** At most so many pictures in each set; null for no bound. */
  readonly limit: number | null;
}

const validationShare = 0.1;
const embedded = { epoch: 8000, validation: 1000, test: 2000 };
// Apart from any seed of a run, which stay below 2³².
const validationSeed = 2 ** 52 + 1;
const testSeed = 2 ** 52 + 2;

/**
 * Opens the sets for a run: SVHN's files of a folder, with validation cut from train by photo, or the embedded set.
 *
 * @throws DataFileError when the folder lacks a file, or one is damaged.
 */
export async function openDigits(choice: DigitsChoice): Promise<Digits> {
  return choice.folder === null ? openEmbedded(choice) : openFolder(choice.folder, choice);
}

/** Opens only the set for the test. */
export async function openTestDigits({ folder, limit }: Omit<DigitsChoice, 'seed'>): Promise<DigitSet> {
  const most = limit ?? Number.POSITIVE_INFINITY;
  if (folder === null) return embeddedDigits(testSeed, Math.min(embedded.test, most));
  return firstDigits(storedDigits(await loadSvhn(folder, 'test')), most);
}

async function openFolder(folder: string, { seed, limit }: DigitsChoice): Promise<Digits> {
  const most = limit ?? Number.POSITIVE_INFINITY;
  const stored = await loadSvhn(folder, 'train');
  const split = splitByPhoto(stored, validationShare, seed);
  // In the file's order the first pictures would be those of a few streets.
  const stream = new RandomStream(seed, 1);
  stream.shuffle(split.train);
  stream.shuffle(split.validation);
  const train = firstDigits(storedDigits(stored, split.train), most);
  const validation = firstDigits(storedDigits(stored, split.validation), most);
  const test = await openTestDigits({ folder, limit });
  return {
    train,
    validation,
    test,
    title: `${folder}: ${train.size} to train, ${validation.size} to validate, ${test.size} to test`,
    fingerprint: `svhn ${stored.labels.length} ${crc32(stored.images)} ${train.size} ${validation.size}`,
  };
}

async function openEmbedded({ seed, limit }: DigitsChoice): Promise<Digits> {
  const most = limit ?? Number.POSITIVE_INFINITY;
  const train = drawnDigits(seed, Math.min(embedded.epoch, most), nodeCanvas());
  const validation = embeddedDigits(validationSeed, Math.min(embedded.validation, most));
  const test = await openTestDigits({ folder: null, limit });
  return {
    train,
    validation,
    test,
    title: `the embedded set: ${train.size} new ones each epoch, ${validation.size} to validate, ${test.size} to test`,
    fingerprint: `embedded ${train.size} ${validation.size}`,
  };
}

function embeddedDigits(seed: number, count: number): DigitSet {
  return storedDigits(syntheticDigits({ seed, start: 0, count, canvas: nodeCanvas() }));
}
