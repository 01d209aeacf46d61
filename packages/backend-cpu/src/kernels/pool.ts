import type { NumberArray } from './gemm.ts';

/** Sizes of a 2-d pooling over contiguous planes; ceil mode shows only in `OH`, `OW`. */
export interface Pool2dGeometry {
  /** Planes, that is N · C. */
  readonly planes: number;
  /** Input height. */
  readonly H: number;
  /** Input width. */
  readonly W: number;
  /** Window height. */
  readonly R: number;
  /** Window width. */
  readonly S: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly padH: number;
  readonly padW: number;
  /** Output height. */
  readonly OH: number;
  /** Output width. */
  readonly OW: number;
}

/** {@link Pool2dGeometry} with gaps between the pixels of a window. */
export interface MaxPool2dGeometry extends Pool2dGeometry {
  readonly dilationH: number;
  readonly dilationW: number;
}

/** {@link Pool2dGeometry} with the choice of the divisor. */
export interface AvgPool2dGeometry extends Pool2dGeometry {
  /** Whether padding counts as pixels of value 0. */
  readonly countIncludePad: boolean;
  /** Divides every sum by this instead of the window's size. */
  readonly divisorOverride: number | null;
}

/**
 * Maximum of each window. Padding never wins; the first of equal maxima does; NaN wins, the last one if there are several.
 *
 * @param x - input. Shape (planes, H, W).
 * @param y - result, overwritten. Shape (planes, OH, OW).
 * @param indices - position of each maximum in its input plane, row · W + column, overwritten. Shape (planes, OH, OW).
 * @remarks Source: PyTorch `max_pool2d` with `return_indices`. A window of −∞ only gives the index of its first pixel.
 */
export function maxPool2dForward(
  g: MaxPool2dGeometry,
  x: NumberArray,
  y: NumberArray,
  indices: Int32Array,
): void {
  if (isPlain2x2(g) && !hasNaN(x, g.planes * g.H * g.W)) {
    maxPool2x2(g, x, y, indices);
    return;
  }
  const { planes, H, W, R, S, strideH, strideW, padH, padW, dilationH, dilationW, OH, OW } = g;
  let o = 0;
  for (let p = 0; p < planes; p++) {
    const plane = p * H * W;
    for (let i = 0; i < OH; i++) {
      const top = firstInside(i * strideH - padH, dilationH);
      const bottom = Math.min(i * strideH - padH + (R - 1) * dilationH + 1, H);
      for (let j = 0; j < OW; j++) {
        const left = firstInside(j * strideW - padW, dilationW);
        const right = Math.min(j * strideW - padW + (S - 1) * dilationW + 1, W);
        let best = (top * W + left) | 0;
        let max = -Infinity;
        for (let h = top; h < bottom; h = (h + dilationH) | 0) {
          const row = (h * W) | 0;
          for (let w = left; w < right; w = (w + dilationW) | 0) {
            const value = x[(plane + row + w) | 0];
            if (value > max || Number.isNaN(value)) {
              max = value;
              best = (row + w) | 0;
            }
          }
        }
        y[o] = max;
        indices[o] = best;
        o = (o + 1) | 0;
      }
    }
  }
}

/** The first position at or after 0 of a run that begins at `start` and goes on in steps. */
function firstInside(start: number, step: number): number {
  return start < 0 ? start + Math.ceil(-start / step) * step : start;
}

/** Whether all windows are 2 × 2 pixels inside the image. */
function isPlain2x2(g: MaxPool2dGeometry): boolean {
  const dense =
    g.R === 2 && g.S === 2 && g.dilationH === 1 && g.dilationW === 1 && g.padH === 0 && g.padW === 0;
  return dense && (g.OH - 1) * g.strideH + 2 <= g.H && (g.OW - 1) * g.strideW + 2 <= g.W;
}

function hasNaN(x: NumberArray, length: number): boolean {
  for (let i = 0; i < length; i = (i + 1) | 0) {
    if (Number.isNaN(x[i])) return true;
  }
  return false;
}

/** `Number(a > b)` compiles to arithmetic, `a > b ? 1 : 0` to a branch, which on pixels is guessed wrong half of the time: 3 times slower. */
function maxPool2x2(g: MaxPool2dGeometry, x: NumberArray, y: NumberArray, indices: Int32Array): void {
  const { planes, H, W, strideH, strideW, OH, OW } = g;
  let o = 0;
  for (let p = 0; p < planes; p++) {
    const plane = p * H * W;
    for (let i = 0; i < OH; i++) {
      let window = (plane + i * strideH * W) | 0;
      for (let j = 0; j < OW; j++) {
        const below = (window + W) | 0;
        const upper = (window + Number(x[(window + 1) | 0] > x[window])) | 0;
        const lower = (below + Number(x[(below + 1) | 0] > x[below])) | 0;
        const best = (upper + Math.imul(lower - upper, Number(x[lower] > x[upper]))) | 0;
        y[o] = x[best];
        indices[o] = best - plane;
        o = (o + 1) | 0;
        window = (window + strideW) | 0;
      }
    }
  }
}

/**
 * Gradient of {@link maxPool2dForward}: each output's gradient goes to the pixel that won.
 *
 * @param dy - gradient of the result. Shape (planes, OH, OW).
 * @param indices - as the forward pass wrote them. Shape (planes, OH, OW).
 * @param dx - gradient of the input, overwritten. Shape (planes, H, W).
 */
export function maxPool2dBackward(
  g: Pool2dGeometry,
  dy: NumberArray,
  indices: Int32Array,
  dx: NumberArray,
): void {
  const inputs = g.H * g.W;
  const outputs = g.OH * g.OW;
  dx.fill(0, 0, g.planes * inputs);
  for (let p = 0, o = 0; p < g.planes; p++) {
    const plane = p * inputs;
    for (const end = o + outputs; o < end; o = (o + 1) | 0) dx[(plane + indices[o]) | 0] += dy[o];
  }
}

/**
 * Mean of each window.
 *
 * @param x - input. Shape (planes, H, W).
 * @param y - result, overwritten. Shape (planes, OH, OW).
 * @remarks Source: PyTorch `avg_pool2d`. A window that ceil mode pushes beyond the padding counts only up to its end.
 */
export function avgPool2dForward(g: AvgPool2dGeometry, x: NumberArray, y: NumberArray): void {
  const { planes, H, W, R, S, strideH, strideW, padH, padW, OH, OW, countIncludePad, divisorOverride } = g;
  let o = 0;
  for (let p = 0; p < planes; p++) {
    for (let i = 0; i < OH; i++) {
      const top = i * strideH - padH;
      const first = Math.max(top, 0);
      const end = Math.min(top + R, H);
      const height = countIncludePad ? Math.min(top + R, H + padH) - top : end - first;
      for (let j = 0; j < OW; j++) {
        const left = j * strideW - padW;
        const from = Math.max(left, 0);
        const to = Math.min(left + S, W);
        const width = countIncludePad ? Math.min(left + S, W + padW) - left : to - from;
        let sum = 0;
        for (let h = first; h < end; h = (h + 1) | 0) {
          const row = ((p * H + h) * W) | 0;
          for (let w = from; w < to; w = (w + 1) | 0) sum += x[(row + w) | 0];
        }
        y[o] = first < end && from < to ? sum / (divisorOverride ?? height * width) : 0;
        o = (o + 1) | 0;
      }
    }
  }
}

/**
 * Gradient of {@link avgPool2dForward}: each output's gradient is shared by the pixels of its window.
 *
 * @param dy - gradient of the result. Shape (planes, OH, OW).
 * @param dx - gradient of the input, overwritten. Shape (planes, H, W).
 */
export function avgPool2dBackward(g: AvgPool2dGeometry, dy: NumberArray, dx: NumberArray): void {
  const { planes, H, W, R, S, strideH, strideW, padH, padW, OH, OW, countIncludePad, divisorOverride } = g;
  dx.fill(0, 0, planes * H * W);
  let o = 0;
  for (let p = 0; p < planes; p++) {
    for (let i = 0; i < OH; i++) {
      const top = i * strideH - padH;
      const first = Math.max(top, 0);
      const end = Math.min(top + R, H);
      const height = countIncludePad ? Math.min(top + R, H + padH) - top : end - first;
      for (let j = 0; j < OW; j++) {
        const left = j * strideW - padW;
        const from = Math.max(left, 0);
        const to = Math.min(left + S, W);
        const width = countIncludePad ? Math.min(left + S, W + padW) - left : to - from;
        const share = dy[o] / (divisorOverride ?? height * width);
        o = (o + 1) | 0;
        for (let h = first; h < end; h = (h + 1) | 0) {
          const row = ((p * H + h) * W) | 0;
          for (let w = from; w < to; w = (w + 1) | 0) dx[(row + w) | 0] += share;
        }
      }
    }
  }
}
