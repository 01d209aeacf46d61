import { dispatch, dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError, ValueError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, sameShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { filled, zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import {
  add,
  clamp,
  eq,
  exp,
  logicalAnd,
  logicalOr,
  lt,
  maximum,
  mul,
  ne,
  neg,
  sub,
  where,
} from '../elementwise.ts';
import { gather, scatterAdd } from '../indexing.ts';
import { logaddexp } from '../math/exponential.ts';
import type { KernelOp, TensorMeta } from '../op.ts';
import { arangeOf } from '../ranges.ts';
import { cat, stack } from '../shape/join.ts';
import type { CtcAttrs } from '../types.ts';
import { expand, narrow, reshape, select, unsqueeze } from '../view.ts';

/** Lengths that lie in their tensors, and labels that lie in their lengths: blanks are beyond. */
function known(inputs: readonly Tensor[], blank: number): { labels: Tensor; times: Tensor; lengths: Tensor } {
  const [logProbs, labels, times, lengths] = inputs as [Tensor, Tensor, Tensor, Tensor];
  const [n, s] = labels.shape as [number, number];
  const inside = clamp(lengths, 0, s);
  const places = arangeOf(labels.device, s);
  const own = s === 0 ? labels : where(lt(places, reshape(inside, [n, 1])), labels, blank);
  return { labels: own, times: clamp(times, 0, logProbs.shape[0] as number), lengths: inside };
}

/** Blanks around and between the labels, as classes (N, 2S + 1); where a path may skip a blank; where it may end. */
function statesOf(
  labels: Tensor,
  lengths: Tensor,
  blank: number,
): { classes: Tensor; jumps: Tensor; ends: Tensor } {
  const [n, s] = labels.shape as [number, number];
  const { device } = labels;
  const blanks = filled(device, [n, s, 1], 'int32', blank);
  const pairs = reshape(cat([blanks, unsqueeze(labels, 2)], 2), [n, 2 * s]);
  const classes = cat([pairs, filled(device, [n, 1], 'int32', blank)], 1);
  const front = Math.min(2, 2 * s + 1);
  const before = cat([narrow(classes, 1, 0, front), narrow(classes, 1, 0, 2 * s + 1 - front)], 1);
  const state = arangeOf(device, 2 * s + 1);
  const last = unsqueeze(mul(lengths, 2), 1);
  return {
    classes,
    jumps: ne(classes, before),
    ends: logicalOr(eq(state, last), eq(state, sub(last, 1))),
  };
}

/** The states moved by some places along the last dimension; −∞ comes in. Negative counts move towards the start. */
function moved(x: Tensor, by: number): Tensor {
  const [n, size] = x.shape as [number, number];
  const count = Math.min(Math.abs(by), size);
  const none = filled(x.device, [n, count], x.dtype, -Infinity);
  if (by > 0) return cat([none, narrow(x, 1, 0, size - count)], 1);
  return cat([narrow(x, 1, count, size - count), none], 1);
}

/** Log-probabilities of the states at every time: (T, N, 2S + 1). */
function emissions(logProbs: Tensor, classes: Tensor): Tensor {
  return gather(logProbs, 2, expand(unsqueeze(classes, 0), [logProbs.shape[0] as number, ...classes.shape]));
}

/** log Σ exp over the last dimension, of which at most two are finite: by halves, so that −∞ gives −∞. */
function logTotal(x: Tensor): Tensor {
  let y = x;
  for (let size = y.shape[1] as number; size > 1; size = y.shape[1] as number) {
    const half = Math.ceil(size / 2);
    const rest = filled(x.device, [x.shape[0] as number, 2 * half - size], x.dtype, -Infinity);
    y = logaddexp(narrow(y, 1, 0, half), cat([narrow(y, 1, half, size - half), rest], 1));
  }
  return reshape(y, [y.shape[0] as number]);
}

/** @internal */
export const ctcNllOp: KernelOp<CtcAttrs> = /*#__PURE__*/ defineOp<CtcAttrs>({
  name: 'ctcNll',
  class: 'checked',
  visible: 1,
  infer: ([logProbs, labels]) => {
    const { shape, dtype } = logProbs as Tensor;
    const [t, n] = shape as [number, number];
    return [
      { shape: [n], dtype },
      { shape: [t, n, 2 * ((labels as Tensor).shape[1] as number) + 1], dtype },
    ];
  },
  fault: ({ value, index }, { caller, classes }) =>
    new ValueError(
      caller,
      `class label out of range: got ${value} at position ${index}, expected 0 ≤ label < ${classes}.`,
      { label: value, index, classes },
    ),
  lower: (inputs, { blank }) => {
    const logProbs = inputs[0] as Tensor;
    const { device, dtype } = logProbs;
    const [t, n, c] = logProbs.shape as [number, number, number];
    const { labels, times, lengths } = known(inputs as Tensor[], blank);
    // Only for its fault, which tells the position among the labels.
    gather(zerosOf(device, [c], dtype), 0, reshape(labels, [-1]));
    const { classes, jumps, ends } = statesOf(labels, lengths, blank);
    const states = classes.shape[1] as number;
    const state = arangeOf(device, states);
    const starts = logicalAnd(lt(state, 2), lt(state, unsqueeze(add(mul(lengths, 2), 1), 1)));
    const empty = where(eq(lengths, 0), 0, filled(device, [n], dtype, -Infinity));
    if (t === 0) return [neg(empty), zerosOf(device, [t, n, states], dtype)];
    const emitted = emissions(logProbs, classes);
    let alpha = where(starts, select(emitted, 0, 0), -Infinity);
    const steps = [alpha];
    for (let i = 1; i < t; i++) {
      const stay = logaddexp(alpha, moved(alpha, 1));
      const jumped = where(jumps, moved(alpha, 2), -Infinity);
      alpha = add(logaddexp(stay, jumped), select(emitted, 0, i));
      steps.push(alpha);
    }
    const forward = stack(steps, 0);
    const at = expand(reshape(maximum(sub(times, 1), 0), [1, n, 1]), [1, n, states]);
    const final = where(ends, select(gather(forward, 0, at), 0, 0), -Infinity);
    return [neg(where(eq(times, 0), empty, logTotal(final))), forward];
  },
  saves: { inputs: [0, 1, 2, 3], outputs: [0, 1] },
  vjp: ([g], { inputs, outputs: [loss, forward], attrs }) => [
    g && loss && forward
      ? dispatchOne(ctcNllGradOp, [g, ...(inputs as Tensor[]), loss, forward], attrs)
      : null,
    null,
    null,
    null,
  ],
});

/** @internal */
export const ctcNllGradOp: KernelOp<CtcAttrs> = /*#__PURE__*/ defineOp<CtcAttrs>({
  name: 'ctcNllGrad',
  class: 'static',
  infer: ([, logProbs]) => [logProbs as TensorMeta],
  lower: ([g, ...inputs], { blank, zeroInfinity }) => {
    const [logProbs, , , , loss, forward] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const { device, dtype } = logProbs;
    const [t, n] = logProbs.shape as [number, number];
    if (t === 0) return [zerosOf(device, logProbs.shape, dtype)];
    const { labels, times, lengths } = known(inputs as Tensor[], blank);
    const { classes, jumps, ends } = statesOf(labels, lengths, blank);
    const emitted = emissions(logProbs, classes);
    const none = filled(device, classes.shape, dtype, -Infinity);
    const onwards = moved(where(jumps, 0, none), -2);
    const shares: Tensor[] = [];
    let beta = none;
    for (let i = t - 1; i >= 0; i--) {
      const later = logaddexp(logaddexp(beta, moved(beta, -1)), add(moved(beta, -2), onwards));
      const rest = where(unsqueeze(eq(times, i + 1), 1), where(ends, 0, none), later);
      const alpha = select(forward, 0, i);
      const possible = logicalAnd(ne(alpha, -Infinity), ne(rest, -Infinity));
      shares.push(where(possible, exp(add(add(alpha, rest), unsqueeze(loss, 1))), 0));
      beta = add(rest, select(emitted, 0, i));
    }
    const share = stack(shares.reverse(), 0);
    const index = expand(unsqueeze(classes, 0), share.shape);
    const perClass = scatterAdd(zerosOf(device, logProbs.shape, dtype), 2, index, share);
    const running = lt(reshape(arangeOf(device, t), [t, 1, 1]), reshape(times, [n, 1]));
    const slope = where(
      reshape(eq(loss, Infinity), [n, 1]),
      zeroInfinity ? 0 : Number.NaN,
      sub(exp(logProbs), perClass),
    );
    return [where(running, mul(slope, reshape(g as Tensor, [n, 1])), 0)];
  },
  vjp: (_g, { attrs }) => {
    throw new ArgumentError(
      attrs.caller,
      'no second derivative: got a gradient of its gradient, expected none. PyTorch has none either.',
    );
  },
});

/** What {@link ctcNll} may be told. */
export interface CtcNllOptions {
  /** The class of the blank. Default 0. */
  readonly blank?: number;
  /** Losses of ∞, of targets too long for their input, and their gradients are 0. Default false. */
  readonly zeroInfinity?: boolean;
  /** The function whose name stands in messages. */
  readonly caller?: string;
}

/**
 * −log of the probability that a sequence of class probabilities spells its target, over all alignments with blanks and
 * repeats: what connectionist temporal classification losses reduce.
 *
 * @param logProbs - (T, N, C): logarithms of probabilities, float.
 * @param labels - (N, S), int32; what is beyond a target's length does not count.
 * @param inputLengths - (N), int32, taken as at most T.
 * @param targetLengths - (N), int32, taken as at most S.
 * @returns (N). The gradient holds that of the softmax that made the log-probabilities, as PyTorch's; there is no second one.
 * @throws {@link ShapeError}, {@link DTypeError}, {@link ArgumentError} when operands do not fit, {@link ValueError} when a
 * label is out of range.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html; A. Graves and others,
 * Connectionist Temporal Classification, 2006.
 *
 * @example
 * ```ts
 * import { ctcNll, logSoftmax, tensor, zeros } from '@flambeau/core';
 * const ints = (values: number[] | number[][]) => tensor(values, { dtype: 'int32' });
 * ctcNll(logSoftmax(zeros([2, 1, 3]), 2), ints([[1]]), ints([2]), ints([1])); // [1.0986]
 * ```
 */
export function ctcNll(
  logProbs: Tensor,
  labels: Tensor,
  inputLengths: Tensor,
  targetLengths: Tensor,
  options: CtcNllOptions = {},
): Tensor {
  const { blank = 0, zeroInfinity = false, caller = 'ctcNll' } = options;
  const classes = checkOperands(caller, logProbs, labels, [inputLengths, targetLengths]);
  if (!Number.isInteger(blank) || blank < 0 || blank >= classes) {
    throw new ArgumentError(caller, `no such class: got blank ${blank}, expected 0 to ${classes - 1}.`, {
      blank,
    });
  }
  return composed(logProbs.device, () => {
    const attrs = { blank, zeroInfinity, caller, classes };
    const [losses] = dispatch(ctcNllOp, [logProbs, labels, inputLengths, targetLengths], attrs) as [Tensor];
    return zeroInfinity ? where(eq(losses, Infinity), 0, losses) : losses;
  });
}

/** How many classes there are. */
function checkOperands(caller: string, logProbs: Tensor, labels: Tensor, lengths: readonly Tensor[]): number {
  const [, n, classes] = logProbs.shape;
  const fits =
    logProbs.shape.length === 3 &&
    labels.shape.length === 2 &&
    labels.shape[0] === n &&
    lengths.every(({ shape }) => sameShape(shape, [n as number]));
  if (!fits) {
    const shapes = [logProbs, labels, ...lengths].map(({ shape }) => shape);
    throw new ShapeError(
      caller,
      `shapes do not fit: got ${shapes.map(formatShape).join(', ')}, expected (T, N, C), (N, S), (N), (N).`,
      { shapes },
    );
  }
  const dtypes = [logProbs, labels, ...lengths].map(({ dtype }) => dtype);
  if (!isFloat(logProbs.dtype) || dtypes.slice(1).some((dtype) => dtype !== 'int32')) {
    throw new DTypeError(
      caller,
      `dtypes do not fit: got ${dtypes.join(', ')}, expected float log-probabilities, and int32 labels and lengths.`,
      { dtypes },
    );
  }
  return classes as number;
}
