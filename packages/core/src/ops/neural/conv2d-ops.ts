import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { contiguous } from '../copy.ts';
import { defineOp } from '../define.ts';
import { add } from '../elementwise.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { sum } from '../reduce.ts';
import type { Conv2dAttrs, Conv2dGradAttrs, Pair } from '../types.ts';
import { foldWindowsOp, mT, narrow, permute, reshape, windowCount, windowsOp } from '../view.ts';
import { framePlanes } from './spatial.ts';

/** Windows of x as `(groups, N·OH·OW, C/groups·R·S)`. */
function columns(x: Tensor, kernel: Pair, { stride, padding, dilation, groups }: Conv2dAttrs): Tensor {
  const windows = dispatchOne(windowsOp, [framePlanes(x, padding, [0, 0], 0)], {
    size: kernel,
    stride,
    dilation,
  });
  const [n, c, oh, ow, r, q] = windows.shape as [number, number, number, number, number, number];
  const grouped = reshape(windows, [n, groups, c / groups, oh, ow, r, q]);
  return reshape(permute(grouped, [1, 0, 3, 4, 2, 5, 6]), [groups, n * oh * ow, (c / groups) * r * q]);
}

/** `(N, K, OH, OW)` as `(groups, N·OH·OW, K/groups)`. */
function pixels(g: Tensor, groups: number): Tensor {
  const [n, k, oh, ow] = g.shape as [number, number, number, number];
  return reshape(permute(reshape(g, [n, groups, k / groups, oh, ow]), [1, 0, 3, 4, 2]), [
    groups,
    n * oh * ow,
    k / groups,
  ]);
}

/** Height and width of a convolution's result. */
function outputSize(x: Tensor, w: Tensor, { stride, padding, dilation }: Conv2dAttrs): Pair {
  const [h, width] = spatial(x);
  const [r, q] = spatial(w);
  return [
    windowCount(h + 2 * padding[0], r, stride[0], dilation[0]),
    windowCount(width + 2 * padding[1], q, stride[1], dilation[1]),
  ];
}

const spatial = (x: Tensor): Pair => x.shape.slice(2) as unknown as Pair;

/** @internal */
export const conv2dOp: KernelOp<Conv2dAttrs> = /*#__PURE__*/ defineOp({
  name: 'conv2d',
  class: 'static',
  infer: ([x, w], attrs) => {
    const [t, f] = [x as Tensor, w as Tensor];
    return [
      { shape: [t.shape[0] as number, f.shape[0] as number, ...outputSize(t, f, attrs)], dtype: t.dtype },
    ];
  },
  lower: ([x, w, b], attrs) => {
    const [t, f] = [x as Tensor, w as Tensor];
    const [k, c, r, q] = f.shape as [number, number, number, number];
    const { groups } = attrs;
    const flat = reshape(f, [groups, k / groups, c * r * q]);
    const y = matmul(columns(t, [r, q], attrs), mT(flat));
    const [oh, ow] = outputSize(t, f, attrs);
    const planes = reshape(
      permute(reshape(y, [groups, t.shape[0] as number, oh, ow, k / groups]), [1, 0, 4, 2, 3]),
      [t.shape[0] as number, k, oh, ow],
    );
    return [b ? add(planes, reshape(b, [1, k, 1, 1])) : planes];
  },
  saves: { inputs: [0, 1] },
  vjp: ([g], { inputs: [x, w], attrs, needs }) => {
    if (!g || !x || !w) return [null, null, null];
    return [
      needs[0] ? dispatchOne(conv2dInputGradOp, [g, w], { ...attrs, shape: x.shape }) : null,
      needs[1] ? dispatchOne(conv2dWeightGradOp, [g, x], { ...attrs, shape: w.shape }) : null,
      needs[2] ? sum(g, [0, 2, 3]) : null,
    ];
  },
});

/** Gradient of a convolution's input. Linear in both operands, and closed under differentiation. @internal */
export const conv2dInputGradOp: KernelOp<Conv2dGradAttrs> = /*#__PURE__*/ defineOp({
  name: 'conv2dInputGrad',
  class: 'static',
  infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
  lower: ([g, w], { shape, ...attrs }) => {
    const [grad, f] = [g as Tensor, w as Tensor];
    const [k, c, r, q] = f.shape as [number, number, number, number];
    const [n, channels, h, width] = shape as [number, number, number, number];
    const { groups, padding } = attrs;
    const [oh, ow] = spatial(grad);
    const cols = matmul(pixels(grad, groups), reshape(f, [groups, k / groups, c * r * q]));
    const windows = reshape(permute(reshape(cols, [groups, n, oh, ow, c, r, q]), [1, 0, 4, 2, 3, 5, 6]), [
      n,
      channels,
      oh,
      ow,
      r,
      q,
    ]);
    const padded = dispatchOne(foldWindowsOp, [windows], {
      size: [r, q],
      stride: attrs.stride,
      dilation: attrs.dilation,
      shape: [n, channels, h + 2 * padding[0], width + 2 * padding[1]],
    });
    return [contiguous(narrow(narrow(padded, 2, padding[0], h), 3, padding[1], width))];
  },
  saves: { inputs: [0, 1] },
  vjp: ([gg], { inputs: [g, w], attrs: { shape: _shape, ...attrs }, needs }) => {
    if (!gg || !g || !w) return [null, null];
    return [
      needs[0] ? dispatchOne(conv2dOp, [gg, w], attrs) : null,
      needs[1] ? dispatchOne(conv2dWeightGradOp, [g, gg], { ...attrs, shape: w.shape }) : null,
    ];
  },
});

/** Gradient of a convolution's weight. @internal */
export const conv2dWeightGradOp: KernelOp<Conv2dGradAttrs> = /*#__PURE__*/ defineOp({
  name: 'conv2dWeightGrad',
  class: 'static',
  infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
  lower: ([g, x], { shape, ...attrs }) => {
    const [, , r, q] = shape as [number, number, number, number];
    const cols = columns(x as Tensor, [r, q], attrs);
    return [reshape(matmul(mT(pixels(g as Tensor, attrs.groups)), cols), shape)];
  },
  saves: { inputs: [0, 1] },
  vjp: ([gg], { inputs: [g, x], attrs: { shape: _shape, ...attrs }, needs }) => {
    if (!gg || !g || !x) return [null, null];
    return [
      needs[0] ? dispatchOne(conv2dOp, [x, gg], attrs) : null,
      needs[1] ? dispatchOne(conv2dInputGradOp, [g, gg], { ...attrs, shape: x.shape }) : null,
    ];
  },
});
