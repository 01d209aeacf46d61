import type { Conv2dAttrs, Conv3dAttrs } from '@flambeau/core/functional';

/** Attributes of a convolution of any rank. */
export type ConvAttrs = Conv2dAttrs | Conv3dAttrs;

/** Sizes of a convolution, of any number of spatial directions. */
export interface ConvGeometry {
  readonly images: number;
  readonly groups: number;
  /** Input channels of a group. */
  readonly inputs: number;
  /** Output channels of a group. */
  readonly outputs: number;
  /** Spatial sizes of the input. */
  readonly source: readonly number[];
  /** Spatial sizes of the output. */
  readonly result: readonly number[];
  /** Spatial sizes of the filters. */
  readonly taps: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** Sizes from the shapes of a convolution's input, weight and output. */
export function convGeometry(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  { stride, padding, dilation, groups }: ConvAttrs,
): ConvGeometry {
  return {
    images: x[0],
    groups,
    inputs: w[1],
    outputs: w[0] / groups,
    source: x.slice(2),
    result: y.slice(2),
    taps: w.slice(2),
    stride,
    padding,
    dilation,
  };
}

/** Greatest common divisor. */
export function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
