import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../errors.ts';
import { fillThreefryUniform, seedWords, threefry2x32, type WordPair } from './index.ts';

// Known answers of the authors' Random123 library for threefry2x32 with 20 rounds.
const KNOWN_ANSWERS: readonly { key: WordPair; counter: WordPair; block: WordPair }[] = [
  { key: [0, 0], counter: [0, 0], block: [0x6b20_0159, 0x99ba_4efe] },
  {
    key: [0xffff_ffff, 0xffff_ffff],
    counter: [0xffff_ffff, 0xffff_ffff],
    block: [0x1cb9_96fc, 0xbb00_2be7],
  },
  {
    key: [0x1319_8a2e, 0x0370_7344],
    counter: [0x243f_6a88, 0x85a3_08d3],
    block: [0xc492_3a9c, 0x483d_f7a0],
  },
];

describe('threefry2x32', () => {
  test.each(KNOWN_ANSWERS)(
    'gives the known answer for key $key and counter $counter',
    ({ key, counter, block }) => {
      expect(threefry2x32(key, counter)).toEqual(block);
    },
  );
});

describe('fillThreefryUniform', () => {
  const draw = (key: WordPair, offset: number, count: number): Float32Array => {
    const out = new Float32Array(count);
    fillThreefryUniform(out, key[0], key[1], offset);
    return out;
  };

  test('takes the upper 24 bits of the first word, with the element index as counter', () => {
    const [value] = draw([0, 0], 0, 1);
    expect(value).toBe(0x6b_2001 / 2 ** 24);
    const key = seedWords(2n ** 40n + 3n);
    draw(key, 5, 100).forEach((x, i) => {
      expect(x).toBe((threefry2x32(key, [5 + i, 0])[0] >>> 8) / 2 ** 24);
    });
  });

  test('is one stream, whatever pieces it is read in', () => {
    const whole = draw([1, 2], 0, 1000);
    for (const [start, end] of [
      [0, 1],
      [1, 2],
      [7, 20],
      [333, 1000],
    ] as const) {
      expect(draw([1, 2], start, end - start)).toEqual(whole.slice(start, end));
    }
  });

  test('carries into the high counter word beyond 2^32 elements', () => {
    const key: WordPair = [9, 8];
    const expected = [
      [0xffff_ffff, 0],
      [0, 1],
      [1, 1],
    ].map(([low = 0, high = 0]) => (threefry2x32(key, [low, high])[0] >>> 8) / 2 ** 24);
    expect(Array.from(draw(key, 2 ** 32 - 1, 3))).toEqual(expected);
    const [far] = draw(key, 2 ** 52 + 2 ** 31, 1);
    expect(far).toBe((threefry2x32(key, [2 ** 31, 2 ** 20])[0] >>> 8) / 2 ** 24);
  });

  test('is uniform: mean, variance and lag-1 correlation lie within five standard errors', () => {
    const count = 100_000;
    const x = draw(seedWords(123), 0, count);
    let mean = 0;
    let square = 0;
    let lagged = 0;
    x.forEach((value, i) => {
      const centred = value - 0.5;
      mean += centred / count;
      square += centred ** 2 / count;
      lagged += (centred * ((x[i + 1] ?? 0.5) - 0.5)) / count;
    });
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(square - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count));
    expect(Math.abs(lagged)).toBeLessThan((5 / 12) * Math.sqrt(1 / count));
  });

  test('refuses offsets that cannot be counted exactly', () => {
    for (const offset of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => draw([0, 0], offset, 1)).toThrow(ArgumentError);
    }
    expect(() => draw([0, 0], 2 ** 53 - 2, 3)).toThrow(
      'randomUniform(): offset is out of range: got 9007199254740990 for 3 elements, expected an integer with 0 <= offset < 2^53 - 3.',
    );
  });
});
