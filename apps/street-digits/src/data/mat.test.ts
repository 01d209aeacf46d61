import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DataFileError } from './errors.ts';
import { readMat } from './mat.ts';
import { join, MatBuilder } from './testing/mat-builder.ts';

const le = new MatBuilder();
const DOUBLE = 6;
const SINGLE = 7;
const UINT8 = 9;
const INT16 = 10;
const UINT32 = 13;
const INT64 = 14;
const miUINT8 = 2;
const miINT16 = 3;
const miINT32 = 5;
const miDOUBLE = 9;

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))));
}

function fault(bytes: Uint8Array, options?: { maxBytes: number }): DataFileError {
  try {
    readMat(bytes, options);
  } catch (error) {
    if (error instanceof DataFileError) return error;
    throw error;
  }
  throw new Error('readMat took the file');
}

describe('readMat > files written by scipy.io.savemat', () => {
  // The formulas of tests/golden/mat.py, in MATLAB's column-major order.
  const elements = [0, 1, 2].flatMap((j) => [0, 1].map((i) => 7 * i - 5 * j));
  const expected = {
    a_float64: ['double', Float64Array.from(elements, (x) => x + 0.25)],
    a_float32: ['single', Float32Array.from(elements, (x) => x + 0.25)],
    a_int8: ['int8', Int8Array.from(elements)],
    a_uint8: ['uint8', Uint8Array.from(elements, (x) => x + 10)],
    a_int16: ['int16', Int16Array.from(elements)],
    a_uint16: ['uint16', Uint16Array.from(elements, (x) => x + 10)],
    a_int32: ['int32', Int32Array.from(elements)],
    a_uint32: ['uint32', Uint32Array.from(elements, (x) => x + 10)],
    a_int64: ['int64', BigInt64Array.from(elements, (x) => BigInt(x))],
    a_uint64: ['uint64', BigUint64Array.from(elements, (x) => BigInt(x + 10))],
  } as const;

  for (const name of ['numbers.mat', 'numbers-compressed.mat']) {
    test(`${name} holds every numeric class`, () => {
      const { arrays } = readMat(fixture(name));
      for (const [variable, [matClass, data]] of Object.entries(expected)) {
        expect(arrays.get(variable)).toEqual({
          name: variable,
          class: matClass,
          dims: [2, 3],
          data,
          imaginary: null,
          logical: false,
        });
      }
    });

    test(`${name} holds complex, logical, three-dimensional and empty arrays`, () => {
      const { arrays } = readMat(fixture(name));
      expect(arrays.get('a_complex')?.data).toEqual(Float64Array.of(0, 1, 0, 1, 0, 1));
      expect(arrays.get('a_complex')?.imaginary).toEqual(Float64Array.of(0, 0, 1, 1, 2, 2));
      expect(arrays.get('a_logical')).toMatchObject({ class: 'uint8', logical: true });
      expect(arrays.get('a_logical')?.data).toEqual(Uint8Array.of(1, 0, 0, 1, 1, 0));
      const cube = arrays.get('a_cube')!;
      expect(cube.dims).toEqual([2, 3, 4]);
      // Row-major 0 … 23: element (i, j, k) is 12 i + 4 j + k.
      const columnMajor = [0, 1, 2, 3].flatMap((k) =>
        [0, 1, 2].flatMap((j) => [0, 1].map((i) => 12 * i + 4 * j + k)),
      );
      expect(cube.data).toEqual(Int16Array.from(columnMajor));
      expect(arrays.get('a_empty')).toMatchObject({ dims: [0, 3], data: new Float64Array(0) });
    });

    test(`${name} names the variables that are no numbers`, () => {
      expect(readMat(fixture(name)).skipped).toEqual([
        { name: 'a_text', kind: 'char' },
        { name: 'a_struct', kind: 'struct' },
      ]);
    });
  }
});

describe('readMat > storage', () => {
  test('a big-endian file gives the same numbers', () => {
    const be = new MatBuilder(false);
    const data = be.float64(1.5, -2, 1e300);
    const { arrays } = readMat(
      be.file(
        be.array('x', [1, 3], DOUBLE, miDOUBLE, data),
        be.compressed(be.array('y', [3, 1], DOUBLE, miDOUBLE, data)),
      ),
    );
    expect(arrays.get('x')?.data).toEqual(Float64Array.of(1.5, -2, 1e300));
    expect(arrays.get('y')?.data).toEqual(Float64Array.of(1.5, -2, 1e300));
    expect(arrays.get('y')?.dims).toEqual([3, 1]);
  });

  test('small data elements are read', () => {
    const array = le.element(
      14,
      join(
        le.element(6, le.uint32(UINT8, 0)),
        le.element(5, le.uint32(1, 3)),
        le.small(1, new TextEncoder().encode('abc')),
        le.small(miUINT8, Uint8Array.of(7, 8, 9)),
      ),
    );
    expect(readMat(le.file(array)).arrays.get('abc')?.data).toEqual(Uint8Array.of(7, 8, 9));
  });

  test('values stored in a narrower type than their class are widened', () => {
    const bytes = Uint8Array.of(1, 0, 255, 255); // -1 as the second int16
    const { arrays } = readMat(
      le.file(
        le.array('d', [1, 2], DOUBLE, miINT16, bytes),
        le.array('f', [1, 4], SINGLE, miUINT8, bytes),
        le.array('i', [2, 1], INT64, miINT16, bytes),
      ),
    );
    expect(arrays.get('d')?.data).toEqual(Float64Array.of(1, -1));
    expect(arrays.get('f')?.data).toEqual(Float32Array.of(1, 0, 255, 255));
    expect(arrays.get('i')?.data).toEqual(BigInt64Array.of(1n, -1n));
  });

  test('a file that starts at an odd address in memory is read', () => {
    const file = le.file(le.array('x', [1, 2], DOUBLE, miDOUBLE, le.float64(3, 4)));
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect(readMat(shifted.subarray(1)).arrays.get('x')?.data).toEqual(Float64Array.of(3, 4));
  });

  test('arrays of a plain file are copies', () => {
    const file = le.file(le.array('x', [1, 2], UINT8, miUINT8, Uint8Array.of(1, 2)));
    const { arrays } = readMat(file);
    file.fill(0);
    expect(arrays.get('x')?.data).toEqual(Uint8Array.of(1, 2));
  });

  test('variables named as object members are ordinary variables', () => {
    const { arrays } = readMat(le.file(le.array('__proto__', [1, 1], UINT8, miUINT8, Uint8Array.of(5))));
    expect(arrays.get('__proto__')?.data).toEqual(Uint8Array.of(5));
  });
});

describe('readMat > other formats', () => {
  const hdf5 = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

  test('a MATLAB 7.3 file is recognised with and without its user block, and the remedy is named', () => {
    const withBlock = new Uint8Array(1024);
    withBlock.set(hdf5, 512);
    for (const bytes of [join(hdf5, new Uint8Array(600)), withBlock]) {
      const error = fault(bytes);
      expect(error.code).toBe('wrong-format');
      expect(error.message).toBe(
        'readMat(): MATLAB 7.3 file: got HDF5, expected MATLAB 5. Save it again with -v7, or with scipy.io.savemat.',
      );
    }
  });

  test('a web page is recognised', () => {
    expect(fault(new TextEncoder().encode('<!DOCTYPE html><title>404</title>')).message).toContain(
      'got HTML or XML',
    );
  });

  test('a wrong byte-order mark and a wrong version are refused', () => {
    const mark = le.file();
    mark[126] = 0;
    expect(fault(mark)).toMatchObject({
      code: 'wrong-format',
      message: expect.stringContaining('expected "IM" or "MI"'),
    });
    const version = le.file();
    version[125] = 2;
    expect(fault(version).message).toContain('got 0x0200, expected 0x0100');
  });

  test('an empty file is truncated', () => {
    expect(fault(new Uint8Array(0)).message).toBe(
      'readMat(): header is truncated: got 0 bytes, expected at least 128. Copy or download the file again.',
    );
  });
});

describe('readMat > hostile files', () => {
  const eight = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

  test('sizes far beyond the file are refused before memory is taken', () => {
    const huge = 2 ** 31 - 1;
    const error = fault(le.file(le.array('x', [huge, huge, huge], DOUBLE, miDOUBLE, eight)));
    expect(error.code).toBe('too-large');
    expect(error.message).toContain('2147483647×2147483647×2147483647');
    const within = fault(le.file(le.array('x', [30000, 30000], UINT8, miUINT8, eight)));
    expect(within.message).toContain('got 8 bytes, expected 900000000');
  });

  test('hundreds of dimensions and negative ones are refused', () => {
    const many = new Array<number>(400).fill(2);
    expect(fault(le.file(le.array('x', many, UINT8, miUINT8, eight))).message).toContain(
      'too many dimensions: got 400',
    );
    expect(fault(le.file(le.array('x', [8, -1], UINT8, miUINT8, eight))).message).toContain(
      'negative dimension: got -1',
    );
    expect(fault(le.file(le.array('x', [8], UINT8, miUINT8, eight))).message).toContain('wrong dimensions');
  });

  test('an element longer than the file is truncated', () => {
    const error = fault(le.file(le.element(14, eight, 4_000_000_000)));
    expect(error.code).toBe('truncated');
    expect(error.message).toContain('variable 1 is truncated: got 8 bytes, expected 4000000000');
  });

  test('a small element that claims more than four bytes is refused', () => {
    const array = le.element(
      14,
      join(
        le.element(6, le.uint32(UINT8, 0)),
        le.element(5, le.uint32(1, 5)),
        le.small(1, Uint8Array.of(120), 5),
      ),
    );
    expect(fault(le.file(array)).message).toContain('name is truncated: got 4 bytes, expected 5');
  });

  test('a bomb stops at the size that it states', () => {
    const stated = join(le.uint32(14, 64), new Uint8Array(256 * 2 ** 20));
    const bomb = le.file(le.compressed(stated));
    expect(bomb.length).toBeLessThan(2 ** 20);
    const before = process.memoryUsage().arrayBuffers;
    const error = fault(bomb);
    const grown = process.memoryUsage().arrayBuffers - before;
    expect(error.code).toBe('too-large');
    expect(error.message).toContain('longer than it states');
    expect(error.message).toContain('expected 72');
    expect(grown).toBeLessThan(128 * 2 ** 20);
  });

  test('a size that so few compressed bytes cannot hold is refused at once', () => {
    const error = fault(le.file(le.compressed(join(le.uint32(14, 2_000_000_000), eight))));
    expect(error.code).toBe('damaged');
    expect(error.message).toContain('impossible size: got a stated 2000000008 bytes');
  });

  test('the limit counts all variables together', () => {
    const array = (name: string) =>
      le.compressed(le.array(name, [100, 10], UINT8, miUINT8, new Uint8Array(1000)));
    const file = le.file(array('x'), array('y'));
    expect(readMat(file, { maxBytes: 3000 }).arrays.size).toBe(2);
    expect(fault(file, { maxBytes: 1900 })).toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('Raise maxBytes'),
    });
  });

  test('widening counts against the limit', () => {
    const file = le.file(le.array('x', [100, 10], DOUBLE, miUINT8, new Uint8Array(1000)));
    expect(fault(file, { maxBytes: 7999 }).message).toContain('(8000 bytes), expected at most 7999');
  });

  test('a compressed stream that ends early, is shorter than stated or is damaged is refused', () => {
    const inner = le.array(
      'x',
      [50, 20],
      UINT8,
      miUINT8,
      Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 251),
    );
    const zipped = deflateSync(inner);
    const wrap = (data: Uint8Array) => le.file(le.element(15, data));
    expect(fault(wrap(zipped.subarray(0, 300))).code).toBe('truncated');
    expect(fault(wrap(deflateSync(inner.subarray(0, 500)))).message).toContain(
      'shorter than it states: got 500 bytes',
    );
    const flipped = new Uint8Array(zipped);
    flipped[flipped.length - 1]! ^= 1;
    expect(fault(wrap(flipped)).message).toContain('checksum of compressed data differs');
    expect(fault(wrap(eight)).message).toContain('expected a zlib header');
    expect(fault(wrap(eight.subarray(0, 3))).message).toContain('got 3 bytes, expected at least 8');
  });

  test('wrong types are named', () => {
    expect(fault(le.file(le.element(miINT32, eight))).message).toContain(
      'got miINT32, expected miMATRIX or miCOMPRESSED',
    );
    expect(fault(le.file(le.element(77, eight))).message).toContain(
      'unknown element type in variable 1: got 77',
    );
    expect(fault(le.file(le.compressed(le.element(miUINT8, eight)))).message).toContain(
      'got miUINT8, expected miMATRIX',
    );
    expect(fault(le.file(le.array('x', [1, 8], 99, miUINT8, eight))).message).toContain(
      'unknown class of "x": got 99',
    );
    expect(fault(le.file(le.array('x', [1, 8], UINT8, 14, eight))).message).toContain(
      'wrong storage type of "x"',
    );
    expect(fault(le.file(le.element(14, le.element(miUINT8, eight)))).message).toContain(
      'expected 8 bytes of miUINT32',
    );
  });

  test('compressed elements do not nest', () => {
    const nested = le.compressed(le.compressed(le.array('x', [1, 8], UINT8, miUINT8, eight)));
    expect(fault(le.file(nested)).message).toContain('got miCOMPRESSED, expected miMATRIX');
  });

  test('values that their class cannot hold are refused', () => {
    expect(
      fault(le.file(le.array('x', [1, 4], UINT8, miINT16, Uint8Array.of(1, 0, 0, 1, 2, 0, 3, 0)))).message,
    ).toContain('value out of range in "x": got 256, expected class uint8');
    expect(fault(le.file(le.array('x', [1, 1], UINT32, miDOUBLE, le.float64(1.5)))).message).toContain(
      'got double in class uint32',
    );
    expect(fault(le.file(le.array('x', [2, 2], INT16, miINT16, eight.subarray(0, 6)))).message).toContain(
      'got 6 bytes, expected 8 (4 × int16)',
    );
  });

  test('a complex array without its imaginary part is truncated', () => {
    expect(fault(le.file(le.array('x', [1, 8], UINT8, miUINT8, eight, 0x0800))).message).toContain(
      'imaginary values of "x" is truncated',
    );
  });

  test('a variable that occurs twice is refused', () => {
    const array = le.array('x', [1, 8], UINT8, miUINT8, eight);
    expect(fault(le.file(array, array)).message).toContain('a variable occurs twice: got "x" again');
  });

  test('a file cut at any byte is refused or gives whole variables only', () => {
    const file = fixture('numbers-compressed.mat');
    const whole = readMat(file).arrays;
    let refused = 0;
    for (let length = 0; length < file.length; length++) {
      try {
        for (const [name, array] of readMat(file.slice(0, length)).arrays)
          expect(array).toEqual(whole.get(name));
      } catch (error) {
        expect(error).toBeInstanceOf(DataFileError);
        refused++;
      }
    }
    // One position for each of the 16 variables is the end of the one before.
    expect(refused).toBe(file.length - 16);
  });

  test('a file with any one byte changed is read or refused, never anything else', () => {
    for (const name of ['numbers.mat', 'numbers-compressed.mat']) {
      const file = fixture(name);
      for (let at = 0; at < file.length; at++) {
        const changed = file.slice();
        changed[at]! ^= 1 << (at % 8);
        try {
          readMat(changed, { maxBytes: 10_000 });
        } catch (error) {
          expect(error).toBeInstanceOf(DataFileError);
        }
      }
    }
  });
});
