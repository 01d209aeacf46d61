import { ArgumentError, ShapeError } from '../errors.ts';
import { formatShape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { dropHandle } from './storage.ts';

/**
 * Makes a leaf a handle of other values of its shape, on any device and of any dtype: PyTorch's `x.data = y`. What holds
 * the leaf sees the new values; views of its old memory keep the old ones. `source` is used up.
 *
 * @param target - a leaf; whether it requires a gradient stays as it is.
 * @param source - a leaf of the same shape, which nobody else may use afterwards.
 * @throws {@link ArgumentError} on results of recorded ops, {@link ShapeError} on another shape.
 */
export function setData(target: Tensor, source: Tensor): void {
  if (target.node || source.node) {
    const { name } = target.node ?? source.node ?? { name: '' };
    throw new ArgumentError(
      'setData',
      `not a leaf: got a result of ${name}, expected leaves. Use x.detach().`,
    );
  }
  if (!sameShape(target.shape, source.shape)) {
    throw new ShapeError(
      'setData',
      `shapes differ: got ${formatShape(source.shape)}, expected ${formatShape(target.shape)}.`,
      { shapes: [target.shape, source.shape] },
    );
  }
  if (source === target || source.released) return;
  const before = target.storage;
  const { storage, dtype, strides, offset } = source;
  Object.assign(target, { storage, dtype, strides, offset });
  source.released = true;
  dropHandle(before);
}
