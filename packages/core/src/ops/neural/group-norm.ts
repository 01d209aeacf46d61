import { dispatch, dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { runtime } from '../../runtime.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { filled } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { add, mul, rsqrt, sub } from '../elementwise.ts';
import { affineOp, channelStatsOp } from '../norm.ts';
import type { KernelOp } from '../op.ts';
import { sum } from '../reduce.ts';
import type { GroupNormAttrs } from '../types.ts';
import { reshape } from '../view.ts';
import { checkParameters, elementsEach, layerNormGradOp, layerNormOp } from './layer-norm.ts';

/** Mean and 1/√(variance + eps) of every group, (N, groups). */
function statistics(x: Tensor, { groups, eps }: GroupNormAttrs): readonly [Tensor, Tensor] {
  const rows = (x.shape[0] as number) * groups;
  const flat = reshape(x, [1, rows, elementsEach(x, groups)]);
  const [average, spread] = dispatch(channelStatsOp, [flat], {}) as [Tensor, Tensor];
  const shaped = (v: Tensor): Tensor => reshape(v, [x.shape[0] as number, groups]);
  return [shaped(average), shaped(rsqrt(add(spread, eps)))];
}

/** (N, C, …) as (N, groups, C/groups, elements of a channel). */
function grouped(x: Tensor, groups: number): Tensor {
  const [n, channels] = x.shape as [number, number];
  return reshape(x, [n, groups, channels / groups, sizeOf(x.shape.slice(2))]);
}

/** Numbers of channels or groups, to go with what {@link grouped} gives. */
const ofChannels = (v: Tensor, groups: number): Tensor => reshape(v, [groups, v.size / groups, 1]);
const ofGroups = (v: Tensor): Tensor => reshape(v, [...v.shape, 1, 1]);

/**
 * Normalisation of groups of channels: `[x (N, C, …), weight?, bias?] → [y, mean (N, groups), rstd (N, groups)]`, the last
 * two hidden. Both of weight and bias, or neither.
 * @internal
 */
export const groupNormOp: KernelOp<GroupNormAttrs> = /*#__PURE__*/ defineOp<GroupNormAttrs>({
  name: 'groupNorm',
  class: 'static',
  visible: 1,
  infer: ([x], { groups }) => {
    const { shape, dtype } = x as Tensor;
    const rows = { shape: [shape[0] as number, groups], dtype };
    return [{ shape, dtype }, rows, rows];
  },
  lower: ([x, weight, bias], attrs) => {
    const t = x as Tensor;
    const { groups } = attrs;
    const [average, rstd] = statistics(t, attrs);
    const [center, factor] = [ofGroups(average), ofGroups(rstd)];
    const scale = weight ? mul(factor, ofChannels(weight, groups)) : factor;
    const offset = mul(center, scale);
    const shift = bias ? sub(ofChannels(bias, groups), offset) : sub(0, offset);
    return [reshape(affineOp(grouped(t, groups), scale, shift), t.shape), average, rstd];
  },
  saves: { inputs: [0, 1], outputs: [1, 2] },
  vjp: ([g], { inputs: [x, weight], outputs: [, average, rstd], attrs, metas }) =>
    g && x && average && rstd
      ? dispatch(groupNormGradOp, weight ? [g, x, average, rstd, weight] : [g, x, average, rstd], attrs)
      : metas.map(() => null),
});

/**
 * Gradient of {@link groupNormOp}: `[g, x, mean, rstd, weight?] → [dx, dweight, dbias]`, the first alone without a weight.
 * Under `createGraph` the statistics are computed again from x.
 * @internal
 */
export const groupNormGradOp: KernelOp<GroupNormAttrs> = /*#__PURE__*/ defineOp<GroupNormAttrs>({
  name: 'groupNormGrad',
  class: 'static',
  infer: ([, x, , , weight]) => {
    const { shape, dtype } = x as Tensor;
    return weight ? [{ shape, dtype }, weight, weight] : [{ shape, dtype }];
  },
  lower: ([g, x, savedMean, savedRstd, weight], attrs) => {
    const t = x as Tensor;
    const { groups, eps } = attrs;
    const again = runtime.gradMode && t.requiresGrad ? statistics(t, attrs) : null;
    const [average, rstd] = again ?? [savedMean as Tensor, savedRstd as Tensor];
    const coming = grouped(g as Tensor, groups);
    const scaled = weight ? mul(coming, ofChannels(weight, groups)) : coming;
    const asRows = (v: Tensor): Tensor => reshape(v, [average.size, elementsEach(t, groups)]);
    const perRow = (v: Tensor): Tensor => reshape(v, [average.size, 1]);
    const rows = [asRows(scaled), asRows(t), perRow(average), perRow(rstd)];
    const dx = reshape(dispatchOne(layerNormGradOp, rows, { count: 1, eps }), t.shape);
    if (!weight) return [dx];
    const normalized = mul(sub(grouped(t, groups), ofGroups(average)), ofGroups(rstd));
    const total = (v: Tensor): Tensor => reshape(sum(v, [0, 3]), weight.shape);
    return [dx, total(mul(coming, normalized)), total(coming)];
  },
  vjp: 'through',
});

/** Options of {@link groupNorm}, under PyTorch's names. */
export interface GroupNormOptions {
  /** Scale of every channel, (C). Default 1. */
  readonly weight?: Tensor | null;
  /** Shift of every channel, (C). Default 0. */
  readonly bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

/**
 * Group normalisation: y = (x − mean) / √(variance + eps) · weight + bias, with the mean and the biased variance of every
 * group of C/numGroups channels, for each of the batch.
 *
 * @param x - (N, C, …), float.
 * @param numGroups - how many groups; a divisor of C.
 * @returns the shape of x.
 * @throws {@link ArgumentError} when numGroups does not divide C.
 * @throws {@link ShapeError} on a rank below 2, a weight or bias that is not (C), and one value in all per group.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 *
 * @example
 * ```ts
 * import { groupNorm, tensor } from '@flambeau/core';
 * groupNorm(tensor([[1, 3, 0, 4]]), 2, { eps: 0 }); // [[-1, 1, -1, 1]]
 * ```
 */
export function groupNorm(x: Tensor, numGroups: number, options: GroupNormOptions = {}): Tensor {
  const { weight = null, bias = null, eps = 1e-5 } = options;
  const { shape, device, dtype } = x;
  if (shape.length < 2) {
    throw new ShapeError('groupNorm', `wrong rank: got ${formatShape(shape)}, expected (N, C, …).`, {
      shape,
    });
  }
  const [n, channels] = shape as [number, number, ...number[]];
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ArgumentError(
      'groupNorm',
      `invalid numGroups: got ${numGroups}, expected a divisor of the ${channels} channels.`,
      { numGroups, channels },
    );
  }
  checkParameters('groupNorm', x, [channels], { weight, bias });
  const each = elementsEach(x, numGroups);
  if (n * each === 1) {
    throw new ShapeError(
      'groupNorm',
      `one value per group: got ${formatShape(shape)} in ${numGroups} groups, expected more than 1.`,
      { shape },
    );
  }
  const attrs: GroupNormAttrs = { groups: numGroups, eps };
  return composed(device, () => {
    if (!weight && !bias) return (dispatch(groupNormOp, [x], attrs) as [Tensor])[0];
    const filler = (value: number): Tensor => filled(device, [channels], dtype, value);
    const [scale, shift] = [weight ?? filler(1), bias ?? filler(0)];
    if (shape.length > 2) return (dispatch(groupNormOp, [x, scale, shift], attrs) as [Tensor])[0];
    // Channels of one element: a row has other factors at each place.
    const rows = dispatchOne(layerNormOp, [reshape(x, [n * numGroups, each])], { count: 1, eps });
    return affineOp(reshape(rows, shape), scale, shift);
  });
}
