import { nodeCanvas } from './data/fonts-node.ts';
import { loadSvhn } from './data/svhn-node.ts';
import { type DigitSet, firstDigits, storedDigits } from './digit-set.ts';
import {
  type DigitsChoice,
  embeddedDigits,
  embeddedTestDigits,
  svhnDigits,
  type TrainingDigits,
} from './digits.ts';

/** What to train and judge a classifier with. */
export interface Digits extends TrainingDigits {
  readonly test: DigitSet;
  /** A line that says what they are. */
  readonly title: string;
}

/** Which digits to open. */
export interface FolderChoice extends DigitsChoice {
  /** Folder with SVHN's files; null for the embedded set. */
  readonly folder: string | null;
}

/**
 * Opens the sets for a run: SVHN's files of a folder, with validation cut from train by photo, or the embedded set.
 *
 * @throws DataFileError when the folder lacks a file, or one is damaged.
 */
export async function openDigits(choice: FolderChoice): Promise<Digits> {
  const { folder } = choice;
  const digits =
    folder === null
      ? embeddedDigits(choice, nodeCanvas())
      : svhnDigits(await loadSvhn(folder, 'train'), choice);
  const test = await openTestDigits(choice);
  const [source, train] = [
    folder ?? 'the embedded set',
    folder === null ? 'new ones each epoch' : 'to train',
  ];
  return {
    ...digits,
    test,
    title: `${source}: ${digits.train.size} ${train}, ${digits.validation.size} to validate, ${test.size} to test`,
  };
}

/** Opens only the set for the test. */
export async function openTestDigits({ folder, limit }: Omit<FolderChoice, 'seed'>): Promise<DigitSet> {
  if (folder === null) return embeddedTestDigits(limit, nodeCanvas());
  return firstDigits(storedDigits(await loadSvhn(folder, 'test')), limit ?? Number.POSITIVE_INFINITY);
}
