import { dispatch, dispatchOne } from '../dispatch/dispatch.ts';
import { DTypeError, ShapeError, ValueError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { runtime } from '../runtime.ts';
import { formatShape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { defineOp } from './define.ts';
import { castTo, eq, exp, log, mul, neg, sub, where } from './elementwise.ts';
import { gather } from './indexing.ts';
import type { KernelOp } from './op.ts';
import { arangeOf } from './ranges.ts';
import { amax, sum } from './reduce.ts';
import { logSoftmax, softmax } from './softmax.ts';
import type { ClassNllAttrs } from './types.ts';
import { squeeze, unsqueeze } from './view.ts';

/** What an invalid label is told by. */
const labelFault: NonNullable<KernelOp<ClassNllAttrs>['fault']> = (
  { value, index },
  { caller, classes, ignoreIndex },
) =>
  new ValueError(
    caller,
    `class label out of range: got ${value} at position ${index}, expected 0 ≤ label < ${classes} (or ignoreIndex ${ignoreIndex}). Do the labels start at 0?`,
    { value, index, classes },
  );

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
  fault: labelFault,
  vjp: 'through',
});

/**
 * Cross-entropy of rows with labels: `[x (N, C), labels (N)] → [losses (N), top (N), logTotal (N)]`, the last two hidden:
 * the largest of each row, and log Σ exp(x − top). Apart they lose nothing where x is large.
 * @internal
 */
export const softmaxNllOp: KernelOp<ClassNllAttrs> = /*#__PURE__*/ defineOp<ClassNllAttrs>({
  name: 'softmaxNll',
  class: 'checked',
  visible: 1,
  infer: ([x, labels]) => {
    const rows = { shape: (labels as Tensor).shape, dtype: (x as Tensor).dtype };
    return [rows, rows, rows];
  },
  lower: ([x, labels], attrs) => {
    const top = amax(x as Tensor, 1, { keepdim: true });
    const shifted = sub(x as Tensor, top);
    const logTotal = log(sum(exp(shifted), 1, { keepdim: true }));
    const losses = dispatchOne(classNllOp, [sub(shifted, logTotal), labels as Tensor], attrs);
    return [losses, squeeze(top, 1), squeeze(logTotal, 1)];
  },
  fault: labelFault,
  saves: { inputs: [0, 1], outputs: [1, 2] },
  vjp: ([g], { inputs: [x, labels], outputs: [, top, logTotal], attrs }) => [
    g && x && labels && top && logTotal
      ? dispatchOne(softmaxNllGradOp, [g, x, labels, top, logTotal], attrs)
      : null,
    null,
  ],
});

/**
 * Gradient of {@link softmaxNllOp}: `[g (N), x, labels, top, logTotal] → [dx]`, g·(softmax(x) − 1 at the label), and 0 for
 * ignored rows. Under `createGraph` the softmax is computed again from x.
 * @internal
 */
export const softmaxNllGradOp: KernelOp<ClassNllAttrs> = /*#__PURE__*/ defineOp<ClassNllAttrs>({
  name: 'softmaxNllGrad',
  class: 'static',
  infer: ([, x]) => [{ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }],
  lower: (inputs, { ignoreIndex, classes }) => {
    const [g, x, labels, top, logTotal] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const scale = unsqueeze(where(eq(labels, ignoreIndex), 0, g), 1);
    const isLabel = eq(arangeOf(x.device, classes), unsqueeze(labels, 1));
    const shares =
      runtime.gradMode && x.requiresGrad
        ? softmax(x, 1)
        : exp(sub(sub(x, unsqueeze(top, 1)), unsqueeze(logTotal, 1)));
    return [sub(mul(shares, scale), where(isLabel, scale, 0))];
  },
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
  const attrs = attrsOf(x, target, ignoreIndex, caller);
  return composed(x.device, () => dispatchOne(classNllOp, [x, castTo(target, 'int32')], attrs));
}

/**
 * −log softmax(x)[n, target[n], …], and 0 where the target is `ignoreIndex`: what cross-entropy losses reduce. Rows of
 * classes, (N, C), take one kernel; where more dimensions follow, it is {@link classNll} of {@link logSoftmax}.
 *
 * @param x - logits (N, C, …), float.
 * @param target - class labels (N, …), int32.
 * @throws {@link ValueError} when a label is out of range.
 */
export function softmaxNll(x: Tensor, target: Tensor, ignoreIndex: number, caller: string): Tensor {
  const attrs = attrsOf(x, target, ignoreIndex, caller);
  return composed(x.device, () => {
    const labels = castTo(target, 'int32');
    // Kernels compare labels with an int32.
    if (x.shape.length === 2 && x.size > 0 && ignoreIndex === (ignoreIndex | 0))
      return (dispatch(softmaxNllOp, [x, labels], attrs) as [Tensor])[0];
    return dispatchOne(classNllOp, [logSoftmax(x, 1), labels], attrs);
  });
}

function attrsOf(x: Tensor, target: Tensor, ignoreIndex: number, caller: string): ClassNllAttrs {
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
  return { ignoreIndex, classes: x.shape[1] as number, caller };
}
