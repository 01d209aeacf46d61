import { dispatch, dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { runtime } from '../../runtime.ts';
import { formatShape, sameShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { filled } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { add, mul, rsqrt, square, sub } from '../elementwise.ts';
import type { KernelOp } from '../op.ts';
import { mean, sum } from '../reduce.ts';
import type { LayerNormAttrs } from '../types.ts';

/** The last `count` dimensions. */
const lastAxes = (x: Tensor, count: number): number[] =>
  Array.from({ length: count }, (_, i) => x.shape.length - count + i);

/** The other ones. */
const leadingAxes = (x: Tensor, count: number): number[] =>
  Array.from({ length: x.shape.length - count }, (_, i) => i);

/** Sum over the leading dimensions, of which there may be none. */
function sumLeading(x: Tensor, count: number): Tensor {
  return x.shape.length === count ? x : sum(x, leadingAxes(x, count));
}

/** Mean and 1/√(variance + eps) over the last dimensions, which are kept with size 1. */
function statistics(x: Tensor, { count, eps }: LayerNormAttrs): { average: Tensor; rstd: Tensor } {
  const axes = lastAxes(x, count);
  const average = mean(x, axes, { keepdim: true });
  const spread = mean(square(sub(x, average)), axes, { keepdim: true });
  return { average, rstd: rsqrt(add(spread, eps)) };
}

/**
 * Normalisation over the last dimensions: `[x, weight?, bias?] → [y, mean, rstd]`, the last two hidden. Both of weight
 * and bias, or neither.
 * @internal
 */
export const layerNormOp: KernelOp<LayerNormAttrs> = /*#__PURE__*/ defineOp<LayerNormAttrs>({
  name: 'layerNorm',
  class: 'static',
  visible: 1,
  infer: ([x], { count }) => {
    const { shape, dtype } = x as Tensor;
    const rows = { shape: shape.map((n, i) => (i < shape.length - count ? n : 1)), dtype };
    return [{ shape, dtype }, rows, rows];
  },
  lower: ([x, weight, bias], attrs) => {
    const t = x as Tensor;
    const { average, rstd } = statistics(t, attrs);
    const normalized = mul(sub(t, average), rstd);
    return [weight && bias ? add(mul(normalized, weight), bias) : normalized, average, rstd];
  },
  saves: { inputs: [0, 1], outputs: [1, 2] },
  vjp: ([g], { inputs: [x, weight], outputs: [, average, rstd], attrs, metas }) =>
    g && x && average && rstd
      ? dispatch(layerNormGradOp, weight ? [g, x, average, rstd, weight] : [g, x, average, rstd], attrs)
      : metas.map(() => null),
});

/**
 * Gradient of {@link layerNormOp}: `[g, x, mean, rstd, weight?] → [dx, dweight, dbias]`, the first alone without a
 * weight. Under `createGraph` the statistics are computed again from x, so that their part in the second derivative is
 * not lost.
 * @internal
 */
export const layerNormGradOp: KernelOp<LayerNormAttrs> = /*#__PURE__*/ defineOp<LayerNormAttrs>({
  name: 'layerNormGrad',
  class: 'static',
  infer: ([, x, , , weight]) => {
    const { shape, dtype } = x as Tensor;
    return weight ? [{ shape, dtype }, weight, weight] : [{ shape, dtype }];
  },
  lower: ([g, x, savedMean, savedRstd, weight], attrs) => {
    const [upstream, t] = [g as Tensor, x as Tensor];
    const { count } = attrs;
    const again = runtime.gradMode && t.requiresGrad ? statistics(t, attrs) : null;
    const rstd = again?.rstd ?? (savedRstd as Tensor);
    const normalized = mul(sub(t, again?.average ?? (savedMean as Tensor)), rstd);
    const scaled = weight ? mul(upstream, weight) : upstream;
    const axes = lastAxes(t, count);
    const along = (v: Tensor): Tensor => mean(v, axes, { keepdim: true });
    const centred = sub(sub(scaled, along(scaled)), mul(normalized, along(mul(scaled, normalized))));
    const dx = mul(centred, rstd);
    if (!weight) return [dx];
    return [dx, sumLeading(mul(upstream, normalized), count), sumLeading(upstream, count)];
  },
  vjp: 'through',
});

/** The sizes that are normalised over: the last ones of x. */
export type NormalizedShape = number | readonly number[];

/** Options of {@link layerNorm}, under PyTorch's names. */
export interface LayerNormOptions {
  /** Scale of every element, of the normalised shape. Default 1. */
  readonly weight?: Tensor | null;
  /** Shift of every element, of the normalised shape. Default 0. */
  readonly bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

/**
 * Layer normalisation: y = (x − mean) / √(variance + eps) · weight + bias, with the mean and the biased variance of each
 * element of the leading dimensions.
 *
 * @param x - (…, normalizedShape), float.
 * @param normalizedShape - the last sizes of x; a number for the last one.
 * @returns the shape of x.
 * @throws {@link ShapeError} when x does not end in these sizes, or the weight or bias has others.
 * @throws {@link DTypeError} for integers, and a weight or bias of another dtype.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
 *
 * @example
 * ```ts
 * import { layerNorm, tensor } from '@flambeau/core';
 * layerNorm(tensor([[1, 3], [0, 4]]), 2, { eps: 0 }); // [[-1, 1], [-1, 1]]
 * ```
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: NormalizedShape,
  options: LayerNormOptions = {},
): Tensor {
  const { weight = null, bias = null, eps = 1e-5 } = options;
  const sizes = checkNormalized('layerNorm', x, normalizedShape, { weight, bias });
  const attrs: LayerNormAttrs = { count: sizes.length, eps };
  if (!weight && !bias) return dispatchOne(layerNormOp, [x], attrs);
  if (weight && bias) return dispatchOne(layerNormOp, [x, weight, bias], attrs);
  return composed(x.device, () => {
    const filler = (value: number): Tensor => filled(x.device, sizes, x.dtype, value);
    return dispatchOne(layerNormOp, [x, weight ?? filler(1), bias ?? filler(0)], attrs);
  });
}

/** The normalised sizes as a list. @throws when x or one of the parameters does not have them, or another dtype. */
export function checkNormalized(
  op: string,
  x: Tensor,
  normalizedShape: NormalizedShape,
  parameters: Readonly<Record<string, Tensor | null>>,
): readonly number[] {
  const sizes = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape;
  if (sizes.length === 0 || !sameShape(x.shape.slice(-sizes.length), sizes)) {
    throw new ShapeError(
      op,
      `the normalizedShape does not fit: got ${formatShape(sizes)} for ${formatShape(x.shape)}, expected one or more of the last sizes of x.`,
      { shape: x.shape, normalizedShape: sizes },
    );
  }
  checkParameters(op, x, sizes, parameters);
  return sizes;
}

/** @throws when x is no float, or one of the parameters has another dtype or not these sizes. */
export function checkParameters(
  op: string,
  x: Tensor,
  sizes: readonly number[],
  parameters: Readonly<Record<string, Tensor | null | undefined>>,
): void {
  if (!isFloat(x.dtype)) {
    throw new DTypeError(op, `not defined for integers: got ${x.dtype}, expected a float dtype.`, {
      dtype: x.dtype,
    });
  }
  for (const [name, v] of Object.entries(parameters)) {
    if (!v) continue;
    if (!sameShape(v.shape, sizes)) {
      throw new ShapeError(
        op,
        `the ${name} does not fit: got ${formatShape(v.shape)}, expected ${formatShape(sizes)}.`,
        { shape: v.shape },
      );
    }
    if (v.dtype !== x.dtype) {
      throw new DTypeError(
        op,
        `the ${name} does not fit: got ${v.dtype}, expected ${x.dtype} as the input. Cast with x.to('${x.dtype}').`,
        { dtype: v.dtype },
      );
    }
  }
}

/** How many elements a channel or group has in one of the batch. */
export function elementsEach(x: Tensor, groups: number): number {
  return sizeOf(x.shape.slice(1)) / groups;
}
