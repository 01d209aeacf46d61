import { dispatch } from '../../dispatch/dispatch.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { where } from '../elementwise.ts';
import { scatterAdd } from '../indexing.ts';
import type { KernelOp } from '../op.ts';
import type { ValuesAndIndices } from '../reduce.ts';
import type { AxisAttrs } from '../types.ts';
import { expand, reshape } from '../view.ts';
import { alongAxis } from './scan.ts';
import { positionsAlong, replaces, scanByDoubling } from './scan-steps.ts';

/** @__NO_SIDE_EFFECTS__ */
function runningExtreme(name: string, kind: 'max' | 'min'): KernelOp<AxisAttrs> {
  return defineOp<AxisAttrs>({
    name,
    class: 'static',
    infer: ([x]) => {
      const { shape, dtype } = x as Tensor;
      return [
        { shape, dtype },
        { shape, dtype: 'int32' },
      ];
    },
    lower: ([x], { axis }) => {
      const t = x as Tensor;
      const positions = expand(positionsAlong(t, axis), t.shape);
      return scanByDoubling([t, positions], axis, (earlier, later) => {
        const replaced = replaces(kind, later[0] as Tensor, earlier[0] as Tensor);
        return later.map((part, i) => where(replaced, part, earlier[i] as Tensor));
      });
    },
    saves: { outputs: [1] },
    vjp: ([g], { outputs: [, indices], attrs: { axis } }) => [
      g && indices ? scatterAdd(zerosOf(g.device, g.shape, g.dtype), axis, indices, g) : null,
    ],
  });
}

/** @internal */
export const cummaxOp: KernelOp<AxisAttrs> = /*#__PURE__*/ runningExtreme('cummax', 'max');

/** @internal */
export const cumminOp: KernelOp<AxisAttrs> = /*#__PURE__*/ runningExtreme('cummin', 'min');

function running(op: KernelOp<AxisAttrs>, x: Tensor, axis: number): ValuesAndIndices {
  return alongAxis(
    op.name,
    x,
    axis,
    (t, a): ValuesAndIndices => {
      const [values, indices] = dispatch(op as KernelOp<never>, [t], { axis: a }) as [Tensor, Tensor];
      return { values, indices };
    },
    ({ values, indices }) => ({ values: reshape(values, []), indices: reshape(indices, []) }),
  );
}

/**
 * The largest of each element and those before it along an axis, and where it is: the last one of equal ones. NaN stays.
 * The gradient goes to where the values came from.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cummax.html
 *
 * @example
 * ```ts
 * import { cummax, tensor } from '@flambeau/core';
 * cummax(tensor([1, 3, 2, 3]), 0).indices; // [0, 1, 1, 3]
 * ```
 */
export function cummax(x: Tensor, axis: number): ValuesAndIndices {
  return running(cummaxOp, x, axis);
}

/**
 * The smallest of each element and those before it along an axis, and where it is: the last one of equal ones. NaN stays.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cummin.html
 *
 * @example
 * ```ts
 * import { cummin, tensor } from '@flambeau/core';
 * cummin(tensor([3, 1, 2]), 0).values; // [3, 1, 1]
 * ```
 */
export function cummin(x: Tensor, axis: number): ValuesAndIndices {
  return running(cumminOp, x, axis);
}
