import type { KernelOp, Tensor } from '@flambeau/core';
import { castTo, defineOp, dispatchOne, gather, lt, reshape, ValueError, zeros } from '@flambeau/core';

/** Attributes of {@link checkLabelsOp}. */
interface LabelAttrs {
  readonly caller: string;
  readonly classes: number;
  /** What the numbers are. */
  readonly what: string;
}

/** Throws when a number is not in [0, classes): at the call, or on asynchronous devices at the next await. */
const checkLabelsOp: KernelOp<LabelAttrs> = /*#__PURE__*/ defineOp<LabelAttrs>({
  name: 'checkLabels',
  class: 'checked',
  infer: ([x]) => [{ shape: [(x as Tensor).size], dtype: 'float32' }],
  lower: ([x], { classes }) => {
    const { device } = x as Tensor;
    return [gather(zeros([classes], { device }), 0, reshape(x as Tensor, [-1]))];
  },
  fault: ({ value, index }, { caller, classes, what }) =>
    new ValueError(
      caller,
      `${what} out of range: got ${value} at position ${index}, expected 0 ≤ ${what.split(' ').at(-1)} < ${classes}.`,
      { label: value, index, classes },
    ),
  vjp: null,
});

/** @throws {@link ValueError} unless every one of the int32 labels is in [0, classes). */
export function checkLabels(caller: string, labels: Tensor, classes: number): void {
  dispatchOne(checkLabelsOp, [labels], { caller, classes, what: 'class label' });
}

/** @throws {@link ValueError} unless every one of the int32 lengths is in [0, most]. */
export function checkLengths(caller: string, lengths: Tensor, most: number): void {
  dispatchOne(checkLabelsOp, [lengths], { caller, classes: most + 1, what: 'length' });
}

/** Throws when a value is negative, as {@link checkLabelsOp}. */
const checkVarianceOp: KernelOp<{ readonly caller: string }> = /*#__PURE__*/ defineOp<{
  readonly caller: string;
}>({
  name: 'checkVariance',
  class: 'checked',
  infer: ([x]) => [{ shape: [(x as Tensor).size], dtype: 'float32' }],
  lower: ([x]) => {
    const { device } = x as Tensor;
    return [gather(zeros([1], { device }), 0, reshape(castTo(lt(x as Tensor, 0), 'int32'), [-1]))];
  },
  fault: ({ index }, { caller }) =>
    new ValueError(caller, `a negative variance at position ${index}, expected numbers of at least 0.`, {
      index,
    }),
  vjp: null,
});

/** @throws {@link ValueError} when a variance is negative. */
export function checkVariance(caller: string, variance: Tensor): void {
  dispatchOne(checkVarianceOp, [variance], { caller });
}
