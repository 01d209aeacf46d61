import type { TypedArray } from '../../dtype.ts';
import { ShapeError } from '../../errors.ts';
import { formatShape, normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import type { KernelOp } from '../op.ts';

/** Options of {@link uniqueConsecutive}. */
export interface UniqueConsecutiveOptions {
  /** Also give which of the results each element is. Default false. */
  readonly returnInverse?: boolean;
  /** Also give how many elements each result stands for. Default false. */
  readonly returnCounts?: boolean;
  /** Compare whole slices along this dimension; without it, single elements. */
  readonly dim?: number | null;
}

/** Options of {@link unique}. */
export interface UniqueOptions extends UniqueConsecutiveOptions {
  /** Accepted as in PyTorch; the results always come in order. */
  readonly sorted?: boolean;
}

/** Distinct elements or slices. */
export interface Unique {
  readonly output: Tensor;
  /** int32: for each element of the input, or each slice, its position in the output. */
  readonly inverseIndices?: Tensor;
  /** int32: for each of the output, how often it is in the input. */
  readonly counts?: Tensor;
}

interface UniqueAttrs {
  readonly axis: number | null;
  readonly inverse: boolean;
  readonly counts: boolean;
}

/** Slices along an axis, each as so many elements in the order in which slices are compared. */
interface Slices {
  readonly count: number;
  readonly width: number;
  readonly element: (slice: number, i: number) => number;
}

const product = (sizes: readonly number[]): number => sizes.reduce((p, n) => p * n, 1);

function slicesOf({ data, shape }: HostArray, axis: number | null): Slices {
  if (axis === null) return { count: data.length, width: 1, element: (slice) => data[slice] as number };
  const count = shape[axis] as number;
  const inner = product(shape.slice(axis + 1));
  const places = elementPlaces(shape, axis);
  return {
    count,
    width: places.length,
    element: (slice, i) => data[(places[i] as number) + slice * inner] as number,
  };
}

/** Where the elements of the first slice are. As in PyTorch, the first dimension takes the place of the axis. */
function elementPlaces(shape: readonly number[], axis: number): number[] {
  const dims = [...shape.keys()].slice(1).map((d) => (d === axis ? 0 : d));
  return dims.reduce(
    (found, d) => {
      const stride = product(shape.slice(d + 1));
      return found.flatMap((at) => Array.from({ length: shape[d] as number }, (_, i) => at + i * stride));
    },
    [0],
  );
}

/** The order of two slices, element by element; NaN is the largest. */
function compare({ width, element }: Slices, a: number, b: number): number {
  for (let i = 0; i < width; i++) {
    const [p, q] = [element(a, i), element(b, i)];
    if (p < q) return -1;
    if (p > q) return 1;
    const nans = Number(Number.isNaN(p)) - Number(Number.isNaN(q));
    if (nans !== 0) return nans;
  }
  return 0;
}

function same({ width, element }: Slices, a: number, b: number): boolean {
  for (let i = 0; i < width; i++) if (element(a, i) !== element(b, i)) return false;
  return true;
}

/** Groups of neighbours in an order: the first slice of each, and to which group each slice belongs. */
function grouped(
  slices: Slices,
  order: Int32Array,
): { readonly first: number[]; readonly group: Int32Array } {
  const first: number[] = [];
  const group = new Int32Array(order.length);
  order.forEach((slice, i) => {
    if (i === 0 || !same(slices, order[i - 1] as number, slice)) first.push(slice);
    group[slice] = first.length - 1;
  });
  return { first, group };
}

function distinct(x: HostArray, { axis, inverse, counts }: UniqueAttrs, inOrder: boolean): HostArray[] {
  const slices = slicesOf(x, axis);
  const order = Int32Array.from({ length: slices.count }, (_, i) => i);
  if (inOrder) order.sort((a, b) => compare(slices, a, b) || a - b);
  const { first, group } = grouped(slices, order);
  const shape = axis === null ? [first.length] : x.shape.map((n, i) => (i === axis ? first.length : n));
  const out = picked(x, axis, first);
  const results: HostArray[] = [{ dtype: x.dtype, shape, data: out }];
  if (inverse) {
    results.push({ dtype: 'int32', shape: axis === null ? x.shape : [slices.count], data: group });
  }
  if (counts) {
    const data = new Int32Array(first.length);
    for (const g of group) data[g] = (data[g] as number) + 1;
    results.push({ dtype: 'int32', shape: [first.length], data });
  }
  return results;
}

/** The values of some slices, in the layout of their input. */
function picked({ data, shape }: HostArray, axis: number | null, first: readonly number[]): TypedArray {
  const count = axis === null ? data.length : (shape[axis] as number);
  const inner = axis === null ? 1 : product(shape.slice(axis + 1));
  const outer = axis === null ? 1 : product(shape.slice(0, axis));
  const out = data.slice(0, outer * first.length * inner);
  for (let o = 0; o < outer; o++) {
    first.forEach((slice, k) => {
      const from = (o * count + slice) * inner;
      out.set(data.subarray(from, from + inner), (o * first.length + k) * inner);
    });
  }
  return out;
}

/** @internal */
export const uniqueOp: KernelOp<UniqueAttrs> = /*#__PURE__*/ defineHostOp<UniqueAttrs>({
  name: 'unique',
  infer: () => [],
  compute: ([x], attrs) => distinct(x as HostArray, attrs, true),
  vjp: null,
});

/** @internal */
export const uniqueConsecutiveOp: KernelOp<UniqueAttrs> = /*#__PURE__*/ defineHostOp<UniqueAttrs>({
  name: 'uniqueConsecutive',
  infer: () => [],
  compute: ([x], attrs) => distinct(x as HostArray, attrs, false),
  vjp: null,
});

function attrsOf(op: string, x: Tensor, options: UniqueConsecutiveOptions): UniqueAttrs {
  const { dim, returnInverse = false, returnCounts = false } = options;
  const axis = dim == null || x.shape.length === 0 ? null : normalizeAxis(op, dim, x.shape.length);
  if (dim != null && axis === null) normalizeAxis(op, dim, 0);
  if (axis !== null && x.shape.some((n, i) => n === 0 && i !== axis)) {
    throw new ShapeError(
      op,
      `slices without elements: got ${formatShape(x.shape)}, expected no size 0 but along dimension ${axis}.`,
      { shape: x.shape },
    );
  }
  return { axis, inverse: returnInverse, counts: returnCounts };
}

function named(results: readonly Tensor[], { inverse, counts }: UniqueAttrs): Unique {
  const [output, ...rest] = results as [Tensor, ...Tensor[]];
  return {
    output,
    ...(inverse && { inverseIndices: rest[0] as Tensor }),
    ...(counts && { counts: rest[inverse ? 1 : 0] as Tensor }),
  };
}

/**
 * The distinct elements, in order; or the distinct slices along `dim`, in lexicographic order (their
 * elements taken with `dim` and the first dimension exchanged). A host op: its shape
 * depends on values. Every NaN is distinct. Not differentiable.
 *
 * @param x - any shape and dtype.
 * @returns output (k), or with `dim` the shape of x with k there; on request, where each element went, and counts.
 * @throws {@link ShapeError} when there is no such dimension, or another one is empty.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.unique.html. An object, whatever is asked for.
 *
 * @example
 * ```ts
 * import { tensor, unique } from '@flambeau/core';
 * const { output, counts } = await unique(tensor([3, 1, 3]), { returnCounts: true }); // [1, 3] and [1, 2]
 * ```
 */
export async function unique(x: Tensor, options: UniqueOptions = {}): Promise<Unique> {
  const attrs = attrsOf('unique', x, options);
  return named(await callHost(uniqueOp, [x], attrs), attrs);
}

/** {@link unique} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function uniqueSync(x: Tensor, options: UniqueOptions = {}): Unique {
  const attrs = attrsOf('unique', x, options);
  return named(callHostSync(uniqueOp, [x], attrs), attrs);
}

/**
 * The elements without repetitions of the one before, in row-major order; or the slices along `dim`. A host op. Not
 * differentiable.
 *
 * @param x - any shape and dtype.
 * @returns as {@link unique}.
 * @throws {@link ShapeError} when there is no such dimension, or another one is empty.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.unique_consecutive.html. An object, whatever is asked for.
 *
 * @example
 * ```ts
 * import { tensor, uniqueConsecutive } from '@flambeau/core';
 * (await uniqueConsecutive(tensor([1, 1, 2, 1]))).output; // [1, 2, 1]
 * ```
 */
export async function uniqueConsecutive(x: Tensor, options: UniqueConsecutiveOptions = {}): Promise<Unique> {
  const attrs = attrsOf('uniqueConsecutive', x, options);
  return named(await callHost(uniqueConsecutiveOp, [x], attrs), attrs);
}

/** {@link uniqueConsecutive} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function uniqueConsecutiveSync(x: Tensor, options: UniqueConsecutiveOptions = {}): Unique {
  const attrs = attrsOf('uniqueConsecutive', x, options);
  return named(callHostSync(uniqueConsecutiveOp, [x], attrs), attrs);
}
