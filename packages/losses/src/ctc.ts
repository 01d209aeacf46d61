import type { Tensor } from '@flambeau/core';
import {
  ArgumentError,
  castTo,
  clamp,
  ctcNll,
  DTypeError,
  div,
  formatShape,
  gather,
  isTensor,
  reshape,
  ShapeError,
  tensor,
  unsqueeze,
} from '@flambeau/core';
import { checkLengths } from './checks.ts';
import { requireFloat } from './operands.ts';
import { type ReductionOptions, reduce, reductionOf, releasing } from './reduction.ts';

/** Options of {@link ctcLoss}. */
export interface CtcOptions extends ReductionOptions {
  /** The class of the blank. Default 0. */
  readonly blank?: number;
  /** Losses of ∞ (targets too long for their input) and their gradients count as 0. Default false. */
  readonly zeroInfinity?: boolean;
}

/** Lengths as numbers, or as an int32 tensor of them. */
export type Lengths = readonly number[] | Tensor;

/**
 * Connectionist temporal classification: −log of the probability that a sequence of class probabilities spells the
 * target, over all alignments with blanks and repeats.
 *
 * @param logProbs - (T, N, C) or (T, C): logarithms of probabilities, float.
 * @param targets - (N, S) labels, padded at will; or all of them one after another, in one dimension; int32, without blanks.
 * @param inputLengths - N numbers up to T.
 * @param targetLengths - N numbers; on devices with asynchronous reads no tensor where targets come one after another.
 * @returns 0-d; (N) with `reduction: 'none'`. The mean divides each loss by its target's length first.
 * @throws {@link ShapeError}, {@link DTypeError}, {@link ArgumentError} when operands do not fit, {@link ValueError} for a
 * label, or a length in a tensor, out of range: at the call, on devices with asynchronous reads at the next await.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.ctc_loss.html. As in PyTorch the gradient
 * contains that of the softmax, is NaN where the loss is ∞ (without `zeroInfinity`), and there is no second one. A class
 * of log-probability −∞ has gradient 0; PyTorch's is NaN.
 *
 * @example
 * ```ts
 * import { logSoftmax, tensor, zeros } from '@flambeau/core';
 * import { ctcLoss } from '@flambeau/losses';
 * const logProbs = logSoftmax(zeros([2, 1, 3]), 2);
 * await ctcLoss(logProbs, tensor([[1]], { dtype: 'int32' }), [2], [1]).item(); // 1.0986
 * ```
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  options: CtcOptions = {},
): Tensor {
  const { blank = 0, zeroInfinity = false } = options;
  const reduction = reductionOf('ctcLoss', options);
  requireFloat('ctcLoss', 'logProbs', logProbs);
  const single = logProbs.shape.length === 2;
  if (!single && logProbs.shape.length !== 3) {
    throw new ShapeError(
      'ctcLoss',
      `wrong rank: got ${formatShape(logProbs.shape)}, expected (T, N, C) or (T, C).`,
      { shape: logProbs.shape },
    );
  }
  if (targets.dtype !== 'int32' && targets.dtype !== 'uint8') {
    throw new DTypeError(
      'ctcLoss',
      `labels are not integers: got ${targets.dtype}, expected int32. Pass { dtype: 'int32' } or cast with targets.to('int32').`,
      { dtype: targets.dtype },
    );
  }
  return releasing(() => {
    const x = single ? unsqueeze(logProbs, 1) : logProbs;
    const [t, n] = x.shape as [number, number];
    const labels = castTo(padded(targets, targetLengths, n), 'int32');
    const times = lengthsOf('inputLengths', inputLengths, x, t);
    const lengths = lengthsOf('targetLengths', targetLengths, x, labels.shape[1] as number);
    const losses = ctcNll(x, labels, times, lengths, { blank, zeroInfinity, caller: 'ctcLoss' });
    if (reduction === 'mean') return reduce(div(losses, clamp(lengths, 1)), 'mean');
    return single && reduction === 'none' ? reshape(losses, []) : reduce(losses, reduction);
  });
}

/** Lengths on the device. @throws {@link ArgumentError}, {@link ValueError} when they do not fit. */
function lengthsOf(name: string, given: Lengths, x: Tensor, most: number): Tensor {
  const n = x.shape[1] as number;
  if (isTensor(given)) {
    const lengths = given.size === n ? castTo(reshape(given, [n]), 'int32') : null;
    if (lengths) {
      checkLengths('ctcLoss', lengths, most);
      return lengths;
    }
  } else if (given.length === n && given.every((v) => Number.isInteger(v) && v >= 0 && v <= most)) {
    return tensor([...given], { dtype: 'int32', device: x.device });
  }
  throw new ArgumentError(
    'ctcLoss',
    `${name} do not fit: got ${isTensor(given) ? formatShape(given.shape) : `[${given.join(', ')}]`}, expected ${n} integers from 0 to ${most}.`,
    { name },
  );
}

/** Targets as (N, S): those that come one after another are cut at their lengths. */
function padded(targets: Tensor, lengths: Lengths, n: number): Tensor {
  if (targets.shape.length === 2) {
    if (targets.shape[0] === n) return targets;
    throw new ShapeError(
      'ctcLoss',
      `the targets do not fit: got ${formatShape(targets.shape)} for a batch of ${n}, expected (${n}, S).`,
      { shape: targets.shape },
    );
  }
  if (n === 1) return reshape(targets, [1, targets.size]);
  if (isTensor(lengths) && !lengths.device.capabilities.syncRead) {
    throw new ArgumentError(
      'ctcLoss',
      'targetLengths cannot be read: got a tensor on a device with asynchronous reads, and targets one after another, expected numbers. Await targetLengths.toArray(), or pass targets as (N, S).',
    );
  }
  const counts = isTensor(lengths) ? [...lengths.dataSync()] : lengths;
  const total = counts.reduce((sum, v) => sum + v, 0);
  if (targets.shape.length !== 1 || total !== targets.size) {
    throw new ShapeError(
      'ctcLoss',
      `the targets do not fit: got ${formatShape(targets.shape)} for lengths [${counts.join(', ')}], expected (N, S), or [${total}].`,
      { shape: targets.shape },
    );
  }
  const longest = Math.max(0, ...counts);
  let start = 0;
  const places = counts.flatMap((count) => {
    const row = Array.from({ length: longest }, (_, i) => Math.min(start + i, Math.max(total - 1, 0)));
    start += count;
    return row;
  });
  if (total === 0) return reshape(targets, [n, 0]);
  const index = tensor(places, { dtype: 'int32', device: targets.device });
  return reshape(gather(targets, 0, index), [n, longest]);
}
