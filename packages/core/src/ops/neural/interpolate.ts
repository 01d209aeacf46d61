import { hostTensor } from '../../dispatch/execute.ts';
import { allocTyped, isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { mul } from '../elementwise.ts';
import { indexSelect } from '../indexing.ts';
import { sum } from '../reduce.ts';
import { reshape } from '../view.ts';
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from './adaptive-avg-pool.ts';
import type { AxisSizes, Resampling } from './resample-weights.ts';
import { antialiased, bicubic, isIdentity, linear, nearest } from './resample-weights.ts';

/** How {@link interpolate} finds values between those that there are. */
export type InterpolationMode =
  | 'nearest'
  | 'nearest-exact'
  | 'linear'
  | 'bilinear'
  | 'bicubic'
  | 'trilinear'
  | 'area';

/** Options of {@link interpolate}, under PyTorch's names. Either `size` or `scaleFactor` must be given. */
export interface InterpolateOptions {
  /** The result's spatial sizes: one for all, or a list. */
  readonly size?: number | readonly number[] | null;
  /** Factors of the spatial sizes: one for all, or a list. Sizes are rounded down. */
  readonly scaleFactor?: number | readonly number[] | null;
  /** Default 'nearest'. */
  readonly mode?: InterpolationMode;
  /** Corners stay where they are, so that the step between neighbours is (size − 1)/(new size − 1). Default false. */
  readonly alignCorners?: boolean | null;
  /** Take the factors from the rounded sizes, not as they are given. Default false. */
  readonly recomputeScaleFactor?: boolean | null;
  /** Widen the filter when scaling down; for 'bilinear' and 'bicubic'. Default false. */
  readonly antialias?: boolean;
}

/** Spatial dimensions of each mode. */
const RANKS: Readonly<Record<InterpolationMode, readonly number[]>> = {
  nearest: [1, 2, 3],
  'nearest-exact': [1, 2, 3],
  area: [1, 2, 3],
  linear: [1],
  bilinear: [2],
  bicubic: [2],
  trilinear: [3],
};

/**
 * Resizes images, lines and volumes.
 *
 * @param x - (N, C, L), (N, C, H, W) or (N, C, D, H, W): float, or any dtype for the nearest modes.
 * @returns (N, C, …) with the new sizes, the dtype of x.
 * @throws {@link ShapeError} on ranks that the mode is not made for, and empty images.
 * @throws {@link ArgumentError} on options that do not go together.
 * @throws {@link DTypeError} for integers, but in the nearest modes.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html. 'nearest' takes the
 * position ⌊i·step⌋, as PyTorch does, which is not the nearest; 'nearest-exact' is. Its gradient is that of its result,
 * where PyTorch's ignores a factor that keeps or doubles a size.
 *
 * @example
 * ```ts
 * import { interpolate, tensor } from '@flambeau/core';
 * interpolate(tensor([[[1, 3]]]), { size: 4, mode: 'linear' }); // [[[1, 1.5, 2.5, 3]]]
 * ```
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const { mode = 'nearest', alignCorners = null, antialias = false } = options;
  const rank = checkInput(x, mode);
  checkOptions(mode, options);
  const { size, factors } = outputSize(x, rank, options);
  if (mode === 'area') {
    if (rank === 1) return adaptiveAvgPool1d(x, size as readonly [number]);
    if (rank === 2) return adaptiveAvgPool2d(x, size as readonly [number, number]);
    return adaptiveAvgPool3d(x, size as readonly [number, number, number]);
  }
  const axes = size.map((to, i) => {
    const from = x.shape[i + 2] as number;
    const sizes: AxisSizes = {
      from,
      to,
      alignCorners: alignCorners ?? false,
      factor: factors?.[i] ?? null,
      dtype: x.dtype,
    };
    return { axis: i + 2, sizes, map: resampling(mode, antialias, sizes) };
  });
  const moved = axes.filter(({ sizes, map }) => !isIdentity(sizes, map));
  // What shrinks most comes first: it leaves the others less to do.
  moved.sort((a, b) => a.sizes.to / a.sizes.from - b.sizes.to / b.sizes.from);
  if (moved.length === 0) return clone(x);
  return composed(x.device, () => moved.reduce((y, { axis, map }) => resample(y, axis, map), x));
}

function resampling(mode: InterpolationMode, antialias: boolean, sizes: AxisSizes): Resampling {
  if (mode === 'nearest' || mode === 'nearest-exact') return nearest(sizes, mode === 'nearest-exact');
  if (antialias) return antialiased(sizes, mode === 'bicubic' ? 'bicubic' : 'bilinear');
  return mode === 'bicubic' ? bicubic(sizes) : linear(sizes);
}

function resample(x: Tensor, axis: number, { taps, positions, weights }: Resampling): Tensor {
  const picked = indexSelect(x, axis, hostTensor(x.device, 'int32', positions, [positions.length]));
  if (taps === 1) return picked;
  const count = positions.length / taps;
  const after = x.shape.slice(axis + 1);
  const values = allocTyped(x.dtype, weights.length);
  values.set(weights);
  const factors = hostTensor(x.device, x.dtype, values, [count, taps, ...after.map(() => 1)]);
  return sum(mul(reshape(picked, [...x.shape.slice(0, axis), count, taps, ...after]), factors), axis + 1);
}

function checkInput(x: Tensor, mode: InterpolationMode): number {
  const ranks = RANKS[mode];
  if (!ranks) {
    throw new ArgumentError(
      'interpolate',
      `unknown mode: got '${mode}', expected one of ${Object.keys(RANKS).join(', ')}.`,
      { mode },
    );
  }
  const rank = x.shape.length - 2;
  if (!ranks.includes(rank)) {
    throw new ShapeError(
      'interpolate',
      `wrong rank: got ${formatShape(x.shape)}, expected (N, C) and ${ranks.join(', ')} more for '${mode}'.`,
      { shape: x.shape, mode },
    );
  }
  if (x.shape.slice(1).includes(0)) {
    throw new ShapeError(
      'interpolate',
      `an empty dimension: got ${formatShape(x.shape)}, expected that only the batch is.`,
      { shape: x.shape },
    );
  }
  if (!isFloat(x.dtype) && !mode.startsWith('nearest')) {
    throw new DTypeError(
      'interpolate',
      `not defined for integers in mode '${mode}': got ${x.dtype}, expected a float dtype. Cast with x.to('float32').`,
      { dtype: x.dtype, mode },
    );
  }
  return rank;
}

function checkOptions(mode: InterpolationMode, options: InterpolateOptions): void {
  const { size = null, scaleFactor = null, alignCorners = null, antialias = false } = options;
  const recompute = options.recomputeScaleFactor ?? false;
  const refuse = (fault: string): ArgumentError => new ArgumentError('interpolate', fault);
  if ((size === null) === (scaleFactor === null)) {
    throw refuse(
      `no clear size: got ${size === null ? 'neither' : 'both'} of size and scaleFactor, expected one.`,
    );
  }
  if (alignCorners !== null && (mode === 'area' || mode.startsWith('nearest'))) {
    throw refuse(`alignCorners means nothing here: got it with '${mode}', expected a linear or cubic mode.`);
  }
  if (recompute && size !== null) {
    throw refuse('recomputeScaleFactor means nothing here: got it with size, expected scaleFactor.');
  }
  if (antialias && mode !== 'bilinear' && mode !== 'bicubic') {
    throw refuse(`no antialiasing here: got it with '${mode}', expected 'bilinear' or 'bicubic'.`);
  }
}

/** The spatial sizes, and the factors that set the step between neighbours: null for those of the sizes. */
function outputSize(
  x: Tensor,
  rank: number,
  options: InterpolateOptions,
): { size: readonly number[]; factors: readonly number[] | null } {
  const listed = (
    name: string,
    value: number | readonly number[],
    fits: (n: number) => boolean,
  ): number[] => {
    const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : [...value];
    if (list.length === rank && list.every(fits)) return list;
    throw new ArgumentError(
      'interpolate',
      `invalid ${name}: got ${JSON.stringify(value)}, expected one above 0, or a list of ${rank}.`,
      { [name]: value },
    );
  };
  if (options.size != null) {
    return { size: listed('size', options.size, (n) => Number.isInteger(n) && n > 0), factors: null };
  }
  const given = options.scaleFactor as number | readonly number[];
  const factors = listed('scaleFactor', given, (n) => n > 0 && Number.isFinite(n));
  const size = factors.map((factor, i) => Math.floor((x.shape[i + 2] as number) * factor));
  if (size.includes(0)) {
    throw new ArgumentError(
      'interpolate',
      `nothing is left: got scaleFactor ${JSON.stringify(given)} for ${formatShape(x.shape)}, expected sizes of at least 1.`,
      { scaleFactor: given },
    );
  }
  return { size, factors: options.recomputeScaleFactor ? null : factors };
}
