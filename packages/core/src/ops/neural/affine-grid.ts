import { hostTensor } from '../../dispatch/execute.ts';
import { allocTyped, isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { matmul } from '../matmul.ts';
import { expand, mT, reshape } from '../view.ts';

/** Options of {@link affineGrid}, under PyTorch's names. */
export interface AffineGridOptions {
  /** −1 and 1 are the middles of the outermost pixels, not their outer edges. Default false. */
  readonly alignCorners?: boolean;
}

/**
 * The points of a regular grid after affine maps: what `gridSample` takes.
 *
 * @param theta - (N, 2, 3) or (N, 3, 4), float: [linear part | shift] of (x, y) or (x, y, z).
 * @param size - of the images: [N, C, H, W] or [N, C, D, H, W].
 * @returns (N, H, W, 2) or (N, D, H, W, 3), the last dimension (x, y) or (x, y, z).
 * @throws {@link ShapeError} when theta does not fit the size.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html
 *
 * @example
 * ```ts
 * import { affineGrid, tensor } from '@flambeau/core';
 * const turn = tensor([[[0, -1, 0], [1, 0, 0]]]);
 * affineGrid(turn, [1, 1, 1, 2], { alignCorners: true }); // [[[[0, -1], [0, 1]]]]
 * ```
 */
export function affineGrid(theta: Tensor, size: readonly number[], options: AffineGridOptions = {}): Tensor {
  const rank = size.length - 2;
  if (!isFloat(theta.dtype)) {
    throw new DTypeError(
      'affineGrid',
      `not defined for integers: got ${theta.dtype}, expected a float dtype.`,
      {
        dtype: theta.dtype,
      },
    );
  }
  if ((rank !== 2 && rank !== 3) || size.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new ArgumentError(
      'affineGrid',
      `invalid size: got ${formatShape(size)}, expected [N, C, H, W] or [N, C, D, H, W], all of at least 1.`,
      { size },
    );
  }
  const [n, , ...spatial] = size as [number, number, ...number[]];
  const expected = [n, rank, rank + 1];
  if (formatShape(theta.shape) !== formatShape(expected)) {
    throw new ShapeError(
      'affineGrid',
      `theta does not fit: got ${formatShape(theta.shape)} for size ${formatShape(size)}, expected ${formatShape(expected)}.`,
      { shape: theta.shape, size },
    );
  }
  return composed(theta.device, () => {
    const base = basePoints(theta, spatial, options.alignCorners ?? false);
    return reshape(matmul(expand(base, [n, ...base.shape]), mT(theta)), [n, ...spatial, rank]);
  });
}

/** (points, rank + 1): the coordinates of every point from the last dimension on, and 1. */
function basePoints(theta: Tensor, spatial: readonly number[], alignCorners: boolean): Tensor {
  const width = spatial.length + 1;
  const points = sizeOf(spatial);
  const values = allocTyped(theta.dtype, points * width).fill(1);
  spatial.forEach((length, axis) => {
    const inner = sizeOf(spatial.slice(axis + 1));
    for (let p = 0; p < points; p++) {
      const at = Math.floor(p / inner) % length;
      values[p * width + spatial.length - 1 - axis] = coordinate(at, length, alignCorners);
    }
  });
  return hostTensor(theta.device, theta.dtype, values, [points, width]);
}

function coordinate(at: number, length: number, alignCorners: boolean): number {
  if (length === 1) return 0;
  return alignCorners ? (2 * at) / (length - 1) - 1 : (2 * at + 1) / length - 1;
}
