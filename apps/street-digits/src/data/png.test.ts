import { deflateSync } from 'node:zlib';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, test } from 'vitest';
import { DataFileError } from './errors.ts';
import { checkPng, crc32, encodePng } from './png.ts';
import { join } from './testing/mat-builder.ts';

const anySize = (): void => undefined;
const rgb = Uint8Array.from({ length: 3 * 7 * 5 }, (_, i) => (i * 37) & 255);

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

function header(width: number, height: number, depth = 8, color = 2, interlace = 0): Uint8Array {
  const data = new Uint8Array(13);
  new DataView(data.buffer).setUint32(0, width);
  new DataView(data.buffer).setUint32(4, height);
  data.set([depth, color, 0, 0, interlace], 8);
  return chunk('IHDR', data);
}

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const end = chunk('IEND', new Uint8Array(0));
const pixels = (bytes: number): Uint8Array => chunk('IDAT', deflateSync(new Uint8Array(bytes)));

function fault(bytes: Uint8Array): DataFileError {
  try {
    checkPng('test', bytes, anySize);
  } catch (error) {
    if (error instanceof DataFileError) return error;
    throw error;
  }
  throw new Error('the file was taken');
}

describe('encodePng', () => {
  test('another decoder reads the same pixels', async () => {
    const image = await loadImage(encodePng(rgb, 7, 5));
    expect([image.width, image.height]).toEqual([7, 5]);
    const context = createCanvas(7, 5).getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, 7, 5);
    expect(Array.from(data).filter((_, i) => i % 4 !== 3)).toEqual(Array.from(rgb));
  });

  test('bytes that do not fit the sizes are refused', () => {
    expect(() => encodePng(rgb, 5, 5)).toThrow(
      'encodePng(): size differs: got 105 bytes for 5×5, expected 75.',
    );
    expect(() => encodePng(new Uint8Array(0), 0, 0)).toThrow(RangeError);
  });
});

describe('crc32', () => {
  test('gives the check value of its definition', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });
});

describe('checkPng', () => {
  test('a sound file keeps its pixels and loses all other parts', () => {
    const file = encodePng(rgb, 7, 5);
    const text = chunk('tEXt', new TextEncoder().encode('Comment\0hello'));
    const dressed = join(file.subarray(0, 33), text, file.subarray(33));
    const checked = checkPng('test', dressed, anySize);
    expect(checked).toMatchObject({ width: 7, height: 5 });
    expect(checked.bytes).toEqual(file);
  });

  test('pixels may be spread over several parts', () => {
    const zipped = deflateSync(new Uint8Array(5 * 22));
    const file = join(
      signature,
      header(7, 5),
      chunk('IDAT', zipped.subarray(0, 9)),
      chunk('IDAT', zipped.subarray(9)),
      end,
    );
    expect(checkPng('test', file, anySize).width).toBe(7);
  });

  test.each([
    ['1-bit grey', 1, 0, 5 * (1 + 1)],
    ['palette of 4 bits', 4, 3, 5 * (1 + 4)],
    ['16-bit RGB and alpha', 16, 6, 5 * (1 + 7 * 8)],
  ])('%s has the rows that its depth asks for', (_, depth, color, bytes) => {
    const file = (size: number) => join(signature, header(7, 5, depth, color), pixels(size), end);
    expect(checkPng('test', file(bytes), anySize).height).toBe(5);
    expect(fault(file(bytes - 1)).code).toBe('truncated');
    expect(fault(file(bytes + 1)).code).toBe('too-large');
  });

  test('an interlaced picture has the rows of its seven passes', () => {
    // 5 × 3, one byte a pixel: pass 1 1×1, pass 2 1×1, pass 3 none (row 4 is not there), pass 4 1×1, pass 5 3×1,
    // pass 6 2×2, pass 7 5×1; each row has a filter byte.
    const bytes = 2 + 2 + 0 + 2 + 4 + 2 * 3 + 6;
    const file = (size: number) => join(signature, header(5, 3, 8, 0, 1), pixels(size), end);
    expect(checkPng('test', file(bytes), anySize).width).toBe(5);
    expect(fault(file(bytes - 1)).code).toBe('truncated');
  });

  test('a file cut at any byte is refused', () => {
    const file = encodePng(rgb, 7, 5);
    for (let length = 8; length < file.length; length++)
      expect(fault(file.subarray(0, length)).code).toBe('truncated');
  });

  test('a file with any byte after the signature changed is refused', () => {
    const file = encodePng(rgb, 7, 5);
    for (let at = 8; at < file.length; at++) {
      const changed = file.slice();
      changed[at]! ^= 4;
      expect(['truncated', 'damaged']).toContain(fault(changed).code);
    }
  });

  test('pixels that so few bytes cannot hold are refused before they are unpacked', () => {
    const file = join(signature, header(60_000, 60_000), pixels(1000), end);
    expect(fault(file).message).toContain('impossible size: got 60000×60000 pixels');
  });

  test('a bomb in the pixels stops at their number', () => {
    const error = fault(join(signature, header(7, 5), pixels(100 * 2 ** 20), end));
    expect(error.message).toContain('more pixels than it states');
  });

  test('the size is judged before anything else', () => {
    const file = join(signature, header(60_000, 60_000), pixels(1000), end);
    const judge = ({ width }: { width: number }): void => {
      throw new RangeError(`${width} is too much`);
    };
    expect(() => checkPng('test', file, judge)).toThrow('60000 is too much');
  });

  test('a missing header and an unknown kind of pixels are damaged', () => {
    expect(fault(join(signature, pixels(10), end)).message).toContain('got IDAT first, expected IHDR');
    expect(fault(join(signature, header(7, 5, 3, 2), pixels(10), end)).message).toContain('depth 3');
    expect(fault(join(signature, header(7, 5), end)).code).toBe('damaged');
  });
});
