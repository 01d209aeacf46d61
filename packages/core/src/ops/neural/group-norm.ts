import { dispatch } from '../../dispatch/dispatch.ts';
import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { filled } from '../create-ops.ts';
import { add, mul } from '../elementwise.ts';
import { affineOp, batchNormOp } from '../norm.ts';
import { reshape } from '../view.ts';
import { checkParameters, elementsEach } from './layer-norm.ts';

/** Options of {@link groupNorm}, under PyTorch's names. */
export interface GroupNormOptions {
  /** Scale of every channel, (C). Default 1. */
  readonly weight?: Tensor | null;
  /** Shift of every channel, (C). Default 0. */
  readonly bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

/**
 * Group normalisation: y = (x − mean) / √(variance + eps) · weight + bias, with the mean and the biased variance of every
 * group of C/numGroups channels, for each of the batch.
 *
 * @param x - (N, C, …), float.
 * @param numGroups - how many groups; a divisor of C.
 * @returns the shape of x.
 * @throws {@link ArgumentError} when numGroups does not divide C.
 * @throws {@link ShapeError} on a rank below 2, a weight or bias that is not (C), and one value in all per group.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html
 *
 * @example
 * ```ts
 * import { groupNorm, tensor } from '@flambeau/core';
 * groupNorm(tensor([[1, 3, 0, 4]]), 2, { eps: 0 }); // [[-1, 1, -1, 1]]
 * ```
 */
export function groupNorm(x: Tensor, numGroups: number, options: GroupNormOptions = {}): Tensor {
  const { weight = null, bias = null, eps = 1e-5 } = options;
  const { shape, device, dtype } = x;
  if (shape.length < 2) {
    throw new ShapeError('groupNorm', `wrong rank: got ${formatShape(shape)}, expected (N, C, …).`, {
      shape,
    });
  }
  const [n, channels] = shape as [number, number, ...number[]];
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ArgumentError(
      'groupNorm',
      `invalid numGroups: got ${numGroups}, expected a divisor of the ${channels} channels.`,
      { numGroups, channels },
    );
  }
  checkParameters('groupNorm', x, [channels], { weight, bias });
  const each = elementsEach(x, numGroups);
  if (n * each === 1) {
    throw new ShapeError(
      'groupNorm',
      `one value per group: got ${formatShape(shape)} in ${numGroups} groups, expected more than 1.`,
      { shape },
    );
  }
  return composed(device, () => {
    const groups = [n * numGroups];
    const [normalized] = dispatch(
      batchNormOp,
      [
        reshape(x, [1, n * numGroups, each]),
        filled(device, groups, dtype, 1),
        filled(device, groups, dtype, 0),
      ],
      { eps },
    ) as [Tensor];
    const y = reshape(normalized, shape);
    const along = (v: Tensor): Tensor => reshape(v, [channels, ...shape.slice(2).map(() => 1)]);
    if (weight && bias) return affineOp(y, along(weight), along(bias));
    if (weight) return mul(y, along(weight));
    return bias ? add(y, along(bias)) : y;
  });
}
