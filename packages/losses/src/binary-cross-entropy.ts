import type { KernelOp, MapFunction, ScalarNode, Tensor } from '@flambeau/core';
import {
  broadcastShapes,
  defineMap,
  defineOp,
  defineUnary,
  dispatchOne,
  formatShape,
  gather,
  reshape,
  ShapeError,
  s,
  sameShape,
  type UnaryOp,
  ValueError,
  zeros,
} from '@flambeau/core';
import { requireFloat, requireSameShape } from './operands.ts';
import { type ReductionOptions, reduce, reductionOf, releasing } from './reduction.ts';

const UNIT = 2 ** 20;
const NOT_A_NUMBER = 1;
const LIMIT = 2 ** 31 - 128;
/** Least p·(1 − p) that a gradient is divided by: PyTorch's, a float32 also for float64 tensors. */
const LEAST_SLOPE: number = Math.fround(1e-12);

/**
 * 0 for probabilities; else the value in units of 2⁻²⁰, rounded away from the range. NaN has a code that no invalid value
 * has. Integer codes, because the checked op below can report nothing else.
 */
const probabilityCode: UnaryOp = /*#__PURE__*/ defineUnary(
  'probabilityCode',
  (x) => {
    const scaled = s.mul(x, UNIT);
    const outward = s.select(s.lt(x, 0), s.floor(scaled), s.neg(s.floor(s.neg(scaled))));
    const code = s.select(s.isnan(x), NOT_A_NUMBER, s.max(s.min(outward, LIMIT), -LIMIT));
    return s.cast(s.select(s.and(s.ge(x, 0), s.le(x, 1)), 0, code), 'int32');
  },
  { rule: 'typed' },
);

function describe(code: number): string {
  if (code === NOT_A_NUMBER) return 'NaN';
  if (Math.abs(code) === LIMIT)
    return `${code > 0 ? 'more' : 'less'} than ${Math.sign(code) * Math.floor(LIMIT / UNIT)}`;
  const value = code / UNIT;
  // The shortest number with this code.
  for (let digits = 1; digits < 8; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.abs(short - value) <= 1 / UNIT && (short < 0 || short > 1)) return `about ${short}`;
  }
  return `about ${value}`;
}

/** Throws when a value is no probability: at the call, or on asynchronous devices at the next await. */
const checkProbabilityOp: KernelOp<{ readonly caller: string }> = /*#__PURE__*/ defineOp<{
  readonly caller: string;
}>({
  name: 'checkProbability',
  class: 'checked',
  infer: ([x]) => [{ shape: [(x as Tensor).size], dtype: (x as Tensor).dtype }],
  lower: ([x]) => {
    const { device, dtype } = x as Tensor;
    return [gather(zeros([1], { device, dtype }), 0, reshape(probabilityCode(x as Tensor), [-1]))];
  },
  fault: ({ value, index }, { caller }) =>
    new ValueError(
      caller,
      `not a probability: got ${describe(value)} at position ${index}, expected 0 ≤ input ≤ 1. Apply sigmoid first, or pass logits to bceWithLogitsLoss.`,
      { index },
    ),
  vjp: null,
});

type Operands = [ScalarNode, ScalarNode, ScalarNode];

/** PyTorch's bound, so that no element's loss is infinite. */
const boundedLog = (x: ScalarNode): ScalarNode => s.max(s.log(x), -100);
const boundedLog1p = (x: ScalarNode): ScalarNode => s.max(s.log1p(x), -100);

/** (probability, target, weight) → the loss of an element. */
const bceLosses: MapFunction = /*#__PURE__*/ defineMap(
  'bce',
  3,
  (...operands) => {
    const [x, t, w] = operands as Operands;
    return s.mul(bare(x, t), w);
  },
  {
    vjp: (g, operands) => {
      const [x, t, w] = operands as Operands;
      const gw = s.mul(g, w);
      const dx = s.div(s.sub(x, t), s.max(s.mul(s.sub(1, x), x), LEAST_SLOPE));
      return [s.mul(gw, dx), s.mul(gw, s.sub(boundedLog1p(s.neg(x)), boundedLog(x))), s.mul(g, bare(x, t))];
    },
  },
);

function bare(x: ScalarNode, t: ScalarNode): ScalarNode {
  return s.sub(s.mul(s.sub(t, 1), boundedLog1p(s.neg(x))), s.mul(t, boundedLog(x)));
}

/** Options of {@link bceLoss}. */
export interface BceOptions extends ReductionOptions {
  /** Factor of each element's loss, broadcast to the input. */
  readonly weight?: Tensor | null;
}

/**
 * Binary cross-entropy of probabilities: −t·log(p) − (1 − t)·log(1 − p), each logarithm at least −100. In nats.
 *
 * @param input - probabilities in [0, 1], any shape, float.
 * @param target - probabilities of the same shape.
 * @returns 0-d, or the shape of the input with `reduction: 'none'`.
 * @throws {@link ValueError} when an input is outside of [0, 1] or NaN: at the call, on devices with asynchronous reads at
 * the next await. {@link ShapeError} when shapes differ.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { bceLoss } from '@flambeau/losses';
 * await bceLoss(tensor([0.5]), tensor([1])).item(); // 0.6931
 * ```
 */
export function bceLoss(input: Tensor, target: Tensor, options: BceOptions = {}): Tensor {
  const reduction = reductionOf('bceLoss', options);
  const weight = options.weight ?? null;
  checkOperands('bceLoss', input, target, { weight });
  return releasing(() => {
    dispatchOne(checkProbabilityOp, [input], { caller: 'bceLoss' });
    return reduce(bceLosses(input, target, weight ?? 1), reduction);
  });
}

/** log(1 + e^−x) without overflow. */
function softplusOfMinus(x: ScalarNode): ScalarNode {
  return s.add(s.log1p(s.exp(s.neg(s.abs(x)))), s.max(s.neg(x), 0));
}

/** (logit, target, weight, weight of positives) → the loss of an element. */
const logitLosses: MapFunction = /*#__PURE__*/ defineMap(
  'bceWithLogits',
  4,
  (...operands) => {
    const [x, t, w, positive] = operands as [...Operands, ScalarNode];
    return s.mul(bareLogit(x, t, positive), w);
  },
  {
    vjp: (g, operands) => {
      const [x, t, w, positive] = operands as [...Operands, ScalarNode];
      const gw = s.mul(g, w);
      const dx = s.sub(s.mul(logWeight(t, positive), s.sigmoid(x)), s.mul(t, positive));
      const dt = s.sub(s.mul(s.sub(positive, 1), softplusOfMinus(x)), x);
      return [
        s.mul(gw, dx),
        s.mul(gw, dt),
        s.mul(g, bareLogit(x, t, positive)),
        s.mul(gw, s.mul(t, softplusOfMinus(x))),
      ];
    },
  },
);

/** 1 + (positive − 1)·t: how often log(1 + e^−x) counts. */
function logWeight(t: ScalarNode, positive: ScalarNode): ScalarNode {
  return s.add(s.mul(s.sub(positive, 1), t), 1);
}

function bareLogit(x: ScalarNode, t: ScalarNode, positive: ScalarNode): ScalarNode {
  return s.add(s.mul(s.sub(1, t), x), s.mul(logWeight(t, positive), softplusOfMinus(x)));
}

/** Options of {@link bceWithLogitsLoss}. */
export interface BceWithLogitsOptions extends BceOptions {
  /** Factor of the positive part, broadcast to the input: above 1 it favours recall. */
  readonly posWeight?: Tensor | null;
}

/**
 * Binary cross-entropy of logits: {@link bceLoss} of sigmoid(x), without its loss of precision. In nats.
 *
 * @param input - logits, any shape, float.
 * @param target - probabilities of the same shape.
 * @returns 0-d, or the shape of the input with `reduction: 'none'`.
 * @throws {@link ShapeError} when shapes differ.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 */
export function bceWithLogitsLoss(input: Tensor, target: Tensor, options: BceWithLogitsOptions = {}): Tensor {
  const reduction = reductionOf('bceWithLogitsLoss', options);
  const { weight = null, posWeight = null } = options;
  checkOperands('bceWithLogitsLoss', input, target, { weight, posWeight });
  return releasing(() => reduce(logitLosses(input, target, weight ?? 1, posWeight ?? 1), reduction));
}

function checkOperands(
  op: string,
  input: Tensor,
  target: Tensor,
  factors: Readonly<Record<string, Tensor | null>>,
): void {
  requireFloat(op, 'input', input);
  requireFloat(op, 'target', target);
  requireSameShape(op, input, target);
  for (const [name, factor] of Object.entries(factors)) {
    if (!factor || sameShape(broadcastShapes(op, factor.shape, input.shape), input.shape)) continue;
    throw new ShapeError(
      op,
      `the ${name} does not fit: got ${formatShape(factor.shape)}, expected a shape that broadcasts to ${formatShape(input.shape)}.`,
      { shapes: [factor.shape, input.shape] },
    );
  }
}
