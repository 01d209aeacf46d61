/**
 * The part of the Canvas 2D API that the drawing code uses: an `OffscreenCanvas` of a page and a `Canvas` of
 * `@napi-rs/canvas` both have it.
 */
export interface CanvasLike {
  readonly width: number;
  readonly height: number;
  getContext(type: '2d', options?: { willReadFrequently?: boolean }): Context2D | null;
}

/** The members of `CanvasRenderingContext2D` that the drawing code uses. */
export interface Context2D {
  font: string;
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  lineJoin: 'bevel' | 'miter' | 'round';
  globalCompositeOperation: string;
  globalAlpha: number;
  textAlign: string;
  textBaseline: string;
  imageSmoothingEnabled: boolean;
  imageSmoothingQuality: 'low' | 'medium' | 'high';
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  strokeRect(x: number, y: number, width: number, height: number): void;
  beginPath(): void;
  ellipse(x: number, y: number, rx: number, ry: number, rotation: number, start: number, end: number): void;
  fill(): void;
  stroke(): void;
  fillText(text: string, x: number, y: number): void;
  strokeText(text: string, x: number, y: number): void;
  measureText(text: string): InkBox;
  /** @param image - a picture of the kind that the canvas's own implementation draws. */
  drawImage(
    image: never,
    sx: number,
    sy: number,
    sw: number,
    sh: number,
    dx: number,
    dy: number,
    dw: number,
    dh: number,
  ): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}

/** The members of `TextMetrics` that the drawing code uses: where the ink lies around the pen, in pixels. */
export interface InkBox {
  readonly width: number;
  readonly actualBoundingBoxLeft: number;
  readonly actualBoundingBoxRight: number;
  readonly actualBoundingBoxAscent: number;
  readonly actualBoundingBoxDescent: number;
}

/** Makes a canvas. In a page `(w, h) => new OffscreenCanvas(w, h)`, in Node `createCanvas`. */
export type CanvasFactory = (width: number, height: number) => CanvasLike;

/**
 * Makes a canvas with its context.
 * @throws Error when the factory's canvas has no 2D context.
 */
export function context2d(factory: CanvasFactory, width: number, height: number): Context2D {
  const context = factory(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('context2d(): no 2D context: got null, expected a Canvas 2D context.');
  return context;
}
