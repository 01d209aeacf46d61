import type { Tensor, TypedArray } from '@flambeau/core';
import {
  ArgumentError,
  dtypeOfTyped,
  formatShape,
  fromTyped,
  isTensor,
  noGrad,
  releaseExcept,
  ShapeError,
  sameShape,
  tensor,
  withScope,
  zeros,
} from '@flambeau/core';

/**
 * What {@link defaultCollate} makes of samples of type T: tensors, numbers, booleans and typed arrays become one tensor,
 * strings an array, tuples and records the same of each part.
 */
export type Collated<T> = T extends Tensor | number | TypedArray
  ? Tensor
  : T extends boolean
    ? Tensor
    : T extends string
      ? string[]
      : T extends readonly unknown[]
        ? { -readonly [K in keyof T]: Collated<T[K]> }
        : T extends object
          ? { -readonly [K in keyof T]: Collated<T[K]> }
          : never;

/**
 * Makes a batch of samples: tensors of shape (…) become one of (N, …), numbers a float32 tensor (N), booleans a bool
 * tensor (N), typed arrays a tensor (N, length) of their dtype; strings are listed; tuples and records are transposed.
 *
 * @param samples - at least one, all of one kind.
 * @returns a batch on the device of the samples' tensors; of numbers, on the default device.
 * @throws {@link ShapeError} when tensors differ in shape.
 * @throws {@link ArgumentError} when samples differ in kind, or are of a kind that has no batch.
 * @remarks Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.default_collate. Differences: numbers give
 * float32, also whole ones (class labels belong into an int32 tensor), and the stacking is not recorded by autograd.
 *
 * @example
 * ```ts
 * import { rand } from '@flambeau/core';
 * import { defaultCollate } from '@flambeau/data';
 * const { image, name } = defaultCollate([
 *   { image: rand([3, 8, 8]), name: 'a' },
 *   { image: rand([3, 8, 8]), name: 'b' },
 * ]);
 * image.shape; // [2, 3, 8, 8]
 * ```
 */
export function defaultCollate<T>(samples: readonly T[]): Collated<T> {
  if (samples.length === 0) throw new ArgumentError('defaultCollate', 'no samples: expected at least one.');
  return collateAt('sample', samples) as Collated<T>;
}

type Kind = 'tensor' | 'number' | 'boolean' | 'string' | 'typed array' | 'array' | 'record';

function kindOf(value: unknown): Kind | undefined {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string')
    return typeof value as Kind;
  if (typeof value !== 'object' || value === null) return undefined;
  if (isTensor(value)) return 'tensor';
  if (Array.isArray(value)) return 'array';
  if (ArrayBuffer.isView(value)) return dtypeOfTyped(value) ? 'typed array' : undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? 'record' : undefined;
}

const describe = (value: unknown): string =>
  kindOf(value) ??
  (value === null || value === undefined
    ? String(value)
    : Object.prototype.toString.call(value).slice(8, -1));

function collateAt(path: string, values: readonly unknown[]): unknown {
  const [first] = values;
  const kind = kindOf(first);
  if (!kind) {
    throw new ArgumentError(
      'defaultCollate',
      `${path} has no batch: got ${describe(first)}, expected a tensor, number, boolean, string, typed array, array or plain object. Pass collate.`,
    );
  }
  const other = values.find((value) => kindOf(value) !== kind);
  if (other !== undefined || values.includes(undefined)) {
    throw new ArgumentError(
      'defaultCollate',
      `${path} differs in kind: got ${kind} and ${describe(other)}, expected the same in every sample.`,
    );
  }
  switch (kind) {
    case 'tensor':
      return stack(path, values as readonly Tensor[]);
    case 'number':
    case 'boolean':
      return tensor(values as readonly number[]);
    case 'string':
      return [...values];
    case 'typed array':
      return stackArrays(path, values as readonly TypedArray[]);
    case 'array':
      return transposeArrays(path, values as readonly (readonly unknown[])[]);
    case 'record':
      return transposeRecords(path, values as readonly Readonly<Record<string, unknown>>[]);
  }
}

function checkAlike(
  path: string,
  shapes: readonly (readonly number[])[],
  dtypes: readonly (string | undefined)[],
): void {
  shapes.forEach((shape, i) => {
    if (!sameShape(shape, shapes[0] as readonly number[]) || dtypes[i] !== dtypes[0]) {
      throw new ShapeError(
        'defaultCollate',
        `${path} does not stack: got ${dtypes[0]} ${formatShape(shapes[0] as readonly number[])} and ${dtypes[i]} ${formatShape(shape)}, expected equal shapes and dtypes. Crop or pad the samples, or pass collate.`,
        { shapes: [shapes[0], shape] },
      );
    }
  });
}

function stack(path: string, tensors: readonly Tensor[]): Tensor {
  const [first] = tensors as readonly [Tensor];
  checkAlike(
    path,
    tensors.map((x) => x.shape),
    tensors.map((x) => x.dtype),
  );
  const fill = (): Tensor => {
    const batch = zeros([tensors.length, ...first.shape], { dtype: first.dtype, device: first.device });
    for (const [i, x] of tensors.entries()) batch.select(0, i).copy_(x);
    return batch;
  };
  return noGrad(() => withScope(false, fill, (made, batch) => releaseExcept(made, new Set([batch]))));
}

function stackArrays(path: string, arrays: readonly TypedArray[]): Tensor {
  const [first] = arrays as readonly [TypedArray];
  checkAlike(
    path,
    arrays.map(({ length }) => [length]),
    arrays.map(dtypeOfTyped),
  );
  const joined = new (first.constructor as new (length: number) => TypedArray)(first.length * arrays.length);
  arrays.forEach((array, i) => {
    joined.set(array, i * first.length);
  });
  return fromTyped(joined, [arrays.length, first.length]);
}

function transposeArrays(path: string, rows: readonly (readonly unknown[])[]): unknown[] {
  const [first] = rows as readonly [readonly unknown[]];
  const odd = rows.find(({ length }) => length !== first.length);
  if (odd) {
    throw new ArgumentError(
      'defaultCollate',
      `${path} differs in length: got arrays of ${first.length} and ${odd.length}, expected equal ones. Pass collate.`,
    );
  }
  return first.map((_, i) =>
    collateAt(
      `${path}[${i}]`,
      rows.map((row) => row[i]),
    ),
  );
}

function transposeRecords(path: string, rows: readonly Readonly<Record<string, unknown>>[]): unknown {
  const [first] = rows as readonly [Readonly<Record<string, unknown>>];
  const keys = Object.keys(first);
  const odd = rows.find(
    (row) => Object.keys(row).length !== keys.length || !keys.every((key) => Object.hasOwn(row, key)),
  );
  if (odd) {
    throw new ArgumentError(
      'defaultCollate',
      `${path} differs in its keys: got {${keys.join(', ')}} and {${Object.keys(odd).join(', ')}}, expected the same in every sample.`,
    );
  }
  return Object.fromEntries(
    keys.map((key) => [
      key,
      collateAt(
        `${path}.${key}`,
        rows.map((row) => row[key]),
      ),
    ]),
  );
}
