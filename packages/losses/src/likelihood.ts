import type { Tensor } from '@flambeau/core';
import {
  add,
  clamp,
  div,
  exp,
  formatShape,
  fullLike,
  gt,
  isTensor,
  log,
  mul,
  ShapeError,
  sameShape,
  square,
  sub,
  unsqueeze,
  ValueError,
  where,
} from '@flambeau/core';
import { checkVariance } from './checks.ts';
import { alignedToLabels, requireFloat } from './operands.ts';
import { type ReductionOptions, reduce, reductionOf, releasing } from './reduction.ts';

/** Options of {@link poissonNllLoss}. */
export interface PoissonNllOptions extends ReductionOptions {
  /** The input is the logarithm of the rate. Default true. */
  readonly logInput?: boolean;
  /** Add Stirling's approximation of log(target!) where target > 1. Default false. */
  readonly full?: boolean;
  /** Added to the rate inside its logarithm, without `logInput`. Default 1e-8. */
  readonly eps?: number;
}

/**
 * Negative log-likelihood of counts that follow a Poisson distribution: exp(input) − target·input, or with
 * `logInput: false` input − target·log(input + eps).
 *
 * @param input - rates or their logarithms, any shape, float.
 * @param target - counts, float or integers; the same shape, or one broadcast to the other.
 * @throws {@link ShapeError} when shapes differ, {@link DTypeError} on an input of integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { poissonNllLoss } from '@flambeau/losses';
 * await poissonNllLoss(tensor([0, 1]), tensor([1, 2])).item(); // 0.8591
 * ```
 */
export function poissonNllLoss(input: Tensor, target: Tensor, options: PoissonNllOptions = {}): Tensor {
  const { logInput = true, full = false, eps = 1e-8 } = options;
  const reduction = reductionOf('poissonNllLoss', options);
  const [x, y] = alignedToLabels('poissonNllLoss', input, target);
  return releasing(() => {
    const plain = logInput ? sub(exp(x), mul(y, x)) : sub(x, mul(y, log(add(x, eps))));
    return reduce(full ? add(plain, stirling(y)) : plain, reduction);
  });
}

/** log(n!) by Stirling's approximation, and 0 up to 1. */
function stirling(n: Tensor): Tensor {
  const counted = gt(n, 1);
  const safe = where(counted, n, 1);
  const value = add(sub(mul(safe, log(safe)), safe), mul(log(mul(safe, 2 * Math.PI)), 0.5));
  return where(counted, value, 0);
}

/** Options of {@link gaussianNllLoss}. */
export interface GaussianNllOptions extends ReductionOptions {
  /** Add the constant ½·log(2π). Default false. */
  readonly full?: boolean;
  /** Least variance, above 0. Default 1e-6. */
  readonly eps?: number;
}

/**
 * Negative log-likelihood of values that are normal with a mean and a variance: ½·(log var + (input − target)² / var).
 *
 * @param input - means, any shape, float.
 * @param target - the same shape, or one broadcast to the other.
 * @param variance - of the input's shape, or without its last dimension, or with size 1 there; or one number for all.
 * Smaller ones than `eps` count as `eps`; their gradient is that of the unlimited value.
 * @throws {@link ShapeError} when the variance does not fit, {@link ValueError} when one is negative: at the call, on
 * devices with asynchronous reads at the next await.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { gaussianNllLoss } from '@flambeau/losses';
 * await gaussianNllLoss(tensor([1]), tensor([3]), tensor([2])).item(); // 1.3466
 * ```
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options: GaussianNllOptions = {},
): Tensor {
  const { full = false, eps = 1e-6 } = options;
  const reduction = reductionOf('gaussianNllLoss', options);
  if (isTensor(variance)) {
    requireFloat('gaussianNllLoss', 'variance', variance);
    checkVarianceShape(input, variance);
  } else if (!(variance >= 0)) {
    throw new ValueError(
      'gaussianNllLoss',
      `a negative variance: got ${variance}, expected a number of at least 0.`,
      { variance },
    );
  }
  const [x, y] = alignedToLabels('gaussianNllLoss', input, target);
  return releasing(() => {
    const limited = isTensor(variance)
      ? limitedVariance(variance, input.shape.length, eps)
      : fullLike(x, Math.max(variance, eps));
    const losses = mul(add(log(limited), div(square(sub(x, y)), limited)), 0.5);
    return reduce(full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses, reduction);
  });
}

/** Variances of the input's rank, and at least eps: limited without a trace in the graph, as PyTorch does. */
function limitedVariance(variance: Tensor, rank: number, eps: number): Tensor {
  checkVariance('gaussianNllLoss', variance);
  const spread = variance.shape.length === rank ? variance : unsqueeze(variance, variance.shape.length);
  const fixed = spread.detach();
  return add(spread, sub(clamp(fixed, eps), fixed));
}

function checkVarianceShape(input: Tensor, variance: Tensor): void {
  const lead = input.shape.slice(0, -1);
  const fits =
    sameShape(variance.shape, input.shape) ||
    sameShape(variance.shape, lead) ||
    sameShape(variance.shape, [...lead, 1]);
  if (!fits) {
    throw new ShapeError(
      'gaussianNllLoss',
      `the variance does not fit: got ${formatShape(variance.shape)} for ${formatShape(input.shape)}, expected the same shape, one without the last dimension, or with size 1 there.`,
      { shapes: [variance.shape, input.shape] },
    );
  }
}
