import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add, logicalAnd, mul, where } from '../elementwise.ts';
import { gather } from '../indexing.ts';
import { sum } from '../reduce.ts';
import { expand, reshape, select } from '../view.ts';
import type { GridMode, GridPadding, Taps } from './grid-taps.ts';
import { tapsOf } from './grid-taps.ts';
import { asLines } from './spatial.ts';

/** Options of {@link gridSample}, under PyTorch's names. */
export interface GridSampleOptions {
  /** How values between pixels are found; 'bicubic' for images alone. Default 'bilinear'. */
  readonly mode?: GridMode;
  /** What is outside: zeros, the pixels at the border, or the image mirrored. Default 'zeros'. */
  readonly paddingMode?: GridPadding;
  /** −1 and 1 are the middles of the outermost pixels, not their outer edges. Default false. */
  readonly alignCorners?: boolean;
}

const MODES: readonly GridMode[] = ['bilinear', 'nearest', 'bicubic'];
const PADDINGS: readonly GridPadding[] = ['zeros', 'border', 'reflection'];

/**
 * The values of images at the points of a grid, with gradients for both.
 *
 * @param x - (N, C, H, W) or (N, C, D, H, W), float.
 * @param grid - (N, OH, OW, 2) or (N, OD, OH, OW, 3), the dtype of x: points (x, y) or (x, y, z), in [−1, 1] inside.
 * @returns (N, C, OH, OW) or (N, C, OD, OH, OW).
 * @throws {@link ShapeError} when grid and images do not fit, and on images without pixels.
 * @throws {@link ArgumentError} on other modes, and 'bicubic' with volumes.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html
 *
 * @example
 * ```ts
 * import { gridSample, tensor } from '@flambeau/core';
 * const line = tensor([[[[2, 4]]]]);
 * gridSample(line, tensor([[[[0, 0], [1, 0]]]]), { alignCorners: true }); // [[[[3, 4]]]]
 * ```
 */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const { mode = 'bilinear', paddingMode: padding = 'zeros', alignCorners = false } = options;
  const rank = checkOperands(x, grid);
  checkOption('mode', mode, rank === 2 ? MODES : MODES.slice(0, 2));
  checkOption('paddingMode', padding, PADDINGS);
  const [n, c, ...sizes] = x.shape as [number, number, ...number[]];
  const points = grid.shape.slice(1, -1);
  return composed(x.device, () => {
    const along = (i: number): Tensor => reshape(select(grid, rank + 1, rank - 1 - i), [n, sizeOf(points)]);
    const taps = sizes.map((size, i) => tapsOf(along(i), { size, mode, padding, alignCorners }));
    const { at, inside, weight } = taps
      .slice(1)
      .reduce((all, next, i) => product(all, next, sizes[i + 1] as number), taps[0] as Taps);
    const [, count, size] = at.shape as [number, number, number];
    const index = expand(reshape(at, [n, 1, count * size]), [n, c, count * size]);
    const values = reshape(gather(asLines(x), 2, index), [n, c, count, size]);
    const kept = where(reshape(inside, [n, 1, count, size]), values, 0);
    const weighted = weight ? sum(mul(kept, reshape(weight, [n, 1, count, size])), 2) : kept;
    return reshape(weighted, [n, c, ...points]);
  });
}

/** The pixels that are touched along two directions: all pairs. */
function product(a: Taps, b: Taps, size: number): Taps {
  const [n, rows, points] = a.at.shape as [number, number, number];
  const columns = b.at.shape[1] as number;
  const pairs = (combine: (p: Tensor, q: Tensor) => Tensor, p: Tensor, q: Tensor): Tensor =>
    reshape(combine(reshape(p, [n, rows, 1, points]), reshape(q, [n, 1, columns, points])), [
      n,
      rows * columns,
      points,
    ]);
  return {
    at: pairs((p, q) => add(mul(p, size), q), a.at, b.at),
    inside: pairs(logicalAnd, a.inside, b.inside),
    weight: a.weight && b.weight && pairs(mul, a.weight, b.weight),
  };
}

function checkOperands(x: Tensor, grid: Tensor): number {
  const rank = x.shape.length - 2;
  if ((rank !== 2 && rank !== 3) || x.shape.slice(2).includes(0)) {
    throw new ShapeError(
      'gridSample',
      `not images: got ${formatShape(x.shape)}, expected (N, C, H, W) or (N, C, D, H, W) with at least one pixel.`,
      { shape: x.shape },
    );
  }
  if (grid.shape.length !== x.shape.length || grid.shape[0] !== x.shape[0] || grid.shape[rank + 1] !== rank) {
    throw new ShapeError(
      'gridSample',
      `the grid does not fit: got ${formatShape(grid.shape)} for ${formatShape(x.shape)}, expected [${x.shape[0]}, …, ${rank}] of ${rank + 2} dimensions.`,
      { shapes: [x.shape, grid.shape] },
    );
  }
  if (!isFloat(x.dtype) || grid.dtype !== x.dtype) {
    throw new DTypeError(
      'gridSample',
      `dtypes do not fit: got ${x.dtype} with a grid of ${grid.dtype}, expected the same float dtype.`,
      { dtypes: [x.dtype, grid.dtype] },
    );
  }
  return rank;
}

function checkOption(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new ArgumentError(
    'gridSample',
    `invalid ${name}: got '${value}', expected one of ${allowed.join(', ')}.`,
    {
      [name]: value,
    },
  );
}
