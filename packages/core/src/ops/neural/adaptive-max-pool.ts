import { noGrad } from '../../grad-mode.ts';
import { composed } from '../../memory/composed.ts';
import { sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { gather } from '../indexing.ts';
import { arangeOf } from '../ranges.ts';
import type { ValuesAndIndices } from '../reduce.ts';
import { expand, reshape, squeeze } from '../view.ts';
import type { OutputSize } from './adaptive-bins.ts';
import { binned, binsOf, outputSizes, placed } from './adaptive-bins.ts';
import { maxima, maximaOfPlanes, maximaOfVolumes } from './max-pool.ts';
import type { SpatialRank } from './spatial.ts';
import { checkPoolInput, takeAt, winnerAlong } from './spatial.ts';

/**
 * Largest elements of bins that cover the input: `outputSize` of them, as equal as they can be.
 *
 * @param x - (N, C, L) or (C, L), float.
 * @param outputSize - how many bins; null for L.
 * @returns (N, C, outputSize) or (C, outputSize); bins are those of {@link adaptiveAvgPool1d}.
 * @throws {@link ShapeError} on other ranks and empty inputs.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool1d.html
 *
 * @example
 * ```ts
 * import { adaptiveMaxPool1d, tensor } from '@flambeau/core';
 * adaptiveMaxPool1d(tensor([[5, 2, 3, 4, 1]]), 2); // [[5, 4]]
 * ```
 */
export function adaptiveMaxPool1d(x: Tensor, outputSize: OutputSize<readonly [number | null]>): Tensor {
  return composed(x.device, () => pool('adaptiveMaxPool1d', 1, x, outputSize).values);
}

/** {@link adaptiveMaxPool1d} with the position of each maximum in its line, int32. */
export function adaptiveMaxPool1dWithIndices(
  x: Tensor,
  outputSize: OutputSize<readonly [number | null]>,
): ValuesAndIndices {
  return pool('adaptiveMaxPool1d', 1, x, outputSize);
}

/**
 * {@link adaptiveMaxPool1d} of (N, C, H, W) or (C, H, W): maxima of `outputSize` bins down and across.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool2d.html
 *
 * @example
 * ```ts
 * import { adaptiveMaxPool2d, ones } from '@flambeau/core';
 * adaptiveMaxPool2d(ones([1, 2, 5, 7]), [3, null]).shape; // [1, 2, 3, 7]
 * ```
 */
export function adaptiveMaxPool2d(
  x: Tensor,
  outputSize: OutputSize<readonly [number | null, number | null]>,
): Tensor {
  return composed(x.device, () => pool('adaptiveMaxPool2d', 2, x, outputSize).values);
}

/** {@link adaptiveMaxPool2d} with the position of each maximum in its plane, row · W + column, int32. */
export function adaptiveMaxPool2dWithIndices(
  x: Tensor,
  outputSize: OutputSize<readonly [number | null, number | null]>,
): ValuesAndIndices {
  return pool('adaptiveMaxPool2d', 2, x, outputSize);
}

/**
 * {@link adaptiveMaxPool1d} of (N, C, D, H, W) or (C, D, H, W): maxima of `outputSize` bins in each direction.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.adaptive_max_pool3d.html
 *
 * @example
 * ```ts
 * import { adaptiveMaxPool3d, ones } from '@flambeau/core';
 * adaptiveMaxPool3d(ones([1, 2, 5, 7, 6]), 2).shape; // [1, 2, 2, 2, 2]
 * ```
 */
export function adaptiveMaxPool3d(
  x: Tensor,
  outputSize: OutputSize<readonly [number | null, number | null, number | null]>,
): Tensor {
  return composed(x.device, () => pool('adaptiveMaxPool3d', 3, x, outputSize).values);
}

/** {@link adaptiveMaxPool3d} with the position of each maximum in its volume, (depth · H + row) · W + column, int32. */
export function adaptiveMaxPool3dWithIndices(
  x: Tensor,
  outputSize: OutputSize<readonly [number | null, number | null, number | null]>,
): ValuesAndIndices {
  return pool('adaptiveMaxPool3d', 3, x, outputSize);
}

function pool(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  outputSize: OutputSize<readonly (number | null)[]>,
): ValuesAndIndices {
  checkPoolInput(op, x, rank);
  const size = outputSizes(op, rank, x, outputSize);
  const given = x.shape.slice(-rank);
  if (given.every((length, i) => length % (size[i] as number) === 0)) {
    return maxima(
      op,
      rank,
      rank === 3 ? maximaOfVolumes : maximaOfPlanes,
      x,
      given.map((length, i) => length / (size[i] as number)),
      {},
    );
  }
  return composed(x.device, () => {
    const indices = noGrad(() => winners(x, rank, size));
    return { values: reshape(takeAt(asBatch(x, rank), asBatch(indices, rank)), indices.shape), indices };
  });
}

const asBatch = (x: Tensor, rank: SpatialRank): Tensor =>
  x.shape.length === rank + 1 ? reshape(x, [1, ...x.shape]) : x;

/** Positions of the maxima: the last direction first, so that the first of equal ones is that of row-major order. */
function winners(x: Tensor, rank: SpatialRank, size: readonly number[]): Tensor {
  const { shape, device } = x;
  const first = shape.length - rank;
  let values = x;
  let index = expand(reshape(arangeOf(device, sizeOf(shape.slice(first))), shape.slice(first)), shape);
  for (let i = rank - 1; i >= 0; i--) {
    const axis = first + i;
    const bins = binsOf(shape[axis] as number, size[i] as number);
    const positions = placed(device, bins, 'last');
    const candidates = binned(values, axis, positions, bins.widest);
    const best = winnerAlong(candidates, axis + 1);
    values = squeeze(gather(candidates, axis + 1, best), axis + 1);
    index = squeeze(gather(binned(index, axis, positions, bins.widest), axis + 1, best), axis + 1);
  }
  return index;
}
