import type { CreateOptions } from './create.ts';
import { fromHost } from './create.ts';
import type { DType } from './dtype.ts';
import { ArgumentError, ShapeError } from './errors.ts';
import { readData } from './read.ts';
import { formatShape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** The pixels of a canvas: red, green, blue and opacity from 0 to 255, row after row. The web's `ImageData` is one. */
export interface ImagePixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** Options of {@link fromImageData}. */
export interface FromImageOptions extends Omit<CreateOptions, 'dtype'> {
  /** 3 (default) for red, green and blue; 4 with opacity; 1 for luminance (ITU-R 601: 0.299, 0.587, 0.114). */
  readonly channels?: 1 | 3 | 4;
  /** `'float32'` (default) in [0, 1], or `'uint8'` from 0 to 255. */
  readonly dtype?: Extract<DType, 'float32' | 'uint8'>;
}

/**
 * A picture as a tensor of shape (C, H, W), as torchvision's ToTensor makes it.
 *
 * @throws {@link ArgumentError} when the pixels are not width × height × 4 numbers.
 *
 * @example
 * ```ts
 * import { fromImageData } from '@flambeau/core';
 * const pixel = { data: Uint8ClampedArray.of(255, 0, 51, 255), width: 1, height: 1 };
 * fromImageData(pixel); // [[[1]], [[0]], [[0.2]]]
 * ```
 */
export function fromImageData(image: ImagePixels, options: FromImageOptions = {}): Tensor {
  const { channels = 3, dtype = 'float32' } = options;
  const { data, width, height } = image;
  const area = width * height;
  if (data.length !== area * 4) {
    throw new ArgumentError(
      'fromImageData',
      `not a picture: got ${data.length} numbers for ${width} × ${height} pixels, expected ${area * 4}.`,
      { width, height },
    );
  }
  const out = dtype === 'uint8' ? new Uint8Array(channels * area) : new Float32Array(channels * area);
  const scale = dtype === 'uint8' ? 1 : 1 / 255;
  for (let i = 0; i < area; i++) {
    const at = 4 * i;
    if (channels === 1) {
      const [r, g, b] = [data[at], data[at + 1], data[at + 2]] as [number, number, number];
      const luminance = 0.299 * r + 0.587 * g + 0.114 * b;
      out[i] = dtype === 'uint8' ? Math.round(luminance) : luminance * scale;
    } else {
      for (let c = 0; c < channels; c++) out[c * area + i] = (data[at + c] as number) * scale;
    }
  }
  return fromHost('fromImageData', out, [channels, height, width], dtype, options);
}

/**
 * A tensor as the pixels of a canvas: `new ImageData(pixels.data, pixels.width)`.
 *
 * @param x - (C, H, W) with 1, 3 or 4 channels, or (H, W); floats in [0, 1], limited to that, or uint8.
 * @throws {@link ShapeError} for other shapes.
 *
 * @example
 * ```ts
 * import { tensor, toImageData } from '@flambeau/core';
 * const { data } = await toImageData(tensor([[0, 1]]));
 * [...data]; // [0, 0, 0, 255, 255, 255, 255, 255]
 * ```
 */
export async function toImageData(x: Tensor): Promise<ImagePixels> {
  const { shape } = x;
  const channels = shape.length === 2 ? 1 : (shape[0] as number);
  if ((shape.length !== 2 && shape.length !== 3) || ![1, 3, 4].includes(channels)) {
    throw new ShapeError(
      'toImageData',
      `not a picture: got ${formatShape(shape)}, expected (H, W) or (C, H, W) with 1, 3 or 4 channels.`,
      { shape },
    );
  }
  const [height, width] = shape.slice(-2) as [number, number];
  const values = await readData(x);
  const area = width * height;
  const scale = x.dtype === 'float32' || x.dtype === 'float64' ? 255 : 1;
  const data = new Uint8ClampedArray(4 * area).fill(255);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < (channels === 4 ? 4 : 3); c++) {
      data[4 * i + c] = (values[(channels === 1 ? 0 : c) * area + i] as number) * scale;
    }
  }
  return { data, width, height };
}
