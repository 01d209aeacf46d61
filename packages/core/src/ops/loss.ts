import { dispatchOne } from '../dispatch/dispatch.ts';
import { DTypeError, ShapeError, ValueError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { formatShape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { defineOp } from './define.ts';
import { castTo, eq, neg, where } from './elementwise.ts';
import { gather } from './indexing.ts';
import type { KernelOp } from './op.ts';
import { squeeze, unsqueeze } from './view.ts';

/** Attributes of {@link classNll}. */
export interface ClassNllAttrs {
  readonly ignoreIndex: number;
  readonly classes: number;
  /** The function whose name stands in messages. */
  readonly caller: string;
}

/** @internal */
export const classNllOp: KernelOp<ClassNllAttrs> = /*#__PURE__*/ defineOp({
  name: 'classNll',
  class: 'checked',
  infer: ([x, target]) => [{ shape: (target as Tensor).shape, dtype: (x as Tensor).dtype }],
  lower: ([x, target], { ignoreIndex }) => {
    const ignored = eq(target as Tensor, ignoreIndex);
    const label = where(ignored, 0, target as Tensor);
    const picked = squeeze(gather(x as Tensor, 1, unsqueeze(label, 1)), 1);
    return [where(ignored, 0, neg(picked))];
  },
  fault: ({ value, index }, { caller, classes, ignoreIndex }) =>
    new ValueError(
      caller,
      `class label out of range: got ${value} at position ${index}, expected 0 ≤ label < ${classes} (or ignoreIndex ${ignoreIndex}). Do the labels start at 0?`,
      { value, index, classes },
    ),
  vjp: 'through',
});

/**
 * −x[n, target[n], …], and 0 where the target is `ignoreIndex`: what negative log likelihood losses reduce.
 *
 * @param x - log-probabilities (N, C, …), float.
 * @param target - class labels (N, …), int32.
 * @throws {@link ValueError} when a label is out of range.
 */
export function classNll(x: Tensor, target: Tensor, ignoreIndex: number, caller: string): Tensor {
  if (
    x.shape.length < 2 ||
    !sameShape(
      target.shape,
      x.shape.filter((_, i) => i !== 1),
    )
  ) {
    throw new ShapeError(
      caller,
      `labels do not fit: got input ${formatShape(x.shape)} and target ${formatShape(target.shape)}, expected (N, C, …) and (N, …).`,
      { shapes: [x.shape, target.shape] },
    );
  }
  if (target.dtype !== 'int32' && target.dtype !== 'uint8') {
    throw new DTypeError(
      caller,
      `labels are not integers: got ${target.dtype}, expected int32. Pass { dtype: 'int32' } or cast with target.to('int32').`,
      { dtype: target.dtype },
    );
  }
  const attrs = { ignoreIndex, classes: x.shape[1], caller };
  return composed(x.device, () => dispatchOne(classNllOp, [x, castTo(target, 'int32')], attrs));
}
