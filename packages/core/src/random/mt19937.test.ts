import { describe, expect, test } from 'vitest';
import { ArgumentError, ValueError } from '../errors.ts';
import { fillNormal, fillUniform, Mt19937, normalizeSeed, seedWords } from './index.ts';

describe('the twister', () => {
  test('gives the 10000th number that the C++ standard names for seed 5489', () => {
    const generator = new Mt19937(5489);
    let last = 0;
    for (let i = 0; i < 10_000; i++) last = generator.random();
    expect(last).toBe(4_123_659_995); // ISO C++ [rand.predef], mt19937
  });

  test('puts the first of two draws in the upper half of a 64-bit number', () => {
    const words = new Mt19937(7);
    const wide = new Mt19937(7);
    for (let i = 0; i < 1000; i++) {
      const high = BigInt(words.random());
      expect(wide.random64()).toBe(high * 2n ** 32n + BigInt(words.random()));
    }
  });

  test('makes floats of the low 24 bits of a draw and doubles of the low 53 bits of two', () => {
    const words = new Mt19937(7);
    const floats = new Mt19937(7);
    const doubles = new Mt19937(7);
    for (let i = 0; i < 1000; i++) {
      const first = words.random();
      const second = words.random();
      expect(floats.uniformFloat()).toBe((first % 2 ** 24) / 2 ** 24);
      expect(floats.uniformFloat()).toBe((second % 2 ** 24) / 2 ** 24);
      expect(doubles.uniformDouble()).toBe(((first % 2 ** 21) * 2 ** 32 + second) / 2 ** 53);
    }
  });

  test('starts with the numbers that torch.manual_seed(42); torch.rand(5) prints', () => {
    const out = new Float32Array(5);
    fillUniform(new Mt19937(42), out);
    expect(Array.from(out, (x) => x.toFixed(4))).toEqual(['0.8823', '0.9150', '0.3829', '0.9593', '0.3904']);
  });
});

describe('seeds', () => {
  test('that differ by a multiple of 2^32 give the same numbers, but stay apart as initialSeed', () => {
    const small = new Mt19937(3);
    const large = new Mt19937(2 ** 40 + 3);
    expect(Array.from({ length: 700 }, () => large.random())).toEqual(
      Array.from({ length: 700 }, () => small.random()),
    );
    expect(large.initialSeed).toBe(2n ** 40n + 3n);
  });

  test('below zero wrap around 2^64', () => {
    expect(normalizeSeed(-1)).toBe(2n ** 64n - 1n);
    expect(normalizeSeed(-(2n ** 63n))).toBe(2n ** 63n);
    expect(new Mt19937(-1).random()).toBe(new Mt19937(2n ** 32n - 1n).random());
  });

  test('split into a low and a high word', () => {
    expect(seedWords(2n ** 40n + 3n)).toEqual([3, 256]);
    expect(seedWords(-1)).toEqual([0xffff_ffff, 0xffff_ffff]);
  });

  test('seeding again restarts the sequence and forgets the pending normal', () => {
    const generator = new Mt19937(5);
    fillNormal(generator, new Float32Array(1));
    expect(generator.nextNormal).toBeTypeOf('number');
    generator.seed(5);
    expect(generator.nextNormal).toBeUndefined();
    expect(generator.getState()).toEqual(new Mt19937(5).getState());
  });

  test('that are not exact integers or out of range are refused', () => {
    expect(() => new Mt19937(0.5)).toThrow(
      'manualSeed(): seed is not exact: got 0.5, expected an integer within ±(2^53 - 1). Pass larger seeds as a bigint.',
    );
    expect(() => new Mt19937(2 ** 53)).toThrow(ArgumentError);
    expect(() => new Mt19937(Number.NaN)).toThrow(ArgumentError);
    expect(() => new Mt19937(2n ** 64n)).toThrow(
      'manualSeed(): seed is out of range: got 18446744073709551616, expected [-2^63, 2^64).',
    );
    expect(() => new Mt19937(-(2n ** 63n) - 1n)).toThrow(ArgumentError);
  });
});

describe('the saved state', () => {
  test.each([0, 1, 623, 624, 625])('continues exactly after %i draws, with the pending normal', (draws) => {
    const generator = new Mt19937(11);
    for (let i = 0; i < draws; i++) generator.random();
    fillNormal(generator, new Float64Array(3));
    const saved = generator.getState();
    const resumed = new Mt19937(0);
    resumed.setState(saved);
    expect(resumed.initialSeed).toBe(11n);
    const rest = new Float64Array(1000);
    const again = new Float64Array(1000);
    for (const [source, out] of [
      [generator, rest],
      [resumed, again],
    ] as const) {
      fillNormal(source, out.subarray(0, 5));
      fillUniform(source, out.subarray(5));
    }
    expect(again).toEqual(rest);
  });

  test('is a copy, and is read at any offset of a larger buffer', () => {
    const generator = new Mt19937(11);
    const saved = generator.getState();
    const first = generator.random();
    const larger = new Uint8Array(saved.length + 3);
    larger.set(saved, 3);
    generator.setState(larger.subarray(3));
    larger.fill(0);
    expect(generator.random()).toBe(first);
  });

  test('is refused when it has another size', () => {
    const generator = new Mt19937(1);
    expect(() => generator.setState(new Uint8Array(10))).toThrow(
      'setState(): wrong size: got 10 bytes, expected 5056. Pass what getState() returned.',
    );
  });

  test.each([
    ['unseeded', 12, 0],
    ['left below its range', 8, 0],
    ['left above its range', 8, 625],
    ['next beyond the words', 16, 625],
    ['more draws left than words', 8, 600],
    ['a huge next', 20, 1],
  ])('is refused when damaged (%s), and the generator stays as it was', (_, offset, value) => {
    const donor = new Mt19937(1);
    for (let i = 0; i < 100; i++) donor.random();
    const damaged = donor.getState();
    new DataView(damaged.buffer).setInt32(offset, value, true);
    const generator = new Mt19937(2);
    const before = generator.getState();
    expect(() => generator.setState(damaged)).toThrow(ValueError);
    expect(() => generator.setState(damaged)).toThrow(/^setState\(\): not a generator state: got seeded /);
    expect(generator.getState()).toEqual(before);
  });
});
