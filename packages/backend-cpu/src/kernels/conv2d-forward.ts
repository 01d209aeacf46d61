import { correlate } from './conv2d-correlate.ts';
import type { Conv2dGeometry } from './conv2d-geometry.ts';
import { filterView, inputView, inputWindows, outputView } from './conv2d-geometry.ts';
import type { NumberArray } from './gemm.ts';

/**
 * 2-d convolution (cross-correlation) of contiguous NCHW tensors.
 *
 * Formula: `y[n, k, i, j] = bias[k] + Σ_{c, r, s} x[n, c, i · strideH + r · dilationH − padH, j · strideW + s · dilationW − padW] · w[k, c, r, s]`.
 *
 * @param x - input. Shape (N, C, H, W).
 * @param w - filters. Shape (K, C / groups, R, S).
 * @param bias - one value per output channel, or null. Shape (K).
 * @param y - result, overwritten. Shape (N, K, OH, OW).
 */
export function conv2dForward(
  g: Conv2dGeometry,
  x: NumberArray,
  w: NumberArray,
  bias: NumberArray | null,
  y: NumberArray,
): void {
  const grid = inputWindows(g);
  for (let group = 0; group < g.groups; group++) {
    correlate(
      g.N,
      grid,
      inputView(g, group, x),
      filterView(g, group, w),
      outputView(g, group, y),
      bias,
      (group * g.K) / g.groups,
    );
  }
}
