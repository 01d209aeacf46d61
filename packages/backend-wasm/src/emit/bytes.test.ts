import { describe, expect, test } from 'vitest';
import { ByteWriter } from './bytes.ts';

const written = (write: (out: ByteWriter) => void): number[] => {
  const out = new ByteWriter();
  write(out);
  return [...out.take()];
};

describe('LEB128', () => {
  // The first two are the examples of the DWARF and WebAssembly specifications.
  test.each([
    [624485, [0xe5, 0x8e, 0x26]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [0, [0x00]],
    [0xffff_ffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('the unsigned number %i', (value, bytes) => {
    expect(written((out) => out.unsigned(value))).toEqual(bytes);
  });

  test.each([
    [-123456, [0xc0, 0xbb, 0x78]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-1, [0x7f]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])('the signed number %i', (value, bytes) => {
    expect(written((out) => out.signed(value))).toEqual(bytes);
  });
});

test('floats keep the sign of zero', () => {
  expect(written((out) => out.float32(-0))).toEqual([0, 0, 0, 0x80]);
  expect(written((out) => out.float64(1))).toEqual([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
});

test('a name comes after its length, and a sized part too', () => {
  expect(written((out) => out.name('env'))).toEqual([3, 0x65, 0x6e, 0x76]);
  expect(written((out) => out.append(new ByteWriter().bytes(7, 8), true))).toEqual([2, 7, 8]);
});
