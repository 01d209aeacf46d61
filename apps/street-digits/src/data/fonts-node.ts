import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import type { CanvasFactory } from './canvas.ts';
import { type DigitFont, digitFonts, fontFamily, fontFile } from './fonts.ts';

/**
 * Registers the faces of the embedded set with `@napi-rs/canvas`, read from the installed `@fontsource` packages.
 * A face that is registered already is left alone.
 *
 * @returns a factory of canvases that know the faces, for `syntheticDigits` and `contactSheet`.
 * @throws Error when a package is missing or a file is no font.
 * @example
 * const { images, labels } = syntheticDigits({ seed: 0, start: 0, count: 64, canvas: nodeCanvas() });
 */
export function nodeCanvas(fonts: readonly DigitFont[] = digitFonts): CanvasFactory {
  const require = createRequire(import.meta.url);
  for (const font of fonts) {
    const family = fontFamily(font);
    if (GlobalFonts.has(family)) continue;
    if (!GlobalFonts.register(readFont(require, font), family)) {
      throw new Error(`nodeCanvas(): unreadable font: got ${fontFile(font)}, expected a WOFF2 font.`);
    }
  }
  return createNodeCanvas;
}

function createNodeCanvas(width: number, height: number): ReturnType<CanvasFactory> {
  return createCanvas(width, height);
}

function readFont(require: NodeJS.Require, font: DigitFont): Buffer {
  try {
    return readFileSync(require.resolve(fontFile(font)));
  } catch (cause) {
    throw new Error(
      `nodeCanvas(): missing font: got no ${fontFile(font)}. Run the package manager's install?`,
      {
        cause,
      },
    );
  }
}
