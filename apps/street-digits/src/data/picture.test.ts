import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, describe, expect, test } from 'vitest';
import { DataFileError } from './errors.ts';
import { checkPicture, shrinkToDigit } from './picture.ts';
import { decodeDigitPicture, readDigitPicture } from './picture-node.ts';
import { encodePng } from './png.ts';
import { join } from './testing/mat-builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'picture-'));
afterAll(() => rmSync(folder, { recursive: true }));

function picture(
  width: number,
  height: number,
  color: (x: number, y: number) => readonly [number, number, number],
): Uint8Array {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgb.set(color(x, y), 3 * (y * width + x));
  return rgb;
}

function jpeg(width: number, height: number): Uint8Array {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#c00';
  context.fillRect(0, 0, width / 2, height);
  return canvas.toBuffer('image/jpeg');
}

async function fault(bytes: Uint8Array): Promise<DataFileError> {
  const error = await decodeDigitPicture(bytes).then(
    () => new Error('the picture was taken'),
    (reason: unknown) => reason,
  );
  if (error instanceof DataFileError) return error;
  throw error;
}

describe('shrinkToDigit', () => {
  test('is the mean of each square, channel by channel', () => {
    const rgba = new Uint8Array(4 * 64 * 64);
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) rgba.set([2 * x, 3 * y, x + y, 255], 4 * (64 * y + x));
    const digit = shrinkToDigit(rgba, 2);
    for (const [row, column] of [
      [0, 0],
      [5, 20],
      [31, 31],
    ] as const) {
      const at = 32 * row + column;
      // Mean of 2 x over x = 2c, 2c + 1 is 4 c + 1; of 3 y it is 6 r + 1.5, rounded up.
      expect([digit[at], digit[1024 + at], digit[2048 + at]]).toEqual([
        4 * column + 1,
        6 * row + 2,
        2 * column + 2 * row + 1,
      ]);
    }
  });
});

describe('decodeDigitPicture', () => {
  test('a 32×32 PNG keeps every pixel', async () => {
    const rgb = picture(32, 32, (x, y) => [8 * x, 8 * y, (x * y) & 255]);
    const digit = await decodeDigitPicture(encodePng(rgb, 32, 32));
    for (let c = 0; c < 3; c++) {
      for (let i = 0; i < 1024; i++)
        if (digit[1024 * c + i] !== rgb[3 * i + c]) expect.fail(`pixel ${i}, channel ${c} differs`);
    }
  });

  test('the square in the middle is taken from wide and tall pictures', async () => {
    // Green square of 96 between red sides of 50.
    const wide = picture(196, 96, (x) => (x >= 50 && x < 146 ? [0, 200, 0] : [255, 0, 0]));
    const tall = picture(96, 196, (_, y) => (y >= 50 && y < 146 ? [0, 200, 0] : [255, 0, 0]));
    for (const [bytes, width, height] of [
      [wide, 196, 96],
      [tall, 96, 196],
    ] as const) {
      const digit = await decodeDigitPicture(encodePng(bytes, width, height));
      expect(new Set(digit.subarray(0, 1024))).toEqual(new Set([0]));
      expect(new Set(digit.subarray(1024, 2048))).toEqual(new Set([200]));
    }
  });

  test('a large picture is averaged, not sampled', async () => {
    // Columns alternate between 0 and 200: skipping pixels would give stripes.
    const digit = await decodeDigitPicture(
      encodePng(
        picture(1024, 1024, (x) => (x % 2 === 0 ? [0, 0, 0] : [200, 200, 200])),
        1024,
        1024,
      ),
    );
    for (const value of digit) expect(Math.abs(value - 100)).toBeLessThanOrEqual(4);
  });

  test('a picture smaller than 32×32 is enlarged', async () => {
    const digit = await decodeDigitPicture(
      encodePng(
        picture(3, 3, () => [9, 99, 199]),
        3,
        3,
      ),
    );
    expect([digit[500], digit[1524], digit[2548]]).toEqual([9, 99, 199]);
  });

  test('transparent parts become white', async () => {
    const canvas = createCanvas(40, 40);
    canvas.getContext('2d').fillRect(0, 0, 40, 20);
    const digit = await decodeDigitPicture(canvas.toBuffer('image/png'));
    expect([digit[0], digit[1023]]).toEqual([0, 255]);
  });

  test('a JPEG is read', async () => {
    const digit = await decodeDigitPicture(jpeg(64, 64));
    const row = 16 * 32;
    expect(Math.abs(digit[row + 4]! - 0xcc)).toBeLessThan(6);
    expect(digit[1024 + row + 4]).toBeLessThan(6);
    expect(digit[1024 + row + 28]).toBeGreaterThan(249);
  });
});

describe('decodeDigitPicture > hostile files', () => {
  test('a JPEG that is cut is refused, wherever it is cut', async () => {
    const whole = jpeg(64, 64);
    for (let length = 3; length < whole.length; length++) {
      expect(['truncated', 'damaged']).toContain((await fault(whole.subarray(0, length))).code);
    }
  });

  test('a JPEG that claims more pixels than allowed is refused by its header', async () => {
    const whole = new Uint8Array(jpeg(64, 64));
    const frame = whole.findIndex((byte, i) => byte === 0xff && whole[i + 1] === 0xc0);
    whole.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    expect((await fault(whole)).message).toContain('picture is too large: got 65535×65535 pixels');
    whole.set([0, 0, 0, 10], frame + 5);
    expect((await fault(whole)).message).toContain('empty picture: got 10×0 pixels');
  });

  test('a JPEG of hundreds of scans over a large picture is refused', () => {
    const frame = Uint8Array.of(0xff, 0xc2, 0, 11, 8, 0x1f, 0x40, 0x1f, 0x40, 1, 1, 0x11, 0);
    const scan = Uint8Array.of(0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0);
    const file = join(
      Uint8Array.of(0xff, 0xd8),
      frame,
      ...new Array<Uint8Array>(300).fill(scan),
      Uint8Array.of(0xff, 0xd9),
    );
    expect(() => checkPicture('test', file)).toThrow(
      'test(): JPEG takes too long to decode: got 300 scans of 8000×8000',
    );
  });

  test('a PNG with its end cut off is refused although decoders take it', async () => {
    const file = encodePng(
      picture(64, 64, (x, y) => [x, y, x ^ y]),
      64,
      64,
    );
    expect((await fault(file.subarray(0, file.length / 2))).code).toBe('truncated');
  });

  test.each([
    ['a GIF file', 'GIF89a........'],
    ['a WebP file', 'RIFF....WEBPVP8 '],
    ['an AVIF or HEIC file', '....ftypavif'],
    ['a BMP file', 'BM..........'],
    ['an SVG, XML or HTML file', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a file that starts with 68 65 6c 6c 6f', 'hello'],
    ['an empty file', ''],
  ])('%s is named', async (name, text) => {
    expect((await fault(new TextEncoder().encode(text))).message).toBe(
      `readDigitPicture(): not a picture: got ${name}, expected a PNG or JPEG file.`,
    );
  });
});

describe('readDigitPicture', () => {
  test('a file is read by its path', async () => {
    const path = joinPath(folder, 'blue.png');
    writeFileSync(
      path,
      encodePng(
        picture(32, 32, () => [0, 0, 77]),
        32,
        32,
      ),
    );
    expect((await readDigitPicture(path))[2048]).toBe(77);
  });

  test('a missing file and a folder are said plainly', async () => {
    await expect(readDigitPicture(joinPath(folder, 'none.png'))).rejects.toThrow(
      /unreadable file: got ENOENT for .*none\.png/,
    );
    await expect(readDigitPicture(folder)).rejects.toThrow(/unreadable file: got EISDIR/);
  });

  test('a file of more than 64 MiB is not opened', async () => {
    const path = joinPath(folder, 'large.png');
    writeFileSync(path, new Uint8Array(64 * 2 ** 20 + 1));
    await expect(readDigitPicture(path)).rejects.toThrow(
      'picture file is too large: got 67108865 bytes, expected at most 67108864',
    );
  });
});
