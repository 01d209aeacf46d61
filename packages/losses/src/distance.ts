import type { Tensor } from '@flambeau/core';
import {
  add,
  DTypeError,
  div,
  eq,
  formatShape,
  isFloat,
  minimum,
  mul,
  pairwiseDistance,
  ShapeError,
  sameShape,
  sqrt,
  square,
  sub,
  sum,
  where,
} from '@flambeau/core';
import type { MarginOptions } from './margin.ts';
import { atLeastZero } from './operands.ts';
import { type ReductionOptions, reduce, reductionOf, releasing } from './reduction.ts';

/**
 * For pairs of vectors: 1 − cos where target is 1, max(0, cos − margin) where it is −1.
 *
 * @param first - (N, D) or (D), float.
 * @param second - the same shape.
 * @param target - (N) or 0-d.
 * @throws {@link ShapeError} when shapes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { cosineEmbeddingLoss } from '@flambeau/losses';
 * await cosineEmbeddingLoss(tensor([[1, 0]]), tensor([[0, 2]]), tensor([1])).item(); // 1
 * ```
 */
export function cosineEmbeddingLoss(
  first: Tensor,
  second: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  const { margin = 0 } = options;
  const reduction = reductionOf('cosineEmbeddingLoss', options);
  requireFloats('cosineEmbeddingLoss', first, second);
  const rank = target.shape.length;
  if (rank > 1 || first.shape.length !== rank + 1 || second.shape.length !== rank + 1) {
    throw new ShapeError(
      'cosineEmbeddingLoss',
      `shapes do not fit: got ${formatShape(first.shape)}, ${formatShape(second.shape)} and target ${formatShape(target.shape)}, expected (N, D), (N, D) and (N), or (D), (D) and a single label.`,
      { shapes: [first.shape, second.shape, target.shape] },
    );
  }
  return releasing(() => {
    const size = (x: Tensor): Tensor => add(sum(square(x), rank), 1e-12);
    const cosine = div(sum(mul(first, second), rank), sqrt(mul(size(first), size(second))));
    const near = where(eq(target, 1), sub(1, cosine), 0);
    const far = where(eq(target, -1), atLeastZero(sub(cosine, margin)), 0);
    return reduce(add(near, far), reduction);
  });
}

function requireFloats(op: string, ...tensors: readonly Tensor[]): void {
  const wrong = tensors.find((x) => !isFloat(x.dtype));
  if (!wrong) return;
  throw new DTypeError(op, `an input is not float: got ${wrong.dtype}, expected a float dtype.`, {
    dtype: wrong.dtype,
  });
}

/** Options of {@link tripletMarginWithDistanceLoss}. */
export interface TripletDistanceOptions extends ReductionOptions {
  /** Distances of two batches, (N). Default: {@link pairwiseDistance} with p = 2. */
  readonly distanceFunction?: (a: Tensor, b: Tensor) => Tensor;
  /** Default 1. */
  readonly margin?: number;
  /** Take the distance of positive and negative instead, where it is smaller. Default false. */
  readonly swap?: boolean;
}

/** Options of {@link tripletMarginLoss}. */
export interface TripletMarginOptions extends ReductionOptions {
  /** Default 1. */
  readonly margin?: number;
  /** The norm of the distance. Default 2. */
  readonly p?: number;
  /** Added to the differences. Default 1e-6. */
  readonly eps?: number;
  /** Take the distance of positive and negative instead, where it is smaller. Default false. */
  readonly swap?: boolean;
}

function triplet(
  op: string,
  [anchor, positive, negative]: readonly [Tensor, Tensor, Tensor],
  distance: (a: Tensor, b: Tensor) => Tensor,
  options: TripletDistanceOptions,
): Tensor {
  const { margin = 1, swap = false } = options;
  const reduction = reductionOf(op, options);
  requireFloats(op, anchor, positive, negative);
  const rank = anchor.shape.length;
  if (positive.shape.length !== rank || negative.shape.length !== rank) {
    throw new ShapeError(
      op,
      `ranks differ: got ${formatShape(anchor.shape)}, ${formatShape(positive.shape)} and ${formatShape(negative.shape)}, expected equal ones.`,
      { shapes: [anchor.shape, positive.shape, negative.shape] },
    );
  }
  return releasing(() => {
    const near = distance(anchor, positive);
    const apart = distance(anchor, negative);
    const far = swap ? minimum(apart, distance(positive, negative)) : apart;
    if (!sameShape(near.shape, far.shape)) {
      throw new ShapeError(
        op,
        `distances have different shapes: got ${formatShape(near.shape)} and ${formatShape(far.shape)}, expected equal ones.`,
      );
    }
    return reduce(atLeastZero(add(sub(near, far), margin)), reduction);
  });
}

/**
 * max(0, ‖anchor − positive‖ − ‖anchor − negative‖ + margin).
 *
 * @param anchor - (N, D) or (D), float.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { tripletMarginLoss } from '@flambeau/losses';
 * await tripletMarginLoss(tensor([[0, 0]]), tensor([[1, 0]]), tensor([[0, 1.5]])).item(); // 0.5
 * ```
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor {
  const { p = 2, eps = 1e-6 } = options;
  const distance = (a: Tensor, b: Tensor): Tensor => pairwiseDistance(a, b, { p, eps });
  return triplet('tripletMarginLoss', [anchor, positive, negative], distance, options);
}

/**
 * {@link tripletMarginLoss} with a distance of your own.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
 *
 * @example
 * ```ts
 * import { abs, sub, sum, type Tensor, tensor } from '@flambeau/core';
 * import { tripletMarginWithDistanceLoss } from '@flambeau/losses';
 * const [a, p, n] = [tensor([[0, 0]]), tensor([[1, 0]]), tensor([[0, 1.5]])];
 * const distanceFunction = (x: Tensor, y: Tensor) => sum(abs(sub(x, y)), 1);
 * await tripletMarginWithDistanceLoss(a, p, n, { distanceFunction }).item(); // 0.5
 * ```
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletDistanceOptions = {},
): Tensor {
  const { distanceFunction = (a, b) => pairwiseDistance(a, b) } = options;
  return triplet('tripletMarginWithDistanceLoss', [anchor, positive, negative], distanceFunction, options);
}
