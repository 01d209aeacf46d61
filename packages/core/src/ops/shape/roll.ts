import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { defineOp } from '../define.ts';
import type { KernelOp } from '../op.ts';
import { narrow, reshape } from '../view.ts';
import { copyInto } from '../write.ts';
import { unwritten } from './unwritten.ts';

/** Attributes of {@link rollOp}: by how much each dimension is rolled, less than its size and not negative. */
export interface RollAttrs {
  readonly shifts: readonly number[];
}

/** @internal */
export const rollOp: KernelOp<RollAttrs> = /*#__PURE__*/ defineOp<RollAttrs>({
  name: 'roll',
  class: 'static',
  strided: true,
  infer: ([x]) => [x as Tensor],
  lower: ([x], { shifts }) => {
    const { device, shape, dtype } = x as Tensor;
    const out = unwritten(device, shape, dtype);
    /** Both parts of every dimension that is rolled, so that each element is copied once. */
    const copy = (source: Tensor, target: Tensor, axis: number): void => {
      const shift = shifts[axis];
      if (shift === undefined) copyInto(target, source);
      else if (shift === 0) copy(source, target, axis + 1);
      else {
        const rest = (shape[axis] as number) - shift;
        copy(narrow(source, axis, 0, rest), narrow(target, axis, shift, rest), axis + 1);
        copy(narrow(source, axis, rest, shift), narrow(target, axis, 0, shift), axis + 1);
      }
    };
    copy(x as Tensor, out, 0);
    return [out];
  },
  vjp: ([g], { attrs: { shifts }, metas }) => [
    g
      ? dispatchOne(rollOp, [g], { shifts: shifts.map((n, i) => wrapped(-n, metas[0]?.shape[i] ?? 0)) })
      : null,
  ],
});

function wrapped(shift: number, size: number): number {
  return size === 0 ? 0 : ((shift % size) + size) % size;
}

const listed = (value: number | readonly number[]): readonly number[] =>
  typeof value === 'number' ? [value] : value;

/**
 * Elements moved along dimensions; what leaves at the end comes in at the beginning. Without dimensions the flattened
 * tensor is rolled.
 *
 * @throws {@link ShapeError} unless there is one integer for each dimension named.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.roll.html
 *
 * @example
 * ```ts
 * import { roll, tensor } from '@flambeau/core';
 * roll(tensor([1, 2, 3]), 1); // [3, 1, 2]
 * roll(tensor([[1, 2], [3, 4]]), 1, 0); // [[3, 4], [1, 2]]
 * ```
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims: number | readonly number[] = [],
): Tensor {
  const by = listed(shifts);
  const axes = listed(dims);
  if (by.length !== (axes.length || 1) || !by.every(Number.isInteger)) {
    throw new ShapeError(
      'roll',
      `shifts and dimensions do not correspond: got [${by.join(', ')}] for [${axes.join(', ')}], expected one integer for each dimension.`,
      { shifts, dims },
    );
  }
  return composed(x.device, () => {
    if (axes.length === 0) {
      const flat = reshape(x, [-1]);
      return reshape(dispatchOne(rollOp, [flat], { shifts: [wrapped(by[0] as number, x.size)] }), x.shape);
    }
    const total = new Array<number>(x.shape.length).fill(0);
    axes.forEach((dim, i) => {
      const axis = normalizeAxis('roll', dim, x.shape.length);
      total[axis] = (total[axis] ?? 0) + (by[i] as number);
    });
    return dispatchOne(rollOp, [x], { shifts: x.shape.map((size, i) => wrapped(total[i] as number, size)) });
  });
}
