import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { contiguous } from '../copy.ts';
import { defineOp } from '../define.ts';
import type { KernelOp } from '../op.ts';
import { sum } from '../reduce.ts';
import type { Conv2dAttrs, Conv3dAttrs, Conv3dGradAttrs } from '../types.ts';
import { foldWindowsOp, narrow, permute, reshape, windowCount, windowsOp } from '../view.ts';
import { conv2dInputGradOp, conv2dOp, conv2dWeightGradOp } from './conv2d-ops.ts';
import { framePlanes } from './spatial.ts';

type Five = [number, number, number, number, number];

/*
 * A 3-d convolution is a 2-d one of slabs: every position along the depth is an image, whose channels are the C channels
 * at each of the R depths that the kernel sees there. The weight needs no copy to look so.
 */

/** `(N, C, D, H, W)` → `(N·OD, C·R, H, W)`. */
function slabs(x: Tensor, taps: number, { stride, padding, dilation }: Conv3dAttrs): Tensor {
  const [n, c, d, h, w] = x.shape as Five;
  const framed = framePlanes(reshape(x, [n, c, d, h * w]), [padding[0], 0], [0, 0], 0);
  const windows = dispatchOne(windowsOp, [framed], {
    size: [taps, 1],
    stride: [stride[0], 1],
    dilation: [dilation[0], 1],
  });
  const depth = windows.shape[2] as number;
  return reshape(permute(windows, [0, 2, 1, 4, 3, 5]), [n * depth, c * taps, h, w]);
}

/** `(N, K, OD, OH, OW)` → `(N·OD, K, OH, OW)`. */
function images(g: Tensor): Tensor {
  const [n, k, d, h, w] = g.shape as Five;
  return reshape(permute(g, [0, 2, 1, 3, 4]), [n * d, k, h, w]);
}

/** `(K, C, R, S, T)` → `(K, C·R, S, T)`. */
function flatShape(shape: readonly number[]): number[] {
  const [k, c, r, s, t] = shape as Five;
  return [k, c * r, s, t];
}

function planar({ stride, padding, dilation, groups }: Conv3dAttrs): Conv2dAttrs {
  return {
    stride: [stride[1], stride[2]],
    padding: [padding[1], padding[2]],
    dilation: [dilation[1], dilation[2]],
    groups,
  };
}

function resultShape(x: Tensor, w: Tensor, { stride, padding, dilation }: Conv3dAttrs): number[] {
  const sizes = ([0, 1, 2] as const).map((i) => {
    const length = (x.shape[2 + i] as number) + 2 * padding[i];
    return windowCount(length, w.shape[2 + i] as number, stride[i], dilation[i]);
  });
  return [x.shape[0] as number, w.shape[0] as number, ...sizes];
}

/** @internal */
export const conv3dOp: KernelOp<Conv3dAttrs> = /*#__PURE__*/ defineOp({
  name: 'conv3d',
  class: 'static',
  infer: ([x, w], attrs) => [
    { shape: resultShape(x as Tensor, w as Tensor, attrs), dtype: (x as Tensor).dtype },
  ],
  lower: ([x, w, b], attrs) => {
    const [t, f] = [x as Tensor, w as Tensor];
    const operands = [slabs(t, f.shape[2] as number, attrs), reshape(f, flatShape(f.shape))];
    const y = dispatchOne(conv2dOp, b ? [...operands, b] : operands, planar(attrs));
    const [n, k, ...size] = resultShape(t, f, attrs) as Five;
    const [depth, height, width] = size;
    return [contiguous(permute(reshape(y, [n, depth, k, height, width]), [0, 2, 1, 3, 4]))];
  },
  saves: { inputs: [0, 1] },
  vjp: ([g], { inputs: [x, w], attrs, needs }) => {
    if (!g || !x || !w) return [null, null, null];
    return [
      needs[0] ? dispatchOne(conv3dInputGradOp, [g, w], { ...attrs, shape: x.shape }) : null,
      needs[1] ? dispatchOne(conv3dWeightGradOp, [g, x], { ...attrs, shape: w.shape }) : null,
      needs[2] ? sum(g, [0, 2, 3, 4]) : null,
    ];
  },
});

/** Gradient of a 3-d convolution's input. Linear in both operands, and closed under differentiation. @internal */
export const conv3dInputGradOp: KernelOp<Conv3dGradAttrs> = /*#__PURE__*/ defineOp({
  name: 'conv3dInputGrad',
  class: 'static',
  infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
  lower: ([g, w], { shape, ...attrs }) => {
    const [grad, f] = [g as Tensor, w as Tensor];
    const [n, c, d, h, width] = shape as Five;
    const depth = grad.shape[2] as number;
    const taps = f.shape[2] as number;
    const cut = dispatchOne(conv2dInputGradOp, [images(grad), reshape(f, flatShape(f.shape))], {
      ...planar(attrs),
      shape: [n * depth, c * taps, h, width],
    });
    const windows = permute(reshape(cut, [n, depth, c, taps, h * width, 1]), [0, 2, 1, 4, 3, 5]);
    const folded = dispatchOne(foldWindowsOp, [windows], {
      size: [taps, 1],
      stride: [attrs.stride[0], 1],
      dilation: [attrs.dilation[0], 1],
      shape: [n, c, d + 2 * attrs.padding[0], h * width],
    });
    return [reshape(narrow(folded, 2, attrs.padding[0], d), shape)];
  },
  saves: { inputs: [0, 1] },
  vjp: ([gg], { inputs: [g, w], attrs: { shape: _shape, ...attrs }, needs }) => {
    if (!gg || !g || !w) return [null, null];
    return [
      needs[0] ? dispatchOne(conv3dOp, [gg, w], attrs) : null,
      needs[1] ? dispatchOne(conv3dWeightGradOp, [g, gg], { ...attrs, shape: w.shape }) : null,
    ];
  },
});

/** Gradient of a 3-d convolution's weight. @internal */
export const conv3dWeightGradOp: KernelOp<Conv3dGradAttrs> = /*#__PURE__*/ defineOp({
  name: 'conv3dWeightGrad',
  class: 'static',
  infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
  lower: ([g, x], { shape, ...attrs }) => {
    const operands = [images(g as Tensor), slabs(x as Tensor, shape[2] as number, attrs)];
    const flat = dispatchOne(conv2dWeightGradOp, operands, { ...planar(attrs), shape: flatShape(shape) });
    return [reshape(flat, shape)];
  },
  saves: { inputs: [0, 1] },
  vjp: ([gg], { inputs: [g, x], attrs: { shape: _shape, ...attrs }, needs }) => {
    if (!gg || !g || !x) return [null, null];
    return [
      needs[0] ? dispatchOne(conv3dOp, [x, gg], attrs) : null,
      needs[1] ? dispatchOne(conv3dInputGradOp, [g, gg], { ...attrs, shape: x.shape }) : null,
    ];
  },
});
