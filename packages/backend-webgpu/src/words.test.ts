import { describe, expect, test } from 'vitest';
import { bitsOf, fromWords, toWords, wordType } from './words.ts';

describe('words', () => {
  test('every dtype goes to 32-bit words and back', () => {
    const cases = [
      [Float32Array.of(1.5, -0, Number.NaN), 'float32'],
      [Int32Array.of(-5, 2 ** 31 - 1), 'int32'],
      [Uint8Array.of(0, 200), 'uint8'],
      [Int8Array.of(-128, 7), 'int8'],
      [Uint8Array.of(1, 0), 'bool'],
    ] as const;
    for (const [data, dtype] of cases) {
      const words = toWords(data);
      expect(words.byteLength).toBe(4 * data.length);
      expect(words.buffer).not.toBe(data.buffer);
      expect(fromWords(words.buffer, dtype)).toEqual(data);
    }
  });

  test('only float32 computes in f32', () => {
    expect(wordType('float32')).toBe('f32');
    expect((['int32', 'uint8', 'int8', 'bool'] as const).map(wordType)).toEqual(['i32', 'i32', 'i32', 'i32']);
  });

  test('the bits of a number', () => {
    expect(bitsOf(1)).toBe(0x3f800000);
    expect(bitsOf(-0)).toBe(-(2 ** 31));
  });
});
