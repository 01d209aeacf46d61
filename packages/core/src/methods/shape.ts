import { ShapeError } from '../errors.ts';
import type { Index } from '../ops/at.ts';
import { at, setAt } from '../ops/at.ts';
import { clone, contiguous } from '../ops/copy.ts';
import { gather, indexSelect, scatterAdd } from '../ops/indexing.ts';
import { repeat, tile } from '../ops/shape/repeat.ts';
import { chunk, split, unbind } from '../ops/shape/split.ts';
import { tril, triu } from '../ops/shape/triangle.ts';
import * as v from '../ops/view.ts';
import { formatShape, isContiguous } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/** Shape and indexing. */
export class ShapeMethods {
  reshape(this: Tensor, shape: readonly number[]): Tensor {
    return v.reshape(this, shape);
  }
  /** {@link reshape} that never copies. @throws {@link ShapeError} when the layout does not allow a view. */
  view(this: Tensor, shape: readonly number[]): Tensor {
    const result = v.reshape(this, shape);
    if (result.storage !== this.storage) {
      throw new ShapeError(
        'view',
        `the layout does not allow a view: got ${formatShape(this.shape)} with strides ${formatShape(this.strides)} for ${formatShape(shape)}, expected a compatible layout. Use reshape.`,
        { shape },
      );
    }
    return result;
  }
  flatten(this: Tensor, start?: number, end?: number): Tensor {
    return v.flatten(this, start, end);
  }
  /** Dimensions in another order, named one by one or in an array. */
  permute(this: Tensor, ...axes: readonly number[] | [readonly number[]]): Tensor {
    return v.permute(this, axes.flat());
  }
  transpose(this: Tensor, a: number, b: number): Tensor {
    return v.transpose(this, a, b);
  }
  /** The transpose of a matrix. @throws {@link ShapeError} for more than two dimensions. */
  t(this: Tensor): Tensor {
    if (this.ndim > 2)
      throw new ShapeError(
        't',
        `not a matrix: got ${formatShape(this.shape)}, expected at most 2 dimensions. Use transpose or mT.`,
        { shape: this.shape },
      );
    return this.ndim < 2 ? this : v.transpose(this, 0, 1);
  }
  /** The transpose of a matrix: {@link t}. */
  get T(): Tensor {
    return asTensor(this).t();
  }
  /** The last two dimensions exchanged. */
  get mT(): Tensor {
    return v.mT(asTensor(this));
  }
  expand(this: Tensor, shape: readonly number[]): Tensor {
    return v.expand(this, shape);
  }
  squeeze(this: Tensor, axes?: number | readonly number[]): Tensor {
    return v.squeeze(this, axes);
  }
  unsqueeze(this: Tensor, axis: number): Tensor {
    return v.unsqueeze(this, axis);
  }
  narrow(this: Tensor, axis: number, start: number, length: number): Tensor {
    return v.narrow(this, axis, start, length);
  }
  select(this: Tensor, axis: number, position: number): Tensor {
    return v.select(this, axis, position);
  }
  flip(this: Tensor, axes: number | readonly number[]): Tensor {
    return v.flip(this, axes);
  }
  /** Part of the tensor: see {@link at}. */
  at(this: Tensor, ...indices: readonly Index[]): Tensor {
    return at(this, indices);
  }
  /** Writes into part of the tensor: see {@link setAt}. */
  setAt<T extends Tensor>(this: T, indices: readonly Index[], value: Tensor | number): T {
    setAt(this, indices, value);
    return this;
  }
  gather(this: Tensor, axis: number, index: Tensor): Tensor {
    return gather(this, axis, index);
  }
  scatterAdd(this: Tensor, axis: number, index: Tensor, source: Tensor): Tensor {
    return scatterAdd(this, axis, index, source);
  }
  indexSelect(this: Tensor, axis: number, index: Tensor): Tensor {
    return indexSelect(this, axis, index);
  }
  split(this: Tensor, sizeOrSizes: number | readonly number[], dim?: number): Tensor[] {
    return split(this, sizeOrSizes, dim);
  }
  chunk(this: Tensor, chunks: number, dim?: number): Tensor[] {
    return chunk(this, chunks, dim);
  }
  unbind(this: Tensor, dim?: number): Tensor[] {
    return unbind(this, dim);
  }
  repeat(this: Tensor, counts: readonly number[]): Tensor {
    return repeat(this, counts);
  }
  tile(this: Tensor, counts: readonly number[]): Tensor {
    return tile(this, counts);
  }
  tril(this: Tensor, diagonal?: number): Tensor {
    return tril(this, diagonal);
  }
  triu(this: Tensor, diagonal?: number): Tensor {
    return triu(this, diagonal);
  }
  clone(this: Tensor): Tensor {
    return clone(this);
  }
  contiguous(this: Tensor): Tensor {
    return contiguous(this);
  }
  /** True when the elements are in row-major order without gaps. */
  isContiguous(this: Tensor): boolean {
    return isContiguous(this.shape, this.strides);
  }
  /** `fn(this)`, to join functions to a chain of methods. */
  pipe<T>(this: Tensor, fn: (x: Tensor) => T): T {
    return fn(this);
  }
}

/** Getters cannot say that they are the tensor's. */
function asTensor(x: ShapeMethods): Tensor {
  return x as unknown as Tensor;
}
