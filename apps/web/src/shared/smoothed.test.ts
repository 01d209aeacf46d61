import { expect, test } from 'vitest';
import { Smoothed } from './smoothed.ts';

test('the first value is its own mean, and equal ones stay what they are', () => {
  const mean = new Smoothed();
  for (const value of [3, 3, 3]) expect(mean.add(value)).toBeCloseTo(3, 12);
});

test('older values count less: by half at each step here', () => {
  const mean = new Smoothed(0.5);
  mean.add(8);
  mean.add(4);
  expect(mean.add(1)).toBeCloseTo((8 * 0.25 + 4 * 0.5 + 1) / 1.75, 12);
});
