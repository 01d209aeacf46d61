import { describe, expect, test } from 'vitest';
import { splitByPhoto } from './split.ts';

// 300 photos of one to four digits.
const photo = Int32Array.from(
  Array.from({ length: 300 }, (_, number) => new Array<number>(1 + (number % 4)).fill(number)).flat(),
);
const known = { labels: photo, photo };
const unknown = { labels: photo, photo: null };

describe('splitByPhoto', () => {
  test('with photos known, every digit is on one side and no photo on both', () => {
    const { train, validation } = splitByPhoto(known, 0.2, 5);
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from(photo.keys()));
    const trained = new Set(Array.from(train, (i) => photo[i]));
    expect(Array.from(validation, (i) => photo[i]).some((number) => trained.has(number))).toBe(false);
    // The share is reached, and passed by less than one photo.
    expect(validation.length).toBeGreaterThanOrEqual(150);
    expect(validation.length).toBeLessThan(154);
  });

  test('with photos unknown, exactly the share is cut in blocks with five digits left out on both sides', () => {
    const { train, validation } = splitByPhoto(unknown, 0.4, 1);
    expect(validation.length).toBe(300);
    const taken = new Set(train);
    for (const i of validation) {
      for (let near = i - 5; near <= i + 5; near++) expect(taken.has(near)).toBe(false);
    }
    // Three blocks of 100, so at most six guards.
    expect(train.length).toBeGreaterThanOrEqual(750 - 300 - 30);
  });

  test('with photos unknown, no photo of up to six digits is on both sides', () => {
    const long = Int32Array.from({ length: 6000 }, (_, i) => Math.floor(i / 6));
    const { train, validation } = splitByPhoto({ labels: long, photo: null }, 0.1, 3);
    const trained = new Set(Array.from(train, (i) => long[i]));
    expect(Array.from(validation, (i) => long[i]).some((number) => trained.has(number))).toBe(false);
  });

  test('the same seed cuts the same way, another seed another', () => {
    for (const dataset of [known, unknown]) {
      expect(splitByPhoto(dataset, 0.1, 1)).toEqual(splitByPhoto(dataset, 0.1, 1));
      expect(splitByPhoto(dataset, 0.1, 1).validation).not.toEqual(splitByPhoto(dataset, 0.1, 2).validation);
    }
  });

  test.each([0, 1, -0.5, Number.NaN])('a fraction of %d is refused', (fraction) => {
    expect(() => splitByPhoto(known, fraction, 0)).toThrow(/splitByPhoto\(\): bad fraction: got/);
  });

  test('a set of one photo cannot be split', () => {
    expect(() => splitByPhoto({ labels: [1, 2], photo: Int32Array.of(0, 0) }, 0.5, 0)).toThrow(
      'too few digits: got 2, which leaves 0 to train on and 2 to validate',
    );
    expect(() => splitByPhoto({ labels: [], photo: null }, 0.5, 0)).toThrow('too few digits');
  });
});
