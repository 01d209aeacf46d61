import { pictureSide } from './data/picture.ts';
import type { RandomStream } from './data/random-stream.ts';

const plane = pictureSide * pictureSide;
const pictureSize = 3 * plane;

/** How far a picture may be bent in training; each amount is drawn uniformly up to its bound, on either side of none. */
export interface Augmentation {
  /** Turn, in degrees. */
  readonly turn: number;
  /** Slant: the tangent of the angle. */
  readonly shear: number;
  /** Size, as a share of itself; for width and height apart. */
  readonly scale: number;
  /** Shift along either axis, in pixels. */
  readonly shift: number;
  /** Contrast, as a share of itself. */
  readonly contrast: number;
  /** Probability that dark and light change places. */
  readonly inversion: number;
}

/** Bounds that house numbers in photographs stay within. */
export const streetAugmentation: Augmentation = {
  turn: 10,
  shear: 0.1,
  scale: 0.12,
  shift: 2,
  contrast: 0.3,
  inversion: 0.5,
};

/**
 * Brings a picture to mean 0 and deviation 1 over all its pixels and channels.
 *
 * @param picture - shape (3, 32, 32), uint8.
 * @param out - receives 3·32·32 floats from position `at` on.
 */
export function normalise(picture: Uint8Array, out: Float32Array, at: number): void {
  for (let i = 0; i < pictureSize; i++) out[at + i] = picture[i]!;
  standardise(out, at, 1);
}

/**
 * {@link normalise} after a random affine view, with random contrast and inversion.
 *
 * @param stream - the only source of randomness.
 */
export function augment(
  picture: Uint8Array,
  stream: RandomStream,
  out: Float32Array,
  at: number,
  bounds: Augmentation = streetAugmentation,
): void {
  const either = (bound: number): number => stream.range(-bound, bound);
  const angle = (either(bounds.turn) * Math.PI) / 180;
  const shear = either(bounds.shear);
  const width = 1 + either(bounds.scale);
  const height = 1 + either(bounds.scale);
  const x = either(bounds.shift);
  const y = either(bounds.shift);
  const gain = 1 + either(bounds.contrast);
  const sign = stream.chance(bounds.inversion) ? -1 : 1;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  view(
    picture,
    [cos / width, (shear * cos - sin) / height, x, sin / width, (shear * sin + cos) / height, y],
    out,
    at,
  );
  standardise(out, at, sign * gain);
}

type Affine = readonly [a: number, b: number, x: number, c: number, d: number, y: number];

// Pixel (column, row), measured from the middle, comes from (a·column + b·row + x, c·column + d·row + y); what lies
// outside repeats the edge.
function view(picture: Uint8Array, [a, b, x, c, d, y]: Affine, out: Float32Array, at: number): void {
  const middle = (pictureSide - 1) / 2;
  const last = pictureSide - 1;
  for (let row = 0; row < pictureSide; row++) {
    for (let column = 0; column < pictureSide; column++) {
      const u = a * (column - middle) + b * (row - middle) + x + middle;
      const v = c * (column - middle) + d * (row - middle) + y + middle;
      const fromX = Math.min(last, Math.max(0, u));
      const fromY = Math.min(last, Math.max(0, v));
      const left = Math.min(last - 1, Math.floor(fromX));
      const top = Math.min(last - 1, Math.floor(fromY));
      const fx = fromX - left;
      const fy = fromY - top;
      const from = top * pictureSide + left;
      const to = at + row * pictureSide + column;
      for (let channel = 0; channel < 3; channel++) {
        const p = from + channel * plane;
        const above = picture[p]! + fx * (picture[p + 1]! - picture[p]!);
        const q = p + pictureSide;
        const below = picture[q]! + fx * (picture[q + 1]! - picture[q]!);
        out[to + channel * plane] = above + fy * (below - above);
      }
    }
  }
}

function standardise(out: Float32Array, at: number, gain: number): void {
  let sum = 0;
  for (let i = at; i < at + pictureSize; i++) sum += out[i]!;
  const mean = sum / pictureSize;
  let squares = 0;
  for (let i = at; i < at + pictureSize; i++) squares += (out[i]! - mean) ** 2;
  // A picture of one colour has nothing to scale up; one grey level is what it might be wrong by.
  const factor = gain / Math.max(1, Math.sqrt(squares / pictureSize));
  for (let i = at; i < at + pictureSize; i++) out[i] = (out[i]! - mean) * factor;
}
