import type { Device, DType, Tensor, TypedArray } from '@flambeau/core';
import {
  allocTyped,
  at,
  expand,
  flip,
  fromTyped,
  isFloat,
  narrow,
  reshape,
  sizeOf,
  transpose,
} from '@flambeau/core';
import type { Layout } from './samples/spec.ts';

/** How many elements lie before a tensor that does not start where its memory does. */
const OFFSET = 3;

/** A tensor with these values in row-major order, in a layout. Memory between its elements holds values to stumble over. */
export function placeTensor(
  values: TypedArray,
  shape: readonly number[],
  dtype: DType,
  layout: Layout,
  device: Device,
): Tensor {
  const make = (data: TypedArray, size: readonly number[]): Tensor =>
    fromTyped(data, size, { dtype, device });
  const rank = shape.length;
  const last = shape[rank - 1] ?? 1;
  if (sizeOf(shape) === 0) return make(values, shape);
  switch (layout) {
    case 'contiguous':
      return make(values, shape);
    case 'transposed': {
      if (rank < 2) return placeTensor(values, shape, dtype, 'stepped', device);
      const rows = shape[rank - 2] as number;
      const swapped = rearranged(values, (i) => {
        const [matrix, column, row] = [Math.floor(i / (rows * last)), Math.floor(i / rows) % last, i % rows];
        return matrix * rows * last + row * last + column;
      });
      return viewed(make(swapped, [...shape.slice(0, -2), last, rows]), (base) => transpose(base, -2, -1));
    }
    case 'expanded': {
      if (rank === 0) return make(values, shape);
      const one = [1, ...shape.slice(1)];
      return viewed(make(values.slice(0, sizeOf(one)), one), (base) => expand(base, shape));
    }
    case 'stepped': {
      if (rank === 0) return placeTensor(values, shape, dtype, 'offset', device);
      const spread = stumbling(dtype, values.length * 2);
      for (let i = 0; i < values.length; i++) spread[2 * i + 1] = values[i] as number;
      return viewed(make(spread, [...shape.slice(0, -1), 2 * last]), (base) =>
        at(base, ['...', [1, null, 2]]),
      );
    }
    case 'flipped': {
      if (rank === 0) return placeTensor(values, shape, dtype, 'offset', device);
      const backwards = rearranged(values, (i) => i - (i % last) + last - 1 - (i % last));
      return viewed(make(backwards, shape), (base) => flip(base, -1));
    }
    case 'offset': {
      const padded = stumbling(dtype, values.length + OFFSET);
      padded.set(values, OFFSET);
      const rest = viewed(make(padded, [padded.length]), (base) => narrow(base, 0, OFFSET, values.length));
      return viewed(rest, (base) => reshape(base, shape));
    }
  }
}

function rearranged(values: TypedArray, from: (i: number) => number): TypedArray {
  return values.slice().map((_, i) => values[from(i)] as number);
}

function stumbling(dtype: DType, length: number): TypedArray {
  return allocTyped(dtype, length).fill(isFloat(dtype) ? Number.NaN : dtype === 'bool' ? 1 : 99);
}

function viewed(base: Tensor, view: (base: Tensor) => Tensor): Tensor {
  const result = view(base);
  if (result !== base) base.dispose();
  return result;
}
