import { hostTensor } from '../../dispatch/execute.ts';
import { allocTyped } from '../../dtype.ts';
import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import { div } from '../elementwise.ts';
import { sum } from '../reduce.ts';
import type { OutputSize } from './adaptive-bins.ts';
import { binned, binsOf, outputSizes, placed } from './adaptive-bins.ts';
import { averaged } from './avg-pool.ts';
import type { SpatialRank } from './spatial.ts';
import { checkPoolInput, padEnd } from './spatial.ts';

/**
 * Means of bins that cover the input: `outputSize` of them, as equal as they can be.
 *
 * @param x - (N, C, L) or (C, L), float.
 * @param outputSize - how many bins; null for L.
 * @returns (N, C, outputSize) or (C, outputSize). Bin i is ⌊i·L/outputSize⌋ ≤ position < ⌈(i + 1)·L/outputSize⌉.
 * @throws {@link ShapeError} on other ranks and empty inputs.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool1d.html
 *
 * @example
 * ```ts
 * import { adaptiveAvgPool1d, tensor } from '@flambeau/core';
 * adaptiveAvgPool1d(tensor([[1, 2, 3, 4, 5]]), 2); // [[2, 4]]
 * ```
 */
export function adaptiveAvgPool1d(x: Tensor, outputSize: OutputSize<readonly [number | null]>): Tensor {
  return pool('adaptiveAvgPool1d', 1, x, outputSize);
}

/**
 * {@link adaptiveAvgPool1d} of (N, C, H, W) or (C, H, W): means of `outputSize` bins down and across.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool2d.html
 *
 * @example
 * ```ts
 * import { adaptiveAvgPool2d, ones } from '@flambeau/core';
 * adaptiveAvgPool2d(ones([1, 2, 5, 7]), [3, null]).shape; // [1, 2, 3, 7]
 * ```
 */
export function adaptiveAvgPool2d(
  x: Tensor,
  outputSize: OutputSize<readonly [number | null, number | null]>,
): Tensor {
  return pool('adaptiveAvgPool2d', 2, x, outputSize);
}

/**
 * {@link adaptiveAvgPool1d} of (N, C, D, H, W) or (C, D, H, W): means of `outputSize` bins in each direction.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_avg_pool3d.html
 *
 * @example
 * ```ts
 * import { adaptiveAvgPool3d, ones } from '@flambeau/core';
 * adaptiveAvgPool3d(ones([1, 2, 5, 7, 6]), 2).shape; // [1, 2, 2, 2, 2]
 * ```
 */
export function adaptiveAvgPool3d(
  x: Tensor,
  outputSize: OutputSize<readonly [number | null, number | null, number | null]>,
): Tensor {
  return pool('adaptiveAvgPool3d', 3, x, outputSize);
}

function pool(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  outputSize: OutputSize<readonly (number | null)[]>,
): Tensor {
  checkPoolInput(op, x, rank, 0);
  const size = outputSizes(op, rank, x, outputSize);
  const given = x.shape.slice(-rank);
  // Where bins are equal they are windows; the others are gathered, one direction after another.
  const kernel = given.map((length, i) =>
    length % (size[i] as number) === 0 ? length / (size[i] as number) : 1,
  );
  const first = x.shape.length - rank;
  return composed(x.device, () => {
    const even = kernel.some((n) => n > 1) ? averaged(op, rank, x, kernel, {}) : x;
    return size.reduce(
      (y, count, i) => (y.shape[first + i] === count ? y : binMeans(y, first + i, count)),
      even,
    );
  });
}

function binMeans(x: Tensor, axis: number, count: number): Tensor {
  const bins = binsOf(x.shape[axis] as number, count);
  const ragged = bins.sizes.some((size) => size !== bins.widest);
  const total = sum(
    binned(padEnd(x, axis, Number(ragged)), axis, placed(x.device, bins, 'beyond'), bins.widest),
    axis + 1,
  );
  if (!ragged) return div(total, bins.widest);
  const values = allocTyped(x.dtype, count);
  values.set(bins.sizes);
  const shape = [count, ...new Array<number>(x.shape.length - 1 - axis).fill(1)];
  return div(total, hostTensor(x.device, x.dtype, values, shape));
}
