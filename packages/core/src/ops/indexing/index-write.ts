import { dispatchOne } from '../../dispatch/dispatch.ts';
import { DTYPES, isFloat } from '../../dtype.ts';
import { DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis, sameShape } from '../../shape.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { castTo, gt, mul, where } from '../elementwise.ts';
import { addAt, alongLines, asVector, checkIndex, type IndexAttrs, scatterAddOp } from '../indexing.ts';
import { intsOf } from '../ranges.ts';
import { expand, reshape } from '../view.ts';
import { checkReduction, reduceInto, type ScatterReduceOptions } from './scatter.ts';
import { scatterOp } from './scatter-op.ts';
import { wrapped } from './wrap.ts';

/** Options of {@link indexAdd}. */
export interface IndexAddOptions {
  /** Factor of the source. Default 1. */
  readonly alpha?: number;
}

function checkVector(op: string, index: Tensor): void {
  if (index.dtype !== 'int32') checkIndex(op, index, index, 0);
  if (index.shape.length > 1) {
    throw new ShapeError(
      op,
      `the index is not a vector: got ${formatShape(index.shape)}, expected one dimension.`,
      { shape: index.shape },
    );
  }
}

/** Checks the operands, and runs with the index laid along every line of the source. */
function bySlices(
  op: string,
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor,
  run: (x: Tensor, index: Tensor, source: Tensor, attrs: IndexAttrs) => Tensor,
): Tensor {
  const a = normalizeAxis(op, axis, x.shape.length);
  checkVector(op, index);
  const given = source.shape.length === 0 ? [1] : source.shape;
  const expected = x.shape.length === 0 ? [index.size] : x.shape.map((n, i) => (i === a ? index.size : n));
  if (source.dtype !== x.dtype) {
    throw new DTypeError(
      op,
      `the source does not fit: got ${source.dtype} for ${x.dtype}, expected equal dtypes. Cast with source.to('${x.dtype}').`,
      { dtypes: [source.dtype, x.dtype] },
    );
  }
  if (!sameShape(given, expected)) {
    throw new ShapeError(
      op,
      `the source does not fit: got ${formatShape(source.shape)}, expected ${formatShape(expected)}: a slice of ${formatShape(x.shape)} for each index.`,
      { shapes: [source.shape, expected] },
    );
  }
  return composed(x.device, () => {
    const rows = asVector(x);
    const { lines, ...told } = alongLines(index, a, expected);
    const attrs = { axis: a, size: rows.shape[a] as number, caller: op, ...told };
    return reshape(run(rows, lines, asVector(source), attrs), x.shape);
  });
}

/**
 * x with slices of `source` added along one axis: for axis 0, y[index[i]] += alpha · source[i].
 *
 * @param index - int32 (k). Not negative.
 * @param source - x's dtype and shape, but k along the axis.
 * @throws {@link ValueError} when an index is out of range. @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.index_add_.html
 *
 * @example
 * ```ts
 * import { indexAdd, tensor } from '@flambeau/core';
 * indexAdd(tensor([1, 1]), 0, tensor([1, 1], { dtype: 'int32' }), tensor([2, 3])); // [1, 6]
 * ```
 */
export function indexAdd(
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor,
  options: IndexAddOptions = {},
): Tensor {
  const { alpha = 1 } = options;
  if (!isFloat(x.dtype) && !Number.isInteger(alpha)) {
    throw new DTypeError(
      'indexAdd',
      `alpha does not fit: got ${alpha} for ${x.dtype}, expected an integer. Cast with x.to('float32').`,
      { dtype: x.dtype, alpha },
    );
  }
  return bySlices('indexAdd', x, axis, index, source, (t, lines, slices, attrs) => {
    const scaled = alpha === 1 ? slices : castTo(mul(slices, alpha), x.dtype);
    return addAt(t, lines, scaled, attrs);
  });
}

/**
 * x with slices of `source` written along one axis: for axis 0, y[index[i]] = source[i]. Of equal indices the last stays.
 *
 * @param index - int32 (k). Not negative.
 * @param source - x's dtype and shape, but k along the axis.
 * @throws {@link ValueError} when an index is out of range. @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.index_copy_.html
 *
 * @example
 * ```ts
 * import { indexCopy, tensor } from '@flambeau/core';
 * indexCopy(tensor([1, 2, 3]), 0, tensor([2, 0], { dtype: 'int32' }), tensor([8, 9])); // [9, 2, 8]
 * ```
 */
export function indexCopy(x: Tensor, axis: number, index: Tensor, source: Tensor): Tensor {
  return bySlices('indexCopy', x, axis, index, source, (...parts) => {
    const [t, lines, slices, attrs] = parts;
    return dispatchOne(scatterOp, [t, lines, slices], attrs);
  });
}

/**
 * x joined with slices of `source` along one axis by a product, mean or extreme. Equal extremes share the gradient.
 *
 * @param index - int32 (k). Not negative.
 * @param source - x's dtype and shape, but k along the axis.
 * @throws {@link ValueError} when an index is out of range. @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.index_reduce_.html
 *
 * @example
 * ```ts
 * import { indexReduce, tensor } from '@flambeau/core';
 * indexReduce(tensor([1, 2]), 0, tensor([0, 0], { dtype: 'int32' }), tensor([3, 5]), 'prod'); // [15, 2]
 * ```
 */
export function indexReduce(
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor,
  reduce: 'prod' | 'mean' | 'amax' | 'amin',
  options: ScatterReduceOptions = {},
): Tensor {
  checkReduction('indexReduce', reduce, ['prod', 'mean', 'amax', 'amin']);
  return bySlices('indexReduce', x, axis, index, source, (t, lines, slices, attrs) =>
    reduceInto(t, lines, slices, reduce, options.includeSelf ?? true, attrs),
  );
}

/**
 * x with one value in whole slices along an axis: for axis 0, y[index[i]] = value.
 *
 * @param index - int32 (k); negative ones count from the end.
 * @param value - a number or a 0-d tensor.
 * @throws {@link ValueError} when an index is out of range. @throws {@link DTypeError} when the value does not fit x's dtype.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.index_fill_.html
 *
 * @example
 * ```ts
 * import { indexFill, tensor } from '@flambeau/core';
 * indexFill(tensor([1, 2, 3]), 0, tensor([0, -1], { dtype: 'int32' }), 9); // [9, 2, 9]
 * ```
 */
export function indexFill(x: Tensor, axis: number, index: Tensor, value: number | Tensor): Tensor {
  const a = normalizeAxis('indexFill', axis, x.shape.length);
  checkVector('indexFill', index);
  if (isTensor(value) && value.shape.length > 0) {
    throw new ShapeError(
      'indexFill',
      `the value is not a single one: got shape ${formatShape(value.shape)}, expected a number or a 0-d tensor.`,
      { shape: value.shape },
    );
  }
  const fits = isTensor(value)
    ? DTYPES[value.dtype].category <= DTYPES[x.dtype].category
    : isFloat(x.dtype) || Number.isInteger(value);
  if (!fits) {
    const got = isTensor(value) ? value.dtype : value;
    throw new DTypeError(
      'indexFill',
      `the value does not fit: got ${got} for ${x.dtype}, expected an integer. Cast with x.to('float32').`,
      { dtype: x.dtype, value: got },
    );
  }
  return composed(x.device, () => {
    const size = asVector(x).shape[a] as number;
    const told = { axis: 0, size, caller: 'indexFill', signed: true };
    const hits = dispatchOne(
      scatterAddOp,
      [
        zerosOf(x.device, [size], 'int32'),
        wrapped(reshape(index, [-1]), size),
        expand(intsOf(x.device, [1]), [index.size]),
      ],
      { ...told },
    );
    const column = x.shape.map((_, i) => (i === a ? size : 1));
    return castTo(where(reshape(gt(hits, 0), column), value, x), x.dtype);
  });
}
