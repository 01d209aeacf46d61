import { createCanvas } from '@napi-rs/canvas';
import { expect, test } from 'vitest';
import { cropToDigit, middleSquare } from './crop.ts';

const plane = 32 * 32;

/** A canvas that is red on its left half and blue on its right one. */
function halves(width: number, height: number) {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#f00';
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = '#00f';
  context.fillRect(width / 2, 0, width / 2, height);
  return canvas;
}

function pixel(picture: Uint8Array, column: number, row: number): number[] {
  return [0, 1, 2].map((c) => picture[c * plane + row * 32 + column]!);
}

test('the square in the middle touches the nearer edges', () => {
  expect(middleSquare({ width: 100, height: 40 })).toEqual({ left: 30, top: 0, side: 40 });
  expect(middleSquare({ width: 7, height: 10 })).toEqual({ left: 0, top: 1.5, side: 7 });
});

test('a square becomes 32 × 32 pixels, plane after plane', () => {
  const picture = cropToDigit(halves(128, 64), { left: 32, top: 0, side: 64 }, createCanvas);
  expect(picture).toHaveLength(3 * plane);
  expect(pixel(picture, 3, 16)).toEqual([255, 0, 0]);
  expect(pixel(picture, 28, 16)).toEqual([0, 0, 255]);
});

test('what lies beyond the picture is white', () => {
  const picture = cropToDigit(halves(64, 64), { left: -64, top: -64, side: 192 }, createCanvas);
  expect(pixel(picture, 2, 16)).toEqual([255, 255, 255]);
  expect(pixel(picture, 16, 30)).toEqual([255, 255, 255]);
  expect(pixel(picture, 13, 16)).toEqual([255, 0, 0]);
  expect(pixel(picture, 19, 16)).toEqual([0, 0, 255]);
});
