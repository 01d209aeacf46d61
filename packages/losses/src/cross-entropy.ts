import type { Tensor } from '@flambeau/core';
import {
  ArgumentError,
  add,
  classNll,
  DTypeError,
  div,
  expand,
  formatShape,
  isFloat,
  logSoftmax,
  mul,
  ne,
  neg,
  reshape,
  ShapeError,
  sameShape,
  softmaxNll,
  sum,
  where,
} from '@flambeau/core';
import { requireFloat } from './operands.ts';
import { type Reduction, type ReductionOptions, reductionOf, releasing } from './reduction.ts';

/** Options of {@link nllLoss}. */
export interface NllOptions extends ReductionOptions {
  /** Factor of each class, (C). The mean is then weighted. */
  readonly weight?: Tensor | null;
  /** Labels with this value do not count. Default −100. */
  readonly ignoreIndex?: number;
}

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends NllOptions {
  /** Share of each target that is spread over all classes, in [0, 1]. Default 0. */
  readonly labelSmoothing?: number;
}

/** Everything that was said or left out. */
interface Settings {
  readonly caller: string;
  readonly reduction: Reduction;
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
}

function settingsOf(caller: string, input: Tensor, options: CrossEntropyOptions): Settings {
  const { weight = null, ignoreIndex = -100, labelSmoothing = 0 } = options;
  const reduction = reductionOf(caller, options);
  requireFloat(caller, 'input', input);
  const classes = input.shape[input.ndim === 1 ? 0 : 1];
  if (classes === undefined) {
    throw new ShapeError(
      caller,
      `too few dimensions: got input ${formatShape(input.shape)}, expected (C), (N, C) or (N, C, …).`,
      { shape: input.shape },
    );
  }
  if (weight && !sameShape(weight.shape, [classes])) {
    throw new ShapeError(
      caller,
      `the weight does not fit: got ${formatShape(weight.shape)}, expected [${classes}], one factor per class.`,
      { shape: weight.shape, classes },
    );
  }
  if (weight && weight.dtype !== input.dtype) {
    throw new DTypeError(
      caller,
      `dtypes differ: got weight ${weight.dtype} and input ${input.dtype}, expected one dtype. Cast with weight.to('${input.dtype}').`,
      { dtypes: [weight.dtype, input.dtype] },
    );
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ArgumentError(
      caller,
      `invalid labelSmoothing: got ${labelSmoothing}, expected a number in [0, 1].`,
      { labelSmoothing },
    );
  }
  return { caller, reduction, weight, ignoreIndex, labelSmoothing };
}

/**
 * Cross-entropy of logits: −log softmax(x)[label], or −Σ target·log softmax(x) for class probabilities. In nats.
 *
 * @param input - logits (N, C), (C), or (N, C, …) with classes second; float.
 * @param target - labels (N), (), or (N, …), int32 in [0, C); or probabilities with the shape and dtype of the input.
 * @returns 0-d, or the shape of the labels with `reduction: 'none'`. With labels, the mean is over those that count,
 * weighted by their classes' weights; NaN when none does. With probabilities, it is over N and the trailing dimensions.
 * @throws {@link ValueError} when a label is out of range: at the call, on devices with asynchronous reads at the next
 * await. {@link ShapeError} and {@link DTypeError} when target or weight do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { crossEntropy } from '@flambeau/losses';
 * await crossEntropy(tensor([[0, 0]]), tensor([1], { dtype: 'int32' })).item(); // 0.6931
 * ```
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const settings = settingsOf('crossEntropy', input, options);
  const isProbability = sameShape(input.shape, target.shape);
  if (isProbability) checkProbabilities(target, settings);
  return releasing(() => {
    const [x, t] = input.ndim === 1 ? [input.unsqueeze(0), target.unsqueeze(0)] : [input, target];
    const losses = lossOf(x, t, settings, isProbability);
    return input.ndim === 1 && settings.reduction === 'none' ? losses.squeeze(0) : losses;
  });
}

function lossOf(x: Tensor, target: Tensor, settings: Settings, isProbability: boolean): Tensor {
  if (isProbability) return probabilityLoss(logSoftmax(x, 1), target, settings);
  // Smoothing needs all logarithms, not only those at the labels.
  return settings.labelSmoothing === 0
    ? labelLoss(softmaxNll, x, target, settings)
    : labelLoss(classNll, logSoftmax(x, 1), target, settings);
}

/**
 * Negative log likelihood: −x[label]. What {@link crossEntropy} is without its log-softmax. In nats.
 *
 * @param input - log-probabilities (N, C), (C), or (N, C, …) with classes second, as (N, C, H, W); float.
 * @param target - labels (N), (), or (N, …), int32 in [0, C).
 * @returns 0-d, or the shape of the labels with `reduction: 'none'`. The mean is over labels that count, weighted by
 * their classes' weights; NaN when none does.
 * @throws {@link ValueError} when a label is out of range: at the call, on devices with asynchronous reads at the next
 * await. {@link ShapeError} and {@link DTypeError} when target or weight do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 */
export function nllLoss(input: Tensor, target: Tensor, options: NllOptions = {}): Tensor {
  const settings = settingsOf('nllLoss', input, { ...options, labelSmoothing: 0 });
  return releasing(() => {
    if (input.ndim > 1) return labelLoss(classNll, input, target, settings);
    const losses = labelLoss(classNll, input.unsqueeze(0), target.unsqueeze(0), settings);
    return settings.reduction === 'none' ? losses.squeeze(0) : losses;
  });
}

/** A factor per class, shaped to multiply along the classes of x. */
function alongClasses(weight: Tensor, x: Tensor): Tensor {
  return reshape(
    weight,
    x.shape.map((n, i) => (i === 1 ? n : 1)),
  );
}

/** With `nll` of log-probabilities, or of logits if it takes their softmax. */
function labelLoss(nll: typeof classNll, logits: Tensor, target: Tensor, settings: Settings): Tensor {
  const { caller, reduction, weight, ignoreIndex, labelSmoothing } = settings;
  const own = nll(logits, target, ignoreIndex, caller);
  // The weight of each label, 0 where it is ignored: picked from the weights as the loss is from the logits.
  const factor = weight
    ? classNll(expand(alongClasses(neg(weight), logits), logits.shape), target, ignoreIndex, caller)
    : null;
  const weighted = factor ? mul(own, factor) : own;
  const losses = labelSmoothing === 0 ? weighted : smoothed(weighted, logits, target, settings);
  if (reduction === 'none') return losses;
  const total = sum(losses);
  return reduction === 'sum' ? total : div(total, sum(factor ?? ne(target, ignoreIndex)));
}

function smoothed(
  losses: Tensor,
  logits: Tensor,
  target: Tensor,
  { weight, ignoreIndex, labelSmoothing }: Settings,
): Tensor {
  const all = neg(sum(weight ? mul(logits, alongClasses(weight, logits)) : logits, 1));
  const counted = where(ne(target, ignoreIndex), all, 0);
  return add(mul(losses, 1 - labelSmoothing), mul(counted, labelSmoothing / (logits.shape[1] as number)));
}

function checkProbabilities(target: Tensor, { caller, ignoreIndex }: Settings): void {
  if (!isFloat(target.dtype)) {
    throw new DTypeError(
      caller,
      `class probabilities are not float: got ${target.dtype} with the shape of the input, expected a float dtype, or labels without the dimension of the classes.`,
      { dtype: target.dtype },
    );
  }
  if (ignoreIndex >= 0) {
    throw new ArgumentError(
      caller,
      `ignoreIndex needs labels: got ${ignoreIndex} with class probabilities, expected none. Multiply the losses by a mask.`,
      { ignoreIndex },
    );
  }
}

function probabilityLoss(
  logits: Tensor,
  target: Tensor,
  { reduction, weight, labelSmoothing }: Settings,
): Tensor {
  const classes = logits.shape[1] as number;
  const spread =
    labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / classes);
  const parts = mul(logits, weight ? mul(spread, alongClasses(weight, logits)) : spread);
  if (reduction === 'none') return neg(sum(parts, 1));
  const total = neg(sum(parts));
  return reduction === 'sum' ? total : div(total, logits.size / classes);
}
