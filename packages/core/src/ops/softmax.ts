import { dispatchOne } from '../dispatch/dispatch.ts';
import type { DType } from '../dtype.ts';
import { isFloat } from '../dtype.ts';
import { DTypeError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { normalizeAxis } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { clone } from './copy.ts';
import { defineOp } from './define.ts';
import { add, castTo, div, exp, isinf, log, mul, sub, where } from './elementwise.ts';
import type { KernelOp, OutputSpec } from './op.ts';
import { amax, sum } from './reduce.ts';
import type { AxisAttrs } from './types.ts';
import { squeeze } from './view.ts';

const sameAsInput = ([x]: readonly Tensor[]): readonly OutputSpec[] => [
  { shape: (x as Tensor).shape, dtype: (x as Tensor).dtype },
];

/** The maximum over dimensions, kept; infinite ones become 0 so that x − max is never ∞ − ∞. */
function shift(x: Tensor, axis: number | readonly number[]): Tensor {
  const top = amax(x, axis, { keepdim: true });
  return where(isinf(top), 0, top);
}

/** @internal */
export const softmaxOp: KernelOp<AxisAttrs> = /*#__PURE__*/ defineOp<AxisAttrs>({
  name: 'softmax',
  class: 'static',
  infer: sameAsInput,
  lower: ([x], { axis }) => {
    const t = x as Tensor;
    if (t.size === 0) return [clone(t)];
    const e = exp(sub(t, amax(t, axis, { keepdim: true })));
    return [div(e, sum(e, axis, { keepdim: true }))];
  },
  saves: { outputs: [0] },
  vjp: ([g], { outputs: [y], attrs: { axis } }) => [
    g && y ? mul(y, sub(g, sum(mul(g, y), axis, { keepdim: true }))) : null,
  ],
});

/** @internal */
export const logSoftmaxOp: KernelOp<AxisAttrs> = /*#__PURE__*/ defineOp<AxisAttrs>({
  name: 'logSoftmax',
  class: 'static',
  infer: sameAsInput,
  lower: ([x], { axis }) => {
    const t = x as Tensor;
    if (t.size === 0) return [clone(t)];
    const shifted = sub(t, amax(t, axis, { keepdim: true }));
    return [sub(shifted, log(sum(exp(shifted), axis, { keepdim: true })))];
  },
  saves: { outputs: [0] },
  vjp: ([g], { outputs: [y], attrs }) => [g && y ? dispatchOne(logSoftmaxGradOp, [g, y], attrs) : null],
});

/** g − exp(y)·Σg, the gradient of log-softmax. @internal */
export const logSoftmaxGradOp: KernelOp<AxisAttrs> = /*#__PURE__*/ defineOp<AxisAttrs>({
  name: 'logSoftmaxGrad',
  class: 'static',
  infer: sameAsInput,
  lower: ([g, y], { axis }) => [
    sub(g as Tensor, mul(exp(y as Tensor), sum(g as Tensor, axis, { keepdim: true }))),
  ],
  vjp: 'through',
});

function checkFloat(op: string, x: Tensor): void {
  if (isFloat(x.dtype)) return;
  throw new DTypeError(
    op,
    `not defined for integers: got ${x.dtype}, expected a float dtype. Cast with x.to('float32').`,
    { dtype: x.dtype },
  );
}

/** Options of {@link softmax} and {@link logSoftmax}. */
export interface SoftmaxOptions {
  /** Convert to this float dtype first, which lets integers in. */
  readonly dtype?: DType;
}

/**
 * exp(x) / Σ exp(x) along an axis, shifted by the maximum so that it does not overflow.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 *
 * @example
 * ```ts
 * import { softmax, tensor } from '@flambeau/core';
 * softmax(tensor([0, 0]), 0); // [0.5, 0.5]
 * ```
 */
export function softmax(x: Tensor, axis: number, options: SoftmaxOptions = {}): Tensor {
  return alongAxis(softmaxOp, x, axis, options);
}

/** Logarithm of {@link softmax}, computed without loss for small probabilities. */
export function logSoftmax(x: Tensor, axis: number, options: SoftmaxOptions = {}): Tensor {
  return alongAxis(logSoftmaxOp, x, axis, options);
}

function alongAxis(op: KernelOp<AxisAttrs>, x: Tensor, axis: number, { dtype }: SoftmaxOptions): Tensor {
  if (dtype !== undefined && dtype !== x.dtype) {
    return composed(x.device, () => alongAxis(op, castTo(x, dtype), axis, {}));
  }
  checkFloat(op.name, x);
  return dispatchOne(op, [x], { axis: normalizeAxis(op.name, axis, x.shape.length) });
}

/**
 * log Σ exp(x) over dimensions, shifted by the maximum; −∞ where nothing is added up. Integers become float32.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.logsumexp.html
 *
 * @example
 * ```ts
 * import { logsumexp, tensor } from '@flambeau/core';
 * logsumexp(tensor([[1000, 1000]]), 1); // [1000.693]
 * ```
 */
export function logsumexp(
  x: Tensor,
  axis: number | readonly number[],
  options: { readonly keepdim?: boolean } = {},
): Tensor {
  return composed(x.device, () => {
    const t = isFloat(x.dtype) ? x : castTo(x, 'float32');
    if (t.size === 0) return log(sum(exp(t), axis, options));
    const top = shift(t.detach(), axis);
    const total = add(log(sum(exp(sub(t, top)), axis, { keepdim: true })), top);
    return options.keepdim ? total : squeeze(total, axis);
  });
}
