import { ArgumentError, ShapeError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import type { SpatialRank } from './spatial.ts';
import { sizesOf } from './spatial.ts';

/** Sizes that are given for every direction, one by one. */
export interface PoolSizes {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
}

/** What poolings share in their options. */
export interface PoolOptions {
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly ceilMode?: boolean;
}

/** How many windows a length has: with `ceilMode`, those too that start inside and end outside. */
export function pooledSize(
  length: number,
  i: number,
  {
    kernelSize,
    stride,
    padding,
    dilation = [1, 1, 1],
    ceilMode,
  }: Omit<PoolSizes, 'dilation'> & Partial<PoolSizes>,
): number {
  const [step, pad] = [stride[i] as number, padding[i] as number];
  const span = length + 2 * pad - (dilation[i] as number) * ((kernelSize[i] as number) - 1) - 1;
  if (!ceilMode) return Math.floor(span / step) + 1;
  const size = Math.ceil(span / step) + 1;
  return (size - 1) * step >= length + pad ? size - 1 : size;
}

/** How far the last of `count` windows reaches beyond the padding. */
export function overhang(
  length: number,
  count: number,
  i: number,
  { kernelSize, stride, padding, dilation = [1, 1, 1] }: Omit<PoolSizes, 'dilation'> & Partial<PoolSizes>,
): number {
  const span = (dilation[i] as number) * ((kernelSize[i] as number) - 1) + 1;
  return Math.max(0, (count - 1) * (stride[i] as number) + span - length - 2 * (padding[i] as number));
}

/** Checks a pooling's options, and that there is a window. @throws {@link ArgumentError}, {@link ShapeError} */
export function poolSizes(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  kernelSize: number | readonly number[],
  options: PoolOptions,
): PoolSizes {
  const size = sizesOf(op, 'kernelSize', kernelSize, rank, 1);
  const sizes: PoolSizes = {
    kernelSize: size,
    stride: sizesOf(op, 'stride', options.stride ?? size, rank, 1),
    padding: sizesOf(op, 'padding', options.padding ?? 0, rank, 0),
    dilation: sizesOf(op, 'dilation', options.dilation ?? 1, rank, 1),
    ceilMode: options.ceilMode ?? false,
  };
  if (sizes.padding.some((p, i) => 2 * p > (size[i] as number))) {
    throw new ShapeError(
      op,
      `too much padding: got [${sizes.padding.join(', ')}], expected at most half of the window [${size.join(', ')}].`,
      { padding: sizes.padding },
    );
  }
  if (x.shape.slice(-rank).some((length, i) => pooledSize(length, i, sizes) < 1)) {
    throw new ShapeError(
      op,
      `the window is larger than the input: got window [${size.join(', ')}] over ${formatShape(x.shape)}, expected at least one position.`,
      { shape: x.shape },
    );
  }
  return sizes;
}

/** @throws {@link ArgumentError} unless a divisor that is given is an integer other than 0. */
export function checkDivisor(op: string, divisor: number | null): number | null {
  if (divisor === null || (Number.isInteger(divisor) && divisor !== 0)) return divisor;
  throw new ArgumentError(op, `invalid divisorOverride: got ${divisor}, expected an integer other than 0.`, {
    divisorOverride: divisor,
  });
}
