import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { castTo, ge, lt, where } from '../elementwise.ts';
import { gather, scatterAdd } from '../indexing.ts';
import type { KernelOp } from '../op.ts';
import { arangeOf } from '../ranges.ts';
import { argmax } from '../reduce.ts';
import type { MaxPool2dGradAttrs, Pool2dAttrs } from '../types.ts';
import { expand, reshape, windowsOp } from '../view.ts';
import { overhang, pooledSize } from './pool-size.ts';
import { asLines, framePlanes, takeAt, winnerAlong } from './spatial.ts';

/** @internal */
export const maxPool2dOp: KernelOp<Pool2dAttrs> = /*#__PURE__*/ defineOp({
  name: 'maxPool2d',
  class: 'static',
  infer: ([x], attrs) => {
    const { shape: given, dtype } = x as Tensor;
    const [n, c, h, w] = given as [number, number, number, number];
    const shape = [n, c, pooledSize(h, 0, attrs), pooledSize(w, 1, attrs)];
    return [
      { shape, dtype },
      { shape, dtype: 'int32' },
    ];
  },
  lower: ([x], attrs) => {
    const t = x as Tensor;
    const [n, c, h, w] = t.shape as [number, number, number, number];
    const { kernelSize, stride, padding, dilation } = attrs;
    const oh = pooledSize(h, 0, attrs);
    const ow = pooledSize(w, 1, attrs);
    const extra = [overhang(h, oh, 0, attrs), overhang(w, ow, 1, attrs)] as const;
    const take = (v: Tensor, fill: number): Tensor => {
      const windows = dispatchOne(windowsOp, [framePlanes(v, padding, extra, fill)], {
        size: kernelSize,
        stride,
        dilation,
      });
      return reshape(windows, [...v.shape.slice(0, 2), oh, ow, kernelSize[0] * kernelSize[1]]);
    };
    const values = take(t, Number.NEGATIVE_INFINITY);
    const places = take(reshape(arangeOf(t.device, h * w), [1, 1, h, w]), -1);
    const best = winnerAlong(values, 4);
    const found = gather(expand(places, [n, c, oh, ow, -1]), 4, best);
    // Where padding won, all of the window is −∞: then its first element inside is the one.
    const inside = gather(places, 4, argmax(castTo(ge(places, 0), 'int32'), 4, { keepdim: true }));
    const index = where(lt(found, 0), inside, found);
    return [reshape(gather(values, 4, best), [n, c, oh, ow]), reshape(index, [n, c, oh, ow])];
  },
  saves: { outputs: [1] },
  vjp: ([g], { outputs: [, index], attrs, metas }) => [
    g && index ? dispatchOne(maxPool2dGradOp, [g, index], { ...attrs, shape: metas[0]?.shape }) : null,
  ],
});

/** Sends each gradient back to the position that was the maximum. @internal */
export const maxPool2dGradOp: KernelOp<MaxPool2dGradAttrs> = /*#__PURE__*/ defineOp({
  name: 'maxPool2dGrad',
  class: 'static',
  infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
  lower: ([g, index], { shape }) => {
    const [n, c, h, w] = shape as [number, number, number, number];
    const zeros = zerosOf((g as Tensor).device, [n, c, h * w], (g as Tensor).dtype);
    return [reshape(scatterAdd(zeros, 2, asLines(index as Tensor), asLines(g as Tensor)), shape)];
  },
  saves: { inputs: [1] },
  vjp: ([gg], { inputs: [, index] }) => [gg && index ? takeAt(gg, index) : null, null],
});
