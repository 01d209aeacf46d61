import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { DTypeError } from '../../errors.ts';
import { s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import type { BinaryOp } from '../define.ts';
import { defineBinary, defineOp } from '../define.ts';
import { abs, add, eq, exp, log1p, maximum, mul, neg, sub, where } from '../elementwise.ts';
import type { KernelOp } from '../op.ts';
import type { AxisAttrs } from '../types.ts';
import { reshape } from '../view.ts';
import { alongAxis, linearScanOp } from './scan.ts';
import { positionsAlong, scanByDoubling, shifted } from './scan-steps.ts';

/** exp(a − b), 1 where both are the same infinity. @internal */
export const growth: BinaryOp = /*#__PURE__*/ defineBinary(
  'growth',
  (a, b) => s.select(s.eq(a, b), 1, s.exp(s.sub(a, b))),
  { rule: 'float', vjp: (g, _args, y) => [s.mul(g, y), s.neg(s.mul(g, y))] },
);

/** log(eᵃ + eᵇ), stable, for infinities too. */
function logOfSum(a: Tensor, b: Tensor): Tensor {
  const larger = add(maximum(a, b), log1p(exp(neg(abs(sub(a, b))))));
  return where(eq(a, b), add(a, Math.LN2), larger);
}

/** @internal */
export const logcumsumexpOp: KernelOp<AxisAttrs> = /*#__PURE__*/ defineOp<AxisAttrs>({
  name: 'logcumsumexp',
  class: 'static',
  infer: ([x]) => [{ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }],
  lower: ([x], { axis }) =>
    scanByDoubling([x as Tensor], axis, ([a], [b]) => [logOfSum(a as Tensor, b as Tensor)]),
  saves: { inputs: [0], outputs: [0] },
  // Σ_j g_j·exp(x_k − y_j), summed from the end: y never falls, so that every factor is at most 1.
  vjp: ([g], { inputs: [x], outputs: [y], attrs: { axis } }) => {
    if (!g || !x || !y) return [null];
    const isLast = eq(positionsAlong(y, axis), (y.shape[axis] as number) - 1);
    const factors = growth(y, where(isLast, y, shifted(y, axis, -1)));
    const later = dispatchOne(linearScanOp, [factors, g], { axis, reverse: true });
    return [mul(exp(sub(x, y)), later)];
  },
});

/**
 * log of the running sum of exponentials along an axis, shifted so that it does not overflow: y_k = log(e^x_0 + … + e^x_k).
 *
 * @param x - float.
 * @throws {@link DTypeError} for integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.logcumsumexp.html
 *
 * @example
 * ```ts
 * import { logcumsumexp, tensor } from '@flambeau/core';
 * logcumsumexp(tensor([1000, 1000]), 0); // [1000, 1000.693]
 * ```
 */
export function logcumsumexp(x: Tensor, axis: number): Tensor {
  if (!isFloat(x.dtype)) {
    throw new DTypeError(
      'logcumsumexp',
      `not defined for integers: got ${x.dtype}, expected a float dtype. Cast with x.to('float32').`,
      { dtype: x.dtype },
    );
  }
  return alongAxis(
    'logcumsumexp',
    x,
    axis,
    (t, a) => dispatchOne(logcumsumexpOp, [t], { axis: a }),
    (y) => reshape(y, []),
  );
}
