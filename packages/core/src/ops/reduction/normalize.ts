import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { broadcastShapes, formatShape, normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add, castTo, clampMin, div, gt, mul, where } from '../elementwise.ts';
import { resultType } from '../map-op.ts';
import { requireFloat, sum } from '../reduce.ts';
import { expand } from '../view.ts';
import { normOver } from './norm-over.ts';

/** Options of {@link normalize}. */
export interface NormalizeOptions {
  /** Order of the norm. Default 2. */
  readonly p?: number;
  /** The dimension, or dimensions, whose elements make a vector. Default 1. */
  readonly dim?: number | readonly number[];
  /** The least norm that is divided by. Default 1e-12. */
  readonly eps?: number;
}

/**
 * Vectors of p-norm 1: x / max(‖x‖, eps) along a dimension.
 *
 * @param x - float.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 *
 * @example
 * ```ts
 * import { normalize, tensor } from '@flambeau/core';
 * normalize(tensor([[3, 4], [0, 2]])); // [[0.6, 0.8], [0, 1]]
 * ```
 */
export function normalize(x: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return composed(x.device, () => div(x, clampMin(normOver('normalize', x, p, dim, true), eps)));
}

/** Options of {@link cosineSimilarity}. */
export interface CosineSimilarityOptions {
  /** The dimension whose elements make a vector. Default 1. */
  readonly dim?: number;
  /** The least norm that is divided by. Default 1e-8. */
  readonly eps?: number;
}

/**
 * The cosine of the angle between vectors along a dimension: x1·x2 / (max(‖x1‖, eps) · max(‖x2‖, eps)).
 *
 * @param x1 - float, broadcast with x2.
 * @returns the broadcast shape without the dimension.
 * @throws {@link DTypeError} for integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html. The gradient is
 * that of the formula; PyTorch's differs for vectors shorter than eps.
 *
 * @example
 * ```ts
 * import { cosineSimilarity, tensor } from '@flambeau/core';
 * cosineSimilarity(tensor([[1, 0], [2, 2]]), tensor([[1, 1], [3, 3]])); // [0.70711, 1]
 * ```
 */
export function cosineSimilarity(x1: Tensor, x2: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  const { dim = 1, eps = 1e-8 } = options;
  const dtype = resultType([x1, x2]);
  requireFloat('cosineSimilarity', dtype);
  const shape = broadcastShapes('cosineSimilarity', x1.shape, x2.shape);
  const axis = normalizeAxis('cosineSimilarity', dim, shape.length) - shape.length;
  return composed(x1.device, () => {
    const unit = (x: Tensor): Tensor => {
      const full = expand(castTo(x, dtype), shape);
      return div(full, clampMin(normOver('cosineSimilarity', full, 2, axis, true), eps));
    };
    return sum(mul(unit(x1), unit(x2)), axis);
  });
}

/**
 * The slices along a dimension, those whose p-norm exceeds `maxnorm` scaled down to it.
 *
 * @param x - float, at least 2 dimensions.
 * @param p - above 0, or Infinity.
 * @param axis - the dimension whose positions are slices.
 * @param maxnorm - 0 or more.
 * @throws {@link ShapeError} for fewer than 2 dimensions. @throws {@link ArgumentError} when p or maxnorm is out of range.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.renorm.html
 *
 * @example
 * ```ts
 * import { renorm, tensor } from '@flambeau/core';
 * renorm(tensor([[3, 4], [1, 0]]), 2, 0, 1); // [[0.6, 0.8], [1, 0]]
 * ```
 */
export function renorm(x: Tensor, p: number, axis: number, maxnorm: number): Tensor {
  const rank = x.shape.length;
  requireFloat('renorm', x.dtype);
  if (rank < 2) {
    throw new ShapeError('renorm', `too few dimensions: got ${formatShape(x.shape)}, expected at least 2.`, {
      shape: x.shape,
    });
  }
  if (!(p > 0 && maxnorm >= 0)) {
    throw new ArgumentError(
      'renorm',
      `out of range: got order ${p} and maxnorm ${maxnorm}, expected an order above 0 and maxnorm ≥ 0.`,
      { p, maxnorm },
    );
  }
  const kept = normalizeAxis('renorm', axis, rank);
  const others = [...x.shape.keys()].filter((i) => i !== kept);
  return composed(x.device, () => {
    const size = normOver('renorm', x, p, others, true);
    return mul(x, where(gt(size, maxnorm), div(maxnorm, add(size, 1e-7)), 1));
  });
}
