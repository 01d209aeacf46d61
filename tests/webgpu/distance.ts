import { expect } from 'vitest';

/** The largest distance between numbers, relative to 1 or to what is expected; NaN where only one of two is. */
export function distance(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length);
  let worst = 0;
  for (const [i, value] of expected.entries()) {
    const own = found[i] as number;
    const apart = Object.is(own, value) ? 0 : Math.abs(own - value) / Math.max(1, Math.abs(value));
    worst = Math.max(worst, apart);
  }
  return worst;
}

/** Numbers between −scale and scale in no order, distinct for distinct seeds. */
export const numbers = (length: number, scale: number, seed = 0): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin((i + 1) * 12.9898 + seed) * scale);
