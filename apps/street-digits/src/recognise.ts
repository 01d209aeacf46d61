import { fromTyped, noGrad, type Sequential, softmax } from 'flambeau';
import { normalise } from './augment.ts';
import { pictureSide } from './data/picture.ts';

/**
 * How sure a model is of each digit.
 *
 * @param model - in evaluation mode.
 * @param picture - shape (3, 32, 32), uint8.
 * @returns ten probabilities.
 */
export async function recognise(model: Sequential, picture: Uint8Array): Promise<number[]> {
  const pixels = new Float32Array(picture.length);
  normalise(picture, pixels, 0);
  const x = fromTyped(pixels, [1, 3, pictureSide, pictureSide]);
  const probabilities = noGrad(() => softmax(model.forward(x), 1));
  return Array.from(await probabilities.data());
}

/** The digit with the highest probability. */
export function likeliest(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let digit = 1; digit < probabilities.length; digit++) {
    if (probabilities[digit]! > probabilities[best]!) best = digit;
  }
  return best;
}

const barWidth = 40;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A line for each digit: its probability and a bar as long. */
export function formatProbabilities(probabilities: readonly number[]): string {
  const best = likeliest(probabilities);
  return probabilities
    .map((probability, digit) => {
      const length = Math.round(probability * barWidth * 8);
      const bar = '█'.repeat(Math.floor(length / 8)) + eighths[length % 8]!;
      const mark = digit === best ? '▸' : ' ';
      return `  ${mark} ${digit}  ${(100 * probability).toFixed(1).padStart(5)} %  ${bar}`.trimEnd();
    })
    .join('\n');
}
