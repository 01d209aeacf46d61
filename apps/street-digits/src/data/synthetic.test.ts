import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { describe, expect, test } from 'vitest';
import type { CanvasFactory } from './canvas.ts';
import { ScenePainter } from './draw.ts';
import { digitFonts, fontFamily } from './fonts.ts';
import { nodeCanvas } from './fonts-node.ts';
import { gaussianBlur } from './photograph.ts';
import { RandomStream } from './random-stream.ts';
import { randomScene, type Scene } from './scene.ts';
import { syntheticDigits } from './synthetic.ts';

const canvas = nodeCanvas();
// The compiler checks that a page's canvases fit as well.
export const pageCanvas: CanvasFactory = (width, height) => new OffscreenCanvas(width, height);
const pictureSize = 3072;

describe('fonts', () => {
  test('every face is registered and draws ten digits of its own', () => {
    const context = createCanvas(10, 10).getContext('2d');
    const shapes = new Map<string, string>();
    for (const family of digitFonts.map(fontFamily)) {
      expect(GlobalFonts.has(family)).toBe(true);
      context.font = `100px ${family}`;
      const boxes = Array.from('0123456789', (digit) => {
        const ink = context.measureText(digit);
        expect(ink.actualBoundingBoxAscent).toBeGreaterThan(30);
        return `${ink.width.toFixed(2)} ${ink.actualBoundingBoxAscent} ${ink.actualBoundingBoxRight}`;
      });
      shapes.set(family, boxes.join(', '));
    }
    expect(new Set(shapes.values()).size).toBe(digitFonts.length);
  });

  test('the set has more than a dozen packages', () => {
    expect(new Set(digitFonts.map((font) => font.package)).size).toBeGreaterThanOrEqual(30);
  });

  test('a missing package is named', () => {
    const font = { package: 'no-such-font', weight: 400, style: 'normal', share: 1 } as const;
    expect(() => nodeCanvas([font])).toThrow(
      'missing font: got no @fontsource/no-such-font/files/no-such-font-latin-400-normal.woff2',
    );
  });
});

describe('ScenePainter', () => {
  const straight: Scene = {
    text: '8',
    place: 0,
    font: digitFonts[0]!,
    height: 0.75,
    stretch: 1,
    x: 0,
    y: 0,
    tracking: 0,
    step: 0,
    stacked: false,
    weight: 0,
    hollow: false,
    shadow: null,
    ground: { kind: 'wall' },
    edges: [],
    view: [-0.5, -0.5, 0.5, -0.5, 0.5, 0.5, -0.5, 0.5],
  };
  const painter = new ScenePainter(canvas);

  // Box of the pixels of one plane that are covered by half or more: left, top, right, bottom.
  function box(scene: Scene, plane = 0): number[] {
    const out = new Float32Array(pictureSize);
    painter.paint(scene, out, 32);
    const found = [32, 32, 0, 0];
    for (let y = 0; y < 32; y++) {
      for (let x = 0; x < 32; x++) {
        if (out[plane * 1024 + 32 * y + x]! < 0.5) continue;
        found[0] = Math.min(found[0]!, x);
        found[1] = Math.min(found[1]!, y);
        found[2] = Math.max(found[2]!, x + 1);
        found[3] = Math.max(found[3]!, y + 1);
      }
    }
    return found;
  }

  function expectNear(found: number[], expected: number[]): void {
    found.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1);
    });
  }

  test('the framed digit has the height asked for and stands in the middle', () => {
    const [left, top, right, bottom] = box(straight);
    expectNear([top!, bottom!], [4, 28]); // 0.75 of 32, centred
    expect(Math.abs((left! + right!) / 2 - 16)).toBeLessThanOrEqual(0.5);
  });

  test('its place moves it, in frames', () => {
    const [left, , right] = box(straight);
    const moved = box({ ...straight, height: 0.5, x: 0.125, y: 0.25 });
    expectNear([moved[1]!, moved[3]!], [16, 32]);
    expect(Math.abs((moved[0]! + moved[2]!) / 2 - 20)).toBeLessThanOrEqual(0.5);
    expectNear([moved[2]! - moved[0]!], [((right! - left!) * 2) / 3]);
  });

  test('stretch widens it', () => {
    const [left, , right] = box(straight);
    const wide = box({ ...straight, stretch: 1.5 });
    expectNear([wide[2]! - wide[0]!], [1.5 * (right! - left!)]);
  });

  test('the view turns the picture: half a turn swaps the corners of a 7', () => {
    const seven = { ...straight, text: '7' };
    const out = new Float32Array(pictureSize);
    const turned = new Float32Array(pictureSize);
    painter.paint(seven, out, 32);
    painter.paint({ ...seven, view: [0.5, 0.5, -0.5, 0.5, -0.5, -0.5, 0.5, -0.5] }, turned, 32);
    for (let i = 0; i < 1024; i++) expect(turned[1023 - i]).toBeCloseTo(out[i]!, 5);
  });

  test('a tilted view shrinks the far side', () => {
    // The right side of the frame sees twice the height: the edge there stays half as high.
    const bar: Scene = {
      ...straight,
      ground: { kind: 'siding', pitch: 9, phase: 0, line: 0.5, upright: false },
    };
    const top = box(bar, 2);
    expect(top[0]).toBe(0);
    const tilted = new Float32Array(pictureSize);
    painter.paint({ ...bar, view: [-0.5, -0.25, 0.5, -0.5, 0.5, 0.5, -0.5, 0.25] }, tilted, 32);
    const rowsCovered = (column: number): number => {
      let rows = 0;
      for (let y = 0; y < 32; y++) if (tilted[2048 + 32 * y + column]! >= 0.5) rows++;
      return rows;
    };
    // The stripe ends 24 − 8 = 16 canvas pixels, a third of a frame, below the frame's top at −0.5: at −1/6.
    // On the left the view spans −0.25 … 0.25, so that the end lies 1/6 down; on the right 1/3 down.
    expect(Math.abs(rowsCovered(0) - 32 / 6)).toBeLessThanOrEqual(1);
    expect(Math.abs(rowsCovered(31) - 32 / 3)).toBeLessThanOrEqual(1);
  });

  test('neighbours stand beside the framed digit and reach out of the frame', () => {
    const [left, , right] = box({ ...straight, text: '888', place: 1 });
    expect([left, right]).toEqual([0, 32]);
    const [alone] = box({ ...straight, text: '18', place: 1 });
    expect(alone!).toBeLessThan(box(straight)[0]!);
  });

  test('shadow and ground go to planes of their own', () => {
    const out = new Float32Array(pictureSize);
    painter.paint(straight, out, 32);
    expect(out.subarray(1024).every((value) => value === 0)).toBe(true);
    const shadow = box({ ...straight, shadow: { x: 0.125, y: 0, width: 0 } }, 1);
    const digit = box(straight);
    expectNear(shadow, [digit[0]! + 4, digit[1]!, digit[2]! + 4, digit[3]!]);
    const plate = box(
      { ...straight, height: 0.5, ground: { kind: 'plate', padX: 0.1, padY: 0.1, oval: false, rim: 0 } },
      2,
    );
    expectNear([plate[1]!, plate[3]!], [16 - 8 - 3.2, 16 + 8 + 3.2]);
  });
});

describe('randomScene', () => {
  test('the digit asked for is framed, whatever the number', () => {
    for (let i = 0; i < 300; i++) {
      const scene = randomScene(new RandomStream(1, i), i % 10, digitFonts);
      expect(scene.text[scene.place]).toBe(String(i % 10));
    }
  });
});

describe('gaussianBlur', () => {
  test('a point spreads to the deviations asked for and keeps its sum', () => {
    const image = new Float32Array(1024);
    image[16 * 32 + 15] = 100;
    gaussianBlur(image, new Float32Array(1024), 2, 1);
    let sum = 0;
    let xx = 0;
    let yy = 0;
    for (let y = 0; y < 32; y++) {
      for (let x = 0; x < 32; x++) {
        const weight = image[32 * y + x]!;
        sum += weight;
        xx += weight * (x - 15) ** 2;
        yy += weight * (y - 16) ** 2;
      }
    }
    expect(sum).toBeCloseTo(100, 3);
    // The kernel ends at 2.5 deviations, which costs up to a tenth of the variance.
    expect(xx / sum).toBeGreaterThan(0.88 * 4);
    expect(xx / sum).toBeLessThan(1.02 * 4);
    expect(yy / sum).toBeGreaterThan(0.88);
    expect(yy / sum).toBeLessThan(1.02);
  });

  test('an even picture stays as it is, edges too', () => {
    const image = new Float32Array(1024).fill(7);
    gaussianBlur(image, new Float32Array(1024), 2.6, 0.3);
    for (const value of image) expect(value).toBeCloseTo(7, 4);
  });
});

describe('syntheticDigits', () => {
  test('a sample depends on seed and number alone', () => {
    const whole = syntheticDigits({ seed: 3, start: 0, count: 40, canvas });
    expect(whole.images.length).toBe(40 * pictureSize);
    const later = syntheticDigits({ seed: 3, start: 25, count: 10, canvas: nodeCanvas() });
    expect(later.labels).toEqual(whole.labels.subarray(25, 35));
    expect(Buffer.compare(later.images, whole.images.subarray(25 * pictureSize, 35 * pictureSize))).toBe(0);
    const fresh = (width: number, height: number) => canvas(width, height); // another painter, with empty caches
    const backwards = syntheticDigits({ seed: 3, start: 7, count: 1, canvas: fresh });
    expect(Buffer.compare(backwards.images, whole.images.subarray(7 * pictureSize, 8 * pictureSize))).toBe(0);
  });

  test('seeds and numbers give different pictures', () => {
    const pictures = new Set<string>();
    for (const seed of [0, 1, 2 ** 40]) {
      const { images } = syntheticDigits({ seed, start: 0, count: 50, canvas });
      for (let i = 0; i < 50; i++)
        pictures.add(Buffer.from(images.slice(i * pictureSize, (i + 1) * pictureSize)).toString('base64'));
    }
    expect(pictures.size).toBe(150);
  });

  test('labels are uniform', () => {
    const { labels } = syntheticDigits({ seed: 5, start: 1000, count: 2000, canvas });
    const counts = new Array<number>(10).fill(0);
    for (const label of labels) counts[label]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
    expect(chiSquare).toBeLessThan(27.88); // 0.999 quantile for 9 degrees of freedom
  });

  test('light and contrast are as in street photographs, with dark on light as often as light on dark', () => {
    const count = 600;
    const { images } = syntheticDigits({ seed: 8, start: 0, count, canvas });
    const means: number[] = [];
    const deviations: number[] = [];
    let lighter = 0;
    for (let n = 0; n < count; n++) {
      const grey = Array.from(
        { length: 1024 },
        (_, i) => (images[n * 3072 + i]! + images[n * 3072 + 1024 + i]! + images[n * 3072 + 2048 + i]!) / 3,
      );
      const mean = grey.reduce((sum, value) => sum + value, 0) / 1024;
      means.push(mean);
      deviations.push(Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1024));
      const patch = (left: number, width: number): number => {
        let sum = 0;
        for (let y = 8; y < 24; y++) for (let x = left; x < left + width; x++) sum += grey[32 * y + x]!;
        return sum / (16 * width);
      };
      if (patch(12, 8) > (patch(0, 3) + patch(29, 3)) / 2) lighter++;
    }
    const sorted = [...deviations].sort((a, b) => a - b);
    // Measured on 8,552 digits of SVHN: mean level 117, median deviation within a picture 28.6, 5 % below 15.3.
    expect(means.reduce((sum, mean) => sum + mean, 0) / count).toBeGreaterThan(100);
    expect(means.reduce((sum, mean) => sum + mean, 0) / count).toBeLessThan(130);
    expect(sorted[count / 2]!).toBeGreaterThan(23);
    expect(sorted[count / 2]!).toBeLessThan(34);
    expect(sorted[count / 20]!).toBeGreaterThan(10);
    expect(lighter / count).toBeGreaterThan(0.42);
    expect(lighter / count).toBeLessThan(0.58);
  });

  test('no picture is blank', () => {
    const { images } = syntheticDigits({ seed: 9, start: 0, count: 500, canvas });
    for (let n = 0; n < 500; n++) {
      const green = images.subarray(n * 3072 + 1024, n * 3072 + 2048);
      expect(Math.max(...green) - Math.min(...green)).toBeGreaterThan(8);
    }
  });

  test('bad requests are refused', () => {
    expect(() => syntheticDigits({ seed: -1, start: 0, count: 1, canvas })).toThrow('bad seed: got -1');
    expect(() => syntheticDigits({ seed: 0, start: 0.5, count: 1, canvas })).toThrow('bad index: got 0.5');
    expect(() => syntheticDigits({ seed: 0, start: 0, count: -1, canvas })).toThrow('bad count: got -1');
  });
});
