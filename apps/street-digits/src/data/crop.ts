import type { CanvasFactory } from './canvas.ts';
import { context2d } from './canvas.ts';
import { pictureSide, shrinkToDigit } from './picture.ts';

/** A square of a picture, in pixels. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** The largest square in the middle of a picture. */
export function middleSquare({ width, height }: { readonly width: number; readonly height: number }): Square {
  const side = Math.min(width, height);
  return { left: (width - side) / 2, top: (height - side) / 2, side };
}

/**
 * Makes a digit picture of a square of a decoded picture, which may reach beyond its edges: transparent parts, and what
 * lies outside, become white.
 *
 * @param image - whatever the canvases of the factory draw.
 * @returns shape (3, 32, 32), uint8.
 */
export function cropToDigit(image: unknown, { left, top, side }: Square, canvas: CanvasFactory): Uint8Array {
  // A few pixels more than needed are drawn and then averaged: the canvas alone skips pixels of large pictures.
  const k = Math.max(1, Math.min(8, Math.floor(side / pictureSide)));
  const size = k * pictureSide;
  const context = context2d(canvas, size, size);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size, size);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image as never, left, top, side, side, 0, 0, size, size);
  return shrinkToDigit(context.getImageData(0, 0, size, size).data, k);
}
