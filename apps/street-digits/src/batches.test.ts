import { manualSeed } from 'flambeau';
import { expect, test } from 'vitest';
import { augment } from './augment.ts';
import { trainingBatches } from './batches.ts';
import { RandomStream } from './data/random-stream.ts';
import { smallDigits } from './testing/small-digits.ts';

const set = smallDigits(10, 0);
const size = 3 * 32 * 32;

function pixelsOf(seed: number, epoch: number): number[][] {
  const rows: number[][] = [];
  for (const [x] of trainingBatches(set, epoch, { seed, batchSize: 4 })) {
    const data = x.dataSync();
    for (let i = 0; i < x.shape[0]!; i++) rows.push(Array.from(data.subarray(i * size, (i + 1) * size)));
  }
  return rows;
}

test('batches have pictures and labels, and the last one is smaller', () => {
  const shapes = Array.from(trainingBatches(set, 1, { seed: 0, batchSize: 4 }), ([x, y]) => [
    x.shape,
    y.shape,
    y.dtype,
  ]);
  expect(shapes).toEqual([
    [[4, 3, 32, 32], [4], 'int32'],
    [[4, 3, 32, 32], [4], 'int32'],
    [[2, 3, 32, 32], [2], 'int32'],
  ]);
});

test('every picture comes once, with its label, augmented by seed, epoch and position', () => {
  manualSeed(1);
  const found = new Set<number>();
  for (const [x, y] of trainingBatches(set, 3, { seed: 5, batchSize: 4 })) {
    const [pixels, labels] = [x.dataSync(), y.dataSync()];
    labels.forEach((label, i) => {
      const row = pixels.subarray(i * size, (i + 1) * size);
      const index = Array.from({ length: 10 }, (_, at) => at).find((at) => {
        const expected = new Float32Array(size);
        augment(set.read(at, 3).picture, new RandomStream(2 ** 40 + 5, 3 * 2 ** 32 + at), expected, 0);
        return expected.every((value, p) => value === row[p]);
      });
      expect(index).toBeDefined();
      expect(set.read(index!, 3).label).toBe(label);
      found.add(index!);
    });
  }
  expect(found.size).toBe(10);
});

test('the order follows the seed of the process', () => {
  manualSeed(2);
  const first = pixelsOf(0, 1);
  const second = pixelsOf(0, 1);
  manualSeed(2);
  expect(pixelsOf(0, 1)).toEqual(first);
  expect(second).not.toEqual(first);
});

test('augmentation differs between epochs and between seeds', () => {
  const at = (seed: number, epoch: number): number[][] => {
    manualSeed(2);
    return pixelsOf(seed, epoch);
  };
  expect(at(0, 2)).not.toEqual(at(0, 1));
  expect(at(1, 1)).not.toEqual(at(0, 1));
});
