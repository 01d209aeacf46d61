import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countConfusion, drawConfusion, formatConfusion } from './confusion.ts';
import { contactSheet } from './data/contact-sheet.ts';
import { nodeCanvas } from './data/fonts-node.ts';
import { pictureSide } from './data/picture.ts';
import type { DigitSet } from './digit-set.ts';
import { type Evaluation, worstMistakes } from './evaluate.ts';

const mostMistakes = 50;
const pictureSize = 3 * pictureSide * pictureSide;

/**
 * Prints the confusion matrix, and writes it as SVG and the worst mistakes as PNG into a folder.
 *
 * @returns the paths of the files.
 */
export async function reportEvaluation(
  evaluation: Evaluation,
  set: DigitSet,
  folder: string,
): Promise<string[]> {
  const confusion = countConfusion(evaluation.labels, evaluation.predictions);
  console.log(`\n${formatConfusion(confusion)}\n`);
  await mkdir(folder, { recursive: true });
  const svg = join(folder, 'confusion.svg');
  await writeFile(
    svg,
    drawConfusion(confusion, `${set.size} digits, accuracy ${evaluation.accuracy.toFixed(3)}`),
  );
  const mistakes = worstMistakes(evaluation, mostMistakes);
  if (mistakes.length === 0) return [svg];
  const png = join(folder, 'mistakes.png');
  await writeFile(png, drawMistakes(evaluation, set, mistakes));
  return [svg, png];
}

/** The pictures with what they are, what they were taken for, and how surely. */
function drawMistakes(
  { labels, predictions, probabilities }: Evaluation,
  set: DigitSet,
  at: number[],
): Uint8Array {
  const images = new Uint8Array(at.length * pictureSize);
  const captions = at.map((i, place) => {
    images.set(set.read(i, 0).picture, place * pictureSize);
    const percent = 100 * probabilities[10 * i + predictions[i]!]!;
    return `${labels[i]} as ${predictions[i]} ${percent.toFixed(0)}%`;
  });
  return contactSheet({ images, captions, canvas: nodeCanvas() });
}
