import type { Square } from '@flambeau/app-street-digits/pictures';

// What the pictures of the training set have in the middle.
const shareOfHeight = 0.7;
const dark = 128;

/**
 * The square around what is drawn in dark on light, as far away as the digits of the training pictures are.
 *
 * @param rgba - row after row.
 * @returns null when nothing is drawn; else a square, which may reach beyond the picture.
 */
export function inkSquare(rgba: Uint8ClampedArray, width: number): Square | null {
  const box = { left: width, top: Number.POSITIVE_INFINITY, right: -1, bottom: -1 };
  for (let at = 0; at < rgba.length / 4; at++) {
    if (rgba[4 * at]! >= dark || rgba[4 * at + 3]! < dark) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  if (box.right < 0) return null;
  const [wide, high] = [box.right - box.left + 1, box.bottom - box.top + 1];
  const side = Math.max(wide, high) / shareOfHeight;
  return { left: box.left + (wide - side) / 2, top: box.top + (high - side) / 2, side };
}
