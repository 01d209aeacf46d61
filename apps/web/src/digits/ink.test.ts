import { expect, test } from 'vitest';
import { inkSquare } from './ink.ts';

/** White paper with one dark block. */
function paper(width: number, height: number, block?: [left: number, top: number, w: number, h: number]) {
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  if (block) {
    const [left, top, w, h] = block;
    for (let y = top; y < top + h; y++)
      for (let x = left; x < left + w; x++) rgba.fill(20, 4 * (y * width + x), 4 * (y * width + x) + 3);
  }
  return rgba;
}

test('the square has the ink in its middle, over seven tenths of its height', () => {
  const { left, top, side } = inkSquare(paper(100, 100, [10, 20, 8, 35]), 100)!;
  expect(side).toBeCloseTo(50, 10);
  expect(left + side / 2).toBeCloseTo(14, 10);
  expect(top + side / 2).toBeCloseTo(37.5, 10);
});

test('wide ink fits the square too, which may reach beyond the paper', () => {
  const square = inkSquare(paper(60, 40, [0, 0, 60, 10]), 60)!;
  expect(square.side).toBeCloseTo(60 / 0.7, 10);
  expect(square.left).toBeLessThan(0);
  expect(square.top).toBeLessThan(0);
});

test('one pixel is ink, empty paper and transparent ink are none', () => {
  expect(inkSquare(paper(9, 9, [4, 4, 1, 1]), 9)!.side).toBeCloseTo(1 / 0.7, 10);
  expect(inkSquare(paper(9, 9), 9)).toBeNull();
  expect(inkSquare(new Uint8ClampedArray(4 * 81), 9)).toBeNull();
});
