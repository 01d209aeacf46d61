import type { Tensor } from '@flambeau/core';
import {
  ArgumentError,
  add,
  arange,
  castTo,
  cumprod,
  div,
  eq,
  expand,
  formatShape,
  gather,
  ge,
  gt,
  logicalNot,
  logsigmoid,
  mean,
  mul,
  ne,
  neg,
  relu,
  reshape,
  ShapeError,
  sameShape,
  scatterAdd,
  square,
  sub,
  sum,
  unsqueeze,
  where,
  zerosLike,
} from '@flambeau/core';
import { checkLabels } from './checks.ts';
import { alignedToLabels, atLeastZero, requireFloat } from './operands.ts';
import { type ReductionOptions, reduce, reductionOf, releasing } from './reduction.ts';

/** Options of losses with a margin. */
export interface MarginOptions extends ReductionOptions {
  /** Default: 1 for hinges, 0 for rankings and cosines. */
  readonly margin?: number;
}

/**
 * For a distance and a label: the input where target is 1, max(0, margin − input) where it is −1.
 *
 * @param input - any shape, float.
 * @param target - 1 or −1, float or integers; the same shape, or one broadcast to the other.
 * @throws {@link ShapeError} when shapes differ, {@link DTypeError} on an input of integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { hingeEmbeddingLoss } from '@flambeau/losses';
 * await hingeEmbeddingLoss(tensor([0.5, 0.25]), tensor([1, -1])).item(); // 0.625
 * ```
 */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options: MarginOptions = {}): Tensor {
  const { margin = 1 } = options;
  const reduction = reductionOf('hingeEmbeddingLoss', options);
  const [x, y] = alignedToLabels('hingeEmbeddingLoss', input, target);
  return releasing(() => {
    const apart = where(ne(y, 1), atLeastZero(sub(margin, x)), 0);
    return reduce(add(apart, where(ne(y, -1), x, 0)), reduction);
  });
}

/**
 * max(0, −target·(first − second) + margin): target 1 wants the first larger, −1 the second.
 *
 * @param first - any shape, float.
 * @param second - of as many dimensions; shapes are broadcast.
 * @param target - 1 or −1, of as many dimensions.
 * @throws {@link ShapeError} when ranks differ or shapes do not broadcast.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { marginRankingLoss } from '@flambeau/losses';
 * await marginRankingLoss(tensor([1, 2]), tensor([2, 0]), tensor([1, 1])).item(); // 0.5
 * ```
 */
export function marginRankingLoss(
  first: Tensor,
  second: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  const { margin = 0 } = options;
  const reduction = reductionOf('marginRankingLoss', options);
  requireFloat('marginRankingLoss', 'input', first);
  if (first.shape.length !== second.shape.length || first.shape.length !== target.shape.length) {
    throw new ShapeError(
      'marginRankingLoss',
      `ranks differ: got ${formatShape(first.shape)}, ${formatShape(second.shape)} and ${formatShape(target.shape)}, expected equal ones.`,
      { shapes: [first.shape, second.shape, target.shape] },
    );
  }
  return releasing(() => reduce(atLeastZero(add(mul(neg(target), sub(first, second)), margin)), reduction));
}

/** log(1 + eˣ) without overflow. */
const softly = (x: Tensor): Tensor => neg(logsigmoid(neg(x)));

/**
 * log(1 + exp(−target·input)) for labels of 1 and −1.
 *
 * @param input - any shape, float.
 * @param target - 1 or −1, float or integers; the same shape, or one broadcast to the other.
 * @throws {@link ShapeError} when shapes differ, {@link DTypeError} on an input of integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { softMarginLoss } from '@flambeau/losses';
 * await softMarginLoss(tensor([0]), tensor([1])).item(); // 0.6931
 * ```
 */
export function softMarginLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  const reduction = reductionOf('softMarginLoss', options);
  const [x, y] = alignedToLabels('softMarginLoss', input, target);
  return releasing(() => reduce(softly(mul(neg(y), x)), reduction));
}

/** Options of {@link multiMarginLoss}. */
export interface MultiMarginOptions extends MarginOptions {
  /** 1 (default) or 2: the power of each margin that is not kept. */
  readonly p?: 1 | 2;
  /** A factor for each class, (C). */
  readonly weight?: Tensor | null;
}

/** (N, C) and (N) from samples with or without a batch. */
function asRows(op: string, input: Tensor, target: Tensor, labels: number): { x: Tensor; y: Tensor } {
  requireFloat(op, 'input', input);
  const single = input.shape.length < 2;
  const lead = input.shape.slice(0, -1);
  const classes = input.shape[input.shape.length - 1] ?? 1;
  const wanted = labels === 1 ? lead : [...input.shape];
  const labelled = labels === 1 ? 1 : classes;
  const fits =
    input.shape.length < 3 &&
    classes > 0 &&
    (sameShape(target.shape, wanted) || (single && target.size === labelled && target.shape.length < 2));
  if (!fits) {
    throw new ShapeError(
      op,
      `shapes do not fit: got input ${formatShape(input.shape)} and target ${formatShape(target.shape)}, expected (N, C) or (C), and ${labels === 1 ? '(N) or a single label' : 'the same shape'}.`,
      { shapes: [input.shape, target.shape] },
    );
  }
  const rows = single ? 1 : (input.shape[0] as number);
  return {
    x: single ? reshape(input, [1, classes]) : input,
    y: reshape(target, labels === 1 ? [rows, 1] : [rows, classes]),
  };
}

/**
 * Σ over the other classes of max(0, margin − input[target] + input[i])ᵖ / C.
 *
 * @param input - (N, C) or (C), float.
 * @param target - (N) or a single label, int32 in [0, C).
 * @throws {@link ShapeError}, {@link ArgumentError} for another p, {@link ValueError} for a label out of range.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { multiMarginLoss } from '@flambeau/losses';
 * await multiMarginLoss(tensor([[0.1, 0.2, 0.4]]), tensor([2], { dtype: 'int32' })).item(); // 0.5
 * ```
 */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginOptions = {}): Tensor {
  const { p = 1, margin = 1, weight = null } = options;
  const reduction = reductionOf('multiMarginLoss', options);
  if (p !== 1 && p !== 2) {
    throw new ArgumentError('multiMarginLoss', `invalid p: got ${String(p)}, expected 1 or 2.`, { p });
  }
  const { x, y } = asRows('multiMarginLoss', input, target, 1);
  const classes = x.shape[1] as number;
  if (weight && !sameShape(weight.shape, [classes])) {
    throw new ShapeError(
      'multiMarginLoss',
      `the weight does not fit: got ${formatShape(weight.shape)}, expected [${classes}].`,
      { shape: weight.shape },
    );
  }
  return releasing(() => {
    checkLabels('multiMarginLoss', y, classes);
    const own = gather(x, 1, y);
    const missed = relu(add(sub(margin, own), x));
    const powered = p === 1 ? missed : square(missed);
    const weighted = weight ? mul(powered, gather(expand(unsqueeze(weight, 0), x.shape), 1, y)) : powered;
    const places = arange(0, classes, 1, { dtype: 'int32', device: x.device });
    const losses = div(sum(where(eq(places, y), 0, weighted), 1), classes);
    return reduce(input.shape.length < 2 ? reshape(losses, []) : losses, reduction);
  });
}

/**
 * For several labels a sample: Σ over labels j and other classes i of max(0, 1 − input[j] + input[i]) / C.
 *
 * @param target - the input's shape, int32: labels, then −1; what follows the first −1 does not count.
 * @throws {@link ShapeError}, {@link ValueError} for a label out of range.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { multilabelMarginLoss } from '@flambeau/losses';
 * const labels = tensor([[3, 0, -1, 1]], { dtype: 'int32' });
 * await multilabelMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), labels).item(); // 0.85
 * ```
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options: ReductionOptions = {}): Tensor {
  const reduction = reductionOf('multilabelMarginLoss', options);
  const { x, y } = asRows('multilabelMarginLoss', input, target, 2);
  const classes = x.shape[1] as number;
  return releasing(() => {
    const counts = gt(cumprod(castTo(ge(y, 0), 'int32'), 1), 0);
    const places = where(counts, y, 0);
    checkLabels('multilabelMarginLoss', places, classes);
    const valid = castTo(counts, x.dtype);
    const labelled = gt(scatterAdd(zerosLike(valid), 1, places, valid), 0);
    const own = gather(x, 1, places);
    const missed = relu(add(sub(1, unsqueeze(own, 2)), unsqueeze(x, 1)));
    const counted = mul(unsqueeze(valid, 2), unsqueeze(castTo(logicalNot(labelled), x.dtype), 1));
    const losses = div(sum(mul(missed, counted), [1, 2]), classes);
    return reduce(input.shape.length < 2 ? reshape(losses, []) : losses, reduction);
  });
}

/** Options of {@link multilabelSoftMarginLoss}. */
export interface MultilabelSoftMarginOptions extends ReductionOptions {
  /** A factor for each class, (C). */
  readonly weight?: Tensor | null;
}

/**
 * Binary cross entropy of every class with logits, averaged over the classes.
 *
 * @param input - (…, C) logits, float.
 * @param target - the same shape, 0 or 1, float or integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { multilabelSoftMarginLoss } from '@flambeau/losses';
 * await multilabelSoftMarginLoss(tensor([[0, 0]]), tensor([[1, 0]])).item(); // 0.6931
 * ```
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultilabelSoftMarginOptions = {},
): Tensor {
  const { weight = null } = options;
  const reduction = reductionOf('multilabelSoftMarginLoss', options);
  const [x, y] = alignedToLabels('multilabelSoftMarginLoss', input, target);
  return releasing(() => {
    const losses = neg(add(mul(y, logsigmoid(x)), mul(sub(1, y), logsigmoid(neg(x)))));
    return reduce(mean(weight ? mul(losses, weight) : losses, -1), reduction);
  });
}
