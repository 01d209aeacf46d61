import { dispatch } from '../dispatch/dispatch.ts';
import { road } from '../dispatch/layers.ts';
import { isFloat } from '../dtype.ts';
import { DTypeError, ShapeError } from '../errors.ts';
import { noGrad } from '../grad-mode.ts';
import { composed } from '../memory/composed.ts';
import { runtime } from '../runtime.ts';
import { s } from '../scalar/index.ts';
import { formatShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { clone } from './copy.ts';
import { filled } from './create-ops.ts';
import type { TernaryOp } from './define.ts';
import { defineOp, defineTernary } from './define.ts';
import { add, div, mul, rsqrt, square, sub } from './elementwise.ts';
import type { MapOperand } from './map-op.ts';
import type { KernelOp } from './op.ts';
import { mean, sum } from './reduce.ts';
import type { NoAttrs } from './types.ts';
import { reshape } from './view.ts';
import { inPlace } from './write.ts';

/** All dimensions but the channels'. */
const others = (x: Tensor): number[] => x.shape.map((_, i) => i).filter((i) => i !== 1);

/** A `(C)` tensor shaped so that it broadcasts along the channels of x. */
const alongChannels = (v: Tensor, x: Tensor): Tensor =>
  reshape(
    v,
    x.shape.map((n, i) => (i === 1 ? n : 1)),
  );

/** Mean and biased variance of every channel. @internal */
export const channelStatsOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineOp<NoAttrs>({
  name: 'channelStats',
  class: 'static',
  infer: ([x]) => {
    const spec = { shape: [(x as Tensor).shape[1] as number], dtype: (x as Tensor).dtype };
    return [spec, spec];
  },
  lower: ([x]) => {
    const t = x as Tensor;
    const average = mean(t, others(t));
    return [average, mean(square(sub(t, alongChannels(average, t))), others(t))];
  },
  vjp: 'through',
});

/** (x − mean)·scale + shift in one map: what batch norm computes per element. @internal */
export const affineOp: TernaryOp = /*#__PURE__*/ defineTernary('affine', (x, scale, shift) =>
  s.add(s.mul(x, scale), shift),
);

/** Attributes of {@link batchNormOp}. */
export interface BatchNormAttrs {
  readonly eps: number;
}

/**
 * Batch normalisation with the batch's own statistics: `[x, weight, bias] → [y, mean, variance, rstd]`, the last
 * three hidden.
 * @internal
 */
export const batchNormOp: KernelOp<BatchNormAttrs> = /*#__PURE__*/ defineOp({
  name: 'batchNorm',
  class: 'static',
  infer: ([x]) => {
    const { shape, dtype } = x as Tensor;
    const channels = { shape: [shape[1] as number], dtype };
    return [{ shape, dtype }, channels, channels, channels];
  },
  lower: ([x, weight, bias], { eps }) => {
    const t = x as Tensor;
    const [average, spread] = dispatch(channelStatsOp, [t], {}) as [Tensor, Tensor];
    const rstd = rsqrt(add(spread, eps));
    const scale = mul(rstd, weight as Tensor);
    const y = affineOp(
      t,
      alongChannels(scale, t),
      alongChannels(sub(bias as Tensor, mul(average, scale)), t),
    );
    return [y, average, spread, rstd];
  },
  saves: { inputs: [0, 1], outputs: [1, 3] },
  vjp: ([g], { inputs: [x, weight], outputs: [, average, , rstd], attrs }) =>
    g && x && weight && average && rstd
      ? dispatch(batchNormGradOp, [g, x, average, rstd, weight], attrs)
      : [null, null, null],
});

/**
 * Gradient of {@link batchNormOp}: `[g, x, mean, rstd, weight] → [dx, dweight, dbias]`. Under `createGraph` the
 * statistics are computed again from x, so that their part in the second derivative is not lost.
 * @internal
 */
export const batchNormGradOp: KernelOp<BatchNormAttrs> = /*#__PURE__*/ defineOp<BatchNormAttrs>({
  name: 'batchNormGrad',
  class: 'static',
  infer: ([, x]) => {
    const { shape, dtype } = x as Tensor;
    const channels = { shape: [shape[1] as number], dtype };
    return [{ shape, dtype }, channels, channels];
  },
  lower: (inputs, { eps }) => {
    const [g, x, savedMean, savedRstd, weight] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const again =
      runtime.gradMode && x.requiresGrad ? (dispatch(channelStatsOp, [x], {}) as [Tensor, Tensor]) : null;
    const rstd = alongChannels(again ? rsqrt(add(again[1], eps)) : savedRstd, x);
    const normalized = mul(sub(x, alongChannels(again ? again[0] : savedMean, x)), rstd);
    const count = x.size / (x.shape[1] as number);
    const dbias = sum(g, others(x));
    const dweight = sum(mul(g, normalized), others(x));
    const centred = sub(
      sub(g, alongChannels(div(dbias, count), x)),
      mul(normalized, alongChannels(div(dweight, count), x)),
    );
    return [mul(centred, mul(rstd, alongChannels(weight, x))), dweight, dbias];
  },
  vjp: 'through',
});

/** Options of {@link batchNorm}, under PyTorch's names. */
export interface BatchNormOptions {
  /** Scale of every channel, (C). Default 1. */
  readonly weight?: Tensor | null;
  /** Shift of every channel, (C). Default 0. */
  readonly bias?: Tensor | null;
  /** Normalise with the batch's statistics and update the running ones. Default false. */
  readonly training?: boolean;
  /** Share of the new statistics in the running ones, in [0, 1]: a number or a 0-d tensor. Default 0.1. */
  readonly momentum?: MapOperand;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

/**
 * Batch normalisation: y = (x − mean) / √(variance + eps) · weight + bias, per channel.
 *
 * @param x - (N, C, …), float; an empty one comes back as it is, and updates nothing.
 * @param runningMean - (C), updated in place when training; null to always use the batch's statistics.
 * @param runningVar - (C), updated with the unbiased variance.
 * @returns the shape of x.
 * @throws {@link ShapeError} on a rank below 2, or one value per channel when training.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
 *
 * @example
 * ```ts
 * import { batchNorm, randn } from '@flambeau/core';
 * batchNorm(randn([8, 3, 4, 4]), null, null, { training: true }).shape; // [8, 3, 4, 4]
 * ```
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  checkInput(x, options.training ?? false);
  if (x.size === 0) return clone(x);
  return composed(x.device, () => normalize(x, runningMean, runningVar, options));
}

function normalize(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions,
): Tensor {
  const { training = false, momentum = 0.1, eps = 1e-5 } = options;
  const channels = x.shape[1] as number;
  const weight = options.weight ?? filled(x.device, [channels], x.dtype, 1);
  const bias = options.bias ?? filled(x.device, [channels], x.dtype, 0);
  for (const [name, v] of Object.entries({ weight, bias, runningMean, runningVar })) {
    if (v && (v.shape.length !== 1 || v.shape[0] !== channels)) {
      throw new ShapeError(
        'batchNorm',
        `${name} does not fit: got ${formatShape(v.shape)}, expected [${channels}].`,
        { shape: v.shape },
      );
    }
  }
  if (!training && runningMean && runningVar) {
    const scale = mul(rsqrt(add(runningVar, eps)), weight);
    return affineOp(x, alongChannels(scale, x), alongChannels(sub(bias, mul(runningMean, scale)), x));
  }
  const run = runtime.run ?? road();
  const [y, average, spread] = run({ op: batchNormOp, inputs: [x, weight, bias], attrs: { eps } }) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  if (training) {
    const count = x.size / channels;
    noGrad(() => {
      const keep = typeof momentum === 'number' ? 1 - momentum : sub(1, momentum);
      const unbiased =
        typeof momentum === 'number' ? (momentum * count) / (count - 1) : mul(momentum, count / (count - 1));
      if (runningMean) blend(runningMean, keep, mul(average, momentum));
      if (runningVar) blend(runningVar, keep, mul(spread, unbiased));
    });
  }
  return y;
}

function checkInput(x: Tensor, training: boolean): void {
  if (x.shape.length < 2 && !(x.shape.length === 1 && x.size === 0)) {
    throw new ShapeError('batchNorm', `wrong rank: got ${formatShape(x.shape)}, expected (N, C, …).`, {
      shape: x.shape,
    });
  }
  if (!isFloat(x.dtype))
    throw new DTypeError('batchNorm', `not defined for integers: got ${x.dtype}, expected a float dtype.`, {
      dtype: x.dtype,
    });
  if (training && x.size / (x.shape[1] as number) === 1) {
    throw new ShapeError(
      'batchNorm',
      `one value per channel when training: got ${formatShape(x.shape)}, expected more than 1. Use a larger batch, or model.eval().`,
      { shape: x.shape },
    );
  }
}

/** Running statistics: keep·running + addition, in place. */
export function blend(running: Tensor, keep: MapOperand, addition: Tensor): void {
  inPlace(mul.op, running, keep);
  inPlace(add.op, running, addition);
}
