import { describe, expect, test } from 'vitest';
import { RandomStream } from './random-stream.ts';

describe('RandomStream', () => {
  // Computed with arbitrary-precision integers in Python from the definition of sfc32.
  test.each([
    [0, 0, [808754475, 4216505632, 947923937, 2491578854]],
    [1, 2, [2447996983, 4138002465, 1877260379, 1708409423]],
    [2 ** 40 + 5, 2 ** 33 + 7, [437068156, 2084384098, 218377467, 2293790305]],
  ])('seed %d, stream %d gives the bits of sfc32', (seed, index, bits) => {
    const stream = new RandomStream(seed, index);
    expect(bits.map(() => stream.bits() >>> 0)).toEqual(bits);
  });

  test('neighbouring seeds and streams share no start', () => {
    const starts = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      for (let index = 0; index < 30; index++) {
        const stream = new RandomStream(seed, index);
        starts.add(`${stream.bits()} ${stream.bits()}`);
      }
    }
    expect(starts.size).toBe(900);
  });

  test('uniform, normal and grain have the moments of their distributions', () => {
    const stream = new RandomStream(7, 0);
    const n = 100_000;
    const draws = {
      uniform: { draw: () => stream.uniform(), mean: 1 / 2, variance: 1 / 12 },
      normal: { draw: () => stream.normal(3, 2), mean: 3, variance: 4 },
      grain: { draw: () => stream.grain(), mean: 0, variance: 1 },
    };
    for (const { draw, mean, variance } of Object.values(draws)) {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < n; i++) {
        const x = draw() - mean;
        sum += x;
        squares += x * x;
      }
      // Five standard errors of the mean; the variance's own error is below 0.5 % for all three.
      expect(Math.abs(sum / n)).toBeLessThan(5 * Math.sqrt(variance / n));
      expect(Math.abs(squares / n / variance - 1)).toBeLessThan(0.025);
    }
  });

  test('integer covers 0 to n - 1 evenly', () => {
    const stream = new RandomStream(3, 1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[stream.integer(10)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(27.88); // 0.999 quantile for 9 degrees of freedom
  });

  test('shuffle keeps all elements and reaches each order about equally', () => {
    const stream = new RandomStream(11, 0);
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const list = Int32Array.of(0, 1, 2);
      stream.shuffle(list);
      orders.set(list.join(), (orders.get(list.join()) ?? 0) + 1);
    }
    expect([...orders.keys()].sort()).toEqual(['0,1,2', '0,2,1', '1,0,2', '1,2,0', '2,0,1', '2,1,0']);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150); // five deviations
  });

  test.each([-1, 1.5, 2 ** 53, Number.NaN])('a seed of %d is refused', (seed) => {
    expect(() => new RandomStream(seed, 0)).toThrow(
      /RandomStream\(\): bad seed: got .*, expected an integer/,
    );
  });
});
