import type { Tensor } from '@flambeau/core';
import {
  broadcastShapes,
  castTo,
  DTypeError,
  expand,
  formatShape,
  isFloat,
  promoteTypes,
  ShapeError,
  sameShape,
} from '@flambeau/core';

/** @throws {@link DTypeError} unless the tensor is float. */
export function requireFloat(op: string, name: string, x: Tensor): void {
  if (isFloat(x.dtype)) return;
  throw new DTypeError(
    op,
    `the ${name} is not float: got ${x.dtype}, expected a float dtype. Cast with ${name}.to('float32').`,
    { dtype: x.dtype },
  );
}

/** @throws {@link ShapeError} unless both have one shape. */
export function requireSameShape(op: string, input: Tensor, target: Tensor): void {
  if (sameShape(input.shape, target.shape)) return;
  throw new ShapeError(
    op,
    `shapes differ: got input ${formatShape(input.shape)} and target ${formatShape(target.shape)}, expected equal shapes. Use reshape or unsqueeze on one of them.`,
    { shapes: [input.shape, target.shape] },
  );
}

/**
 * Both operands with a common float dtype and shape. One may be broadcast to the other; if both would grow, as (N) beside
 * (N, 1) does to (N, N), it is a mistake.
 */
export function aligned(op: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  if (input.dtype === target.dtype && isFloat(input.dtype) && sameShape(input.shape, target.shape))
    return [input, target];
  requireFloat(op, 'input', input);
  requireFloat(op, 'target', target);
  const shape = broadcastShapes(op, input.shape, target.shape);
  if (!sameShape(shape, input.shape) && !sameShape(shape, target.shape)) requireSameShape(op, input, target);
  const dtype = promoteTypes(input.dtype, target.dtype);
  return [expand(castTo(input, dtype), shape), expand(castTo(target, dtype), shape)];
}
