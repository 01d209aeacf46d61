import type { Tensor } from '@flambeau/core';
import { ArgumentError, div, exp, mul, sub, sum, xlogy } from '@flambeau/core';
import { aligned } from './operands.ts';
import { type Reduction, reduce, reductionOf, releasing } from './reduction.ts';

/** Options of {@link klDiv}. */
export interface KlDivOptions {
  /** `batchmean` divides the sum by the size of the first dimension: the divergence as it is defined. Default `mean`. */
  readonly reduction?: Reduction | 'batchmean';
  /** The target is a logarithm too. Default false. */
  readonly logTarget?: boolean;
}

/**
 * Kullback–Leibler divergence of target from input: target·(log target − input), where input is a logarithm.
 *
 * @param input - log-probabilities, any shape, float.
 * @param target - probabilities, or their logarithms with `logTarget`; the same shape, or one broadcast to the other.
 * @throws {@link ArgumentError} for an unknown reduction, {@link ShapeError} when shapes differ.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { klDiv } from '@flambeau/losses';
 * const half = Math.log(0.5);
 * await klDiv(tensor([[half, half]]), tensor([[1, 0]]), { reduction: 'batchmean' }).item(); // 0.6931
 * ```
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { logTarget = false } = options;
  const batch = options.reduction === 'batchmean';
  const reduction = batch ? 'sum' : reductionOf('klDiv', { reduction: options.reduction ?? 'mean' });
  const [x, y] = aligned('klDiv', input, target);
  if (batch && x.shape.length === 0) {
    throw new ArgumentError(
      'klDiv',
      "no batch: got a 0-d input with reduction 'batchmean', expected at least one dimension.",
    );
  }
  return releasing(() => {
    const losses = logTarget ? mul(exp(y), sub(y, x)) : sub(xlogy(y, y), mul(y, x));
    return batch ? div(sum(losses), x.shape[0] as number) : reduce(losses, reduction as Reduction);
  });
}
