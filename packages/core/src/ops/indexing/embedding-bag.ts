import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, sameShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { filled, zerosOf } from '../create-ops.ts';
import { add, castTo, clampMin, div, eq, logicalNot, logicalOr, lt, mul, ne, where } from '../elementwise.ts';
import { alongLines, gatherOp, scatterAddOp } from '../indexing.ts';
import { arangeOf, stepsOf } from '../ranges.ts';
import { any, max } from '../reduce.ts';
import { refuseWhereOp } from '../reduction/covariance.ts';
import { stretch } from '../reduction/scan-steps.ts';
import { expand, reshape, unsqueeze } from '../view.ts';
import { checkTable, type EmbeddingOptions, limitNorms, lookUp } from './embedding.ts';
import { checkReduction } from './scatter.ts';
import { scatterReduceOp } from './scatter-reduce-op.ts';
import { segmentsOf } from './segments.ts';

/** Options of {@link embeddingBag}, under PyTorch's names. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Where the bags start in a vector of row numbers: int32 (b), ascending from 0. */
  readonly offsets?: Tensor;
  /** How the rows of a bag become one. Default 'mean'. */
  readonly mode?: 'sum' | 'mean' | 'max';
  /** Factors of the rows, for sums: the shape of the input, the weight's dtype. */
  readonly perSampleWeights?: Tensor | null;
  /** The last offset is the end of the last bag. Default false. */
  readonly includeLastOffset?: boolean;
}

/**
 * Sums, means or maxima of rows of a table, a bag at a time. The padding's row does not count; an empty bag gives 0.
 *
 * @param input - int32 (B, N): bags of one size, or (n) with `offsets`.
 * @param weight - (V, D).
 * @returns (B, D).
 * @throws {@link ValueError} when a row number or an offset is out of range.
 * @throws {@link ArgumentError} for options that do not go together.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding_bag.html
 *
 * @example
 * ```ts
 * import { embeddingBag, tensor } from '@flambeau/core';
 * const table = tensor([[1, 2], [3, 4], [5, 6]]);
 * embeddingBag(tensor([[0, 2]], { dtype: 'int32' }), table); // [[3, 4]]
 * ```
 */
export function embeddingBag(input: Tensor, weight: Tensor, options: EmbeddingBagOptions = {}): Tensor {
  const { mode = 'mean', maxNorm, normType = 2, scaleGradByFreq = false } = options;
  const padding = checkTable('embeddingBag', input, weight, options.paddingIdx);
  checkOptions(input, weight, mode, options);
  return composed(weight.device, () => {
    const index = reshape(input, [-1]);
    const bags = bagsOf(input, options);
    if (maxNorm != null) limitNorms('embeddingBag', weight, index, maxNorm, normType);
    if (mode === 'max' && index.size === 0) {
      return zerosOf(weight.device, [bags.count, weight.shape[1] as number], weight.dtype);
    }
    const found = lookUp('embeddingBag', weight, index, padding, scaleGradByFreq);
    const counted = padding >= 0 ? ne(index, padding) : null;
    if (mode === 'max') {
      return options.offsets ? largest(found, bags, counted) : largestOfEach(found, bags.count, counted);
    }
    const { perSampleWeights } = options;
    const weighted = perSampleWeights ? mul(found, reshape(perSampleWeights, [-1, 1])) : found;
    const rows = counted ? where(unsqueeze(counted, 1), weighted, 0) : weighted;
    const totals = summed(rows, bags);
    if (mode === 'sum') return totals;
    const ones = counted ? castTo(counted, 'int32') : filled(index.device, index.shape, 'int32', 1);
    const counts = clampMin(summed(unsqueeze(ones, 1), bags), 1);
    return div(totals, castTo(counts, weight.dtype));
  });
}

function checkOptions(input: Tensor, weight: Tensor, mode: string, options: EmbeddingBagOptions): void {
  const { offsets, perSampleWeights, includeLastOffset, scaleGradByFreq } = options;
  checkReduction('embeddingBag', mode, ['sum', 'mean', 'max']);
  const rank = offsets ? 1 : 2;
  if (input.shape.length !== rank) {
    throw new ShapeError(
      'embeddingBag',
      `the input does not fit: got ${formatShape(input.shape)} ${offsets ? 'with' : 'without'} offsets, expected a matrix, or a vector with offsets.`,
      { shape: input.shape },
    );
  }
  if (offsets && offsets.dtype !== 'int32') {
    throw new DTypeError('embeddingBag', `offsets are counted: got ${offsets.dtype}, expected int32.`, {
      dtype: offsets.dtype,
    });
  }
  if (offsets && (offsets.shape.length !== 1 || (includeLastOffset && offsets.size < 1))) {
    throw new ShapeError(
      'embeddingBag',
      `the offsets do not fit: got ${formatShape(offsets.shape)}, expected a vector${includeLastOffset ? ' with at least the end' : ''}.`,
      { shape: offsets.shape },
    );
  }
  if (perSampleWeights && (mode !== 'sum' || !sameShape(perSampleWeights.shape, input.shape))) {
    throw new ArgumentError(
      'embeddingBag',
      `perSampleWeights do not fit: got ${formatShape(perSampleWeights.shape)} with mode '${mode}', expected ${formatShape(input.shape)} with 'sum'.`,
      { mode },
    );
  }
  if (perSampleWeights && perSampleWeights.dtype !== weight.dtype) {
    throw new DTypeError(
      'embeddingBag',
      `perSampleWeights do not fit: got ${perSampleWeights.dtype}, expected ${weight.dtype} as the weight.`,
      { dtypes: [perSampleWeights.dtype, weight.dtype] },
    );
  }
  if (scaleGradByFreq && mode === 'max') {
    throw new ArgumentError(
      'embeddingBag',
      "scaleGradByFreq has no meaning here: got mode 'max', expected another.",
    );
  }
}

/** Which bag each row belongs to, counted from 1; and how many there are. */
interface Bags {
  readonly index: Tensor;
  readonly count: number;
}

function bagsOf(input: Tensor, { offsets, includeLastOffset = false }: EmbeddingBagOptions): Bags {
  const { device } = input;
  if (!offsets) {
    const [count, size] = input.shape as [number, number];
    const index = expand(unsqueeze(add(stepsOf(device, count, 1), 1), 1), [count, size]);
    return { index: reshape(index, [-1]), count };
  }
  const n = input.size;
  const count = offsets.size - Number(includeLastOffset);
  if (offsets.size === 0) return { index: zerosOf(device, [n], 'int32'), count };
  const first = stretch(offsets, 0, 0, 1);
  dispatchOne(refuseWhereOp, [first, ne(first, 0)], {
    op: 'embeddingBag',
    fault: 'the first bag does not start at the start: got another offset, expected 0.',
  });
  return { index: segmentsOf(offsets, n, 'embeddingBag'), count };
}

/** Sums of rows by bag. */
function summed(rows: Tensor, { index, count }: Bags): Tensor {
  const { lines } = alongLines(index, 0, rows.shape);
  const none = zerosOf(rows.device, [count + 2, rows.shape[1] as number], rows.dtype);
  const all = dispatchOne(scatterAddOp, [none, lines, rows], { axis: 0, size: count + 2 });
  return stretch(all, 0, 1, count);
}

/** Largest elements of bags of one size, from the first row that has them. */
function largestOfEach(rows: Tensor, count: number, counted: Tensor | null): Tensor {
  const bags = reshape(rows, [count, -1, rows.shape[1] as number]);
  if (!counted) return max(bags, 1).values;
  const kept = reshape(counted, [count, -1, 1]);
  return where(any(kept, 1), max(where(kept, bags, -Infinity), 1).values, 0);
}

/** Largest elements by bag, from the first row that has them: it takes the gradient. */
function largest(rows: Tensor, { index, count }: Bags, counted: Tensor | null): Tensor {
  const { device, shape } = rows;
  const n = shape[0] as number;
  const slots = [count + 2, shape[1] as number];
  const attrs = { axis: 0, size: count + 2 };
  // What does not count goes to slot 0, which is none of the bags.
  const places = alongLines(counted ? mul(index, castTo(counted, 'int32')) : index, 0, shape).lines;
  const lowest = filled(device, slots, rows.dtype, -Infinity);
  const detached = rows.detach();
  const tops = dispatchOne(scatterReduceOp, [lowest, places, detached], { ...attrs, reduce: 'amax' });
  const reached = eq(detached, dispatchOne(gatherOp, [tops, places], attrs));
  const isTop = logicalOr(reached, ne(detached, detached));
  const order = expand(unsqueeze(arangeOf(device, n), 1), shape);
  const nobody = filled(device, slots, 'int32', n);
  const firsts = dispatchOne(scatterReduceOp, [nobody, places, where(isTop, order, n)], {
    ...attrs,
    reduce: 'amin',
  });
  const first = stretch(firsts, 0, 1, count);
  const found = lt(first, n);
  const values = dispatchOne(gatherOp, [rows, where(found, first, 0)], { axis: 0, size: n });
  return where(logicalNot(found), 0, values);
}
