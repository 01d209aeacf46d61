import type { Device } from '../device.ts';
import { hostTensor } from '../dispatch/execute.ts';
import type { TypedArray } from '../dtype.ts';
import { DTypeError, ShapeError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { readData, readDataSync } from '../read.ts';
import { formatShape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from './host-op.ts';
import { indexSelect } from './indexing.ts';
import type { KernelOp } from './op.ts';
import type { NoAttrs } from './types.ts';
import { reshape } from './view.ts';

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

/**
 * Coordinates of the nonzero elements: int32 (k, rank), in row-major order. A host op: its shape depends on values.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nonzero.html
 *
 * @example
 * ```ts
 * import { nonzero, tensor } from '@flambeau/core';
 * await nonzero(tensor([0, 3, 0, 4])); // [[1], [3]]
 * ```
 */
export async function nonzero(x: Tensor): Promise<Tensor> {
  return (await callHost(nonzeroOp, [x], {}))[0] as Tensor;
}

/** {@link nonzero} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function nonzeroSync(x: Tensor): Tensor {
  return callHostSync(nonzeroOp, [x], {})[0] as Tensor;
}

function checkMask(x: Tensor, mask: Tensor): void {
  if (mask.dtype !== 'bool') {
    throw new DTypeError(
      'maskedSelect',
      `the mask is not bool: got ${mask.dtype}, expected bool. Compare, or cast with x.to('bool').`,
      { dtype: mask.dtype },
    );
  }
  if (!sameShape(x.shape, mask.shape)) {
    throw new ShapeError(
      'maskedSelect',
      `the mask does not fit: got ${formatShape(mask.shape)} for ${formatShape(x.shape)}, expected equal shapes.`,
      { shapes: [x.shape, mask.shape] },
    );
  }
}

function positions(device: Device, data: TypedArray): Tensor {
  const found: number[] = [];
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) found.push(i);
  return hostTensor(device, 'int32', Int32Array.from(found), [found.length]);
}

/** Where a mask is true, counted in row-major order: int32 on a device. */
export function positionsSync(mask: Tensor, device: Device): Tensor {
  return positions(device, readDataSync(mask, 'maskedSelect', 'await maskedSelect(x, mask)'));
}

/** The elements of x where a mask is true. */
function take(x: Tensor, mask: TypedArray): Tensor {
  return composed(x.device, () => indexSelect(reshape(x, [-1]), 0, positions(x.device, mask)));
}

/** The elements where a mask of the same shape is true, as a vector. A host op; the gradient goes back to its places. */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  checkMask(x, mask);
  return take(x, await readData(mask));
}

/** {@link maskedSelect} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function maskedSelectSync(x: Tensor, mask: Tensor): Tensor {
  checkMask(x, mask);
  return take(x, readDataSync(mask, 'maskedSelect', 'await maskedSelect(x, mask)'));
}
