import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, test } from 'vitest';
import { svgToPng } from './chart/png-node.ts';
import { plotText } from './chart/terminal.ts';
import { drawRegression, type RegressionResult } from './picture.ts';

const result: RegressionResult = {
  points: Array.from({ length: 9 }, (_, i) => [i / 4 - 1, i / 8 - 0.5] as const),
  fitted: { w: 0.484, b: -0.0023 },
  truth: { w: 0.5, b: 0 },
  losses: [0.8, 0.1, 0.02, 0.01],
};

describe('the picture', () => {
  test('names axes, lines and what it shows', () => {
    const svg = drawRegression(result);
    for (const words of [
      'Fitted line: y = 0.484x − 0.002',
      'true line: 0.5x',
      'data, 9 points',
      'Loss over 4 steps',
      '>step<',
      '>mean squared error<',
      'falling from 0.800 to 0.0100',
    ])
      expect(svg).toContain(words);
  });

  test('puts points at their place on the scales', () => {
    const circles = [...drawRegression(result).matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="3"/g)];
    expect(circles).toHaveLength(9);
    // The domain is [-1.1, 1.1] over 390 pixels from 68, and [-0.55, 0.55] over 298 pixels up from 344.
    expect(Number(circles[0]![1])).toBeCloseTo(68 + (0.1 / 2.2) * 390, 1);
    expect(Number(circles[0]![2])).toBeCloseTo(344 - (0.05 / 1.1) * 298, 1);
    expect(Number(circles[8]![1])).toBeCloseTo(68 + (2.1 / 2.2) * 390, 1);
  });

  test('holds no number that is none, also for a loss of 0 or a single step', () => {
    for (const losses of [[0.5], [0, 0], [Number.NaN]])
      expect(
        drawRegression({ ...result, losses }).replace(/<title>.*<\/title>|<text.*<\/text>/g, ''),
      ).not.toMatch(/d="[^"]*(NaN|Infinity)/);
  });

  test('becomes a PNG of twice its size, with ink of both lines', async () => {
    const image = await loadImage(Buffer.from(await svgToPng(drawRegression(result))));
    expect([image.width, image.height]).toEqual([1920, 800]);
    const context = createCanvas(1920, 800).getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, 1920, 800);
    let orange = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i] === 0xe8 && data[i + 1] === 0x59 && data[i + 2] === 0x0c) orange++;
    expect(orange).toBeGreaterThan(2000);
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });
});

describe('the plot in text', () => {
  test('shows points, shared places, the line and the ends of both axes', () => {
    const plot = plotText({
      points: [
        [0, 0],
        [0, 0],
        [1, 1],
        [2, 2],
      ],
      line: { w: 0, b: 1 },
      columns: 5,
      rows: 3,
    });
    expect(plot).toBe(
      ['  2.00 ┤    ·', '  1.00 ┤━━━━━', '  0.00 ┤:', '       └─────', '        0.001.002.00'].join('\n'),
    );
  });

  test('leaves out what of the line lies outside', () => {
    const plot = plotText({
      points: [
        [0, 0],
        [1, 1],
      ],
      line: { w: 100, b: 5 },
      columns: 8,
      rows: 4,
    });
    expect(plot).not.toContain('━');
  });
});
