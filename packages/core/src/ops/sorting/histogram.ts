import { dispatchOne } from '../../dispatch/dispatch.ts';
import type { DType } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, sameShape, sizeOf } from '../../shape.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { filled, zerosOf } from '../create-ops.ts';
import {
  add,
  castTo,
  clampMax,
  div,
  eq,
  floor,
  ge,
  isfinite,
  le,
  logicalAnd,
  logicalNot,
  lt,
  mul,
  sub,
  where,
} from '../elementwise.ts';
import { scatterAddOp } from '../indexing.ts';
import { arangeOf } from '../ranges.ts';
import { amax, amin, requireFloat, sum } from '../reduce.ts';
import { refuseWhereOp } from '../reduction/covariance.ts';
import { diff } from '../reduction/differences.ts';
import { expand, narrow, reshape, select } from '../view.ts';
import { places } from './search.ts';

/** Options of {@link histogram}. */
export interface HistogramOptions {
  /** Leftmost and rightmost edge for a number of bins. Default: the smallest and the largest element. */
  readonly range?: readonly [number, number] | null;
  /** What each element counts: the shape and dtype of x. */
  readonly weight?: Tensor | null;
  /** Divide by the sum and the widths of the bins: the integral over the range is 1. Default false. */
  readonly density?: boolean;
}

/** Options of {@link histogramdd}. */
export interface HistogramddOptions extends Omit<HistogramOptions, 'range'> {
  /** Leftmost and rightmost edge for each dimension, one pair after the other. */
  readonly range?: readonly number[] | null;
}

/** Counts, and the edges between bins. */
export interface Histogram {
  readonly hist: Tensor;
  readonly binEdges: Tensor;
}

/** Counts, and the edges between bins in each dimension. */
export interface HistogramNd {
  readonly hist: Tensor;
  readonly binEdges: readonly Tensor[];
}

function checkBins(op: string, bins: number): void {
  if (Number.isInteger(bins) && bins >= 1) return;
  throw new ArgumentError(op, `invalid number of bins: got ${bins}, expected a positive integer.`, { bins });
}

function checkRange(op: string, low: number, high: number): void {
  if (Number.isFinite(low) && Number.isFinite(high) && low <= high) return;
  throw new ArgumentError(op, `invalid range: got ${low} to ${high}, expected finite numbers in order.`, {
    low,
    high,
  });
}

type Bounds = readonly [low: Tensor, high: Tensor];

/** The bounds of the bins as 0-d tensors: those given, or the data's; moved apart by `margin` each where they are equal. */
function boundsOf(op: string, x: Tensor, given: readonly [number, number] | null, margin: number): Bounds {
  const scalar = (value: number): Tensor => filled(x.device, [], x.dtype, value);
  if (given && given[0] !== given[1]) return [scalar(given[0]), scalar(given[1])];
  if (given) return [scalar(given[0] - margin), scalar(given[1] + margin)];
  if (x.size === 0) return [scalar(0), scalar(1)];
  const finite = (bound: Tensor): Tensor =>
    dispatchOne(refuseWhereOp, [bound, logicalNot(isfinite(bound))], {
      op,
      fault: 'the range of the values is not finite: got NaN or an infinity, expected numbers. Pass a range.',
    });
  const [low, high] = [finite(amin(x)), finite(amax(x))];
  const equal = eq(low, high);
  return [where(equal, sub(low, margin), low), where(equal, add(high, margin), high)];
}

/** Evenly spaced edges, computed from both ends as `linspace` does. */
function evenEdges([low, high]: Bounds, bins: number): Tensor {
  const positions = castTo(arangeOf(low.device, bins + 1), low.dtype);
  const step = div(sub(high, low), bins);
  const fromLow = add(low, mul(step, positions));
  const fromHigh = sub(high, mul(step, sub(bins, positions)));
  return where(lt(positions, (bins + 1) >> 1), fromLow, fromHigh);
}

const within = (x: Tensor, low: Tensor, high: Tensor): Tensor => logicalAnd(ge(x, low), le(x, high));

/** Sums of amounts by bin, of those that are in one: exactly, where each counts 1. */
function totals(position: Tensor, inside: Tensor, bins: number, weight: Tensor | null, dtype: DType): Tensor {
  const index = where(inside, position, 0);
  const amounts = weight ? where(inside, weight, 0) : castTo(inside, 'int32');
  const none = zerosOf(position.device, [bins], amounts.dtype);
  return castTo(dispatchOne(scatterAddOp, [none, index, amounts], { axis: 0, size: bins }), dtype);
}

/**
 * How many elements lie in each of `bins` bins of equal width. Elements outside of the range, and NaN, do not count; the
 * last bin includes its right edge. Not differentiable.
 *
 * @param x - float, any shape.
 * @param bins - a positive integer. Default 100.
 * @param min - the left edge. @param max - the right edge; where they are equal, the range is that of the elements.
 * @returns (bins), of the dtype of x.
 * @throws {@link DTypeError} for integers. @throws {@link ArgumentError} for invalid bins or bounds.
 * @throws {@link ValueError} when the range of the elements is not finite.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.histc.html
 *
 * @example
 * ```ts
 * import { histc, tensor } from '@flambeau/core';
 * histc(tensor([1, 2, 1]), 4, 0, 3); // [0, 2, 1, 0]
 * ```
 */
export function histc(x: Tensor, bins = 100, min = 0, max = 0): Tensor {
  requireFloat('histc', x.dtype);
  checkBins('histc', bins);
  checkRange('histc', min, max);
  return composed(x.device, () => {
    const values = reshape(x, [x.size]);
    const [low, high] = boundsOf('histc', values, min === max ? null : [min, max], 1);
    const inside = within(values, low, high);
    const exact = div(mul(sub(values, low), bins), sub(high, low));
    const position = castTo(floor(where(inside, exact, 0)), 'int32');
    return totals(clampMax(position, bins - 1), inside, bins, null, x.dtype);
  });
}

/** Checks what bins say about one dimension; the number of bins. */
function binsOf(op: string, bins: number | Tensor, x: Tensor): number {
  if (!isTensor(bins)) {
    checkBins(op, bins);
    return bins;
  }
  if (bins.shape.length !== 1 || bins.size < 2) {
    throw new ShapeError(
      op,
      `the edges are not a vector: got ${formatShape(bins.shape)}, expected one dimension and at least two edges.`,
      { shape: bins.shape },
    );
  }
  if (bins.dtype !== x.dtype) {
    throw new DTypeError(
      op,
      `the dtypes do not fit: got edges of ${bins.dtype} for ${x.dtype}, expected the same.`,
      {
        dtypes: [bins.dtype, x.dtype],
      },
    );
  }
  return bins.size - 1;
}

function checkWeight(op: string, weight: Tensor, shape: readonly number[], dtype: DType): void {
  if (sameShape(weight.shape, shape) && weight.dtype === dtype) return;
  throw new ShapeError(
    op,
    `the weight does not fit: got ${weight.dtype} ${formatShape(weight.shape)}, expected ${dtype} ${formatShape(shape)}.`,
    { shapes: [weight.shape, shape] },
  );
}

/** The histogram of points (n, d), and the edges: checked parts of a composed function. */
function histogramOf(
  op: string,
  x: Tensor,
  bins: readonly (number | Tensor)[],
  { range, weight, density = false }: HistogramddOptions,
): Tensor[] {
  const counts = bins.map((b) => binsOf(op, b, x));
  const edges = bins.map((b, d) => {
    if (isTensor(b)) return b;
    const given = range ? ([range[2 * d] as number, range[2 * d + 1] as number] as const) : null;
    if (given) checkRange(op, ...given);
    return evenEdges(boundsOf(op, select(x, 1, d), given, 0.5), b);
  });
  let inside = expand(filled(x.device, [], 'bool', 1), [x.shape[0] as number]);
  let position = zerosOf(x.device, inside.shape, 'int32');
  edges.forEach((edge, d) => {
    const [values, n] = [select(x, 1, d), counts[d] as number];
    inside = logicalAnd(inside, within(values, narrow(edge, 0, 0, 1), narrow(edge, 0, n, 1)));
    position = add(mul(position, n), clampMax(sub(places(edge, values, true), 1), n - 1));
  });
  const flat = totals(
    position,
    inside,
    sizeOf(counts),
    weight ? reshape(weight, inside.shape) : null,
    x.dtype,
  );
  const hist = reshape(flat, counts);
  if (!density) return [hist, ...edges];
  const perWidth = edges.reduce(
    (y, edge, d) => {
      const widths = diff(edge);
      return div(
        y,
        reshape(
          widths,
          counts.map((n, i) => (i === d ? n : 1)),
        ),
      );
    },
    div(hist, sum(hist)),
  );
  return [perWidth, ...edges];
}

/**
 * How many elements lie in each bin, or the sum of their weights; and the edges of the bins. Elements outside, and NaN,
 * do not count; the last bin includes its right edge. The weight has a gradient.
 *
 * @param x - float, any shape.
 * @param bins - how many of equal width, or their edges: (n + 1), ascending, of the dtype of x.
 * @returns hist (n) and binEdges (n + 1), of the dtype of x.
 * @throws {@link DTypeError} for integers, or edges of another dtype. @throws {@link ShapeError} when edges or weight do not fit.
 * @throws {@link ArgumentError} for invalid bins or ranges. @throws {@link ValueError} when the range of the elements is not finite.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.histogram.html. It has no gradient there.
 *
 * @example
 * ```ts
 * import { histogram, tensor } from '@flambeau/core';
 * const { hist, binEdges } = histogram(tensor([1, 2, 1]), 3, { range: [0, 3] }); // [0, 2, 1] and [0, 1, 2, 3]
 * ```
 */
export function histogram(x: Tensor, bins: number | Tensor, options: HistogramOptions = {}): Histogram {
  requireFloat('histogram', x.dtype);
  if (options.weight) checkWeight('histogram', options.weight, x.shape, x.dtype);
  const { range } = options;
  if (range && isTensor(bins)) {
    throw new ArgumentError(
      'histogram',
      'a range besides edges: got both, expected a number of bins with it.',
    );
  }
  return composed(x.device, () => {
    const [hist, binEdges] = histogramOf('histogram', reshape(x, [x.size, 1]), [bins], options);
    return { hist: hist as Tensor, binEdges: binEdges as Tensor };
  });
}

/**
 * The histogram of points in D dimensions: as {@link histogram} in each of them.
 *
 * @param x - (…, D), float.
 * @param bins - one number for all dimensions, or for each one how many bins, or their edges.
 * @returns hist (n₁, …, n_D), and a list of D vectors of edges.
 * @throws as {@link histogram}. @throws {@link ShapeError} unless x has at least two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.histogramdd.html. It has no gradient there.
 *
 * @example
 * ```ts
 * import { histogramdd, tensor } from '@flambeau/core';
 * const points = tensor([[0, 1], [1, 0], [2, 0], [2, 2]]);
 * histogramdd(points, [3, 3], { range: [0, 3, 0, 3] }).hist; // [[0, 1, 0], [1, 0, 0], [1, 0, 1]]
 * ```
 */
export function histogramdd(
  x: Tensor,
  bins: number | readonly (number | Tensor)[],
  options: HistogramddOptions = {},
): HistogramNd {
  const op = 'histogramdd';
  requireFloat(op, x.dtype);
  const dims = x.shape[x.shape.length - 1] ?? 0;
  if (x.shape.length < 2 || dims === 0) {
    throw new ShapeError(
      op,
      `no points: got ${formatShape(x.shape)}, expected (…, D) with D of at least 1.`,
      {
        shape: x.shape,
      },
    );
  }
  const each = typeof bins === 'number' ? new Array<number>(dims).fill(bins) : bins;
  const { range, weight } = options;
  if (each.length !== dims || (range && range.length !== 2 * dims)) {
    throw new ArgumentError(
      op,
      `one entry per dimension is needed: got ${each.length} bins${range ? ` and ${range.length} bounds` : ''}, expected ${dims} and ${2 * dims}.`,
      { bins: each.length, dims },
    );
  }
  const lead = x.shape.slice(0, -1);
  if (weight) checkWeight(op, weight, lead, x.dtype);
  const [hist, ...binEdges] = composed(x.device, () =>
    histogramOf(op, reshape(x, [sizeOf(lead), dims]), each, options),
  );
  return { hist: hist as Tensor, binEdges };
}
