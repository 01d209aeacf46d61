import { dispatchOne } from '../../dispatch/dispatch.ts';
import { promoteTypes } from '../../dtype.ts';
import { ArgumentError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { defineOp } from '../define.ts';
import { castTo, eq, logicalNot } from '../elementwise.ts';
import type { KernelOp } from '../op.ts';
import { any } from '../reduce.ts';
import type { NoAttrs } from '../types.ts';
import { reshape, unsqueeze } from '../view.ts';

/** Options of {@link isin}. */
export interface IsinOptions {
  /** A promise that neither has an element twice: accepted as in PyTorch, it changes nothing. */
  readonly assumeUnique?: boolean;
  /** True where an element is not among the others. Default false. */
  readonly invert?: boolean;
}

/** Without a kernel every element is compared with every test. @internal */
export const isinOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineOp<NoAttrs>({
  name: 'isin',
  class: 'static',
  infer: ([x]) => [{ shape: (x as Tensor).shape, dtype: 'bool' }],
  lower: ([x, tests]) => [any(eq(unsqueeze(x as Tensor, -1), reshape(tests as Tensor, [-1])), -1)],
  vjp: null,
});

/**
 * True where an element is equal to one of the tests. NaN is equal to nothing.
 *
 * @param elements - any shape and dtype; or a number, if the tests are a tensor.
 * @param testElements - any shape; or a number.
 * @returns bool, the shape of elements.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.isin.html
 *
 * @example
 * ```ts
 * import { isin, tensor } from '@flambeau/core';
 * isin(tensor([1, 2, 3]), tensor([3, 1])); // [true, false, true]
 * ```
 */
export function isin(
  elements: Tensor | number,
  testElements: Tensor | number,
  options: IsinOptions = {},
): Tensor {
  const device = isTensor(elements) ? elements.device : isTensor(testElements) ? testElements.device : null;
  if (!device) {
    throw new ArgumentError('isin', 'no tensor: got two numbers, expected at least one tensor.');
  }
  const found = (): Tensor => {
    if (isTensor(elements) && isTensor(testElements)) {
      const dtype = promoteTypes(elements.dtype, testElements.dtype);
      return dispatchOne(isinOp, [castTo(elements, dtype), castTo(testElements, dtype)], {});
    }
    if (isTensor(elements)) return eq(elements, testElements);
    return any(eq(testElements as Tensor, elements));
  };
  return composed(device, () => (options.invert ? logicalNot(found()) : found()));
}
