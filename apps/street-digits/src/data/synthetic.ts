import type { CanvasFactory } from './canvas.ts';
import { ScenePainter } from './draw.ts';
import { type DigitFont, digitFonts } from './fonts.ts';
import { Photographer } from './photograph.ts';
import { pictureSide } from './picture.ts';
import { RandomStream } from './random-stream.ts';
import { randomScene } from './scene.ts';

/** What to draw: samples `start` … `start + count − 1` of the endless set `seed`. */
export interface SyntheticDigitsOptions {
  /** Integer in [0, 2⁵³): names the set. */
  readonly seed: number;
  /** First sample, an integer in [0, 2⁵³). */
  readonly start: number;
  readonly count: number;
  /** Makes canvases that know `fonts`: `nodeCanvas()` in Node. */
  readonly canvas: CanvasFactory;
  readonly fonts?: readonly DigitFont[];
}

/** Digit pictures with their labels. */
export interface DigitImages {
  /** Shape (N, 3, 32, 32), uint8, row-major. */
  readonly images: Uint8Array;
  /** Shape (N), uint8 in 0 … 9. */
  readonly labels: Uint8Array;
}

const pictureSize = 3 * pictureSide * pictureSide;

/**
 * Digits as on house numbers in street photographs, drawn on the spot: many fonts, neighbours cut by the frame,
 * perspective, light, colour, blur and grain. Labels are uniform over 0 … 9.
 *
 * Sample i of a seed depends on (seed, i) alone: the same picture whatever the batch, the order or the start.
 * Pixels may differ by some levels between canvas implementations.
 *
 * @returns images of shape (count, 3, 32, 32) and labels of shape (count), both uint8.
 * @throws RangeError when seed, start or count is not an integer in range.
 * @example
 * const { images, labels } = syntheticDigits({ seed: 0, start: 0, count: 64, canvas: nodeCanvas() });
 */
export function syntheticDigits(options: SyntheticDigitsOptions): DigitImages {
  const { seed, start, count, canvas, fonts = digitFonts } = options;
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`syntheticDigits(): bad count: got ${count}, expected an integer ≥ 0.`);
  }
  const images = new Uint8Array(count * pictureSize);
  const labels = new Uint8Array(count);
  const painter = painterOf(canvas);
  const coverage = new Float32Array(pictureSize);
  for (let i = 0; i < count; i++) {
    const stream = new RandomStream(seed, start + i);
    const label = stream.integer(10);
    labels[i] = label;
    painter.scenes.paint(randomScene(stream, label, fonts), coverage, pictureSide);
    painter.photographs.develop(stream, coverage, images, i * pictureSize);
  }
  return { images, labels };
}

interface Painter {
  readonly scenes: ScenePainter;
  readonly photographs: Photographer;
}

// Glyphs are measured once per canvas factory, not once per batch.
const painters = new WeakMap<CanvasFactory, Painter>();

function painterOf(canvas: CanvasFactory): Painter {
  let painter = painters.get(canvas);
  if (!painter) {
    painter = { scenes: new ScenePainter(canvas), photographs: new Photographer() };
    painters.set(canvas, painter);
  }
  return painter;
}
