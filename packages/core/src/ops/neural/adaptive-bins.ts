import type { Device } from '../../device.ts';
import { ArgumentError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { indexSelect } from '../indexing.ts';
import { intsOf } from '../ranges.ts';
import { reshape } from '../view.ts';
import type { SpatialRank } from './spatial.ts';

/** The size that adaptive pooling gives: one number for every direction; null keeps the input's. */
export type OutputSize<Sizes> = number | null | Sizes;

/** Bins that cover a length: bin i goes from ⌊i·L/count⌋ up to but not including ⌈(i + 1)·L/count⌉. */
export interface Bins {
  readonly sizes: readonly number[];
  readonly widest: number;
  /** The positions of each bin; one that has fewer than the widest ends in the filler. */
  positions(filler: 'beyond' | 'last'): readonly number[];
}

export function binsOf(length: number, count: number): Bins {
  const starts = Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
  const sizes = starts.map((start, i) => Math.ceil(((i + 1) * length) / count) - start);
  const widest = Math.max(1, ...sizes);
  const positions = (filler: 'beyond' | 'last'): number[] =>
    starts.flatMap((start, i) => {
      const size = sizes[i] as number;
      const rest = filler === 'beyond' ? length : start + size - 1;
      return Array.from({ length: widest }, (_, k) => (k < size ? start + k : rest));
    });
  return { sizes, widest, positions };
}

/** Elements along an axis by bin: the axis becomes two, bins and places in them. */
export function binned(x: Tensor, axis: number, positions: Tensor, widest: number): Tensor {
  const shape = [...x.shape];
  shape.splice(axis, 1, positions.size / widest, widest);
  return reshape(indexSelect(x, axis, positions), shape);
}

/** The positions of bins on a device. */
export function placed(device: Device, bins: Bins, filler: 'beyond' | 'last'): Tensor {
  return intsOf(device, bins.positions(filler));
}

/** The output size in every direction. @throws {@link ArgumentError} on negative or missing ones. */
export function outputSizes(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  outputSize: OutputSize<readonly (number | null)[]>,
): readonly number[] {
  const given = x.shape.slice(-rank);
  const named =
    outputSize === null || typeof outputSize === 'number'
      ? new Array<number | null>(rank).fill(outputSize)
      : outputSize;
  const sizes = named.map((n, i) => n ?? (given[i] as number));
  if (sizes.length !== rank || sizes.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ArgumentError(
      op,
      `invalid outputSize: got ${JSON.stringify(outputSize)}, expected an integer of at least 0, null, or a list of ${rank}.`,
      { outputSize },
    );
  }
  return sizes;
}
