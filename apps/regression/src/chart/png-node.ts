import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts, loadImage } from '@napi-rs/canvas';

/**
 * Paints an SVG file as PNG, with text in the Arimo that is installed with this program: no font of the system is
 * needed.
 *
 * @param scale - pixels of the PNG for one of the SVG.
 */
export async function svgToPng(svg: string, scale = 2): Promise<Uint8Array> {
  const require = createRequire(import.meta.url);
  if (!GlobalFonts.has('Arimo')) {
    for (const weight of [400, 700])
      GlobalFonts.registerFromPath(
        require.resolve(`@fontsource/arimo/files/arimo-latin-${weight}-normal.woff2`),
        'Arimo',
      );
  }
  const image = await loadImage(Buffer.from(svg));
  const canvas = createCanvas(image.width * scale, image.height * scale);
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toBuffer('image/png');
}
