import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { defineOp } from '../define.ts';
import { castTo, clamp, clampMin, div, eq, lt, mul, sqrt, sub, where } from '../elementwise.ts';
import { gather, gatherOp } from '../indexing.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { arangeOf } from '../ranges.ts';
import { sum } from '../reduce.ts';
import { mT, reshape, squeeze, unsqueeze } from '../view.ts';

/** Who refuses a value, and in which words. */
export interface RefusalAttrs {
  readonly op: string;
  readonly fault: string;
}

/**
 * `[x, mask] → [x]`, unless the mask is true anywhere: then the error that the attributes say. By an index out of range,
 * which every device tells, at once or later.
 * @internal
 */
export const refuseWhereOp: KernelOp<RefusalAttrs> = /*#__PURE__*/ defineOp<RefusalAttrs>({
  name: 'refuseWhere',
  class: 'checked',
  infer: ([x]) => [{ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }],
  lower: ([x, mask]) => {
    const { size, shape, device } = x as Tensor;
    if (size === 0) return [clone(x as Tensor)];
    const places = where(reshape(mask as Tensor, [size]), size, arangeOf(device, size));
    const kept = dispatchOne(gatherOp, [reshape(x as Tensor, [size]), places], { axis: 0, size });
    return [reshape(kept, shape)];
  },
  fault: ({ index }, { op, fault }) => new ValueError(op, fault, { index }),
  vjp: ([g]) => [g ?? null, null],
});

/** Options of {@link cov}. */
export interface CovOptions {
  /** Degrees of freedom taken off the number of observations. Default 1. */
  readonly correction?: number;
  /** How often each observation was made: (N), integers, not negative. */
  readonly fweights?: Tensor | null;
  /** How much each observation counts: (N), floats, not negative. */
  readonly aweights?: Tensor | null;
}

function checkWeights(name: string, w: Tensor, count: number, float: boolean): void {
  if (isFloat(w.dtype) !== float || w.dtype === 'bool') {
    throw new DTypeError(
      'cov',
      `wrong dtype of ${name}: got ${w.dtype}, expected ${float ? 'a float' : 'an integer'}.`,
      {
        dtype: w.dtype,
      },
    );
  }
  if (w.shape.length > 1 || w.size !== count) {
    throw new ShapeError(
      'cov',
      `${name} do not fit: got ${formatShape(w.shape)}, expected [${count}], one per observation.`,
      { shape: w.shape },
    );
  }
}

/** Weights, refused where they are negative. */
function nonNegative(name: string, w: Tensor): Tensor {
  return dispatchOne(refuseWhereOp, [w, lt(w, 0)], {
    op: 'cov',
    fault: `negative ${name}: got a weight below 0, expected none.`,
  });
}

/**
 * Covariances between variables, the rows of x, whose columns are observations: Σ w (x − mean)(x − mean)ᵀ / (Σ w − correction).
 *
 * @param x - (D, N), or (N) for one variable. Integers become float32.
 * @returns (D, D), or a 0-d tensor for one variable.
 * @throws {@link ShapeError} for more than 2 dimensions, or weights that do not fit.
 * @throws {@link ValueError} when a weight is negative, or all are 0.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cov.html
 *
 * @example
 * ```ts
 * import { cov, tensor } from '@flambeau/core';
 * cov(tensor([[0, 1, 2], [2, 1, 0]])); // [[1, -1], [-1, 1]]
 * ```
 */
export function cov(x: Tensor, options: CovOptions = {}): Tensor {
  return composed(x.device, () => covariance('cov', x, options));
}

function covariance(op: string, x: Tensor, { correction = 1, fweights, aweights }: CovOptions): Tensor {
  if (x.shape.length > 2) {
    throw new ShapeError(op, `too many dimensions: got ${formatShape(x.shape)}, expected at most 2.`, {
      shape: x.shape,
    });
  }
  if (x.dtype === 'bool') {
    throw new DTypeError(
      op,
      "not defined for bools: got bool, expected numbers. Cast with x.to('float32').",
      {
        dtype: x.dtype,
      },
    );
  }
  const rows = castTo(
    x.shape.length < 2 ? reshape(x, [1, x.size]) : x,
    isFloat(x.dtype) ? x.dtype : 'float32',
  );
  const count = rows.shape[1] as number;
  if (fweights) checkWeights('fweights', fweights, count, false);
  if (aweights) checkWeights('aweights', aweights, count, true);
  const often = fweights && nonNegative('fweights', reshape(fweights, [count]));
  const much = aweights && nonNegative('aweights', reshape(aweights, [count]));
  const weights = often && much ? mul(often, much) : (often ?? much);
  if (!weights) {
    const centred = sub(rows, div(sum(rows, 1, { keepdim: true }), count));
    return squeeze(div(matmul(centred, mT(centred)), Math.max(count - correction, 0)));
  }
  const added = sum(weights);
  const total = dispatchOne(refuseWhereOp, [added, eq(added, 0)], {
    op: 'cov',
    fault: 'the weights do not normalise: got a sum of 0, expected another.',
  });
  const centred = sub(rows, div(sum(mul(rows, weights), 1, { keepdim: true }), total));
  const taken = much && correction !== 0 ? mul(div(sum(mul(weights, much)), total), correction) : correction;
  return squeeze(div(matmul(centred, mT(mul(centred, weights))), clampMin(sub(total, taken), 0)));
}

/**
 * Pearson's correlations between variables, the rows of x, whose columns are observations: covariances over the product of
 * the standard deviations, in [−1, 1].
 *
 * @param x - (D, N), or (N) for one variable. Integers become float32.
 * @returns (D, D), or a 0-d tensor for one variable.
 * @throws {@link ShapeError} for more than 2 dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.corrcoef.html
 *
 * @example
 * ```ts
 * import { corrcoef, tensor } from '@flambeau/core';
 * corrcoef(tensor([[0, 1, 2], [2, 1, 0]])); // [[1, -1], [-1, 1]]
 * ```
 */
export function corrcoef(x: Tensor): Tensor {
  return composed(x.device, () => {
    const c = covariance('corrcoef', x, {});
    if (c.shape.length === 0) return div(c, c);
    const n = c.shape[0] as number;
    const spread = sqrt(gather(c, 1, unsqueeze(arangeOf(c.device, n), 1)));
    return clamp(div(div(c, spread), mT(spread)), -1, 1);
  });
}
