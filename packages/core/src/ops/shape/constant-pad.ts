import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { filled } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import type { KernelOp } from '../op.ts';
import { narrow } from '../view.ts';
import { copyInto } from '../write.ts';

/** How much is added before and after the elements of a dimension; taken away where negative. */
export type Margin = readonly [before: number, after: number];

/** Attributes of {@link constantPadOp}. */
export interface ConstantPadAttrs {
  /** One for every dimension. */
  readonly margins: readonly Margin[];
  readonly value: number;
}

/** The shape with margins. */
export function paddedShape(shape: readonly number[], margins: readonly Margin[]): number[] {
  return shape.map((size, i) => {
    const [before, after] = margins[i] as Margin;
    return size + before + after;
  });
}

/** What of x lies within margins that take away; those that add do not matter. */
export function cropped(x: Tensor, margins: readonly Margin[]): Tensor {
  return margins.reduce((y, [before, after], axis) => {
    const start = Math.max(-before, 0);
    const count = (y.shape[axis] as number) - start - Math.max(-after, 0);
    return count === y.shape[axis] ? y : narrow(y, axis, start, count);
  }, x);
}

export const opposite = (margins: readonly Margin[]): Margin[] =>
  margins.map(([before, after]) => [-before, -after]);

/** Margins of one value; the gradient is the same op with the opposite margins. @internal */
export const constantPadOp: KernelOp<ConstantPadAttrs> = /*#__PURE__*/ defineOp<ConstantPadAttrs>({
  name: 'constantPad',
  class: 'static',
  strided: true,
  infer: ([x], { margins }) => [
    { shape: paddedShape((x as Tensor).shape, margins), dtype: (x as Tensor).dtype },
  ],
  lower: ([x], { margins, value }) => {
    const { device, shape, dtype } = x as Tensor;
    const out = filled(device, paddedShape(shape, margins), dtype, value);
    if (out.size > 0) copyInto(cropped(out, opposite(margins)), cropped(x as Tensor, margins));
    return [out];
  },
  vjp: ([g], { attrs: { margins } }) => [
    g ? dispatchOne(constantPadOp, [g], { margins: opposite(margins), value: 0 }) : null,
  ],
});
