import { dispatchOne } from '../../dispatch/dispatch.ts';
import { DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { broadcastShapes, formatShape, normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { addAt, gatherOp, type IndexAttrs } from '../indexing.ts';
import { expand, reshape } from '../view.ts';
import { scatterOp } from './scatter-op.ts';
import { wrapped } from './wrap.ts';

/** Options of {@link put}. */
export interface PutOptions {
  /** Add to what is there instead of replacing it. Default false. */
  readonly accumulate?: boolean;
}

function requireIndex(op: string, index: Tensor): void {
  if (index.dtype === 'int32') return;
  throw new DTypeError(
    op,
    `the index is not an integer: got ${index.dtype}, expected int32. Pass { dtype: 'int32' } or cast with x.to('int32').`,
    { dtype: index.dtype },
  );
}

const flatAttrs = (caller: string, size: number): IndexAttrs => ({ axis: 0, size, caller, signed: true });

/**
 * Elements by their positions in the flattened tensor.
 *
 * @param index - int32, any shape; negative positions count from the end.
 * @returns the shape of index.
 * @throws {@link ValueError} when a position is out of range.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.take.html
 *
 * @example
 * ```ts
 * import { take, tensor } from '@flambeau/core';
 * take(tensor([[1, 2], [3, 4]]), tensor([3, 0], { dtype: 'int32' })); // [4, 1]
 * ```
 */
export function take(x: Tensor, index: Tensor): Tensor {
  requireIndex('take', index);
  return composed(x.device, () => {
    const places = wrapped(reshape(index, [-1]), x.size);
    const found = dispatchOne(gatherOp, [reshape(x, [-1]), places], flatAttrs('take', x.size));
    return reshape(found, index.shape);
  });
}

/**
 * x with elements written by their positions in the flattened tensor. Of equal positions the last stays.
 *
 * @param index - int32, any shape; negative positions count from the end.
 * @param source - x's dtype and as many elements as index.
 * @throws {@link ValueError} when a position is out of range. @throws {@link ShapeError} when the numbers of elements differ.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.put_.html
 *
 * @example
 * ```ts
 * import { put, tensor } from '@flambeau/core';
 * put(tensor([[1, 2], [3, 4]]), tensor([0, 3], { dtype: 'int32' }), tensor([8, 9])); // [[8, 2], [3, 9]]
 * ```
 */
export function put(x: Tensor, index: Tensor, source: Tensor, options: PutOptions = {}): Tensor {
  requireIndex('put', index);
  if (source.dtype !== x.dtype) {
    throw new DTypeError(
      'put',
      `the source does not fit: got ${source.dtype} for ${x.dtype}, expected equal dtypes. Cast with source.to('${x.dtype}').`,
      { dtypes: [source.dtype, x.dtype] },
    );
  }
  if (source.size !== index.size) {
    throw new ShapeError(
      'put',
      `the source does not fit: got ${source.size} elements for ${index.size} positions, expected as many.`,
      { shapes: [source.shape, index.shape] },
    );
  }
  return composed(x.device, () => {
    const places = wrapped(reshape(index, [-1]), x.size);
    const [flat, values, attrs] = [reshape(x, [-1]), reshape(source, [-1]), flatAttrs('put', x.size)];
    const written = options.accumulate
      ? addAt(flat, places, values, attrs)
      : dispatchOne(scatterOp, [flat, places, values], attrs);
    return reshape(written, x.shape);
  });
}

/**
 * Picks along one axis with indices that are broadcast with x outside of it; without `axis` from the flattened tensor.
 * The opposite of `argmax` and `argsort`.
 *
 * @param indices - int32, the rank of x. Not negative.
 * @throws {@link ValueError} when an index is out of range. @throws {@link ShapeError} when the shapes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.take_along_dim.html
 *
 * @example
 * ```ts
 * import { takeAlongDim, tensor } from '@flambeau/core';
 * takeAlongDim(tensor([[3, 1], [2, 5]]), tensor([[1], [0]], { dtype: 'int32' }), 1); // [[1], [2]]
 * ```
 */
export function takeAlongDim(x: Tensor, indices: Tensor, axis?: number): Tensor {
  requireIndex('takeAlongDim', indices);
  if (axis === undefined) {
    return composed(x.device, () => {
      const attrs = { axis: 0, size: x.size, caller: 'takeAlongDim' };
      return dispatchOne(gatherOp, [reshape(x, [-1]), reshape(indices, [-1])], attrs);
    });
  }
  const a = normalizeAxis('takeAlongDim', axis, x.shape.length);
  if (indices.shape.length !== x.shape.length || x.shape.length === 0) {
    throw new ShapeError(
      'takeAlongDim',
      `the indices do not fit: got ${formatShape(indices.shape)} for ${formatShape(x.shape)}, expected the same rank, at least 1.`,
      { shapes: [x.shape, indices.shape] },
    );
  }
  return composed(x.device, () => {
    const size = x.shape[a] as number;
    const one = (shape: readonly number[]): number[] => shape.map((n, i) => (i === a ? 1 : n));
    const lines = broadcastShapes('takeAlongDim', one(x.shape), one(indices.shape));
    const along = (n: number): number[] => lines.map((m, i) => (i === a ? n : m));
    const places = expand(indices, along(indices.shape[a] as number));
    return dispatchOne(gatherOp, [expand(x, along(size)), places], { axis: a, size, caller: 'takeAlongDim' });
  });
}
