import { describe, expect, test } from 'vitest';
import { type Augmentation, augment, normalise } from './augment.ts';
import { RandomStream } from './data/random-stream.ts';

const plane = 32 * 32;
const none: Augmentation = { turn: 0, shear: 0, scale: 0, shift: 0, contrast: 0, inversion: 0 };

function picture(value: (channel: number, row: number, column: number) => number): Uint8Array {
  return Uint8Array.from({ length: 3 * plane }, (_, i) =>
    value(Math.floor(i / plane), Math.floor(i / 32) % 32, i % 32),
  );
}

function augmented(from: Uint8Array, bounds: Partial<Augmentation>, index = 0): Float32Array {
  const out = new Float32Array(3 * plane);
  augment(from, new RandomStream(1, index), out, 0, { ...none, ...bounds });
  return out;
}

function moments(values: Float32Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

const spotted = picture((c, row, column) => (row * 7 + column * 11 + c * 50) % 256);

describe('normalising', () => {
  test('gives mean 0 and deviation 1 over all channels together, at its place in the batch', () => {
    const out = new Float32Array(2 * 3 * plane).fill(9);
    normalise(spotted, out, 3 * plane);
    const { mean, deviation } = moments(out.subarray(3 * plane));
    expect(mean).toBeCloseTo(0, 5);
    expect(deviation).toBeCloseTo(1, 5);
    expect(new Set(out.subarray(0, 3 * plane))).toEqual(new Set([9]));
  });

  test('makes a picture of one colour zero, not infinite', () => {
    const out = new Float32Array(3 * plane);
    normalise(new Uint8Array(3 * plane).fill(200), out, 0);
    expect(out.every((value) => value === 0)).toBe(true);
  });
});

describe('augmenting', () => {
  test('without any bound is normalising', () => {
    const plain = new Float32Array(3 * plane);
    normalise(spotted, plain, 0);
    expect(augmented(spotted, {})).toEqual(plain);
  });

  test('is the same for the same stream, and another for the next', () => {
    const bounds = { turn: 10, shear: 0.1, scale: 0.1, shift: 2, contrast: 0.3, inversion: 0.5 };
    expect(augmented(spotted, bounds, 4)).toEqual(augmented(spotted, bounds, 4));
    expect(augmented(spotted, bounds, 5)).not.toEqual(augmented(spotted, bounds, 4));
  });

  test('inverts with the stated probability', () => {
    const plain = augmented(spotted, {});
    const inverted = Array.from({ length: 400 }, (_, i) => augmented(spotted, { inversion: 0.3 }, i)).filter(
      (out) => out[5] === -plain[5]!,
    );
    // Four deviations of a binomial of 400 at 0.3.
    expect(Math.abs(inverted.length - 120)).toBeLessThan(4 * Math.sqrt(400 * 0.3 * 0.7));
  });

  test('draws contrast uniformly within its bound', () => {
    const gains = Array.from(
      { length: 200 },
      (_, i) => moments(augmented(spotted, { contrast: 0.3 }, i)).deviation,
    );
    expect(Math.min(...gains)).toBeGreaterThan(0.699);
    expect(Math.max(...gains)).toBeLessThan(1.301);
    expect(Math.max(...gains) - Math.min(...gains)).toBeGreaterThan(0.5);
  });

  test('moves a spot by at most the shift, and turns about the middle', () => {
    const at = (values: Float32Array): number[] => {
      const most = values.subarray(0, plane).indexOf(Math.max(...values.subarray(0, plane)));
      return [most % 32, Math.floor(most / 32)];
    };
    const spot = picture((_, row, column) => 255 * Number(row === 16 && column === 16));
    const places = Array.from({ length: 100 }, (_, i) => at(augmented(spot, { shift: 3 }, i)));
    for (const [x, y] of places) {
      expect(Math.abs(x! - 16)).toBeLessThanOrEqual(3);
      expect(Math.abs(y! - 16)).toBeLessThanOrEqual(3);
    }
    expect(new Set(places.map(String)).size).toBeGreaterThan(15);
    // A point r from the middle moves by at most r times the angle: 0.7 · 45° in radians is below one pixel.
    const turned = Array.from({ length: 50 }, (_, i) => at(augmented(spot, { turn: 45 }, i)));
    for (const [x, y] of turned)
      expect(Math.max(Math.abs(x! - 16), Math.abs(y! - 16))).toBeLessThanOrEqual(1);
  });

  test('repeats the edge where it looks outside', () => {
    const stripes = picture((_, row) => (row < 16 ? 0 : 100));
    const out = augmented(stripes, { shift: 8 }, 3);
    const [low, high] = [Math.min(...out), Math.max(...out)];
    const between = out.filter((value) => value > low + 1e-4 && value < high - 1e-4).length;
    // Only the one row on the border may lie between the two values, in each of the three planes.
    expect(between).toBeLessThanOrEqual(3 * 32);
  });
});
