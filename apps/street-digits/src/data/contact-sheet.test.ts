import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, test } from 'vitest';
import { contactSheet } from './contact-sheet.ts';
import { nodeCanvas } from './fonts-node.ts';

const canvas = nodeCanvas();

async function pixelsOf(
  file: Uint8Array,
): Promise<{ width: number; height: number; at: (x: number, y: number) => number[] }> {
  const image = await loadImage(file);
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return {
    width,
    height,
    at: (x, y) => Array.from(data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)),
  };
}

describe('contactSheet', () => {
  // Picture n is grey 40 n but for one red pixel at row 2, column 5.
  const images = new Uint8Array(3 * 3072);
  for (let n = 0; n < 3; n++) {
    images.fill(40 * n, n * 3072, (n + 1) * 3072);
    for (let c = 0; c < 3; c++) images[n * 3072 + c * 1024 + 2 * 32 + 5] = c === 0 ? 255 : 0;
  }

  test('pictures lie in rows, enlarged pixel by pixel', async () => {
    const sheet = await pixelsOf(
      contactSheet({ images, captions: ['', '', ''], canvas, columns: 2, scale: 2 }),
    );
    // Cells of 64 with gaps of 4; a row has 16 for its caption.
    expect([sheet.width, sheet.height]).toEqual([4 + 2 * 68, 4 + 2 * 84]);
    expect(sheet.at(4 + 30, 4 + 30)).toEqual([0, 0, 0]);
    expect(sheet.at(72 + 30, 4 + 30)).toEqual([40, 40, 40]);
    expect(sheet.at(4 + 30, 88 + 30)).toEqual([80, 80, 80]);
    for (const [x, y] of [
      [10, 4],
      [11, 5],
    ] as const) {
      expect(sheet.at(72 + x, 4 + y)).toEqual([255, 0, 0]);
    }
    expect(sheet.at(72 + 12, 4 + 4)).toEqual([40, 40, 40]);
    expect(sheet.at(72 + 30, 88 + 30)).toEqual([255, 255, 255]); // no fourth picture
  });

  test('captions are written under their pictures', async () => {
    const plain = await pixelsOf(contactSheet({ images, captions: ['', '', ''], canvas }));
    const written = await pixelsOf(contactSheet({ images, captions: ['', '3 as 8', ''], canvas }));
    const dark = (sheet: typeof plain, left: number): number => {
      let count = 0;
      for (let y = 100; y < 116; y++)
        for (let x = left; x < left + 96; x++) if (sheet.at(x, y)[0]! < 128) count++;
      return count;
    };
    expect(dark(plain, 104)).toBe(0);
    expect(dark(written, 104)).toBeGreaterThan(30);
    expect(dark(written, 4)).toBe(0);
    expect(dark(written, 204)).toBe(0);
  });

  test('what does not fit is refused', () => {
    expect(() => contactSheet({ images, captions: ['a'], canvas })).toThrow(
      'got 9216 bytes and 1 captions, expected 3072 bytes for each',
    );
    expect(() => contactSheet({ images: new Uint8Array(0), captions: [], canvas })).toThrow('at least one');
    expect(() => contactSheet({ images, captions: ['', '', ''], canvas, columns: 0 })).toThrow(
      'bad columns: got 0',
    );
    expect(() => contactSheet({ images, captions: ['', '', ''], canvas, scale: 1.5 })).toThrow(
      'bad scale: got 1.5',
    );
  });
});
