import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { filled } from '../create-ops.ts';
import { add, isnan, where } from '../elementwise.ts';
import { gather } from '../indexing.ts';
import { arangeOf } from '../ranges.ts';
import { argmax } from '../reduce.ts';
import type { Pair } from '../types.ts';
import { narrow, reshape, sliceEmbedOp } from '../view.ts';
import { copyInto } from '../write.ts';

/** How many spatial dimensions a function has. */
export type SpatialRank = 1 | 2 | 3;

const DIMENSIONS = { 1: 'L', 2: 'H, W', 3: 'D, H, W' } as const;

/** One number for every direction, or a list with one for each. @throws {@link ArgumentError} on other values. */
export function sizesOf(
  op: string,
  name: string,
  value: number | readonly number[],
  rank: SpatialRank,
  least: number,
): readonly number[] {
  const sizes = typeof value === 'number' ? repeated(value, rank) : value;
  let fits = sizes.length === rank;
  for (const n of sizes) if (!Number.isInteger(n) || n < least) fits = false;
  if (fits) return sizes;
  throw new ArgumentError(
    op,
    `invalid ${name}: got ${JSON.stringify(value)}, expected an integer of at least ${least}, or a list of ${rank}.`,
    { [name]: value },
  );
}

/** Written out: every convolution and pooling comes by, several times. */
function repeated(n: number, rank: SpatialRank): readonly number[] {
  return rank === 1 ? [n] : rank === 2 ? [n, n] : [n, n, n];
}

/** Planes are what kernels work on: sizes of a line, with those of a unit dimension before them. */
export function pairFrom(sizes: readonly number[], unit: number): Pair {
  return (sizes.length === 1 ? [unit, ...sizes] : sizes) as unknown as Pair;
}

/** @throws {@link ShapeError} unless x is (N, C, …) or (C, …). */
export function checkRank(op: string, x: Tensor, rank: SpatialRank): void {
  if (x.shape.length === rank + 2 || x.shape.length === rank + 1) return;
  const dimensions = DIMENSIONS[rank];
  throw new ShapeError(
    op,
    `wrong rank: got ${formatShape(x.shape)}, expected (N, C, ${dimensions}) or (C, ${dimensions}).`,
    { shape: x.shape },
  );
}

/** What pooling asks of its input: `channels` says whether there must be at least one. */
export function checkPoolInput(op: string, x: Tensor, rank: SpatialRank, channels: 0 | 1 = 1): void {
  checkRank(op, x, rank);
  if (!isFloat(x.dtype)) {
    throw new DTypeError(op, `not defined for integers: got ${x.dtype}, expected a float dtype.`, {
      dtype: x.dtype,
    });
  }
  if (x.shape.slice(-rank - channels).includes(0)) {
    throw new ShapeError(
      op,
      `an empty dimension: got ${formatShape(x.shape)}, expected that only the batch is.`,
      { shape: x.shape },
    );
  }
}

/** (N, C, …), with a batch of one and a unit height where x lacks them: a view. */
export function withBatch(x: Tensor, rank: SpatialRank): Tensor {
  const shape = x.shape.length === rank + 1 ? [1, ...x.shape] : [...x.shape];
  if (rank === 1) shape.splice(2, 0, 1);
  return reshape(x, shape);
}

/** The opposite of {@link withBatch}: a result as x was given. */
export function asGiven(y: Tensor, x: Tensor, rank: SpatialRank): Tensor {
  const shape = y.shape.slice(x.shape.length === rank + 1 ? 1 : 0);
  if (rank === 1) shape.splice(shape.length - 2, 1);
  return reshape(y, shape);
}

/** Zeros behind the last position along one axis. */
export function padEnd(x: Tensor, axis: number, count: number): Tensor {
  if (count === 0) return x;
  const shape = x.shape.map((n, i) => (i === axis ? n + count : n));
  return dispatchOne(sliceEmbedOp, [x], { axis, start: 0, count: x.shape[axis] as number, step: 1, shape });
}

/** A frame around the last two dimensions: `padding` on each side, `extra` more behind. For lowerings: not recorded. */
export function framePlanes(x: Tensor, padding: Pair, extra: Pair, value: number): Tensor {
  if ([...padding, ...extra].every((n) => n === 0)) return x;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const shape = [n, c, h + 2 * padding[0] + extra[0], w + 2 * padding[1] + extra[1]];
  const out = filled(x.device, shape, x.dtype, value);
  copyInto(narrow(narrow(out, 2, padding[0], h), 3, padding[1], w), x);
  return out;
}

/** Position of the first largest element along an axis, which is kept; of several NaN, as PyTorch's poolings do, the last. */
export function winnerAlong(x: Tensor, axis: number): Tensor {
  const best = argmax(x, axis, { keepdim: true });
  const after = new Array<number>(x.shape.length - 1 - axis).fill(1);
  const numbers = reshape(add(arangeOf(x.device, x.shape[axis] as number), 1), [-1, ...after]);
  const last = argmax(where(isnan(x), numbers, 0), axis, { keepdim: true });
  return where(isnan(gather(x, axis, best)), last, best);
}

/** (N, C, …) as (N, C, positions). */
export function asLines(x: Tensor): Tensor {
  const [n, c, ...sizes] = x.shape as [number, number, ...number[]];
  return reshape(x, [n, c, sizeOf(sizes)]);
}

/** The elements of (N, C, …) at positions (N, C, …) in its flattened planes or volumes. */
export function takeAt(x: Tensor, index: Tensor): Tensor {
  return reshape(gather(asLines(x), 2, asLines(index)), index.shape);
}
