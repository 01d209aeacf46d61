import type { Tensor } from '@flambeau/core';
import {
  broadcastShapes,
  castTo,
  DTypeError,
  expand,
  formatShape,
  ge,
  isFloat,
  promoteTypes,
  ShapeError,
  sameShape,
  where,
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
  return alignedToLabels(op, input, target);
}

/** As {@link aligned}, but the target may be integers: signs, counts or marks. */
export function alignedToLabels(op: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  requireFloat(op, 'input', input);
  const shape = broadcastShapes(op, input.shape, target.shape);
  if (!sameShape(shape, input.shape) && !sameShape(shape, target.shape)) requireSameShape(op, input, target);
  const dtype = promoteTypes(input.dtype, target.dtype);
  return [expand(castTo(input, dtype), shape), expand(castTo(target, dtype), shape)];
}

/** max(x, 0), whose gradient at 0 is that of x, as PyTorch's clamp_min. */
export const atLeastZero = (x: Tensor): Tensor => where(ge(x, 0), x, 0);
