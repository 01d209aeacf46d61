import type { Conv2dAttrs } from '@flambeau/core/functional';

/** Sizes of a two-dimensional convolution of contiguous NCHW tensors, in elements. */
export interface Geometry {
  /** Images. */
  readonly N: number;
  /** Input channels, of all groups. */
  readonly C: number;
  /** Input height. */
  readonly H: number;
  /** Input width. */
  readonly W: number;
  /** Output channels, of all groups. */
  readonly K: number;
  /** Filter height. */
  readonly R: number;
  /** Filter width. */
  readonly S: number;
  /** Output height. */
  readonly OH: number;
  /** Output width. */
  readonly OW: number;
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** The sizes of a convolution from x `(N, C, H, W)` by w `(K, C/groups, R, S)` to y `(N, K, OH, OW)`. */
export function geometryOf(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  { stride, padding, dilation, groups }: Conv2dAttrs,
): Geometry {
  const [N, C, H, W] = x as readonly [number, number, number, number];
  const [K, , R, S] = w as readonly [number, number, number, number];
  const [, , OH, OW] = y as readonly [number, number, number, number];
  return { N, C, H, W, K, R, S, OH, OW, stride, padding, dilation, groups };
}

/** Planes that a convolution reads or writes, where they lie. In bytes, but for the sizes. */
export interface Planes {
  readonly address: number;
  readonly height: number;
  readonly width: number;
  /** From one plane to the next. */
  readonly plane: number;
  /** From one image to the next. */
  readonly image: number;
}

/** Contiguous planes of float32. */
export function densePlanes(address: number, channels: number, height: number, width: number): Planes {
  const plane = 4 * height * width;
  return { address, height, width, plane, image: channels * plane };
}

/** Zeros around planes, in elements. */
export interface Border {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}
