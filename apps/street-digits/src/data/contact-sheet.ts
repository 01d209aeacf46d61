import { type CanvasFactory, context2d } from './canvas.ts';
import { type DigitFont, digitFonts, fontFamily } from './fonts.ts';
import { pictureSide } from './picture.ts';
import { encodePng } from './png.ts';

/** What a contact sheet shows. */
export interface ContactSheetOptions {
  /** Shape (N, 3, 32, 32), uint8, N ≥ 1. */
  readonly images: Uint8Array;
  /** A line under each picture, N of them; ASCII, as the fonts hold no more. */
  readonly captions: readonly string[];
  /** Makes canvases that know the fonts of the embedded set. */
  readonly canvas: CanvasFactory;
  /** Pictures in a row. Default 10. */
  readonly columns?: number;
  /** How many times pictures are enlarged, a whole number. Default 3. */
  readonly scale?: number;
}

const gap = 4;
const captionHeight = 16;
const captionFont: DigitFont = digitFonts.find((font) => font.package === 'arimo' && font.weight === 400)!;

/**
 * Puts pictures into a grid, enlarged pixel by pixel, with a caption under each.
 *
 * @returns the bytes of a PNG file.
 * @throws RangeError when there is no picture, or sizes or captions do not fit.
 * @example
 * const file = contactSheet({ images, captions: ['3 as 8', '1 as 7'], canvas: nodeCanvas() });
 */
export function contactSheet(options: ContactSheetOptions): Uint8Array {
  const { images, captions, canvas, columns = 10, scale = 3 } = options;
  const pictureSize = 3 * pictureSide * pictureSide;
  const count = captions.length;
  if (count === 0 || images.length !== count * pictureSize) {
    throw new RangeError(
      `contactSheet(): pictures and captions differ: got ${images.length} bytes and ${count} captions, expected ${pictureSize} bytes for each, at least one.`,
    );
  }
  for (const [name, value] of Object.entries({ columns, scale })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`contactSheet(): bad ${name}: got ${value}, expected an integer ≥ 1.`);
    }
  }
  const across = Math.min(columns, count);
  const cell = pictureSide * scale;
  const width = gap + across * (cell + gap);
  const rowHeight = cell + captionHeight + gap;
  const height = gap + Math.ceil(count / across) * rowHeight;

  const context = context2d(canvas, width, height);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#000';
  context.font = `12px ${fontFamily(captionFont)}`;
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  captions.forEach((caption, i) => {
    const x = gap + (i % across) * (cell + gap) + cell / 2;
    const y = gap + Math.floor(i / across) * rowHeight + cell + captionHeight - 4;
    context.fillText(caption, x, y);
  });
  const rgb = dropAlpha(context.getImageData(0, 0, width, height).data);
  for (let i = 0; i < count; i++) {
    const left = gap + (i % across) * (cell + gap);
    const top = gap + Math.floor(i / across) * rowHeight;
    enlarge(
      images.subarray(i * pictureSize, (i + 1) * pictureSize),
      rgb,
      3 * (top * width + left),
      3 * width,
      scale,
    );
  }
  return encodePng(rgb, width, height);
}

function dropAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}

function enlarge(picture: Uint8Array, rgb: Uint8Array, start: number, stride: number, scale: number): void {
  const plane = pictureSide * pictureSide;
  for (let y = 0; y < pictureSide * scale; y++) {
    for (let x = 0; x < pictureSide * scale; x++) {
      const from = Math.floor(y / scale) * pictureSide + Math.floor(x / scale);
      const to = start + y * stride + 3 * x;
      for (let c = 0; c < 3; c++) rgb[to + c] = picture[c * plane + from]!;
    }
  }
}
