import { expect, test } from 'vitest';
import { nodeCanvas } from './data/fonts-node.ts';
import { syntheticDigits } from './data/synthetic.ts';
import { drawnDigits, firstDigits, storedDigits } from './digit-set.ts';

const size = 3 * 32 * 32;
const images = Uint8Array.from({ length: 3 * size }, (_, i) => Math.floor(i / size) + 10);
const labels = Uint8Array.of(7, 8, 9);

test('stored digits are those at the positions', () => {
  const set = storedDigits({ images, labels }, Int32Array.of(2, 0));
  expect(set.size).toBe(2);
  expect(set.read(0, 0)).toEqual({ picture: new Uint8Array(size).fill(12), label: 9 });
  expect(set.read(1, 5)).toEqual({ picture: new Uint8Array(size).fill(10), label: 7 });
});

test('drawn digits are others in every epoch, and the same when an epoch comes again', () => {
  const canvas = nodeCanvas();
  const set = drawnDigits(3, 50, canvas);
  const drawn = syntheticDigits({ seed: 3, start: 2 * 50 + 7, count: 1, canvas });
  expect(set.read(7, 2)).toEqual({ picture: drawn.images, label: drawn.labels[0] });
  expect(set.read(7, 2)).toEqual(set.read(7, 2));
  expect(set.read(7, 1).picture).not.toEqual(set.read(7, 2).picture);
});

test('the first digits of a set are at most as many as it has', () => {
  const set = storedDigits({ images, labels });
  expect(firstDigits(set, 2).size).toBe(2);
  expect(firstDigits(set, 5).size).toBe(3);
  expect(firstDigits(set, 2).read(1, 0).label).toBe(8);
});
