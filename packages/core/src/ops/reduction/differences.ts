import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis, reducedShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { zerosOf } from '../create-ops.ts';
import { add, castTo, logicalXor, mul, sub } from '../elementwise.ts';
import { sum } from '../reduce.ts';
import { cat } from '../shape/join.ts';
import { reshape } from '../view.ts';
import { cumsum } from './scan.ts';
import { stretch } from './scan-steps.ts';

/** Options of {@link diff}. */
export interface DiffOptions {
  /** How often differences are taken. Default 1. */
  readonly n?: number;
  /** Default −1. */
  readonly dim?: number;
  /** Put before x along the dimension first. */
  readonly prepend?: Tensor | null;
  /** Put behind x along the dimension first. */
  readonly append?: Tensor | null;
}

/** Elements but the last and but the first along an axis. */
function neighbours(x: Tensor, axis: number): [Tensor, Tensor] {
  const count = (x.shape[axis] as number) - 1;
  return [stretch(x, axis, 0, count), stretch(x, axis, 1, count)];
}

/**
 * Differences of neighbours along a dimension, y_k = x_{k+1} − x_k, taken n times; n = 0 gives x. bools give "exclusive or".
 *
 * @returns n elements fewer along the dimension, at least none.
 * @throws {@link ShapeError} for a 0-d tensor, or when what is put before or behind has other sizes.
 * @throws {@link ArgumentError} when n is not an integer of 0 or more.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.diff.html
 *
 * @example
 * ```ts
 * import { diff, tensor } from '@flambeau/core';
 * diff(tensor([1, 4, 9, 16])); // [3, 5, 7]
 * diff(tensor([1, 4, 9, 16]), { n: 2 }); // [2, 2]
 * ```
 */
export function diff(x: Tensor, options: DiffOptions = {}): Tensor {
  const { n = 1, dim = -1, prepend, append } = options;
  if (x.shape.length === 0) {
    throw new ShapeError('diff', 'a 0-d tensor has no neighbours: got [], expected at least one dimension.');
  }
  if (!Number.isInteger(n) || n < 0) {
    throw new ArgumentError('diff', `invalid n: got ${n}, expected an integer of 0 or more.`, { n });
  }
  const axis = normalizeAxis('diff', dim, x.shape.length);
  for (const [name, part] of Object.entries({ prepend, append })) {
    if (part) checkFits(name, part, x, axis);
  }
  return composed(x.device, () => {
    const parts = [prepend, x, append].filter((part): part is Tensor => part != null);
    if (n === 0) return clone(x);
    let y = parts.length > 1 ? cat(parts, axis) : x;
    const times = Math.min(n, y.shape[axis] as number);
    for (let i = 0; i < times; i++) {
      const [left, right] = neighbours(y, axis);
      y = y.dtype === 'bool' ? logicalXor(right, left) : sub(right, left);
    }
    return y === x ? clone(x) : y;
  });
}

function checkFits(name: string, part: Tensor, x: Tensor, axis: number): void {
  if (
    part.shape.length === x.shape.length &&
    part.shape.every((size, i) => i === axis || size === x.shape[i])
  ) {
    return;
  }
  throw new ShapeError(
    'diff',
    `${name} does not fit: got ${formatShape(part.shape)} for ${formatShape(x.shape)}, expected equal sizes outside of dimension ${axis}.`,
    { shapes: [part.shape, x.shape] },
  );
}

/** Options of {@link trapezoid} and {@link cumulativeTrapezoid}. */
export interface TrapezoidOptions {
  /** The distance between samples, where their places are not given. Default 1. */
  readonly dx?: number;
  /** Default −1. */
  readonly dim?: number;
}

/** The areas between neighbours: the mean of both times their distance. Integers become floats. */
function areas(op: string, y: Tensor, x: Tensor | null, dx: number, axis: number): Tensor {
  for (const t of [y, x]) {
    if (t?.dtype === 'bool') {
      throw new DTypeError(
        op,
        "not defined for bools: got bool, expected numbers. Cast with x.to('float32').",
        {
          dtype: 'bool',
        },
      );
    }
  }
  const float = (t: Tensor): Tensor => (isFloat(t.dtype) ? t : castTo(t, 'float32'));
  const [left, right] = neighbours(float(y), axis);
  const both = add(left, right);
  if (!x) return mul(both, dx / 2);
  const places = alignedPlaces(op, float(x), y, axis);
  const [from, to] = neighbours(places, places.shape.length - y.shape.length + axis);
  return mul(mul(sub(to, from), 0.5), both);
}

/** A vector of places along the axis, or places with dimensions of their own, broadcast from the last. */
function alignedPlaces(op: string, x: Tensor, y: Tensor, axis: number): Tensor {
  const rank = y.shape.length;
  if (x.shape.length === 1) {
    if (x.size !== y.shape[axis]) {
      throw new ShapeError(
        op,
        `one place per sample is needed: got ${x.size} places for ${y.shape[axis]} samples, expected as many.`,
        { shapes: [x.shape, y.shape] },
      );
    }
    return reshape(
      x,
      y.shape.map((_, i) => (i === axis ? x.size : 1)),
    );
  }
  return x.shape.length < rank
    ? reshape(x, [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape])
    : x;
}

/**
 * The integral of samples along a dimension by the trapezoidal rule: Σ (x_{k+1} − x_k)·(y_k + y_{k+1})/2.
 *
 * @param y - the samples, at least one dimension. Integers become float32 first, so that nothing wraps.
 * @param x - where they were taken: (n) along the dimension, or a shape that broadcasts with y. Without it they are `dx` apart.
 * @returns the shape of y without the dimension.
 * @throws {@link ShapeError} when there is not one place per sample. @throws {@link DTypeError} for bools.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.trapezoid.html
 *
 * @example
 * ```ts
 * import { tensor, trapezoid } from '@flambeau/core';
 * trapezoid(tensor([1, 5, 10])); // 10.5
 * trapezoid(tensor([1, 5, 10]), tensor([0, 2, 3])); // 13.5
 * ```
 */
export function trapezoid(y: Tensor, x?: Tensor | null, options: TrapezoidOptions = {}): Tensor {
  const { dx = 1, dim = -1 } = options;
  const axis = axisOfSamples('trapezoid', y, dim);
  if (y.shape[axis] === 0) return zerosOf(y.device, reducedShape(y.shape, [axis], false), y.dtype);
  return composed(y.device, () => sum(areas('trapezoid', y, x ?? null, dx, axis), axis - y.shape.length));
}

/**
 * The integral from the first sample up to each, along a dimension, by the trapezoidal rule: running sums of the areas that
 * {@link trapezoid} adds up.
 *
 * @returns one element fewer along the dimension than y has.
 * @throws {@link ShapeError} when there is not one place per sample. @throws {@link DTypeError} for bools.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cumulative_trapezoid.html
 *
 * @example
 * ```ts
 * import { cumulativeTrapezoid, tensor } from '@flambeau/core';
 * cumulativeTrapezoid(tensor([1, 5, 10])); // [3, 10.5]
 * ```
 */
export function cumulativeTrapezoid(y: Tensor, x?: Tensor | null, options: TrapezoidOptions = {}): Tensor {
  const { dx = 1, dim = -1 } = options;
  const axis = axisOfSamples('cumulativeTrapezoid', y, dim);
  if (y.shape[axis] === 0) return clone(y);
  return composed(y.device, () =>
    cumsum(areas('cumulativeTrapezoid', y, x ?? null, dx, axis), axis - y.shape.length),
  );
}

function axisOfSamples(op: string, y: Tensor, dim: number): number {
  if (y.shape.length > 0) return normalizeAxis(op, dim, y.shape.length);
  throw new ShapeError(op, 'a 0-d tensor has no samples: got [], expected at least one dimension.');
}
