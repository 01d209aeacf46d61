import { fromTyped, noGrad, type Sequential, softmax } from 'flambeau';
import { normalise } from './augment.ts';
import { pictureSide } from './data/picture.ts';
import type { DigitSet } from './digit-set.ts';
import { likeliest } from './recognise.ts';
import { turn } from './turn.ts';

/** How well a model knows a set. */
export interface Evaluation {
  /** Share of right answers. */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** What the pictures show. */
  readonly labels: Uint8Array;
  /** What they were taken for. */
  readonly predictions: Uint8Array;
  /** Shape (N, 10). */
  readonly probabilities: Float32Array;
}

/** What may be chosen about an evaluation. */
export interface EvaluateOptions {
  /** Called after each batch, which the next one waits for; an error that it throws ends the evaluation. */
  readonly onProgress?: ((done: number) => unknown) | undefined;
  /** Stops it. */
  readonly signal?: AbortSignal | undefined;
}

const classes = 10;
const pictureSize = 3 * pictureSide * pictureSide;
const batchSize = 100;

/** Has a model answer for every picture of a set, as it does after training: no dropout, running statistics. */
export async function evaluate(
  model: Sequential,
  set: DigitSet,
  { onProgress, signal }: EvaluateOptions = {},
): Promise<Evaluation> {
  const labels = new Uint8Array(set.size);
  const predictions = new Uint8Array(set.size);
  const probabilities = new Float32Array(set.size * classes);
  let loss = 0;
  let right = 0;
  const wasTraining = model.training;
  model.eval();
  for (let start = 0; start < set.size; start += batchSize) {
    const count = Math.min(batchSize, set.size - start);
    const pixels = new Float32Array(count * pictureSize);
    for (let i = 0; i < count; i++) {
      const { picture, label } = set.read(start + i, 0);
      labels[start + i] = label;
      normalise(picture, pixels, i * pictureSize);
    }
    const x = fromTyped(pixels, [count, 3, pictureSide, pictureSide]);
    const answers = await noGrad(() => softmax(model.forward(x), 1)).data();
    probabilities.set(answers, start * classes);
    for (let i = start; i < start + count; i++) {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      predictions[i] = likeliest(row);
      if (predictions[i] === labels[i]) right++;
      // float32 rounds a hopeless answer to 0.
      loss -= Math.log(Math.max(row[labels[i]!]!, 1e-30));
    }
    await onProgress?.(start + count);
    await turn();
    signal?.throwIfAborted();
  }
  model.train(wasTraining);
  return { accuracy: right / set.size, loss: loss / set.size, labels, predictions, probabilities };
}

/** Positions of the wrong answers, those that were given with most confidence first. */
export function worstMistakes({ labels, predictions, probabilities }: Evaluation, most: number): number[] {
  const confidence = (i: number): number => probabilities[i * classes + predictions[i]!]!;
  return Array.from(labels.keys())
    .filter((i) => predictions[i] !== labels[i])
    .sort((i, j) => confidence(j) - confidence(i))
    .slice(0, most);
}
