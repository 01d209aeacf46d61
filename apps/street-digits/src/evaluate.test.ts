import { Flatten, fromTyped, Linear, Sequential } from 'flambeau';
import { expect, test } from 'vitest';
import { normalise } from './augment.ts';
import { type DigitSet, storedDigits } from './digit-set.ts';
import { evaluate, worstMistakes } from './evaluate.ts';
import { formatProbabilities, likeliest, recognise } from './recognise.ts';

const size = 3 * 32 * 32;

// Picture k has one bright pixel at k: the model's scores can be written down.
function litDigits(labels: number[]): DigitSet {
  const images = new Uint8Array(labels.length * size);
  labels.forEach((_, k) => {
    images[k * size + k] = 255;
  });
  return storedDigits({ images, labels: Uint8Array.from(labels) });
}

/** Scores row `k` for the picture that is lit at pixel k. */
function modelOf(scores: number[][]): Sequential {
  const pixels = new Float32Array(size);
  const picture = new Uint8Array(size);
  picture[0] = 255;
  normalise(picture, pixels, 0);
  const [lit, dark] = [pixels[0]!, pixels[1]!];
  const weight = new Float32Array(10 * size);
  scores.forEach((row, k) => {
    row.forEach((score, digit) => {
      weight[digit * size + k] = score / (lit - dark);
    });
  });
  const bias = Float32Array.from({ length: 10 }, (_, digit) =>
    scores.reduce((sum, row) => sum - (row[digit]! * dark) / (lit - dark), 0),
  );
  const layer = new Linear(size, 10);
  layer.loadStateDict({ weight: fromTyped(weight, [10, size]), bias: fromTyped(bias, [10]) });
  return new Sequential(new Flatten(), layer);
}

const hot = (digit: number, score: number): number[] =>
  Array.from({ length: 10 }, (_, i) => (i === digit ? score : 0));
const confidence = (score: number): number => Math.exp(score) / (Math.exp(score) + 9);

test('accuracy, loss and probabilities are those of the scores', async () => {
  const set = litDigits([4, 4, 1]);
  const result = await evaluate(modelOf([hot(4, 3), hot(2, 1), hot(1, 2)]), set);
  expect(result.accuracy).toBeCloseTo(2 / 3, 12);
  expect(Array.from(result.predictions)).toEqual([4, 2, 1]);
  expect(Array.from(result.labels)).toEqual([4, 4, 1]);
  const wrong = (1 - confidence(1)) / 9;
  const loss = -(Math.log(confidence(3)) + Math.log(wrong) + Math.log(confidence(2))) / 3;
  expect(result.loss).toBeCloseTo(loss, 4);
  expect(result.probabilities[4]).toBeCloseTo(confidence(3), 4);
});

test('the worst mistakes are the surest ones, and right answers are none', async () => {
  const set = litDigits([0, 1, 2, 3]);
  const result = await evaluate(modelOf([hot(5, 1), hot(1, 9), hot(6, 3), hot(7, 2)]), set);
  expect(worstMistakes(result, 10)).toEqual([2, 3, 0]);
  expect(worstMistakes(result, 1)).toEqual([2]);
});

test('the model is put back into its mode, and progress is told', async () => {
  const model = modelOf([hot(0, 1)]);
  const done: number[] = [];
  model.train();
  await evaluate(model, litDigits([0]), { onProgress: (count) => done.push(count) });
  expect(model.training).toBe(true);
  model.eval();
  await evaluate(model, litDigits(new Array(250).fill(0)), { onProgress: (count) => done.push(count) });
  expect(model.training).toBe(false);
  expect(done).toEqual([1, 100, 200, 250]);
});

test('it stops when asked to', async () => {
  const controller = new AbortController();
  const stopped = evaluate(modelOf([hot(0, 1)]), litDigits(new Array(300).fill(0)), {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
});

test('recognising gives the same answer as evaluating', async () => {
  const model = modelOf([hot(3, 2), hot(8, 4)]);
  const set = litDigits([3, 8]);
  const { probabilities } = await evaluate(model, set);
  const single = await recognise(model, set.read(1, 0).picture);
  expect(likeliest(single)).toBe(8);
  single.forEach((value, digit) => {
    expect(value).toBeCloseTo(probabilities[10 + digit]!, 6);
  });
});

test('each digit has a line with its probability and a bar as long', () => {
  const lines = formatProbabilities([0, 0.5, 0.25, 0.1, 0.15, 0, 0, 0, 0, 0]).split('\n');
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('    0    0.0 %');
  expect(lines[1]).toBe(`  ▸ 1   50.0 %  ${'█'.repeat(20)}`);
  expect(lines[2]).toBe(`    2   25.0 %  ${'█'.repeat(10)}`);
  expect(lines[4]).toBe(`    4   15.0 %  ${'█'.repeat(6)}`);
  expect(formatProbabilities([0.99375, 0.00625, ...new Array(8).fill(0)]).split('\n')[1]).toMatch(/▎$/);
});
