import { dispatch, dispatchOne } from '../../dispatch/dispatch.ts';
import { composed } from '../../memory/composed.ts';
import { type ScalarNode, s } from '../../scalar/index.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { zerosOf } from '../create-ops.ts';
import { type BinaryOp, defineBinary, defineMap, defineOp, type MapFunction } from '../define.ts';
import { eq, logicalAnd, logicalNot, logicalOr, lt, where } from '../elementwise.ts';
import { gather, scatterAdd } from '../indexing.ts';
import type { KernelOp } from '../op.ts';
import { arangeOf } from '../ranges.ts';
import { sumOp, type ValuesAndIndices } from '../reduce.ts';
import { alongAxis } from '../reduction/scan.ts';
import { stretch } from '../reduction/scan-steps.ts';
import { constantPadOp } from '../shape/constant-pad.ts';
import type { SortAttrs } from '../types.ts';
import { expand, flip, permute, reshape, unsqueeze } from '../view.ts';

/** Longest lines that are sorted by comparing all pairs: a few operations instead of a network of them. */
const ALL_PAIRS = 32;

/** True where a comes before b in ascending order: NaN is the largest. @internal */
export const precedes: BinaryOp = /*#__PURE__*/ defineBinary(
  'precedes',
  (a, b) => s.or(s.lt(a, b), s.and(s.isnan(b), s.eq(a, a))),
  { rule: 'compare' },
);

/**
 * Whether an element of a sorting network stays: `before` and `after` tell how it compares with its partner, i and j are
 * their original positions, which decide ties; positions from n on are padding; `first` is where the smaller one goes.
 * @internal
 */
export const keepsPlace: MapFunction = /*#__PURE__*/ defineMap(
  'keepsPlace',
  6,
  (...operands) => networkRule(...(operands as Parameters<typeof networkRule>)),
  { rule: 'compare' },
);

function networkRule(
  before: ScalarNode,
  after: ScalarNode,
  i: ScalarNode,
  j: ScalarNode,
  first: ScalarNode,
  n: ScalarNode,
): ScalarNode {
  const tie = s.and(s.eq(before, 0), s.eq(after, 0));
  const padding = s.or(s.ge(i, n), s.ge(j, n));
  const goesFirst = s.select(s.or(tie, padding), s.lt(i, j), s.ne(before, 0));
  return s.xor(goesFirst, s.eq(first, 0));
}

type Order = (a: Tensor, b: Tensor) => Tensor;

/** Positions in order, from how many elements come before each. x (L, n). */
function byRanks(x: Tensor, precede: Order): readonly Tensor[] {
  const { device, shape } = x;
  const n = shape[1] as number;
  const [own, other] = [unsqueeze(x, 2), unsqueeze(x, 1)];
  const positions = arangeOf(device, n);
  const earlier = lt(positions, unsqueeze(positions, 1));
  const ahead = logicalOr(precede(other, own), logicalAnd(logicalNot(precede(own, other)), earlier));
  const ranks = dispatchOne(sumOp, [ahead], { count: 1 });
  const indices = scatterAdd(zerosOf(device, shape, 'int32'), 1, ranks, expand(positions, shape));
  return [gather(x, 1, indices), indices];
}

/** A bitonic network: every merge begins with mirrored partners, so that all comparisons go one way. x (L, n). */
function byNetwork(x: Tensor, precede: Order): readonly Tensor[] {
  const { device } = x;
  const [lines, n] = x.shape as [number, number];
  const padded = 2 ** Math.ceil(Math.log2(n));
  const margins = [
    [0, 0],
    [0, padded - n],
  ] as const;
  let values = dispatchOne(constantPadOp, [x], { margins, value: 0 });
  let indices = clone(expand(arangeOf(device, padded), [lines, padded]));
  const first = reshape(eq(arangeOf(device, 2), 0), [2, 1]);
  const exchange = (half: number, axes: readonly number[]): void => {
    const shape = [lines, padded / (2 * half), 2, half];
    const [v, i] = [reshape(values, shape), reshape(indices, shape)];
    const [pv, pi] = [flip(v, axes), flip(i, axes)];
    const keep = keepsPlace(precede(v, pv), precede(pv, v), i, pi, first, n);
    values = where(keep, v, pv);
    indices = where(keep, i, pi);
  };
  for (let width = 2; width <= padded; width *= 2) {
    exchange(width / 2, [2, 3]);
    for (let half = width / 4; half >= 1; half /= 2) exchange(half, [2]);
  }
  return [values, indices].map((y) => stretch(reshape(y, [lines, padded]), 1, 0, n));
}

/** Stable. @internal */
export const sortOp: KernelOp<SortAttrs> = /*#__PURE__*/ defineOp<SortAttrs>({
  name: 'sort',
  class: 'static',
  infer: ([x]) => {
    const { shape, dtype } = x as Tensor;
    return [
      { shape, dtype },
      { shape, dtype: 'int32' },
    ];
  },
  lower: ([x], { axis, descending }) => {
    const t = x as Tensor;
    if (t.size === 0) return [clone(t), zerosOf(t.device, t.shape, 'int32')];
    const order = [...t.shape.keys()].filter((i) => i !== axis);
    const last = permute(t, [...order, axis]);
    const n = t.shape[axis] as number;
    const lines = reshape(last, [t.size / n, n]);
    const precede: Order = descending ? (a, b) => precedes(b, a) : precedes;
    const sorted = n <= ALL_PAIRS ? byRanks(lines, precede) : byNetwork(lines, precede);
    const back = t.shape.map((_, i) => (i === axis ? order.length : order.indexOf(i)));
    return sorted.map((y) => clone(permute(reshape(y, last.shape), back)));
  },
  saves: { outputs: [1] },
  vjp: ([g], { outputs: [, indices], attrs: { axis } }) => [
    g && indices ? scatterAdd(zerosOf(g.device, g.shape, g.dtype), axis, indices, g) : null,
  ],
});

/** Options of {@link sort}. */
export interface SortOptions {
  /** The largest first. Default false. */
  readonly descending?: boolean;
  /** Accepted as in PyTorch; equal elements always keep their order. */
  readonly stable?: boolean;
}

/** Values in order along a dimension, and where they were. Parts of a composed function. */
export function sorted(op: string, x: Tensor, dim: number, descending = false): ValuesAndIndices {
  return alongAxis(
    op,
    x,
    dim,
    (t, axis): ValuesAndIndices => {
      const [values, indices] = dispatch(sortOp as KernelOp<never>, [t], { axis, descending }) as [
        Tensor,
        Tensor,
      ];
      return { values, indices };
    },
    ({ values, indices }) => ({ values: reshape(values, []), indices: reshape(indices, []) }),
  );
}

/**
 * The elements in order along a dimension, and where each was. Equal elements keep their order; NaN counts as the
 * largest. The gradient goes back to where the values came from.
 *
 * @param x - any shape and dtype.
 * @param dim - the dimension; the last one by default.
 * @returns values, and int32 indices, both of the shape of x.
 * @throws {@link ShapeError} when there is no such dimension.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.sort.html
 *
 * @example
 * ```ts
 * import { sort, tensor } from '@flambeau/core';
 * const { values, indices } = sort(tensor([3, 1, 2])); // [1, 2, 3] and [1, 2, 0]
 * ```
 */
export function sort(x: Tensor, dim = -1, options: SortOptions = {}): ValuesAndIndices {
  return sorted('sort', x, dim, options.descending);
}

/**
 * The positions that put the elements in order along a dimension: the indices of {@link sort}.
 *
 * @returns int32, the shape of x.
 * @throws {@link ShapeError} when there is no such dimension.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.argsort.html
 *
 * @example
 * ```ts
 * import { argsort, tensor } from '@flambeau/core';
 * argsort(tensor([3, 1, 2]), -1, { descending: true }); // [0, 2, 1]
 * ```
 */
export function argsort(x: Tensor, dim = -1, options: SortOptions = {}): Tensor {
  return composed(x.device, () => sorted('argsort', x, dim, options.descending).indices);
}

/**
 * The elements in order along the first dimension: the values of `sort(x, 0)`.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.msort.html
 *
 * @example
 * ```ts
 * import { msort, tensor } from '@flambeau/core';
 * msort(tensor([[3, 1], [2, 4]])); // [[2, 1], [3, 4]]
 * ```
 */
export function msort(x: Tensor): Tensor {
  return composed(x.device, () => sorted('msort', x, 0).values);
}
