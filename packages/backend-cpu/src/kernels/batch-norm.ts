import type { Kernel, NoAttrs, Operand } from '@flambeau/core/functional';
import type { NumberArray } from './gemm.ts';

/** Visits the planes of one channel in a contiguous (N, C, …) tensor. */
function eachPlane(x: Operand, channel: number, visit: (at: number, n: number) => void): void {
  const [images, channels] = x.shape;
  const plane = x.shape.slice(2).reduce((p, s) => p * s, 1);
  for (let image = 0; image < images; image++) visit(x.offset + (image * channels + channel) * plane, plane);
}

/** Mean and biased variance of every channel, in two passes and float64. */
export const channelStats: Kernel<NoAttrs> = ([x], [mean, variance]) => {
  const source = x.block as NumberArray;
  const means = mean.block as NumberArray;
  const variances = variance.block as NumberArray;
  const channels = x.shape[1];
  const count = x.size / channels;
  for (let channel = 0; channel < channels; channel++) {
    let total = 0;
    eachPlane(x, channel, (at, n) => {
      for (let i = 0; i < n; i++) total += source[at + i];
    });
    const average = total / count;
    let spread = 0;
    eachPlane(x, channel, (at, n) => {
      for (let i = 0; i < n; i++) {
        const d = source[at + i] - average;
        spread += d * d;
      }
    });
    means[mean.offset + channel] = average;
    variances[variance.offset + channel] = spread / count;
  }
};

/** dbias = Σg, dweight = Σg·x̂, dx = weight·rstd·(g − dbias/m − x̂·dweight/m) with x̂ = (x − mean)·rstd. */
export const batchNormGrad: Kernel<{ readonly eps: number }> = (
  [g, x, mean, rstd, weight],
  [dx, dweight, dbias],
) => {
  const [grad, source, out] = [g.block as NumberArray, x.block as NumberArray, dx.block as NumberArray];
  const channels = x.shape[1];
  const count = x.size / channels;
  for (let channel = 0; channel < channels; channel++) {
    const average = (mean.block as NumberArray)[mean.offset + channel];
    const scale = (rstd.block as NumberArray)[rstd.offset + channel];
    let total = 0;
    let projected = 0;
    eachPlane(x, channel, (at, n) => {
      const from = at - x.offset + g.offset;
      for (let i = 0; i < n; i++) {
        const d = grad[from + i];
        total += d;
        projected += d * (source[at + i] - average);
      }
    });
    projected *= scale;
    const factor = (weight.block as NumberArray)[weight.offset + channel] * scale;
    const shift = total / count;
    const slope = (projected / count) * scale;
    eachPlane(x, channel, (at, n) => {
      const from = at - x.offset + g.offset;
      const to = at - x.offset + dx.offset;
      for (let i = 0; i < n; i++)
        out[to + i] = factor * (grad[from + i] - shift - (source[at + i] - average) * slope);
    });
    (dweight.block as NumberArray)[dweight.offset + channel] = projected;
    (dbias.block as NumberArray)[dbias.offset + channel] = total;
  }
};
