import type { NumberArray } from './gemm.ts';
import type { PlaneView, WindowGrid } from './windows.ts';

/** Sizes of a 2-d convolution on contiguous NCHW tensors. All are numbers of elements, at least 0. */
export interface Conv2dGeometry {
  /** Images. */
  readonly N: number;
  /** Input channels, a multiple of `groups`. */
  readonly C: number;
  /** Input height. */
  readonly H: number;
  /** Input width. */
  readonly W: number;
  /** Output channels, a multiple of `groups`. */
  readonly K: number;
  /** Filter height. */
  readonly R: number;
  /** Filter width. */
  readonly S: number;
  readonly strideH: number;
  readonly strideW: number;
  /** Zero rows above the input. Those below follow from `OH`. */
  readonly padH: number;
  /** Zero columns left of the input. Those on the right follow from `OW`. */
  readonly padW: number;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly groups: number;
  /** Output height. */
  readonly OH: number;
  /** Output width. */
  readonly OW: number;
}

/** One group's filters as a matrix: row m, channel c, tap t is at `offset + m · rowStride + c · channelStride + taps[t]`. */
export interface FilterView {
  readonly data: NumberArray;
  readonly offset: number;
  readonly rows: number;
  readonly channels: number;
  readonly rowStride: number;
  readonly channelStride: number;
  readonly taps: readonly number[];
}

/** The input channels of one group. */
export function inputView(g: Conv2dGeometry, group: number, data: NumberArray): PlaneView {
  return planes(data, group, g.groups, g.C, g.H, g.W);
}

/** The output channels of one group. */
export function outputView(g: Conv2dGeometry, group: number, data: NumberArray): PlaneView {
  return planes(data, group, g.groups, g.K, g.OH, g.OW);
}

function planes(
  data: NumberArray,
  group: number,
  groups: number,
  channels: number,
  height: number,
  width: number,
): PlaneView {
  const planeStride = height * width;
  const offset = ((group * channels) / groups) * planeStride;
  return { data, offset, imageStride: channels * planeStride, planeStride, rowStep: width, columnStep: 1 };
}

/** The filters of one group, rows being output channels. */
export function filterView(g: Conv2dGeometry, group: number, data: NumberArray): FilterView {
  const channelStride = g.R * g.S;
  const channels = g.C / g.groups;
  const rows = g.K / g.groups;
  const rowStride = channels * channelStride;
  const taps = Array.from({ length: channelStride }, (_, t) => t);
  return { data, offset: group * rows * rowStride, rows, channels, rowStride, channelStride, taps };
}

/** The windows of the input that the output pixels see. */
export function inputWindows(g: Conv2dGeometry): WindowGrid {
  const tapY: number[] = [];
  const tapX: number[] = [];
  for (let r = 0; r < g.R; r++) {
    for (let s = 0; s < g.S; s++) {
      tapY.push(r * g.dilationH - g.padH);
      tapX.push(s * g.dilationW - g.padW);
    }
  }
  return {
    height: g.H,
    width: g.W,
    rows: g.OH,
    columns: g.OW,
    stepY: g.strideH,
    stepX: g.strideW,
    tapY,
    tapX,
  };
}
