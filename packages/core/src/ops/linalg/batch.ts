import { allocTyped, type DType, type TypedArray } from '../../dtype.ts';
import { broadcastStrides, contiguousStrides, sizeOf } from '../../shape.ts';
import type { HostArray } from '../host-op.ts';

/** The elements of a tensor in blocks of its last `rank` dimensions: matrices (2) or vectors (1), in float64. */
export function blocksOf({ data, shape }: HostArray, rank: 1 | 2): Float64Array<ArrayBuffer>[] {
  const count = sizeOf(shape.slice(0, -rank));
  const size = sizeOf(shape.slice(-rank));
  return Array.from({ length: count }, (_, i) => Float64Array.from(data.subarray(i * size, (i + 1) * size)));
}

/** The matrices of a tensor. */
export function matricesOf(x: HostArray): Float64Array<ArrayBuffer>[] {
  return blocksOf(x, 2);
}

/** A tensor of equal blocks, one after the other. */
export function joined(
  dtype: DType,
  shape: readonly number[],
  blocks: readonly (ArrayLike<number> | number)[],
): HostArray {
  const data: TypedArray = allocTyped(dtype, sizeOf(shape));
  let at = 0;
  for (const block of blocks) {
    if (typeof block === 'number') data[at++] = block;
    else {
      data.set(block, at);
      at += block.length;
    }
  }
  return { dtype, shape, data };
}

/** For each element of the shape `target`, which element of `shape` is broadcast there. */
export function broadcastOrder(shape: readonly number[], target: readonly number[]): number[] {
  const strides = broadcastStrides(shape, contiguousStrides(shape), target);
  let found = [0];
  target.forEach((size, axis) => {
    const step = strides[axis] as number;
    found = found.flatMap((start) => Array.from({ length: size }, (_, i) => start + i * step));
  });
  return found;
}

/** The last two sizes of a shape. */
export function sidesOf(shape: readonly number[]): [number, number] {
  return shape.slice(-2) as [number, number];
}
