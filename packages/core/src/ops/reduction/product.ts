import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { composed } from '../../memory/composed.ts';
import { sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { filled } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { castTo, mul } from '../elementwise.ts';
import type { KernelOp } from '../op.ts';
import { reduceWith, type SumOptions } from '../reduce.ts';
import type { ReduceAttrs } from '../types.ts';
import { flip, reshape, unsqueeze } from '../view.ts';
import { copyInto } from '../write.ts';
import { cumprodOp, exclusive, productFault } from './scan.ts';
import { refuseWrapped, stretch } from './scan-steps.ts';

/** The last `count` axes made one. */
function asLines(x: Tensor, count: number): Tensor {
  const split = x.shape.length - count;
  return reshape(x, [...x.shape.slice(0, split), sizeOf(x.shape.slice(split))]);
}

/** Products over the last axis in ⌈log₂ n⌉ halvings. */
function halved(x: Tensor): Tensor {
  const axis = x.shape.length - 1;
  const n = x.shape[axis] as number;
  let width = 2 ** Math.ceil(Math.log2(Math.max(n, 1)));
  let y = x;
  if (width !== n) {
    y = filled(x.device, [...x.shape.slice(0, axis), width], x.dtype, 1);
    copyInto(stretch(y, axis, 0, n), x);
  }
  for (; width > 1; width /= 2) {
    y = mul(stretch(y, axis, 0, width / 2), stretch(y, axis, width / 2, width / 2));
  }
  return reshape(y === x ? clone(x) : y, x.shape.slice(0, axis));
}

/** @internal */
export const prodOp: KernelOp<ReduceAttrs> = /*#__PURE__*/ defineOp<ReduceAttrs>({
  name: 'prod',
  class: 'static',
  strided: true,
  infer: ([x], { count }) => {
    const { shape, dtype } = x as Tensor;
    return [{ shape: shape.slice(0, shape.length - count), dtype: isFloat(dtype) ? dtype : 'int32' }];
  },
  lower: ([x], { count }) => {
    const lines = asLines(x as Tensor, count);
    if (isFloat(lines.dtype)) return [halved(lines)];
    return [refuseWrapped(halved(castTo(lines, 'int32')), halved(castTo(lines, 'float32')))];
  },
  fault: () => productFault('prod'),
  saves: { inputs: [0] },
  // The product of the others, without a division: what stands before an element times what stands after it.
  vjp: ([g], { inputs: [x], attrs: { count } }) => {
    if (!g || !x) return [null];
    const lines = asLines(x, count);
    const axis = lines.shape.length - 1;
    const before = (t: Tensor): Tensor => exclusive(dispatchOne(cumprodOp, [t], { axis }), axis);
    const others = mul(before(lines), flip(before(flip(lines, axis)), axis));
    return [reshape(mul(unsqueeze(g, -1), others), x.shape)];
  },
});

/**
 * Product over one dimension, or over all of them without `axis`. Integers and bools give int32. The gradient is right
 * where elements are 0.
 *
 * @throws {@link ValueError} when an integer product does not fit into int32.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.prod.html
 *
 * @example
 * ```ts
 * import { prod, tensor } from '@flambeau/core';
 * prod(tensor([[1, 2], [3, 4]]), 1); // [2, 12]
 * ```
 */
export function prod(x: Tensor, axis?: number, options: SumOptions = {}): Tensor {
  const { dtype = x.dtype, keepdim = false } = options;
  return composed(x.device, () => reduceWith(prodOp, 'prod', castTo(x, dtype), axis, keepdim));
}
