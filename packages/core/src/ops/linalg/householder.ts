import { ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, sameShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { contiguous } from '../copy.ts';
import { add, mul, sub } from '../elementwise.ts';
import { matmul } from '../matmul.ts';
import { tril } from '../shape/triangle.ts';
import { expand, mT, narrow, unsqueeze } from '../view.ts';
import { checkFloats, checkMatrix } from './checks.ts';
import { identityLike } from './gradient-parts.ts';

/** The number of reflections. @throws {@link ShapeError} unless tau belongs to a. */
function countReflections(op: string, a: Tensor, tau: Tensor): number {
  checkMatrix(op, a);
  checkFloats(op, a, tau);
  const k = tau.shape[tau.shape.length - 1] ?? -1;
  if (k < 0 || k > (a.shape.at(-1) as number) || !sameShape(tau.shape.slice(0, -1), a.shape.slice(0, -2))) {
    throw new ShapeError(
      op,
      `tau does not fit: got ${formatShape(tau.shape)} for ${formatShape(a.shape)}, expected the same batch and at most ${a.shape.at(-1)} reflections.`,
      { shapes: [a.shape, tau.shape] },
    );
  }
  return k;
}

/** Applies reflections to x in the given order: H · x, or x · H with `left` false. */
function applyReflections(
  a: Tensor,
  tau: Tensor,
  x: Tensor,
  order: readonly number[],
  left: boolean,
): Tensor {
  const k = tau.shape.at(-1) as number;
  const vectors = add(tril(narrow(a, -1, 0, k), -1), identityLike(a, a.shape.at(-2) as number, k));
  return order.reduce((y, i) => {
    const v = narrow(vectors, -1, i, 1);
    const scaled = mul(v, unsqueeze(narrow(tau, -1, i, 1), -1));
    return left ? sub(y, matmul(scaled, matmul(mT(v), y))) : sub(y, matmul(matmul(y, v), mT(scaled)));
  }, x);
}

const upTo = (k: number): number[] => Array.from({ length: k }, (_, i) => i);

/**
 * The first n columns of a product of Householder reflections: Q of what {@link geqrf} gives.
 *
 * @param a - float, (…, m, n), m ≥ n; only what lies below the diagonal is read.
 * @param tau - the same dtype, (…, k), k ≤ n.
 * @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.householder_product.html
 *
 * @example
 * ```ts
 * import { householderProduct, tensor } from '@flambeau/core';
 * householderProduct(tensor([[1], [1]]), tensor([1])); // [[0], [-1]]
 * ```
 */
export function householderProduct(a: Tensor, tau: Tensor): Tensor {
  const k = countReflections('householderProduct', a, tau);
  const [m, n] = a.shape.slice(-2) as [number, number];
  if (m < n) {
    throw new ShapeError('householderProduct', `too wide: got ${formatShape(a.shape)}, expected m ≥ n.`, {
      shape: a.shape,
    });
  }
  return composed(a.device, () =>
    contiguous(applyReflections(a, tau, expand(identityLike(a, m, n), a.shape), upTo(k).reverse(), true)),
  );
}

/** Options of {@link ormqr}. */
export interface OrmqrOptions {
  /** Multiply from the left. Default true. */
  readonly left?: boolean;
  /** Multiply with Qᵀ. Default false. */
  readonly transpose?: boolean;
}

/**
 * The product of Q, given by Householder reflections, with a matrix: Q · C, Qᵀ · C, C · Q or C · Qᵀ.
 *
 * @param a - float, (…, r, k): what {@link geqrf} gives.
 * @param tau - the same dtype, (…, k).
 * @param other - the same dtype, (…, r, n), or (…, n, r) with `left: false`.
 * @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.ormqr.html
 *
 * @example
 * ```ts
 * import { ormqr, tensor } from '@flambeau/core';
 * ormqr(tensor([[1], [1]]), tensor([1]), tensor([[3], [5]])); // [[-5], [-3]]
 * ```
 */
export function ormqr(a: Tensor, tau: Tensor, other: Tensor, options: OrmqrOptions = {}): Tensor {
  const { left = true, transpose = false } = options;
  const k = countReflections('ormqr', a, tau);
  checkMatrix('ormqr', other, 'other');
  checkFloats('ormqr', a, other);
  const rows = a.shape.at(-2);
  if (other.shape.at(left ? -2 : -1) !== rows || !sameShape(other.shape.slice(0, -2), a.shape.slice(0, -2))) {
    throw new ShapeError(
      'ormqr',
      `sizes do not fit: got ${formatShape(a.shape)} and ${formatShape(other.shape)}, expected the same batch and ${rows} ${left ? 'rows' : 'columns'}.`,
      { shapes: [a.shape, other.shape] },
    );
  }
  const order = left === transpose ? upTo(k) : upTo(k).reverse();
  return composed(a.device, () => applyReflections(a, tau, other, order, left));
}
