import { isFloat } from '../../dtype.ts';
import { ArgumentError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import { filled } from '../create-ops.ts';
import { castTo } from '../elementwise.ts';
import { cumprod } from '../reduction/scan.ts';
import { expand, flip, reshape, unsqueeze } from '../view.ts';
import { cat } from './join.ts';

/** Options of {@link vander}. */
export interface VanderOptions {
  /** How many powers. Default: as many as elements. */
  readonly N?: number;
  /** Whether the powers rise from left to right. Default false. */
  readonly increasing?: boolean;
}

/**
 * The powers of the elements of vectors, as rows: (…, n) to (…, n, N), with xᵢ^(N−1−j), or xᵢ^j when increasing. A 0-d
 * tensor counts as a vector of one. Integers become int32.
 *
 * @throws {@link ArgumentError} unless N is a non-negative integer.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.vander.html, for batches of vectors too; with
 * `increasing` it is https://pytorch.org/docs/stable/generated/torch.linalg.vander.html
 *
 * @example
 * ```ts
 * import { tensor, vander } from '@flambeau/core';
 * vander(tensor([1, 2, 3])); // [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
 * ```
 */
export function vander(x: Tensor, options: VanderOptions = {}): Tensor {
  const lead = x.shape.slice(0, -1);
  const size = x.shape.at(-1) ?? 1;
  const { N = size, increasing = false } = options;
  if (!Number.isInteger(N) || N < 0) {
    throw new ArgumentError('vander', `invalid N: got ${N}, expected a non-negative integer.`, { N });
  }
  return composed(x.device, () => {
    const base = castTo(reshape(x, [...lead, size]), isFloat(x.dtype) ? x.dtype : 'int32');
    const column = (count: number, of: Tensor): Tensor => expand(of, [...lead, size, count]);
    const one = column(Math.min(N, 1), filled(x.device, [], base.dtype, 1));
    const powers = N < 2 ? one : cat([one, cumprod(column(N - 1, unsqueeze(base, -1)), -1)], -1);
    return increasing ? powers : flip(powers, -1);
  });
}
