import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis } from '../../shape.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { filled } from '../create-ops.ts';
import { add, castTo, clampMin, div, where } from '../elementwise.ts';
import { addAt, asVector, checkIndex, type IndexAttrs } from '../indexing.ts';
import { expand, narrow, reshape } from '../view.ts';
import { countsAt, touched } from './last-writers.ts';
import { scatterOp } from './scatter-op.ts';
import { floorQuotient, neutralOf, scatterReduceOp } from './scatter-reduce-op.ts';

/** How values that meet at one place are joined. */
export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

/** Options of {@link scatter}. */
export interface ScatterOptions {
  /** Add to what is there, or multiply it, instead of replacing it. */
  readonly reduce?: 'add' | 'multiply';
}

/** Options of {@link scatterReduce}. */
export interface ScatterReduceOptions {
  /** Whether what x has takes part. Default true. */
  readonly includeSelf?: boolean;
}

/** Joins a source into x along an axis, by an index of the source's shape. */
export function reduceInto(
  x: Tensor,
  index: Tensor,
  source: Tensor,
  reduce: ScatterReduction,
  includeSelf: boolean,
  attrs: IndexAttrs,
): Tensor {
  const { shape, dtype } = x;
  const seen = (): Tensor => touched(index, shape, attrs);
  const without = (value: number): Tensor => (includeSelf ? x : castTo(where(seen(), value, x), dtype));
  if (reduce === 'sum') return addAt(without(0), index, source, attrs);
  if (reduce !== 'mean') {
    return dispatchOne(scatterReduceOp, [without(neutralOf(reduce, dtype)), index, source], {
      ...attrs,
      reduce,
    });
  }
  const total = addAt(without(0), index, source, attrs);
  const counted = countsAt(index, shape, attrs);
  const counts = includeSelf ? add(counted, 1) : clampMin(counted, 1);
  return isFloat(dtype) ? div(total, castTo(counts, dtype)) : floorQuotient(total, castTo(counts, dtype));
}

/** The source of a scatter, which must have x's dtype and at least the sizes of the index, cut to them. */
function fitted(op: string, x: Tensor, index: Tensor, source: Tensor): Tensor {
  const fits =
    source.shape.length === index.shape.length &&
    index.shape.every((n, i) => n <= (source.shape[i] as number));
  if (source.dtype !== x.dtype) {
    throw new DTypeError(
      op,
      `the source does not fit: got ${source.dtype} for ${x.dtype}, expected equal dtypes. Cast with source.to('${x.dtype}').`,
      { dtypes: [source.dtype, x.dtype] },
    );
  }
  if (!fits) {
    throw new ShapeError(
      op,
      `the source does not fit: got ${formatShape(source.shape)} for index ${formatShape(index.shape)}, expected at least the index's sizes.`,
      { shapes: [source.shape, index.shape] },
    );
  }
  return index.shape.reduce((s, n, i) => (s.shape[i] === n ? s : narrow(s, i, 0, n)), source);
}

/** Checks the operands of a scatter and runs it; 0-d tensors count as vectors of one element. */
function scattered(
  op: string,
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor | number,
  run: (x: Tensor, index: Tensor, source: Tensor, attrs: IndexAttrs) => Tensor,
): Tensor {
  const a = normalizeAxis(op, axis, x.shape.length);
  const rows = asVector(x);
  const places = asVector(index);
  checkIndex(op, rows, places, a);
  if (typeof source === 'number' && !isFloat(x.dtype) && !Number.isInteger(source)) {
    throw new DTypeError(
      op,
      `the value does not fit: got ${source} for ${x.dtype}, expected an integer. Cast with x.to('float32').`,
      { dtype: x.dtype, value: source },
    );
  }
  const part = isTensor(source)
    ? fitted(op, rows, places, asVector(source))
    : expand(filled(x.device, [], x.dtype, source), places.shape);
  if (places.size === 0) return clone(x);
  const attrs = { axis: a, size: rows.shape[a] as number, caller: op };
  return reshape(run(rows, places, part, attrs), x.shape);
}

/**
 * x with values written at `index` along one axis: y[index[i][j]][j] = src[i][j] for axis 0. Of several at one place the
 * last in row-major order stays.
 *
 * @param index - int32, the rank of x, no larger outside of the axis. Not negative.
 * @param src - a number, or a tensor of x's dtype with at least the sizes of the index.
 * @throws {@link ValueError} when an index is out of range. @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.scatter.html. Only the value that stays has a gradient;
 * PyTorch gives one to all that were written at the same place, and leaves open which stays.
 *
 * @example
 * ```ts
 * import { scatter, tensor, zeros } from '@flambeau/core';
 * scatter(zeros([4]), 0, tensor([3, 1], { dtype: 'int32' }), tensor([7, 8])); // [0, 8, 0, 7]
 * ```
 */
export function scatter(
  x: Tensor,
  axis: number,
  index: Tensor,
  src: Tensor | number,
  options: ScatterOptions = {},
): Tensor {
  const { reduce } = options;
  if (reduce !== undefined && reduce !== 'add' && reduce !== 'multiply') {
    throw new ArgumentError(
      'scatter',
      `unknown reduce: got '${String(reduce)}', expected 'add' or 'multiply'. Use scatterReduce for others.`,
      { reduce },
    );
  }
  return composed(x.device, () =>
    scattered('scatter', x, axis, index, src, (t, places, source, attrs) => {
      if (reduce) return reduceInto(t, places, source, reduce === 'add' ? 'sum' : 'prod', true, attrs);
      return dispatchOne(scatterOp, [t, places, source], attrs);
    }),
  );
}

/**
 * x joined with values at `index` along one axis by a sum, product, mean or extreme: for axis 0 and `'sum'`,
 * y[index[i][j]][j] += src[i][j]. Equal extremes share the gradient; a mean of integers is rounded down.
 *
 * @param index - int32, the rank of x, no larger outside of the axis. Not negative.
 * @param src - x's dtype, at least the sizes of the index.
 * @throws {@link ValueError} when an index is out of range. @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_reduce_.html. What is left out by
 * `includeSelf: false` never shares a gradient, and products of several zeros can be differentiated twice.
 *
 * @example
 * ```ts
 * import { scatterReduce, tensor } from '@flambeau/core';
 * const index = tensor([0, 0, 1], { dtype: 'int32' });
 * scatterReduce(tensor([5, 5, 5]), 0, index, tensor([1, 2, 9]), 'amax', { includeSelf: false }); // [2, 9, 5]
 * ```
 */
export function scatterReduce(
  x: Tensor,
  axis: number,
  index: Tensor,
  src: Tensor,
  reduce: ScatterReduction,
  options: ScatterReduceOptions = {},
): Tensor {
  checkReduction('scatterReduce', reduce, ['sum', 'prod', 'mean', 'amax', 'amin']);
  return composed(x.device, () =>
    scattered('scatterReduce', x, axis, index, src, (t, places, source, attrs) =>
      reduceInto(t, places, source, reduce, options.includeSelf ?? true, attrs),
    ),
  );
}

/** @throws {@link ArgumentError} for a reduction that is not listed. */
export function checkReduction(op: string, reduce: string, known: readonly string[]): void {
  if (known.includes(reduce)) return;
  throw new ArgumentError(
    op,
    `unknown reduction: got '${String(reduce)}', expected one of ${known.join(', ')}.`,
    { reduce },
  );
}
