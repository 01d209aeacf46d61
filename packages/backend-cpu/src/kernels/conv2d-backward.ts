import { correlate, filterGradient } from './conv2d-correlate.ts';
import type { Conv2dGeometry, FilterView } from './conv2d-geometry.ts';
import { filterView, inputView, inputWindows, outputView } from './conv2d-geometry.ts';
import type { NumberArray } from './gemm.ts';
import type { PlaneView, WindowGrid } from './windows.ts';

/**
 * Gradient of a 2-d convolution by its input, that is a transposed convolution.
 *
 * Formula: `dx[n, c, h, w] = Σ dy[n, k, i, j] · w[k, c, r, s]` over all k, r, s, i, j with
 * `h = i · strideH + r · dilationH − padH` and `w = j · strideW + s · dilationW − padW`.
 *
 * @param dy - gradient of the result. Shape (N, K, OH, OW).
 * @param w - filters. Shape (K, C / groups, R, S).
 * @param dx - gradient of the input, overwritten. Shape (N, C, H, W).
 */
export function conv2dBackwardInput(
  g: Conv2dGeometry,
  dy: NumberArray,
  w: NumberArray,
  dx: NumberArray,
): void {
  for (let phaseY = 0; phaseY < Math.min(g.strideH, g.H); phaseY++) {
    for (let phaseX = 0; phaseX < Math.min(g.strideW, g.W); phaseX++) {
      for (let group = 0; group < g.groups; group++) inputPhase(g, phaseY, phaseX, group, dy, w, dx);
    }
  }
}

/** The input pixels (phaseY + i · strideH, phaseX + j · strideW) meet the same filter taps, so they are one convolution of stride 1. */
function inputPhase(
  g: Conv2dGeometry,
  phaseY: number,
  phaseX: number,
  group: number,
  dy: NumberArray,
  w: NumberArray,
  dx: NumberArray,
): void {
  const taps: number[] = [];
  const tapY: number[] = [];
  const tapX: number[] = [];
  for (let r = g.R - 1; r >= 0; r--) {
    for (let s = g.S - 1; s >= 0; s--) {
      const y = phaseY + g.padH - r * g.dilationH;
      const x = phaseX + g.padW - s * g.dilationW;
      if (y % g.strideH !== 0 || x % g.strideW !== 0) continue;
      taps.push(r * g.S + s);
      tapY.push(y / g.strideH);
      tapX.push(x / g.strideW);
    }
  }
  const grid: WindowGrid = {
    height: g.OH,
    width: g.OW,
    rows: Math.ceil((g.H - phaseY) / g.strideH),
    columns: Math.ceil((g.W - phaseX) / g.strideW),
    stepY: 1,
    stepX: 1,
    tapY,
    tapX,
  };
  const forward = filterView(g, group, w);
  const filter: FilterView = {
    ...forward,
    rows: forward.channels,
    channels: forward.rows,
    rowStride: forward.channelStride,
    channelStride: forward.rowStride,
    taps,
  };
  const input = inputView(g, group, dx);
  const target: PlaneView = {
    ...input,
    offset: input.offset + phaseY * g.W + phaseX,
    rowStep: g.strideH * g.W,
    columnStep: g.strideW,
  };
  correlate(g.N, grid, outputView(g, group, dy), filter, target, null, 0);
}

/**
 * Gradient of a 2-d convolution by its filters.
 *
 * Formula: `dw[k, c, r, s] = Σ_{n, i, j} dy[n, k, i, j] · x[n, c, i · strideH + r · dilationH − padH, j · strideW + s · dilationW − padW]`.
 *
 * @param x - input of the convolution. Shape (N, C, H, W).
 * @param dy - gradient of the result. Shape (N, K, OH, OW).
 * @param dw - gradient of the filters, overwritten. Shape (K, C / groups, R, S).
 */
export function conv2dBackwardWeight(
  g: Conv2dGeometry,
  x: NumberArray,
  dy: NumberArray,
  dw: NumberArray,
): void {
  const grid = inputWindows(g);
  for (let group = 0; group < g.groups; group++) {
    filterGradient(g.N, grid, inputView(g, group, x), outputView(g, group, dy), filterView(g, group, dw));
  }
}
