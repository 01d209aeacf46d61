import type { MapFunction, MapOperand, ScalarNode, Tensor } from '@flambeau/core';
import { defineMap, s } from '@flambeau/core';

/** How an optimizer sees gradients before its own rule: PyTorch's `maximize` and L2 `weightDecay`. */
export interface GradientForm {
  readonly maximize: boolean;
  readonly weightDecay: number;
}

/** Runs a row in place: `target` becomes a function of itself, the gradient as the optimizer sees it, and `rest`. */
export type GradientRow = (
  target: Tensor,
  p: Tensor,
  g: Tensor,
  form: GradientForm,
  ...rest: readonly MapOperand[]
) => void;

/**
 * A row of an update rule that reads the gradient d = ±g + weightDecay·p: one kernel whatever the form, so that d is
 * never stored. Each form is an op of its own, made when it is first used.
 *
 * @param build - the new value, from the old one, d and the row's own operands.
 */
export function gradientRow(
  name: string,
  operands: number,
  build: (target: ScalarNode, d: ScalarNode, ...rest: ScalarNode[]) => ScalarNode,
): GradientRow {
  const rows: (MapFunction | undefined)[] = [];
  return (target, p, g, { maximize, weightDecay }, ...rest) => {
    const decays = weightDecay !== 0;
    const onItself = target === p;
    const form = (maximize ? 1 : 0) + (decays ? 2 : 0) + (onItself ? 4 : 0);
    const extra = decays ? (onItself ? 1 : 2) : 0;
    rows[form] ??= defineMap(name, 2 + extra + operands, (old, gradient, ...others) => {
      const decay = others[extra - 1];
      const param = onItself ? old : (others[0] as ScalarNode);
      return build(old, seen(gradient, maximize, decay && [param, decay]), ...others.slice(extra));
    });
    const row = rows[form];
    if (!decays) target.apply_(row, g, ...rest);
    else if (onItself) target.apply_(row, g, weightDecay, ...rest);
    else target.apply_(row, g, p, weightDecay, ...rest);
  };
}

function seen(g: ScalarNode, maximize: boolean, decay?: readonly [ScalarNode, ScalarNode]): ScalarNode {
  const own = maximize ? s.neg(g) : g;
  return decay ? s.add(own, s.mul(decay[0], decay[1])) : own;
}

const decayed: readonly MapFunction[] = /*#__PURE__*/ [false, true].map((maximize) =>
  defineMap('decayedGradient', 3, (g, p, weightDecay) => seen(g, maximize, [p, weightDecay])),
);

/** d = ±g + weightDecay·p as a tensor of its own, for rules that need it twice or keep it. */
export function gradientAs(p: Tensor, g: Tensor, { maximize, weightDecay }: GradientForm): Tensor {
  if (weightDecay !== 0) return (decayed[maximize ? 1 : 0] as MapFunction)(g, p, weightDecay);
  return maximize ? g.neg() : g.clone();
}
