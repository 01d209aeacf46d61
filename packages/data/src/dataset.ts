import type { Tensor } from '@flambeau/core';
import {
  ArgumentError,
  fromTyped,
  indexSelect,
  isTensor,
  releaseExcept,
  ShapeError,
  withScope,
} from '@flambeau/core';
import type { Collated } from './collate.ts';

/**
 * Samples by position. Any object of this shape is a dataset; a sample may come asynchronously.
 *
 * @typeParam T - one sample: a tensor, a number, or a tuple or record of such.
 * @remarks Source: https://pytorch.org/docs/stable/data.html#map-style-datasets
 */
export interface Dataset<T> {
  /** Number of samples. */
  readonly length: number;
  /** The sample at a position, 0 ≤ index < length. */
  get(index: number): T | Promise<T>;
  /**
   * Several samples collated, where that is faster than one by one. {@link DataLoader} uses it when no `collate` is given;
   * it must give what `defaultCollate` would.
   */
  readonly batch?: (indices: readonly number[]) => Collated<T> | Promise<Collated<T>>;
}

/** @throws {@link ArgumentError} unless the index is a position of the dataset. */
function checkIndex(op: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new ArgumentError(
    op,
    `index out of range: got ${index}, expected an integer with 0 ≤ index < ${length}.`,
    {
      index,
      length,
    },
  );
}

/**
 * Tensors with samples along their first dimension: sample i is `[x.select(0, i), y.select(0, i), …]`.
 *
 * @remarks Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
 *
 * @example
 * ```ts
 * import { rand } from '@flambeau/core';
 * import { DataLoader, TensorDataset } from '@flambeau/data';
 * const dataset = new TensorDataset(rand([192, 1]), rand([192, 1]));
 * for (const [x, y] of new DataLoader(dataset, { batchSize: 64 })) x.shape; // [64, 1]
 * ```
 */
export class TensorDataset<T extends readonly Tensor[]> implements Dataset<[...T]> {
  readonly tensors: T;
  readonly length: number;

  /** @throws {@link ShapeError} when the tensors differ in the size of their first dimension. */
  constructor(...tensors: T) {
    tensors.forEach((x, i) => {
      if (!isTensor(x)) {
        throw new ArgumentError(
          'TensorDataset',
          `argument ${i} is not a tensor: got ${typeof x}, expected a tensor.`,
        );
      }
    });
    const [first] = tensors;
    if (!first) throw new ArgumentError('TensorDataset', 'no tensors: expected at least one.');
    const sizes = tensors.map((x) => x.shape[0]);
    if (sizes.some((size) => size === undefined || size !== sizes[0])) {
      throw new ShapeError(
        'TensorDataset',
        `the tensors differ in length: got first dimensions ${sizes.map((n) => n ?? 'none').join(', ')}, expected equal ones.`,
        { sizes },
      );
    }
    this.tensors = tensors;
    this.length = first.shape[0] as number;
  }

  get(index: number): [...T] {
    checkIndex('TensorDataset.get', index, this.length);
    return this.tensors.map((x) => x.select(0, index)) as unknown as [...T];
  }

  readonly batch = (indices: readonly number[]): Collated<[...T]> => {
    for (const index of indices) checkIndex('TensorDataset.batch', index, this.length);
    return withScope(
      false,
      () => takeRows(this.tensors, indices),
      (made, rows) => releaseExcept(made, new Set(rows)),
    ) as unknown as Collated<[...T]>;
  };
}

/** The rows of several tensors, on their devices. */
function takeRows(tensors: readonly Tensor[], indices: readonly number[]): Tensor[] {
  const list = Int32Array.from(indices);
  const onDevice = new Map<Tensor['device'], Tensor>();
  return tensors.map((x) => {
    let index = onDevice.get(x.device);
    if (!index) {
      index = fromTyped(list, [list.length], { device: x.device });
      onDevice.set(x.device, index);
    }
    // As a matrix, so that a row is one run of memory.
    const rows = x.ndim > 2 && x.isContiguous() ? x.reshape([x.shape[0] as number, -1]) : x;
    return indexSelect(rows, 0, index).reshape([list.length, ...x.shape.slice(1)]);
  });
}

/**
 * An array as a dataset.
 *
 * @example
 * ```ts
 * import { ArrayDataset } from '@flambeau/data';
 * new ArrayDataset([{ text: 'one', label: 1 }, { text: 'two', label: 2 }]).get(1).label; // 2
 * ```
 */
export class ArrayDataset<T> implements Dataset<T> {
  readonly items: readonly T[];

  constructor(items: readonly T[]) {
    this.items = items;
  }

  get length(): number {
    return this.items.length;
  }

  get(index: number): T {
    checkIndex('ArrayDataset.get', index, this.length);
    return this.items[index] as T;
  }
}

/**
 * Some samples of another dataset, in an order of their own.
 *
 * @remarks Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.Subset
 *
 * @example
 * ```ts
 * import { ArrayDataset, Subset } from '@flambeau/data';
 * new Subset(new ArrayDataset(['a', 'b', 'c']), [2, 0]).get(0); // 'c'
 * ```
 */
export class Subset<T> implements Dataset<T> {
  readonly dataset: Dataset<T>;
  readonly indices: readonly number[];
  readonly batch?: NonNullable<Dataset<T>['batch']>;

  /** @throws {@link ArgumentError} when an index is not a position of the dataset. */
  constructor(dataset: Dataset<T>, indices: readonly number[]) {
    for (const index of indices) checkIndex('Subset', index, dataset.length);
    this.dataset = dataset;
    this.indices = indices;
    const { batch } = dataset;
    if (batch)
      this.batch = (positions) =>
        batch.call(
          dataset,
          positions.map((position) => originalIndex(this, position)),
        );
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): T | Promise<T> {
    return this.dataset.get(originalIndex(this, index));
  }
}

function originalIndex({ indices }: Subset<unknown>, index: number): number {
  checkIndex('Subset.get', index, indices.length);
  return indices[index] as number;
}
