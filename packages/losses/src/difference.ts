import type { KernelOp, MapFunction, ScalarNode, Tensor } from '@flambeau/core';
import { ArgumentError, constant, defineMap, defineOp, dispatchOne, neg, s } from '@flambeau/core';
import { aligned } from './operands.ts';
import { type Reduction, type ReductionOptions, reduce, reductionOf } from './reduction.ts';

interface DifferenceAttrs {
  readonly reduction: Reduction;
  readonly beta: number;
}

/**
 * A loss of input − target: one map and a reduction forward, one map backward.
 *
 * @param value - (input, target, beta) → the loss of an element.
 * @param slope - (input − target, beta) → its derivative.
 */
function defineDifference(
  name: string,
  value: (d: ScalarNode, beta: ScalarNode) => ScalarNode,
  slope: (d: ScalarNode, beta: ScalarNode) => ScalarNode,
): KernelOp<DifferenceAttrs> {
  const losses: MapFunction = defineMap(name, 3, (a, b, beta) =>
    value(s.sub(a as ScalarNode, b as ScalarNode), beta as ScalarNode),
  );
  const gradient: MapFunction = defineMap(`${name}Slope`, 5, (...operands) => {
    const [g, a, b, beta, share] = operands as [ScalarNode, ScalarNode, ScalarNode, ScalarNode, ScalarNode];
    return s.mul(g, s.mul(slope(s.sub(a, b), beta), share));
  });
  return defineOp<DifferenceAttrs>({
    name,
    class: 'static',
    infer: ([a], { reduction }) => [
      { shape: reduction === 'none' ? (a as Tensor).shape : [], dtype: (a as Tensor).dtype },
    ],
    lower: ([a, b], { reduction, beta }) => [reduce(losses(a as Tensor, b as Tensor, beta), reduction)],
    saves: { inputs: [0, 1] },
    vjp: ([g], { inputs: [a, b], attrs: { reduction, beta }, needs }) => {
      if (!g || !a || !b) return [null, null];
      const dx = gradient(g, a, b, beta, reduction === 'mean' ? 1 / a.size : 1);
      return [needs[0] ? dx : null, needs[1] ? neg(dx) : null];
    },
  });
}

const mseOp: KernelOp<DifferenceAttrs> = /*#__PURE__*/ defineDifference(
  'mseLoss',
  (d) => s.mul(d, d),
  (d) => s.mul(d, 2),
);

const l1Op: KernelOp<DifferenceAttrs> = /*#__PURE__*/ defineDifference(
  'l1Loss',
  (d) => s.abs(d),
  (d) => s.select(s.gt(d, 0), 1, s.select(s.lt(d, 0), constant(-1, d.type), s.mul(d, 0))),
);

const smoothL1Op: KernelOp<DifferenceAttrs> = /*#__PURE__*/ defineDifference(
  'smoothL1Loss',
  (d, beta) => {
    const size = s.abs(d);
    return s.select(s.lt(size, beta), s.div(s.mul(s.mul(d, d), 0.5), beta), s.sub(size, s.mul(beta, 0.5)));
  },
  (d, beta) => s.div(s.max(s.min(d, beta), s.neg(beta)), beta),
);

const huberOp: KernelOp<DifferenceAttrs> = /*#__PURE__*/ defineDifference(
  'huberLoss',
  (d, delta) => {
    const size = s.abs(d);
    const line = s.mul(delta, s.sub(size, s.mul(delta, 0.5)));
    return s.select(s.le(size, delta), s.mul(s.mul(d, d), 0.5), line);
  },
  (d, delta) => s.max(s.min(d, delta), s.neg(delta)),
);

function run(
  op: KernelOp<DifferenceAttrs>,
  input: Tensor,
  target: Tensor,
  options: ReductionOptions,
  beta = 0,
): Tensor {
  const reduction = reductionOf(op.name, options);
  return dispatchOne(op, aligned(op.name, input, target), { reduction, beta });
}

/**
 * Squared error: (input − target)².
 *
 * @param input - any shape, float.
 * @param target - the same shape; one of the two may be broadcast to the other.
 * @returns 0-d, or the shape of the operands with `reduction: 'none'`.
 * @throws {@link ShapeError} when shapes differ, {@link DTypeError} on integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html. Where PyTorch warns that
 * both operands grow by broadcasting, this is an error.
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { mseLoss } from '@flambeau/losses';
 * await mseLoss(tensor([1, 2]), tensor([0, 4])).item(); // 2.5
 * ```
 */
export function mseLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  return run(mseOp, input, target, options);
}

/**
 * Absolute error: |input − target|. Its gradient at 0 is 0. Arguments as {@link mseLoss}.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
 */
export function l1Loss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  return run(l1Op, input, target, options);
}

/** Options of {@link smoothL1Loss}. */
export interface SmoothL1Options extends ReductionOptions {
  /** Where the square goes over into the line, at least 0. Default 1; 0 gives {@link l1Loss}. */
  readonly beta?: number;
}

/**
 * With d = input − target: d²/(2·beta) where |d| < beta, else |d| − beta/2. Arguments as {@link mseLoss}.
 *
 * @throws {@link ArgumentError} when beta is negative.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html. With beta 0 the
 * gradient at 0 is 0, as that of {@link l1Loss}; PyTorch 1.13 gives −1.
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  const { beta = 1 } = options;
  if (!(beta >= 0))
    throw new ArgumentError('smoothL1Loss', `beta is negative: got ${beta}, expected a number ≥ 0.`, {
      beta,
    });
  return beta === 0 ? run(l1Op, input, target, options) : run(smoothL1Op, input, target, options, beta);
}

/** Options of {@link huberLoss}. */
export interface HuberOptions extends ReductionOptions {
  /** Where the square goes over into the line, above 0. Default 1. */
  readonly delta?: number;
}

/**
 * With d = input − target: d²/2 where |d| ≤ delta, else delta·(|d| − delta/2). Arguments as {@link mseLoss}.
 *
 * @throws {@link ArgumentError} unless delta is above 0.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { huberLoss } from '@flambeau/losses';
 * await huberLoss(tensor([0, 3]), tensor([1, 0])).item(); // 1.5
 * ```
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const { delta = 1 } = options;
  if (!(delta > 0))
    throw new ArgumentError('huberLoss', `delta is not positive: got ${delta}, expected a number > 0.`, {
      delta,
    });
  return run(huberOp, input, target, options, delta);
}
