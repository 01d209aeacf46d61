import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { broadcastShapes, formatShape, sameShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add, eq, ge, mul, where } from '../elementwise.ts';
import { matmul } from '../matmul.ts';
import { arangeOf } from '../ranges.ts';
import { amax } from '../reduce.ts';
import { softmax } from '../softmax.ts';
import { expand, mT, reshape } from '../view.ts';
import { checkProbability, dropout } from './dropout.ts';

/** Options of {@link scaledDotProductAttention}, under PyTorch's names. */
export interface AttentionOptions {
  /**
   * Broadcast with (…, L, S): bool, true where a query may look at a key; or of the dtype of the query, added to the
   * scaled products.
   */
  readonly attnMask?: Tensor | null;
  /** Probability that a weight is dropped; pass 0 in evaluation. Default 0. */
  readonly dropoutP?: number;
  /** Query i looks at the keys 0, …, i alone. Default false. */
  readonly isCausal?: boolean;
  /** Factor of the products. Default 1/√E. */
  readonly scale?: number | null;
  /** Let several heads of the query share one of the key and value: dimension −3 may be a multiple of theirs. */
  readonly enableGqa?: boolean;
}

/**
 * Attention: softmax(query · keyᵀ · scale + mask) · value, along the keys.
 *
 * @param query - (…, L, E), float.
 * @param key - (…, S, E).
 * @param value - (…, S, Ev). Leading dimensions of all three are broadcast.
 * @returns (…, L, Ev). A query that the mask shows no key gets zeros.
 * @throws {@link ShapeError} when sizes do not fit.
 * @throws {@link ArgumentError} when both attnMask and isCausal are given.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html, as of
 * PyTorch 2.5, since when queries without a key give zeros, not NaN.
 *
 * @example
 * ```ts
 * import { scaledDotProductAttention, tensor } from '@flambeau/core';
 * const [q, k, v] = [tensor([[1], [1]]), tensor([[0], [0]]), tensor([[2], [4]])];
 * scaledDotProductAttention(q, k, v, { isCausal: true }); // [[2], [3]]
 * ```
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  const { attnMask = null, dropoutP = 0, isCausal = false, enableGqa = false } = options;
  checkOperands(query, key, value);
  checkProbability(NAME, dropoutP);
  if (attnMask && isCausal) {
    throw new ArgumentError(NAME, 'two masks: got attnMask and isCausal, expected one of them.');
  }
  const heads = enableGqa ? headsPerGroup(query, key, value) : 1;
  const [l, e] = query.shape.slice(-2) as [number, number];
  const s = key.shape[key.shape.length - 2] as number;
  if (attnMask) checkMask(attnMask, query, key, heads);
  const scale = options.scale ?? 1 / Math.sqrt(e);
  return composed(query.device, () => {
    const [k, v] = [repeatHeads(key, heads), repeatHeads(value, heads)];
    const scores = matmul(mul(query, scale), mT(k));
    let weights: Tensor;
    if (isCausal) {
      const seen = ge(reshape(arangeOf(query.device, l), [l, 1]), arangeOf(query.device, s));
      weights = softmax(where(seen, scores, -Infinity), -1);
    } else if (attnMask) weights = maskedSoftmax(scores, attnMask);
    else weights = softmax(scores, -1);
    return matmul(dropout(weights, dropoutP), v);
  });
}

const NAME = 'scaledDotProductAttention';

/** Softmax of masked scores; lines that are −∞ throughout give 0 and no gradient. */
function maskedSoftmax(scores: Tensor, mask: Tensor): Tensor {
  const masked = mask.dtype === 'bool' ? where(mask, scores, -Infinity) : add(scores, mask);
  if (masked.size === 0) return softmax(masked, -1);
  const blind = eq(amax(masked.detach(), -1, { keepdim: true }), -Infinity);
  return where(blind, 0, softmax(where(blind, 0, masked), -1));
}

/** Every head `times` in a row. */
function repeatHeads(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const [h, s, e] = x.shape.slice(-3) as [number, number, number];
  const lead = x.shape.slice(0, -3);
  const repeated = expand(reshape(x, [...lead, h, 1, s, e]), [...lead, h, times, s, e]);
  return reshape(repeated, [...lead, h * times, s, e]);
}

function headsPerGroup(query: Tensor, key: Tensor, value: Tensor): number {
  const [q, k, v] = [query, key, value].map(({ shape }) => shape[shape.length - 3]);
  if (q && k && k === v && q % k === 0) return q / k;
  throw new ShapeError(
    NAME,
    `the heads do not fit: got ${q ?? 'none'} of the query, ${k ?? 'none'} of the key and ${v ?? 'none'} of the value, expected a multiple of those of key and value.`,
    { shapes: [query.shape, key.shape, value.shape] },
  );
}

function checkOperands(query: Tensor, key: Tensor, value: Tensor): void {
  const shapes = [query.shape, key.shape, value.shape];
  if (!isFloat(query.dtype) || query.dtype !== key.dtype || query.dtype !== value.dtype) {
    throw new DTypeError(
      NAME,
      `dtypes do not fit: got ${query.dtype}, ${key.dtype} and ${value.dtype}, expected the same float dtype.`,
      { dtypes: [query.dtype, key.dtype, value.dtype] },
    );
  }
  const [q, k, v] = shapes.map((shape) => shape.slice(-2)) as [number[], number[], number[]];
  if (shapes.some((shape) => shape.length < 2) || q[1] !== k[1] || k[0] !== v[0]) {
    throw new ShapeError(
      NAME,
      `shapes do not fit: got query ${formatShape(query.shape)}, key ${formatShape(key.shape)} and value ${formatShape(value.shape)}, expected (…, L, E), (…, S, E) and (…, S, Ev).`,
      { shapes },
    );
  }
}

function checkMask(mask: Tensor, query: Tensor, key: Tensor, heads: number): void {
  if (mask.dtype !== 'bool' && mask.dtype !== query.dtype) {
    throw new DTypeError(
      NAME,
      `the mask does not fit: got ${mask.dtype}, expected bool or ${query.dtype} as the query.`,
      { dtype: mask.dtype },
    );
  }
  const keys = key.shape.slice(0, -2);
  if (heads > 1) keys[keys.length - 1] = query.shape[query.shape.length - 3] as number;
  const scores = [
    ...broadcastShapes(NAME, query.shape.slice(0, -2), keys),
    query.shape[query.shape.length - 2] as number,
    key.shape[key.shape.length - 2] as number,
  ];
  if (sameShape(broadcastShapes(NAME, mask.shape, scores), scores)) return;
  throw new ShapeError(
    NAME,
    `the mask does not fit: got ${formatShape(mask.shape)}, expected a shape that broadcasts to ${formatShape(scores)}.`,
    { shape: mask.shape },
  );
}
