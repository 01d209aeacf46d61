import { describe, expect, test } from 'vitest';
import type { TypedArray } from '../dtype.ts';
import { ArgumentError, ShapeError, ValueError } from '../errors.ts';
import {
  drawMultinomial,
  fillBernoulli,
  fillBernoulliFrom,
  fillExponential,
  fillNormal,
  fillRandint,
  fillRandom,
  fillRandperm,
  fillUniform,
  Mt19937,
} from './index.ts';

/** Calls `fill`, expects it to throw, and expects the generator not to have moved. */
function expectRefusal(
  fill: (generator: Mt19937) => void,
  error: new (...args: never[]) => Error,
  message: string,
): void {
  const generator = new Mt19937(1);
  const before = generator.getState();
  expect(() => fill(generator)).toThrow(error);
  expect(() => fill(generator)).toThrow(message);
  expect(generator.getState()).toEqual(before);
}

function mean(values: TypedArray): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

describe('uniform', () => {
  test('stays within its bounds, and a range of width zero is constant', () => {
    const out = new Float32Array(10_000);
    fillUniform(new Mt19937(3), out, -2, 5);
    expect(Math.min(...out)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...out)).toBeLessThanOrEqual(5);
    fillUniform(new Mt19937(3), out, 0.25, 0.25);
    expect(new Set(out)).toEqual(new Set([0.25]));
  });

  test('refuses reversed, infinite and too wide ranges', () => {
    expectRefusal(
      (g) => fillUniform(g, new Float32Array(3), 1, 0),
      ArgumentError,
      'uniform(): not a range: got from 1 and to 0, expected finite from <= to. Pass the smaller bound first.',
    );
    expectRefusal((g) => fillUniform(g, new Float64Array(3), 0, Infinity), ArgumentError, 'to Infinity');
    expectRefusal((g) => fillUniform(g, new Float64Array(3), Number.NaN, 1), ArgumentError, 'from NaN');
    expectRefusal((g) => fillUniform(g, new Float32Array(3), -3e38, 3e38), ArgumentError, 'not a range');
    expectRefusal((g) => fillUniform(g, new Float32Array(3), 0, 1e39), ArgumentError, 'not a range');
  });
});

describe('integers', () => {
  test('randint reaches every value of a small range and no other', () => {
    const out = new Int8Array(1000);
    fillRandint(new Mt19937(3), out, -2, 3);
    expect(new Set(out)).toEqual(new Set([-2, -1, 0, 1, 2]));
  });

  test('a range of one value is constant, but draws', () => {
    const generator = new Mt19937(3);
    const out = new Int32Array(4);
    fillRandint(generator, out, 7, 8);
    expect(Array.from(out)).toEqual([7, 7, 7, 7]);
    const skipped = new Mt19937(3);
    for (let i = 0; i < 4; i++) skipped.random();
    expect(generator.random()).toBe(skipped.random());
  });

  test('64-bit draws are the exact remainder of the 64-bit number', () => {
    for (const range of [2 ** 32, 2 ** 32 + 1, 2 ** 40 + 7, 2 ** 53 - 1]) {
      const out = new Float64Array(500);
      fillRandint(new Mt19937(4), out, 0, range);
      const generator = new Mt19937(4);
      for (const value of out) expect(BigInt(value)).toBe(generator.random64() % BigInt(range));
    }
  });

  test('random over all of float64 is the remainder modulo 2^53 + 1', () => {
    const out = new Float64Array(2000);
    fillRandom(new Mt19937(4), out);
    const generator = new Mt19937(4);
    for (const value of out) expect(BigInt(value)).toBe(generator.random64() % (2n ** 53n + 1n));
  });

  test('float32 stays inside a range whose upper bound it cannot hold, and refuses one between two float32 numbers', () => {
    const out = new Float32Array(2000);
    for (const [from, to] of [
      [-(2 ** 25) - 9, -(2 ** 25) - 1],
      [0, 2 ** 26 + 3],
    ] as const) {
      fillRandint(new Mt19937(4), out, from, to);
      expect(Math.min(...out)).toBeGreaterThanOrEqual(from);
      expect(Math.max(...out)).toBeLessThan(to);
    }
    expectRefusal(
      (g) => fillRandint(g, out, 2 ** 32 + 1, 2 ** 32 + 8),
      ArgumentError,
      'randint(): no float32 in the range: got from 4294967297 and to 4294967304, expected bounds that float32 tells apart.',
    );
  });

  test('randint refuses empty and inexact ranges, and ranges beyond the dtype', () => {
    expectRefusal(
      (g) => fillRandint(g, new Int32Array(3), 5, 5),
      ArgumentError,
      'randint(): not a range: got from 5 and to 5, expected integers with from < to, less than 2^53 apart.',
    );
    expectRefusal((g) => fillRandint(g, new Int32Array(3), 0.5, 5), ArgumentError, 'from 0.5');
    expectRefusal((g) => fillRandint(g, new Float64Array(3), 0, 2 ** 53), ArgumentError, 'not a range');
    expectRefusal(
      (g) => fillRandint(g, new Float64Array(3), -(2 ** 52), 2 ** 52 + 1),
      ArgumentError,
      'not a range',
    );
    expectRefusal(
      (g) => fillRandint(g, new Uint8Array(3), -1, 5),
      ArgumentError,
      'randint(): range does not fit the dtype: got [-1, 5), expected within [0, 256). Use a wider dtype.',
    );
    expectRefusal(
      (g) => fillRandint(g, new Int32Array(3), 0, 2 ** 31 + 1),
      ArgumentError,
      'does not fit the dtype',
    );
  });

  test('randperm holds each number once, also for no and for one element, which draw nothing', () => {
    for (const count of [2, 3, 10, 257]) {
      const out = new Int32Array(count);
      fillRandperm(new Mt19937(5), out);
      expect(Array.from(out).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    }
    const generator = new Mt19937(5);
    fillRandperm(generator, new Int32Array(0));
    fillRandperm(generator, new Int32Array(1));
    expect(generator.random()).toBe(new Mt19937(5).random());
  });

  test('randperm refuses more elements than the dtype can number', () => {
    fillRandperm(new Mt19937(1), new Uint8Array(256));
    expectRefusal(
      (g) => fillRandperm(g, new Uint8Array(257)),
      ArgumentError,
      'randperm(): too many elements: got 257, expected at most 256 for this dtype.',
    );
  });
});

describe('bernoulli', () => {
  test('is certain at 0 and 1', () => {
    const out = new Uint8Array(1000);
    fillBernoulli(new Mt19937(1), out, 1);
    expect(mean(out)).toBe(1);
    fillBernoulli(new Mt19937(1), out, 0);
    expect(mean(out)).toBe(0);
    fillBernoulliFrom(new Mt19937(1), out, new Float32Array(1000).fill(1));
    expect(mean(out)).toBe(1);
  });

  test('refuses what is not a probability, before it draws', () => {
    expectRefusal(
      (g) => fillBernoulli(g, new Uint8Array(3), 1.5),
      ArgumentError,
      'bernoulli(): not a probability: got 1.5, expected a number in [0, 1].',
    );
    expectRefusal((g) => fillBernoulli(g, new Uint8Array(3), Number.NaN), ArgumentError, 'got NaN');
    expectRefusal(
      (g) => fillBernoulliFrom(g, new Uint8Array(3), new Float64Array([0, 1, -0.25])),
      ValueError,
      'bernoulli(): not a probability: got -0.25 at 2, expected numbers in [0, 1]. Apply sigmoid to logits first.',
    );
    expectRefusal(
      (g) => fillBernoulliFrom(g, new Uint8Array(1), new Float32Array([Number.NaN])),
      ValueError,
      'NaN at 0',
    );
    expectRefusal(
      (g) => fillBernoulliFrom(g, new Uint8Array(3), new Float32Array(2)),
      ShapeError,
      'bernoulli(): lengths differ: got 2 probabilities, expected 3.',
    );
  });
});

describe('normal', () => {
  test.each([9, 16, 4096 + 5])('is the mean when std is 0 (%i elements)', (count) => {
    for (const out of [new Float32Array(count), new Float64Array(count)]) {
      fillNormal(new Mt19937(1), out, 1.5, 0);
      expect(new Set(out)).toEqual(new Set([1.5]));
    }
  });

  test('has the moments of a normal distribution, within five standard errors', () => {
    const count = 200_000;
    for (const out of [new Float32Array(count), new Float64Array(count)]) {
      fillNormal(new Mt19937(1), out, 2, 3);
      const centred = Float64Array.from(out, (x) => (x - 2) / 3);
      expect(Math.abs(mean(centred))).toBeLessThan(5 * Math.sqrt(1 / count));
      expect(Math.abs(mean(centred.map((x) => x ** 2)) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
      expect(Math.abs(mean(centred.map((x) => x ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    }
  });

  test('hands out the second half of a pair to the next short fill, whatever its dtype', () => {
    const together = new Float64Array(2);
    fillNormal(new Mt19937(8), together);
    const apart = [new Float64Array(1), new Float32Array(1)] as const;
    const generator = new Mt19937(8);
    for (const out of apart) fillNormal(generator, out);
    expect(apart[0][0]).toBe(together[0]);
    expect(apart[1][0]).toBe(Math.fround(together[1] ?? Number.NaN));
  });

  test('refuses a negative std', () => {
    expectRefusal(
      (g) => fillNormal(g, new Float32Array(3), 0, -1),
      ArgumentError,
      'normal(): std is negative: got -1, expected a number >= 0.',
    );
    expectRefusal((g) => fillNormal(g, new Float32Array(3), 0, Number.NaN), ArgumentError, 'got NaN');
  });
});

describe('exponential', () => {
  test('has mean and standard deviation 1 / rate, within five standard errors', () => {
    const out = new Float64Array(100_000);
    fillExponential(new Mt19937(1), out, 4);
    expect(Math.abs(mean(out) - 0.25)).toBeLessThan((5 * 0.25) / Math.sqrt(out.length));
    const variance = mean(out.map((x) => (x - 0.25) ** 2));
    expect(Math.abs(variance - 1 / 16)).toBeLessThan(5 * Math.sqrt(8 / 4 ** 4 / out.length));
  });

  test('refuses a rate that is not positive', () => {
    expectRefusal(
      (g) => fillExponential(g, new Float32Array(3), 0),
      ArgumentError,
      'exponential(): rate is not positive: got 0, expected a number > 0.',
    );
  });
});

describe('multinomial', () => {
  const weights = new Float32Array([0, 1, 3, 0, 0, 5, 0, 0]);

  test('with replacement draws each row in proportion to its weights, and never a weight of zero', () => {
    const samples = 20_000;
    const out = drawMultinomial(new Mt19937(1), weights, 2, { samples, replacement: true });
    const first = out.subarray(0, samples);
    const second = out.subarray(samples);
    expect(new Set(first)).toEqual(new Set([1, 2]));
    expect(new Set(second)).toEqual(new Set([1]));
    const share = first.filter((i) => i === 2).length / samples;
    expect(Math.abs(share - 0.75)).toBeLessThan(5 * Math.sqrt((0.75 * 0.25) / samples));
  });

  test('without replacement draws no category twice, and those of weight zero last, in order', () => {
    const out = drawMultinomial(new Mt19937(1), weights, 2, { samples: 4, replacement: false });
    expect(new Set(out.subarray(0, 2))).toEqual(new Set([1, 2]));
    expect(Array.from(out.subarray(2))).toEqual([0, 3, 1, 0, 2, 3]);
  });

  test('refuses bad weights, shapes and numbers of samples, before it draws', () => {
    const draw =
      (values: number[], samples: number, replacement: boolean, rows = 1) =>
      (g: Mt19937) => {
        drawMultinomial(g, new Float64Array(values), rows, { samples, replacement });
      };
    expectRefusal(
      draw([1, -2], 1, true),
      ValueError,
      'multinomial(): bad weight: got -2 in row 0, expected finite and >= 0.',
    );
    expectRefusal(draw([1, Infinity], 1, false), ValueError, 'got Infinity in row 0');
    expectRefusal(
      draw([1, 2, 0, 0], 1, true, 2),
      ValueError,
      'multinomial(): nothing to draw: got only zeros in row 1, expected a positive sum.',
    );
    expectRefusal(
      draw([1, 2], 3, false),
      ArgumentError,
      'multinomial(): bad number of samples: got 3, expected 1 to 2, the number of categories.',
    );
    expectRefusal(draw([1, 2], 0, true), ArgumentError, 'got 0, expected 1 or more.');
    expectRefusal(draw([1, 2, 3], 1, true, 2), ShapeError, 'got 3 weights in 2 rows');
    expectRefusal(draw([], 1, true), ShapeError, 'got 0 weights in 1 rows');
  });
});
