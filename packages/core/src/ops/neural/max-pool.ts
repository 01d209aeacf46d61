import { dispatch } from '../../dispatch/dispatch.ts';
import { noGrad } from '../../grad-mode.ts';
import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import { add } from '../elementwise.ts';
import { stepsOf } from '../ranges.ts';
import type { ValuesAndIndices } from '../reduce.ts';
import type { Pair, Pool2dAttrs, Triple } from '../types.ts';
import { reshape } from '../view.ts';
import { maxPool2dOp } from './max-pool2d-ops.ts';
import type { PoolSizes } from './pool-size.ts';
import { poolSizes } from './pool-size.ts';
import type { SpatialRank } from './spatial.ts';
import { asGiven, checkPoolInput, pairFrom, takeAt, withBatch } from './spatial.ts';

/** Options of max pooling, under PyTorch's names. Where a number is given, it holds for every direction. */
export interface MaxPoolOptions<Sizes> {
  /** Step between windows. Default: the kernel size. */
  readonly stride?: number | Sizes;
  /** −∞ added on both sides, at most half the kernel. Default 0. */
  readonly padding?: number | Sizes;
  /** Distance between window elements. Default 1. */
  readonly dilation?: number | Sizes;
  /** Also use windows that start inside and end outside. Default false. */
  readonly ceilMode?: boolean;
}

/** Options of {@link maxPool1d}. */
export type MaxPool1dOptions = MaxPoolOptions<readonly [number]>;
/** Options of {@link maxPool2d}. Pairs are [vertical, horizontal]. */
export type MaxPool2dOptions = MaxPoolOptions<Pair>;
/** Options of {@link maxPool3d}. Triples are [depth, vertical, horizontal]. */
export type MaxPool3dOptions = MaxPoolOptions<Triple>;

/**
 * Largest element of each window; the first of equal ones takes the gradient, NaN wins.
 *
 * @param x - (N, C, L) or (C, L), float.
 * @param kernelSize - window length.
 * @returns (N, C, OL) or (C, OL).
 * @throws {@link ShapeError} on other ranks, or when no window fits.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html
 *
 * @example
 * ```ts
 * import { maxPool1d, tensor } from '@flambeau/core';
 * maxPool1d(tensor([[1, 3, 2, 0, 5]]), 2); // [[3, 2]]
 * ```
 */
export function maxPool1d(
  x: Tensor,
  kernelSize: number | readonly [number],
  options: MaxPool1dOptions = {},
): Tensor {
  return composed(x.device, () => maxima('maxPool1d', 1, maximaOfPlanes, x, kernelSize, options).values);
}

/** {@link maxPool1d} with the position of each maximum in its line, int32. */
export function maxPool1dWithIndices(
  x: Tensor,
  kernelSize: number | readonly [number],
  options: MaxPool1dOptions = {},
): ValuesAndIndices {
  return maxima('maxPool1d', 1, maximaOfPlanes, x, kernelSize, options);
}

/**
 * Largest element of each window; the first of equal ones takes the gradient, NaN wins.
 *
 * @param x - (N, C, H, W) or (C, H, W), float.
 * @param kernelSize - window height and width.
 * @returns (N, C, OH, OW) or (C, OH, OW).
 * @throws {@link ShapeError} on other ranks, or when no window fits.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 *
 * @example
 * ```ts
 * import { maxPool2d, ones } from '@flambeau/core';
 * maxPool2d(ones([1, 1, 4, 4]), 2).shape; // [1, 1, 2, 2]
 * ```
 */
export function maxPool2d(x: Tensor, kernelSize: number | Pair, options: MaxPool2dOptions = {}): Tensor {
  return composed(x.device, () => maxima('maxPool2d', 2, maximaOfPlanes, x, kernelSize, options).values);
}

/**
 * {@link maxPool2d} with the position of each maximum in its plane, row · W + column, int32.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
 *
 * @example
 * ```ts
 * import { maxPool2dWithIndices, tensor } from '@flambeau/core';
 * maxPool2dWithIndices(tensor([[[1, 5], [3, 2]]]), 2).indices; // [[[1]]]
 * ```
 */
export function maxPool2dWithIndices(
  x: Tensor,
  kernelSize: number | Pair,
  options: MaxPool2dOptions = {},
): ValuesAndIndices {
  return maxima('maxPool2d', 2, maximaOfPlanes, x, kernelSize, options);
}

/**
 * Largest element of each window; the first of equal ones takes the gradient, NaN wins.
 *
 * @param x - (N, C, D, H, W) or (C, D, H, W), float.
 * @param kernelSize - window depth, height and width.
 * @returns (N, C, OD, OH, OW) or (C, OD, OH, OW).
 * @throws {@link ShapeError} on other ranks, or when no window fits.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool3d.html
 *
 * @example
 * ```ts
 * import { maxPool3d, ones } from '@flambeau/core';
 * maxPool3d(ones([1, 1, 4, 4, 6]), [1, 2, 3]).shape; // [1, 1, 4, 2, 2]
 * ```
 */
export function maxPool3d(x: Tensor, kernelSize: number | Triple, options: MaxPool3dOptions = {}): Tensor {
  return composed(x.device, () => maxima('maxPool3d', 3, maximaOfVolumes, x, kernelSize, options).values);
}

/** {@link maxPool3d} with the position of each maximum in its volume, (depth · H + row) · W + column, int32. */
export function maxPool3dWithIndices(
  x: Tensor,
  kernelSize: number | Triple,
  options: MaxPool3dOptions = {},
): ValuesAndIndices {
  return maxima('maxPool3d', 3, maximaOfVolumes, x, kernelSize, options);
}

/** A max pooling of batches. Passed on, so that bundles have those they use. */
export type MaxPooling = (x: Tensor, sizes: PoolSizes) => ValuesAndIndices;

/** Max pooling under the name of the function that was called. */
export function maxima(
  op: string,
  rank: SpatialRank,
  pooling: MaxPooling,
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxPoolOptions<readonly number[]>,
): ValuesAndIndices {
  checkPoolInput(op, x, rank);
  const sizes = poolSizes(op, rank, x, kernelSize, options);
  if (rank > 1 && x.shape.length === rank + 2) return pooling(x, sizes);
  return composed(x.device, () => {
    const { values, indices } = pooling(withBatch(x, rank), sizes);
    return { values: asGiven(values, x, rank), indices: asGiven(indices, x, rank) };
  });
}

export const maximaOfPlanes: MaxPooling = (x, { kernelSize, stride, padding, dilation, ceilMode }) => {
  const attrs: Pool2dAttrs = {
    kernelSize: pairFrom(kernelSize, 1),
    stride: pairFrom(stride, 1),
    padding: pairFrom(padding, 0),
    dilation: pairFrom(dilation, 1),
    ceilMode,
  };
  const [values, indices] = dispatch(maxPool2dOp, [x], attrs) as [Tensor, Tensor];
  return { values, indices };
};

/** Of every plane first, then along the depth: among equal ones, the same is the first. */
export const maximaOfVolumes: MaxPooling = (x, sizes) =>
  composed(x.device, () => {
    const [n, c, d, h, w] = x.shape as [number, number, number, number, number];
    const part = (pick: (sizes: readonly number[], unit: number) => readonly number[]): PoolSizes => ({
      kernelSize: pick(sizes.kernelSize, 1),
      stride: pick(sizes.stride, 1),
      padding: pick(sizes.padding, 0),
      dilation: pick(sizes.dilation, 1),
      ceilMode: sizes.ceilMode,
    });
    const indices = noGrad(() => {
      const planes = maximaOfPlanes(
        reshape(x, [n, c * d, h, w]),
        part(([, ...size]) => size),
      );
      const [oh, ow] = planes.values.shape.slice(2) as [number, number];
      const column = [n, c, d, oh * ow];
      const best = maximaOfPlanes(
        reshape(planes.values, column),
        part(([size], unit) => [size as number, unit]),
      ).indices;
      const starts = reshape(stepsOf(x.device, d, h * w), [d, 1]);
      const places = add(reshape(planes.indices, column), starts);
      return reshape(takeAt(places, best), [n, c, best.shape[2] as number, oh, ow]);
    });
    return { values: takeAt(x, indices), indices };
  });
