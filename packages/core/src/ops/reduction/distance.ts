import { hostTensor } from '../../dispatch/execute.ts';
import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { add, sub } from '../elementwise.ts';
import { indexSelect } from '../indexing.ts';
import { requireFloat } from '../reduce.ts';
import { unsqueeze } from '../view.ts';
import { normOver } from './norm-over.ts';

/**
 * The p-norm of x − other, broadcast: one number. The gradient of equal operands is 0.
 *
 * @param p - any number, ±Infinity. Default 2.
 * @throws {@link DTypeError} for integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.dist.html
 *
 * @example
 * ```ts
 * import { dist, tensor } from '@flambeau/core';
 * dist(tensor([1, 2]), tensor([4, 6])); // 5
 * ```
 */
export function dist(x: Tensor, other: Tensor, p = 2): Tensor {
  requireFloat('dist', x.dtype);
  requireFloat('dist', other.dtype);
  return composed(x.device, () => normOver('dist', sub(x, other), p, undefined, false));
}

/** Options of {@link pairwiseDistance}. */
export interface PairwiseDistanceOptions {
  /** Order of the norm. Default 2. */
  readonly p?: number;
  /** Added to the differences, so that no norm is 0. Default 1e-6. */
  readonly eps?: number;
  /** Keep the last dimension with size 1. Default false. */
  readonly keepdim?: boolean;
}

/**
 * The p-norm of x1 − x2 + eps over the last dimension: distances between the vectors of two lists.
 *
 * @param x1 - (N, D) or (D), broadcast with x2.
 * @returns (N) or a 0-d tensor.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html
 *
 * @example
 * ```ts
 * import { pairwiseDistance, tensor } from '@flambeau/core';
 * pairwiseDistance(tensor([[0, 0], [1, 1]]), tensor([[3, 4], [1, 2]]), { eps: 0 }); // [5, 1]
 * ```
 */
export function pairwiseDistance(x1: Tensor, x2: Tensor, options: PairwiseDistanceOptions = {}): Tensor {
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  return composed(x1.device, () => normOver('pairwiseDistance', add(sub(x1, x2), eps), p, -1, keepdim));
}

function checkOrder(op: string, p: number): void {
  if (p >= 0) return;
  throw new ArgumentError(op, `invalid order: got ${p}, expected p ≥ 0.`, { p });
}

/**
 * Distances between all pairs of rows of two lists, in the p-norm: y_ij = ‖x1_i − x2_j‖. The gradient of equal rows is 0.
 *
 * @param x1 - float, (…, P, M).
 * @param x2 - float, (…, R, M); leading dimensions are broadcast.
 * @param p - 0 or more, or Infinity. Default 2.
 * @returns (…, P, R).
 * @throws {@link ShapeError} when the rows differ in length.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cdist.html. Differences are taken before they are
 * squared, as PyTorch does with `compute_mode` 'donot_use_mm_for_euclid_dist': they need P·R·M numbers for the time of the
 * call. Where several coordinates differ by the same largest amount, p = Infinity shares the gradient among them.
 *
 * @example
 * ```ts
 * import { cdist, tensor } from '@flambeau/core';
 * cdist(tensor([[0, 0], [3, 4]]), tensor([[0, 0], [0, 4]])); // [[0, 4], [5, 3]]
 * ```
 */
export function cdist(x1: Tensor, x2: Tensor, p = 2): Tensor {
  requireFloat('cdist', x1.dtype);
  requireFloat('cdist', x2.dtype);
  checkOrder('cdist', p);
  const [length, other] = [x1.shape.at(-1), x2.shape.at(-1)];
  if (x1.shape.length < 2 || x2.shape.length < 2 || length !== other) {
    throw new ShapeError(
      'cdist',
      `rows do not fit: got ${formatShape(x1.shape)} and ${formatShape(x2.shape)}, expected (…, P, M) and (…, R, M).`,
      { shapes: [x1.shape, x2.shape] },
    );
  }
  return composed(x1.device, () => {
    const differences = sub(unsqueeze(x1, -2), unsqueeze(x2, -3));
    if (length === 0) return zerosOf(x1.device, differences.shape.slice(0, -1), differences.dtype);
    return normOver('cdist', differences, p, -1, false);
  });
}

/**
 * Distances between all pairs of rows of one list, in the p-norm: those of (0, 1), (0, 2), …, (1, 2), ….
 *
 * @param x - float, (N, M).
 * @param p - 0 or more, or Infinity. Default 2.
 * @returns (N·(N − 1) / 2).
 * @throws {@link ShapeError} when x is not a matrix.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.pdist.html
 *
 * @example
 * ```ts
 * import { pdist, tensor } from '@flambeau/core';
 * pdist(tensor([[0, 0], [3, 4], [3, 0]])); // [5, 3, 4]
 * ```
 */
export function pdist(x: Tensor, p = 2): Tensor {
  requireFloat('pdist', x.dtype);
  checkOrder('pdist', p);
  const [n, length] = x.shape;
  if (x.shape.length !== 2 || n === undefined || length === undefined) {
    throw new ShapeError('pdist', `not a matrix: got ${formatShape(x.shape)}, expected (N, M).`, {
      shape: x.shape,
    });
  }
  const first: number[] = [];
  const second: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      first.push(i);
      second.push(j);
    }
  }
  if (first.length === 0 || length === 0) return zerosOf(x.device, [first.length], x.dtype);
  return composed(x.device, () => {
    const source = p === 0 ? x.detach() : x; // counts have no gradient: what is recorded would never be used
    const rows = (list: readonly number[]): Tensor =>
      indexSelect(source, 0, hostTensor(x.device, 'int32', Int32Array.from(list), [list.length]));
    return normOver('pdist', sub(rows(first), rows(second)), p, 1, false);
  });
}
