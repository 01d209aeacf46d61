import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { add } from '../elementwise.ts';
import type { KernelOp, TensorMeta } from '../op.ts';
import { sum } from '../reduce.ts';
import { flip, narrow } from '../view.ts';
import { copyInto } from '../write.ts';
import { cropped, type Margin, opposite, paddedShape } from './constant-pad.ts';
import { unwritten } from './unwritten.ts';

/** Where the values of margins come from: mirrored about the edge, the edge itself, or the other end. */
export type EdgeMode = 'reflect' | 'replicate' | 'circular';

/** Attributes of {@link edgePadOp}: one margin for every dimension, none negative. */
export interface EdgePadAttrs {
  readonly margins: readonly Margin[];
  readonly mode: EdgeMode;
}

/** A margin of the padded tensor, and what is copied there: a part of the tensor inside, mirrored or not. */
interface Border {
  readonly axis: number;
  readonly start: number;
  readonly count: number;
  /** In positions of the padded tensor. */
  readonly source: number;
}

/** The margins of a dimension of `size` elements. A margin that repeats the edge has a source of one element. */
function borders(axis: number, size: number, [before, after]: Margin, mode: EdgeMode): Border[] {
  const end = before + size;
  const sources = {
    reflect: [before + 1, end - 1 - after],
    replicate: [before, end - 1],
    circular: [end - before, before],
  }[mode] as [number, number];
  return [
    { axis, start: 0, count: before, source: sources[0] },
    { axis, start: end, count: after, source: sources[1] },
  ].filter(({ count }) => count > 0);
}

function ofMargin(x: Tensor, { axis, start, count }: Border): Tensor {
  return narrow(x, axis, start, count);
}

function ofSource(x: Tensor, { axis, count, source }: Border, mode: EdgeMode): Tensor {
  return narrow(x, axis, source, mode === 'replicate' ? 1 : count);
}

/** @internal */
export const edgePadOp: KernelOp<EdgePadAttrs> = /*#__PURE__*/ defineOp<EdgePadAttrs>({
  name: 'edgePad',
  class: 'static',
  strided: true,
  infer: ([x], { margins }) => [
    { shape: paddedShape((x as Tensor).shape, margins), dtype: (x as Tensor).dtype },
  ],
  lower: ([x], { margins, mode }) => {
    const { device, shape, dtype } = x as Tensor;
    const out = unwritten(device, paddedShape(shape, margins), dtype);
    if (out.size === 0) return [out];
    copyInto(cropped(out, opposite(margins)), x as Tensor);
    margins.forEach((margin, axis) => {
      // The margins of the dimensions before are written: corners come from there.
      const rows = cropped(out, opposite(margins.map((m, i) => (i > axis ? m : [0, 0]))));
      for (const border of borders(axis, shape[axis] as number, margin, mode)) {
        const source = ofSource(rows, border, mode);
        copyInto(ofMargin(rows, border), mode === 'reflect' ? flip(source, axis) : source);
      }
    });
    return [out];
  },
  vjp: ([g], { attrs, metas }) => [
    g ? dispatchOne(edgePadGradOp, [g], { ...attrs, shape: (metas[0] as TensorMeta).shape }) : null,
  ],
});

/** The gradient of `edgePad`: adds the margins to where their values came from, the last dimension's first. @internal */
export const edgePadGradOp: KernelOp<EdgePadAttrs & { readonly shape: readonly number[] }> =
  /*#__PURE__*/ defineOp({
    name: 'edgePadGrad',
    class: 'static',
    strided: true,
    infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
    lower: ([g], { margins, mode, shape }) => {
      let rows = clone(g as Tensor);
      if (rows.size === 0) return [zerosOf(rows.device, shape, rows.dtype)];
      for (let axis = margins.length - 1; axis >= 0; axis--) {
        const margin = margins[axis] as Margin;
        for (const border of borders(axis, shape[axis] as number, margin, mode)) {
          const values = ofMargin(rows, border);
          const target = ofSource(rows, border, mode);
          if (mode === 'replicate') copyInto(target, add(target, sum(values, axis, { keepdim: true })));
          else copyInto(target, add(target, mode === 'reflect' ? flip(values, axis) : values));
        }
        rows = narrow(rows, axis, margin[0], shape[axis] as number);
      }
      return [clone(rows)];
    },
    vjp: ([g], { attrs: { margins, mode } }) => [g ? dispatchOne(edgePadOp, [g], { margins, mode }) : null],
  });
