import type { CanvasFactory } from '@flambeau/app-street-digits/learning';
import { fontUrls } from '#digit-fonts';

const createCanvas: CanvasFactory = (width, height) => new OffscreenCanvas(width, height);

let ready: Promise<CanvasFactory> | null = null;

/**
 * Loads the faces that the digits are drawn with, once.
 *
 * @returns a factory of canvases that know them.
 * @throws Error when a face cannot be loaded.
 */
export function digitCanvas(): Promise<CanvasFactory> {
  ready ??= loadFaces();
  return ready;
}

async function loadFaces(): Promise<CanvasFactory> {
  const { fonts } = globalThis as unknown as { readonly fonts: FontFaceSet };
  const faces = Object.entries(fontUrls).map(([family, url]) => {
    const address = new URL(url, import.meta.url);
    return new FontFace(family, `url(${address})`).load();
  });
  for (const face of await Promise.all(faces)) fonts.add(face);
  return createCanvas;
}
