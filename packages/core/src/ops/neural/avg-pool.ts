import { dispatchOne } from '../../dispatch/dispatch.ts';
import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import type { AvgPool2dAttrs, Pair, Triple } from '../types.ts';
import { reshape } from '../view.ts';
import { avgPool2dOp } from './avg-pool2d-ops.ts';
import { checkDivisor, poolSizes } from './pool-size.ts';
import type { SpatialRank } from './spatial.ts';
import { asGiven, checkPoolInput, pairFrom, withBatch } from './spatial.ts';

/** Options of {@link avgPool1d}, under PyTorch's names. */
export interface AvgPoolOptions<Sizes> {
  /** Step between windows. Default: the kernel size. */
  readonly stride?: number | Sizes;
  /** Zeros added on both sides, at most half the kernel. Default 0. */
  readonly padding?: number | Sizes;
  /** Also use windows that start inside and end outside. Default false. */
  readonly ceilMode?: boolean;
  /** Count the zeros of the padding. Default true. */
  readonly countIncludePad?: boolean;
}

/** Options of average pooling of planes and volumes. */
export interface AvgPoolDivisorOptions<Sizes> extends AvgPoolOptions<Sizes> {
  /** Divide every sum by this instead of the window's size. */
  readonly divisorOverride?: number;
}

/** Options of {@link avgPool1d}. */
export type AvgPool1dOptions = AvgPoolOptions<readonly [number]>;
/** Options of {@link avgPool2d}. Pairs are [vertical, horizontal]. */
export type AvgPool2dOptions = AvgPoolDivisorOptions<Pair>;
/** Options of {@link avgPool3d}. Triples are [depth, vertical, horizontal]. */
export type AvgPool3dOptions = AvgPoolDivisorOptions<Triple>;

/**
 * Mean of each window.
 *
 * @param x - (N, C, L) or (C, L), float.
 * @param kernelSize - window length.
 * @returns (N, C, OL) or (C, OL) with OL = ⌊(L + 2·padding − kernelSize) / stride⌋ + 1, or ⌈…⌉ with `ceilMode`.
 * @throws {@link ShapeError} on other ranks, or when no window fits.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html
 *
 * @example
 * ```ts
 * import { avgPool1d, tensor } from '@flambeau/core';
 * avgPool1d(tensor([[1, 3, 2, 0, 5]]), 2); // [[2, 1]]
 * ```
 */
export function avgPool1d(
  x: Tensor,
  kernelSize: number | readonly [number],
  options: AvgPool1dOptions = {},
): Tensor {
  return averaged('avgPool1d', 1, x, kernelSize, options);
}

/**
 * Mean of each window.
 *
 * @param x - (N, C, H, W) or (C, H, W), float.
 * @param kernelSize - window height and width.
 * @returns (N, C, OH, OW) or (C, OH, OW), sizes as of {@link avgPool1d}.
 * @throws {@link ShapeError} on other ranks, or when no window fits.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool2d.html. A window that ceil
 * mode pushes beyond the padding counts only up to its end.
 *
 * @example
 * ```ts
 * import { avgPool2d, ones } from '@flambeau/core';
 * avgPool2d(ones([1, 1, 2, 2]), 2, { stride: 1, padding: 1 }); // [[[[0.25, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 0.25]]]]
 * ```
 */
export function avgPool2d(x: Tensor, kernelSize: number | Pair, options: AvgPool2dOptions = {}): Tensor {
  return averaged('avgPool2d', 2, x, kernelSize, options);
}

/**
 * Mean of each window.
 *
 * @param x - (N, C, D, H, W) or (C, D, H, W), float.
 * @param kernelSize - window depth, height and width.
 * @returns (N, C, OD, OH, OW) or (C, OD, OH, OW), sizes as of {@link avgPool1d}.
 * @throws {@link ShapeError} on other ranks, or when no window fits.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool3d.html
 *
 * @example
 * ```ts
 * import { avgPool3d, ones } from '@flambeau/core';
 * avgPool3d(ones([1, 1, 4, 4, 6]), [1, 2, 3]).shape; // [1, 1, 4, 2, 2]
 * ```
 */
export function avgPool3d(x: Tensor, kernelSize: number | Triple, options: AvgPool3dOptions = {}): Tensor {
  return averaged('avgPool3d', 3, x, kernelSize, options);
}

/** Average pooling under the name of the function that was called. */
export function averaged(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  kernelSize: number | readonly number[],
  options: AvgPoolDivisorOptions<readonly number[]>,
): Tensor {
  checkPoolInput(op, x, rank);
  const divisorOverride = checkDivisor(op, options.divisorOverride ?? null);
  const sizes = poolSizes(op, rank, x, kernelSize, options);
  const attrs = (
    pick: (size: readonly number[], unit: number) => Pair,
    divisor: number | null,
  ): AvgPool2dAttrs => ({
    kernelSize: pick(sizes.kernelSize, 1),
    stride: pick(sizes.stride, 1),
    padding: pick(sizes.padding, 0),
    ceilMode: sizes.ceilMode,
    countIncludePad: options.countIncludePad ?? true,
    divisorOverride: divisor,
  });
  if (rank === 2 && x.shape.length === 4) {
    return dispatchOne(avgPool2dOp, [x], attrs(pairFrom, divisorOverride));
  }
  return composed(x.device, () => {
    const input = withBatch(x, rank);
    if (rank < 3)
      return asGiven(dispatchOne(avgPool2dOp, [input], attrs(pairFrom, divisorOverride)), x, rank);
    // The mean over a volume is that along the depth of those over planes: the counts are products.
    const [n, c, d, h, w] = input.shape as [number, number, number, number, number];
    const flat = attrs(([, ...size]) => size as unknown as Pair, divisorOverride);
    const planes = dispatchOne(avgPool2dOp, [reshape(input, [n, c * d, h, w])], flat);
    const [oh, ow] = planes.shape.slice(2) as [number, number];
    const deep = attrs(([size], unit) => [size as number, unit], divisorOverride === null ? null : 1);
    const y = dispatchOne(avgPool2dOp, [reshape(planes, [n, c, d, oh * ow])], deep);
    return asGiven(reshape(y, [n, c, y.shape[2] as number, oh, ow]), x, rank);
  });
}
