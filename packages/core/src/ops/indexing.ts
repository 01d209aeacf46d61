import type { Fault } from '../backend.ts';
import { dispatchOne } from '../dispatch/dispatch.ts';
import { isFloat } from '../dtype.ts';
import { DTypeError, ShapeError, ValueError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { formatShape, normalizeAxis, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { zerosOf } from './create-ops.ts';
import { defineOp } from './define.ts';
import { castTo, where } from './elementwise.ts';
import type { KernelOp } from './op.ts';
import type { AxisAttrs } from './types.ts';
import { expand, narrow, reshape } from './view.ts';

/** Checks an index of {@link gather} and of its opposites. */
export function checkIndex(op: string, x: Tensor, index: Tensor, axis: number): void {
  if (index.dtype !== 'int32') {
    throw new DTypeError(
      op,
      `the index is not an integer: got ${index.dtype}, expected int32. Pass { dtype: 'int32' } or cast with x.to('int32').`,
      { dtype: index.dtype },
    );
  }
  const fits =
    index.shape.length === x.shape.length &&
    index.shape.every((n, i) => i === axis || n <= (x.shape[i] as number));
  if (!fits) {
    throw new ShapeError(
      op,
      `the index does not fit: got index ${formatShape(index.shape)} for ${formatShape(x.shape)}, expected the same rank and no larger size outside dimension ${axis}.`,
      { shapes: [x.shape, index.shape] },
    );
  }
}

/** A 0-d tensor as a vector of one element: PyTorch lets the two mix here. */
export function asVector(x: Tensor): Tensor {
  return x.shape.length === 0 ? reshape(x, [1]) : x;
}

/** The error for a position that is not there. */
export function outOfRange(op: string) {
  return ({ value, index }: Fault, attrs: IndexAttrs): ValueError => {
    const { axis, size, caller = op, signed = false, inner = 1, count = Infinity } = attrs;
    // Negative positions were moved up by the size before the kernel saw them.
    const given = signed && value < 0 ? value - size : value;
    const position = Math.floor(index / inner) % count;
    return new ValueError(
      caller,
      `index out of range: got ${given} at position ${position}, expected ${signed ? -size : 0} ≤ index < ${size} along dimension ${axis}.`,
      { value: given, index: position, axis, size },
    );
  };
}

/** Attributes of {@link gatherOp} and {@link scatterAddOp}: the axis and its size, and more for the message. */
export interface IndexAttrs extends AxisAttrs {
  readonly size: number;
  /** Whose call it was. */
  readonly caller?: string;
  /** Negative positions counted from the end. */
  readonly signed?: boolean;
  /** The index was a vector of `count` positions, repeated over `inner` elements. */
  readonly inner?: number;
  readonly count?: number;
}

/** @internal */
export const gatherOp: KernelOp<IndexAttrs> = /*#__PURE__*/ defineOp({
  name: 'gather',
  class: 'checked',
  strided: true,
  infer: ([x, index]) => [{ shape: (index as Tensor).shape, dtype: (x as Tensor).dtype }],
  fault: /*#__PURE__*/ outOfRange('gather'),
  saves: { inputs: [1] },
  vjp: ([g], { inputs: [, index], metas, attrs }) => {
    const x = metas[0];
    if (!g || !index || !x) return [null];
    return [dispatchOne(scatterAddOp, [zerosOf(g.device, x.shape, x.dtype), index, g], attrs)];
  },
});

/** @internal */
export const scatterAddOp: KernelOp<IndexAttrs> = /*#__PURE__*/ defineOp({
  name: 'scatterAdd',
  class: 'checked',
  strided: true,
  infer: ([x]) => [x as Tensor],
  fault: /*#__PURE__*/ outOfRange('scatterAdd'),
  saves: { inputs: [1] },
  vjp: ([g], { inputs: [, index], attrs }) => [
    g ?? null,
    null,
    g && index ? dispatchOne(gatherOp, [g, index], attrs) : null,
  ],
});

/**
 * Picks along one axis: `y[i][j] = x[index[i][j]][j]` for axis 0.
 *
 * @param index - int32, the rank of x, no larger outside of the axis.
 * @returns the shape of index.
 * @throws {@link ValueError} when an index is out of range.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.gather.html
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  if (x.shape.length === 0 || index.shape.length === 0) {
    return composed(x.device, () => reshape(gather(asVector(x), axis, asVector(index)), index.shape));
  }
  const a = normalizeAxis('gather', axis, x.shape.length);
  checkIndex('gather', x, index, a);
  return dispatchOne(gatherOp, [x, index], { axis: a, size: x.shape[a] });
}

/** x plus source at an index of the source's shape; bool adds as "or". */
export function addAt(x: Tensor, index: Tensor, source: Tensor, attrs: IndexAttrs): Tensor {
  if (x.dtype !== 'bool') return dispatchOne(scatterAddOp, [x, index, source], attrs);
  return castTo(addAt(castTo(x, 'int32'), index, castTo(source, 'int32'), attrs), 'bool');
}

/** x plus `source` added at `index` along one axis: the opposite of {@link gather}. bool adds as "or". */
export function scatterAdd(x: Tensor, axis: number, index: Tensor, source: Tensor): Tensor {
  if (x.shape.length === 0 || index.shape.length === 0 || source.shape.length === 0) {
    return composed(x.device, () =>
      reshape(scatterAdd(asVector(x), axis, asVector(index), asVector(source)), x.shape),
    );
  }
  const a = normalizeAxis('scatterAdd', axis, x.shape.length);
  checkIndex('scatterAdd', x, index, a);
  if (source.dtype !== x.dtype || !index.shape.every((n, i) => n <= (source.shape[i] as number))) {
    throw new ShapeError(
      'scatterAdd',
      `the source does not fit: got ${source.dtype} ${formatShape(source.shape)} for index ${formatShape(index.shape)}, expected ${x.dtype} and at least the index's sizes.`,
      { shapes: [source.shape, index.shape] },
    );
  }
  return composed(x.device, () => {
    const part = index.shape.reduce((s, n, i) => (s.shape[i] === n ? s : narrow(s, i, 0, n)), source);
    return addAt(x, index, part, { axis: a, size: x.shape[a] as number });
  });
}

/**
 * Whole slices along one axis, in the order of `index`.
 *
 * @param index - int32 (k).
 * @throws {@link ValueError} when an index is out of range.
 */
export function indexSelect(x: Tensor, axis: number, index: Tensor): Tensor {
  const a = normalizeAxis('indexSelect', axis, x.shape.length);
  if (index.shape.length > 1) {
    throw new ShapeError(
      'indexSelect',
      `the index is not a vector: got ${formatShape(index.shape)}, expected one dimension.`,
      { shape: index.shape },
    );
  }
  if (index.dtype !== 'int32') checkIndex('indexSelect', x, index, a);
  return composed(x.device, () => pickRows(x, a, index, { caller: 'indexSelect' }));
}

/** An index vector as the index of every line along an axis of a shape, and what {@link outOfRange} is to know of it. */
export function alongLines(
  index: Tensor,
  axis: number,
  shape: readonly number[],
): { readonly lines: Tensor; readonly inner: number; readonly count: number } {
  const column = shape.map((_, i) => (i === axis ? index.size : 1));
  return {
    lines: expand(reshape(index, column), shape),
    inner: sizeOf(shape.slice(axis + 1)),
    count: index.size,
  };
}

/** Slices along an axis by an index vector. */
export function pickRows(
  x: Tensor,
  axis: number,
  index: Tensor,
  told: Pick<IndexAttrs, 'caller' | 'signed'>,
): Tensor {
  const rows = x.shape.length === 0 ? asVector(x) : x;
  const shape = rows.shape.map((n, i) => (i === axis ? index.size : n));
  const { lines, ...rest } = alongLines(index, axis, shape);
  const attrs: IndexAttrs = { axis, size: rows.shape[axis] as number, ...rest, ...told };
  const y = dispatchOne(gatherOp, [rows, lines], attrs);
  return rows === x ? y : reshape(y, []);
}

/**
 * x with `value` where the mask is true, in the dtype of x.
 *
 * @param mask - bool, broadcast with x.
 * @param value - a number, or a 0-d tensor, which takes the sum of the gradients there.
 * @throws {@link DTypeError} when the mask is not bool, or a fraction is to go among integers.
 * @throws {@link ShapeError} when the value has dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.masked_fill.html
 */
export function maskedFill(x: Tensor, mask: Tensor, value: number | Tensor): Tensor {
  if (mask.dtype !== 'bool') {
    throw new DTypeError(
      'maskedFill',
      `the mask is not bool: got ${mask.dtype}, expected bool. Compare, or cast with x.to('bool').`,
      { dtype: mask.dtype },
    );
  }
  if (!isFloat(x.dtype) && (typeof value === 'number' ? !Number.isInteger(value) : isFloat(value.dtype))) {
    const got = typeof value === 'number' ? value : value.dtype;
    throw new DTypeError(
      'maskedFill',
      `the value does not fit: got ${got} for ${x.dtype}, expected an integer. Cast with x.to('float32').`,
      { dtype: x.dtype, value: got },
    );
  }
  if (typeof value !== 'number' && value.shape.length > 0) {
    throw new ShapeError(
      'maskedFill',
      `the value is not a single one: got shape ${formatShape(value.shape)}, expected a number or a 0-d tensor. Use where.`,
      { shape: value.shape },
    );
  }
  return composed(x.device, () => castTo(where(mask, value, x), x.dtype));
}
