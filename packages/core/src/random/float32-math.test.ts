import { describe, expect, test } from 'vitest';
import { cosFloat32, logFloat32, sinFloat32 } from './float32-math.ts';

const { fround } = Math;
// Moshier's documentation gives peak relative errors of 7.6e-8 for logf and about 1.2e-7 for sinf and cosf.
const TOLERANCE = 1.2e-7;

function* grid(count: number, highest: number): Generator<number> {
  for (let i = 1; i <= count; i++) yield fround((i / count) * highest);
}

describe('float32 polynomials against float64 functions', () => {
  test('log has a relative error of at most 1.2e-7 on (0, 1], down to 2^-24', () => {
    for (const x of [...grid(20_000, 1), 2 ** -24, 2 ** -23, 3 * 2 ** -24, fround(Math.SQRT1_2)]) {
      const expected = Math.log(x);
      expect(Math.abs(logFloat32(x) - expected), `log(${x})`).toBeLessThanOrEqual(
        TOLERANCE * Math.abs(expected),
      );
    }
    expect(logFloat32(1)).toBe(0);
  });

  test('sine and cosine have an absolute error of at most 1.2e-7 on [0, 2π]', () => {
    for (const x of [0, ...grid(20_000, 2 * Math.PI)]) {
      expect(Math.abs(sinFloat32(x) - Math.sin(x)), `sin(${x})`).toBeLessThanOrEqual(TOLERANCE);
      expect(Math.abs(cosFloat32(x) - Math.cos(x)), `cos(${x})`).toBeLessThanOrEqual(TOLERANCE);
    }
    expect(sinFloat32(0)).toBe(0);
    expect(cosFloat32(0)).toBe(1);
  });
});
