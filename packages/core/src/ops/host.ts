import type { Device } from '../device.ts';
import { hostTensor } from '../dispatch/execute.ts';
import type { TypedArray } from '../dtype.ts';
import { DTypeError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { readData, readDataSync } from '../read.ts';
import { broadcastShapes } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from './host-op.ts';
import { indexSelect } from './indexing.ts';
import type { KernelOp } from './op.ts';
import type { NoAttrs } from './types.ts';
import { expand, reshape, select } from './view.ts';

/** Coordinates of the nonzero elements, row after row. */
function coordinates({ data, shape }: HostArray): HostArray {
  const rank = shape.length;
  const found: number[] = [];
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) found.push(i);
  const out = new Int32Array(found.length * rank);
  found.forEach((flat, row) => {
    let rest = flat;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const size = shape[axis] as number;
      out[row * rank + axis] = rest % size;
      rest = Math.floor(rest / size);
    }
  });
  return { dtype: 'int32', shape: [found.length, rank], data: out };
}

/** @internal */
export const nonzeroOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'nonzero',
  infer: () => [],
  compute: ([x]) => [coordinates(x as HostArray)],
  vjp: null,
});

/** Options of {@link nonzero}. */
export interface NonzeroOptions {
  /** Give a vector for each dimension instead of one matrix: indices for {@link at} and `indexPut`. Default false. */
  readonly asTuple?: boolean;
}

/**
 * Coordinates of the nonzero elements: int32 (k, rank), in row-major order. A host op: its shape depends on values.
 *
 * @returns with `asTuple`, a list of int32 (k), one for each dimension, and one for a 0-d tensor.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nonzero.html
 *
 * @example
 * ```ts
 * import { nonzero, tensor } from '@flambeau/core';
 * await nonzero(tensor([0, 3, 0, 4])); // [[1], [3]]
 * ```
 */
export function nonzero(x: Tensor, options: { readonly asTuple: true }): Promise<Tensor[]>;
export function nonzero(x: Tensor, options?: NonzeroOptions): Promise<Tensor>;
export async function nonzero(x: Tensor, options: NonzeroOptions = {}): Promise<Tensor | Tensor[]> {
  const wide = options.asTuple && x.shape.length === 0 ? reshape(x, [1]) : x;
  const found = (await callHost(nonzeroOp, [wide], {}))[0] as Tensor;
  return options.asTuple ? columns(found) : found;
}

/** The columns of a matrix, which is released. */
function columns(x: Tensor): Tensor[] {
  const parts = Array.from({ length: x.shape[1] as number }, (_, i) => select(x, 1, i));
  x.dispose();
  return parts;
}

/** {@link nonzero} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function nonzeroSync(x: Tensor): Tensor {
  return callHostSync(nonzeroOp, [x], {})[0] as Tensor;
}

function checkMask(mask: Tensor): void {
  if (mask.dtype !== 'bool') {
    throw new DTypeError(
      'maskedSelect',
      `the mask is not bool: got ${mask.dtype}, expected bool. Compare, or cast with x.to('bool').`,
      { dtype: mask.dtype },
    );
  }
}

function positions(device: Device, data: TypedArray): Tensor {
  const found: number[] = [];
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) found.push(i);
  return hostTensor(device, 'int32', Int32Array.from(found), [found.length]);
}

/** The elements of x, broadcast, where a mask is true. */
function take(x: Tensor, shape: readonly number[], mask: TypedArray): Tensor {
  return composed(x.device, () => indexSelect(reshape(expand(x, shape), [-1]), 0, positions(x.device, mask)));
}

/**
 * The elements where a mask is true, as a vector. A host op; the gradient goes back to its places.
 *
 * @param mask - bool, broadcast with x.
 * @throws {@link DTypeError} when the mask is not bool. @throws {@link ShapeError} when the shapes do not broadcast.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.masked_select.html
 */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  checkMask(mask);
  const shape = broadcastShapes('maskedSelect', x.shape, mask.shape);
  const wide = expand(mask, shape);
  const data = await readData(wide);
  if (wide !== mask) wide.dispose();
  return take(x, shape, data);
}

/** {@link maskedSelect} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function maskedSelectSync(x: Tensor, mask: Tensor): Tensor {
  checkMask(mask);
  const shape = broadcastShapes('maskedSelect', x.shape, mask.shape);
  return composed(x.device, () => {
    const data = readDataSync(expand(mask, shape), 'maskedSelect', 'await maskedSelect(x, mask)');
    return take(x, shape, data);
  });
}
