import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat, promoteTypes } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { filled, zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { add, castTo, clampMax, ge, gt, logicalAnd, logicalNot, lt, where } from '../elementwise.ts';
import { gather } from '../indexing.ts';
import { bitwiseRightShift } from '../math/integer.ts';
import type { KernelOp } from '../op.ts';
import type { SearchAttrs } from '../types.ts';
import { reshape } from '../view.ts';

/** Without a kernel, a binary search of all values at once: one round per bit of n. @internal */
export const searchsortedOp: KernelOp<SearchAttrs> = /*#__PURE__*/ defineOp<SearchAttrs>({
  name: 'searchsorted',
  class: 'static',
  infer: ([, x]) => [{ shape: (x as Tensor).shape, dtype: 'int32' }],
  lower: ([edges, x], { right }) => {
    const [sorted, values] = [edges as Tensor, x as Tensor];
    const axis = sorted.shape.length - 1;
    const n = sorted.shape[axis] as number;
    const beyond = right ? gt : ge;
    let found = zerosOf(values.device, values.shape, 'int32');
    if (n === 0 || values.size === 0) return [found];
    let end = filled(values.device, values.shape, 'int32', n);
    for (let left = n; left >= 1; left = Math.floor(left / 2)) {
      const middle = bitwiseRightShift(add(found, end), 1);
      const edge = gather(sorted, axis, clampMax(middle, n - 1));
      const after = logicalAnd(lt(found, end), logicalNot(beyond(edge, values)));
      found = where(after, add(middle, 1), found);
      end = where(after, end, middle);
    }
    return [found];
  },
  vjp: null,
});

/** Options of {@link searchsorted}. */
export interface SearchsortedOptions {
  /** Give the place after equal values instead of the one before them. Default false. */
  readonly right?: boolean;
  /** The same, by name. */
  readonly side?: 'left' | 'right';
  /** int32 positions that put the sequences in order, as {@link argsort} gives them: the sequences are not sorted. */
  readonly sorter?: Tensor | null;
}

function checkSearch(op: string, sequence: Tensor, values: Tensor): void {
  const { shape } = sequence;
  const lead = shape.slice(0, -1);
  const fits =
    shape.length === 1 ||
    (shape.length > 0 &&
      shape.length === values.shape.length &&
      lead.every((size, i) => size === values.shape[i]));
  if (!fits) {
    throw new ShapeError(
      op,
      `the sequences do not fit: got ${formatShape(shape)} for values of shape ${formatShape(values.shape)}, expected one dimension, or the values' dimensions but the last.`,
      { shapes: [shape, values.shape] },
    );
  }
  if (sequence.dtype === 'bool' && values.dtype === 'bool') {
    throw new DTypeError(op, "not defined for bools: got two, expected numbers. Cast with x.to('int32').");
  }
}

function inOrder(sequence: Tensor, sorter: Tensor): Tensor {
  const fits =
    sorter.shape.length === sequence.shape.length && sorter.shape.every((n, i) => n === sequence.shape[i]);
  if (!fits) {
    throw new ShapeError(
      'searchsorted',
      `the sorter does not fit: got ${formatShape(sorter.shape)}, expected ${formatShape(sequence.shape)}.`,
      { shapes: [sorter.shape, sequence.shape] },
    );
  }
  return gather(sequence, sequence.shape.length - 1, sorter);
}

/** Places of values in sequences that were checked. Part of a composed function. */
export function places(sequence: Tensor, given: Tensor, right: boolean): Tensor {
  const { shape } = given;
  const dtype = promoteTypes(sequence.dtype, given.dtype);
  const values = castTo(given, dtype);
  const lines = sequence.shape.length > 1 ? values : reshape(values, [values.size]);
  return reshape(dispatchOne(searchsortedOp, [castTo(sequence, dtype), lines], { right }), shape);
}

/**
 * Where values are to be inserted into sorted sequences to keep them sorted: before equal values, or after them with
 * `right`. NaN goes to the end.
 *
 * @param sequence - (n), or (…, n) with the dimensions of the values before the last. In ascending order, without NaN.
 * @param values - (…, m); or a number, with one sequence. The dtypes are promoted.
 * @returns int32, the shape of values.
 * @throws {@link ShapeError} when the shapes do not fit. @throws {@link DTypeError} for bools.
 * @throws {@link ValueError} when the sorter names a position that is not there.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.searchsorted.html
 *
 * @example
 * ```ts
 * import { searchsorted, tensor } from '@flambeau/core';
 * searchsorted(tensor([1, 3, 5, 7]), tensor([3, 6, 9])); // [1, 3, 4]
 * ```
 */
export function searchsorted(
  sequence: Tensor,
  values: Tensor | number,
  options: SearchsortedOptions = {},
): Tensor {
  const { side, right = side === 'right', sorter } = options;
  if (right && side === 'left') {
    throw new ArgumentError(
      'searchsorted',
      "side and right say opposite things: got side 'left' and right true, expected one of them.",
      { side, right },
    );
  }
  return composed(sequence.device, () => {
    const ordered = sorter ? inOrder(sequence, sorter) : sequence;
    return find('searchsorted', ordered, values, right);
  });
}

const LARGEST = 2 ** 31 - 1;

/** Checks and looks up. A number beside integers may be a fraction, or beyond them. Part of a composed function. */
function find(op: string, sequence: Tensor, values: Tensor | number, right: boolean): Tensor {
  const { device } = sequence;
  if (isTensor(values)) {
    checkSearch(op, sequence, values);
    return places(sequence, values, right);
  }
  const float = isFloat(sequence.dtype);
  const whole = float ? values : right ? Math.floor(values) : Math.ceil(values);
  const beyond = !float && !(whole <= LARGEST);
  const value = float ? whole : beyond ? LARGEST : Math.max(whole, -LARGEST - 1);
  const below = !float && whole < -LARGEST - 1;
  const wide = sequence.dtype === 'int8' || sequence.dtype === 'uint8' ? castTo(sequence, 'int32') : sequence;
  const x = filled(device, [], wide.dtype, value);
  checkSearch(op, wide, x);
  return places(wide, x, beyond || (right && !below));
}

/** Options of {@link bucketize}. */
export interface BucketizeOptions {
  /** Buckets are closed on the left: values equal to a boundary go to the bucket after it. Default false. */
  readonly right?: boolean;
}

/**
 * In which bucket between boundaries each value is: i where boundary i − 1 < x ≤ boundary i; with `right`, where
 * boundary i − 1 ≤ x < boundary i. {@link searchsorted} with its arguments exchanged.
 *
 * @param x - any shape; or a number.
 * @param boundaries - (n), in ascending order. The dtypes are promoted.
 * @returns int32, the shape of x.
 * @throws {@link ShapeError} unless the boundaries have one dimension. @throws {@link DTypeError} for bools.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.bucketize.html
 *
 * @example
 * ```ts
 * import { bucketize, tensor } from '@flambeau/core';
 * bucketize(tensor([0.5, 2, 9]), tensor([1, 2, 3])); // [0, 1, 3]
 * ```
 */
export function bucketize(x: Tensor | number, boundaries: Tensor, options: BucketizeOptions = {}): Tensor {
  if (boundaries.shape.length !== 1) {
    throw new ShapeError(
      'bucketize',
      `the boundaries are not a vector: got ${formatShape(boundaries.shape)}, expected one dimension.`,
      { shape: boundaries.shape },
    );
  }
  return composed(boundaries.device, () => find('bucketize', boundaries, x, options.right ?? false));
}
