import { RandomStream } from '../data/random-stream.ts';
import { type DigitSet, storedDigits } from '../digit-set.ts';

const plane = 32 * 32;

/** Digits that are quick to tell apart: digit d is a bright block at the d-th of ten places, in noise. */
export function smallDigits(count: number, seed: number): DigitSet {
  const images = new Uint8Array(count * 3 * plane);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const stream = new RandomStream(seed, i);
    const label = stream.integer(10);
    labels[i] = label;
    const [left, top] = [6 * (label % 5) + 1, label < 5 ? 4 : 18];
    for (let p = 0; p < 3 * plane; p++) {
      const [x, y] = [p % 32, Math.floor(p / 32) % 32];
      const inside = x >= left && x < left + 5 && y >= top && y < top + 10;
      images[i * 3 * plane + p] = (inside ? 180 : 40) + stream.integer(60);
    }
  }
  return storedDigits({ images, labels });
}
