import type { Kernel, LayerNormAttrs } from '@flambeau/core/functional';
import type { NumberArray } from './gemm.ts';

/** How many elements the last `count` sizes make. */
const lineLength = (shape: readonly number[], count: number): number =>
  shape.slice(shape.length - count).reduce((p, n) => p * n, 1);

/** (x − mean)·rstd·weight + bias of every line, with its mean and biased variance in two passes and float64. */
export const layerNorm: Kernel<LayerNormAttrs> = ([x, weight, bias], [y, mean, rstd], { count, eps }) => {
  const source = x.block as NumberArray;
  const out = y.block as NumberArray;
  const scales = weight?.block as NumberArray;
  const shifts = bias?.block as NumberArray;
  const n = lineLength(x.shape, count);
  for (let line = 0; line < mean.size; line++) {
    const from = x.offset + line * n;
    const to = y.offset + line * n;
    let total = 0;
    for (let i = 0; i < n; i++) total += source[from + i];
    const average = total / n;
    let spread = 0;
    for (let i = 0; i < n; i++) {
      const d = source[from + i] - average;
      spread += d * d;
    }
    const scale = 1 / Math.sqrt(spread / n + eps);
    if (scales === undefined) {
      for (let i = 0; i < n; i++) out[to + i] = (source[from + i] - average) * scale;
    } else {
      for (let i = 0; i < n; i++) {
        const normalized = (source[from + i] - average) * scale;
        out[to + i] = normalized * scales[weight.offset + i] + shifts[bias.offset + i];
      }
    }
    (mean.block as NumberArray)[mean.offset + line] = average;
    (rstd.block as NumberArray)[rstd.offset + line] = scale;
  }
};

/**
 * dx = rstd·(d − mean d − x̂·mean d·x̂) with d = g·weight and x̂ = (x − mean)·rstd; dweight = Σ g·x̂ and dbias = Σ g over
 * the lines.
 */
export const layerNormGrad: Kernel<LayerNormAttrs> = (
  [g, x, mean, rstd, weight],
  [dx, dweight, dbias],
  { count },
) => {
  const grad = g.block as NumberArray;
  const source = x.block as NumberArray;
  const out = dx.block as NumberArray;
  const scales = weight?.block as NumberArray;
  const n = lineLength(x.shape, count);
  const weightSums = weight && new Float64Array(n);
  const biasSums = weight && new Float64Array(n);
  const upstream = new Float64Array(n);
  for (let line = 0; line < mean.size; line++) {
    const at = line * n;
    const average = (mean.block as NumberArray)[mean.offset + line];
    const scale = (rstd.block as NumberArray)[rstd.offset + line];
    let total = 0;
    let projected = 0;
    for (let i = 0; i < n; i++) {
      const from = grad[g.offset + at + i];
      const normalized = (source[x.offset + at + i] - average) * scale;
      const d = weightSums === undefined ? from : from * scales[weight.offset + i];
      upstream[i] = d;
      total += d;
      projected += d * normalized;
      if (weightSums === undefined) continue;
      weightSums[i] += from * normalized;
      biasSums[i] += from;
    }
    const shift = total / n;
    const slope = projected / n;
    for (let i = 0; i < n; i++) {
      const normalized = (source[x.offset + at + i] - average) * scale;
      out[dx.offset + at + i] = (upstream[i] - shift - normalized * slope) * scale;
    }
  }
  if (weightSums === undefined) return;
  (dweight.block as NumberArray).set(weightSums, dweight.offset);
  (dbias.block as NumberArray).set(biasSums, dbias.offset);
};
