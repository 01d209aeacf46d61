import { dispatchOne } from '../../dispatch/dispatch.ts';
import { hostTensor } from '../../dispatch/execute.ts';
import { allocTyped } from '../../dtype.ts';
import type { Tensor } from '../../tensor.ts';
import { contiguous } from '../copy.ts';
import { defineOp } from '../define.ts';
import { div } from '../elementwise.ts';
import type { KernelOp } from '../op.ts';
import { sum } from '../reduce.ts';
import type { AvgPool2dAttrs, AvgPool2dGradAttrs } from '../types.ts';
import { expand, foldWindowsOp, narrow, reshape, windowsOp } from '../view.ts';
import { overhang, pooledSize } from './pool-size.ts';
import { framePlanes } from './spatial.ts';

/** How many elements each window along one direction counts. Beyond the padding, where ceil mode reaches, there are none. */
function counts(length: number, i: 0 | 1, attrs: AvgPool2dAttrs): number[] {
  const pad = attrs.padding[i];
  const [low, high] = attrs.countIncludePad ? [-pad, length + pad] : [0, length];
  return Array.from({ length: pooledSize(length, i, attrs) }, (_, at) => {
    const start = at * attrs.stride[i] - pad;
    return Math.min(start + attrs.kernelSize[i], high) - Math.max(start, low);
  });
}

/** What the sums are divided by: one number if it is the same everywhere, else (OH, OW). */
function divisor(like: Tensor, h: number, w: number, attrs: AvgPool2dAttrs): Tensor | number {
  if (attrs.divisorOverride !== null) return attrs.divisorOverride;
  const [rows, columns] = [counts(h, 0, attrs), counts(w, 1, attrs)];
  const first = (rows[0] ?? 1) * (columns[0] ?? 1);
  const all = rows.flatMap((height) => columns.map((width) => height * width));
  if (all.every((count) => count === first)) return first;
  const values = allocTyped(like.dtype, all.length);
  values.set(all);
  return hostTensor(like.device, like.dtype, values, [rows.length, columns.length]);
}

/** @internal */
export const avgPool2dOp: KernelOp<AvgPool2dAttrs> = /*#__PURE__*/ defineOp({
  name: 'avgPool2d',
  class: 'static',
  infer: ([x], attrs) => {
    const { shape, dtype } = x as Tensor;
    const [n, c, h, w] = shape as [number, number, number, number];
    return [{ shape: [n, c, pooledSize(h, 0, attrs), pooledSize(w, 1, attrs)], dtype }];
  },
  lower: ([x], attrs) => {
    const t = x as Tensor;
    const [h, w] = t.shape.slice(2) as [number, number];
    const extra = [
      overhang(h, pooledSize(h, 0, attrs), 0, attrs),
      overhang(w, pooledSize(w, 1, attrs), 1, attrs),
    ] as const;
    const windows = dispatchOne(windowsOp, [framePlanes(t, attrs.padding, extra, 0)], {
      size: attrs.kernelSize,
      stride: attrs.stride,
      dilation: [1, 1],
    });
    return [div(sum(windows, [4, 5]), divisor(t, h, w, attrs))];
  },
  vjp: ([g], { attrs, metas }) => [
    g ? dispatchOne(avgPool2dGradOp, [g], { ...attrs, shape: metas[0]?.shape }) : null,
  ],
});

/** Shares each gradient out among the pixels of its window. @internal */
export const avgPool2dGradOp: KernelOp<AvgPool2dGradAttrs> = /*#__PURE__*/ defineOp({
  name: 'avgPool2dGrad',
  class: 'static',
  infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
  lower: ([g], attrs) => {
    const grad = g as Tensor;
    const [n, c, h, w] = attrs.shape as [number, number, number, number];
    const [oh, ow] = grad.shape.slice(2) as [number, number];
    const { kernelSize, stride, padding } = attrs;
    const [r, q] = kernelSize;
    const shares = div(grad, divisor(grad, h, w, attrs));
    const tiles = stride[0] === r && stride[1] === q && oh * r === h && ow * q === w;
    if (tiles) {
      const each = expand(reshape(shares, [n, c, oh, 1, ow, 1]), [n, c, oh, r, ow, q]);
      return [reshape(each, attrs.shape)];
    }
    const extra = [overhang(h, oh, 0, attrs), overhang(w, ow, 1, attrs)] as const;
    const framed = dispatchOne(
      foldWindowsOp,
      [expand(reshape(shares, [n, c, oh, ow, 1, 1]), [n, c, oh, ow, r, q])],
      {
        size: kernelSize,
        stride,
        dilation: [1, 1],
        shape: [n, c, h + 2 * padding[0] + extra[0], w + 2 * padding[1] + extra[1]],
      },
    );
    return [contiguous(narrow(narrow(framed, 2, padding[0], h), 3, padding[1], w))];
  },
  vjp: ([gg], { attrs: { shape: _shape, ...attrs } }) => [gg ? dispatchOne(avgPool2dOp, [gg], attrs) : null],
});
