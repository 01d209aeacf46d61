import { dispatchOne } from '../dispatch/dispatch.ts';
import { ShapeError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { formatShape } from '../shape.ts';
import { isTensor, type Tensor } from '../tensor.ts';
import { clone } from './copy.ts';
import { filled } from './create-ops.ts';
import { defineOp } from './define.ts';
import { castTo, where } from './elementwise.ts';
import type { Caller, Place } from './indexing/advanced.ts';
import { checkMask, pickAt, writeAt } from './indexing/advanced.ts';
import type { KernelOp } from './op.ts';
import { sumTo } from './reduce.ts';
import { expand, reshape, select, sliceOp, unsqueeze } from './view.ts';
import { adoptHistory, assign, beforeWrite, checkDistinct, copyInto } from './write.ts';

/** `[start, stop]` or `[start, stop, step]`; null or nothing leaves an end open. Negative positions count from the end. */
export type Range = readonly [start?: number | null, stop?: number | null, step?: number | null];

/**
 * One index of `x.at(...)`: a position, a range, `':'` for a whole dimension, `'...'` for as many as are left,
 * null for a new dimension of size 1, an int32 tensor of positions, or a bool mask.
 */
export type Index = number | Range | ':' | '...' | null | Tensor;

/** How many dimensions of x an index uses up. */
function width(index: Index): number {
  if (index === null || index === '...') return 0;
  return isTensor(index) && index.dtype === 'bool' ? index.shape.length : 1;
}

function resolveRange(
  [start, stop, step]: Range,
  size: number,
): { start: number; count: number; step: number } {
  const by = step ?? 1;
  if (!Number.isInteger(by) || by === 0) {
    throw new ShapeError('at', `invalid step: got ${by}, expected an integer other than 0.`, { step: by });
  }
  const clip = (position: number, low: number, high: number): number =>
    Math.min(Math.max(position < 0 ? position + size : position, low), high);
  const from = by > 0 ? clip(start ?? 0, 0, size) : clip(start ?? size - 1, -1, size - 1);
  const to = by > 0 ? clip(stop ?? size, 0, size) : stop == null ? -1 : clip(stop, -1, size - 1);
  const count = Math.max(0, Math.ceil((to - from) / by));
  return { start: count > 0 ? from : 0, count, step: by };
}

function replaceEllipsis(x: Tensor, indices: readonly Index[]): Index[] {
  const used = indices.reduce<number>((n, index) => n + width(index), 0);
  if (used > x.shape.length) {
    throw new ShapeError(
      'at',
      `too many indices: got ${used} for shape ${formatShape(x.shape)}, expected at most ${x.shape.length}.`,
      { shape: x.shape },
    );
  }
  const fill = new Array<Index>(x.shape.length - used).fill(':');
  const dots = indices.indexOf('...');
  if (dots !== indices.lastIndexOf('...'))
    throw new ShapeError('at', "two ellipses: got more than one '...', expected at most one.");
  return dots < 0 ? [...indices] : [...indices.slice(0, dots), ...fill, ...indices.slice(dots + 1)];
}

/** @internal */
export const AT: Caller = { name: 'at', instead: 'await atAsync(x, indices)' };
/** @internal */
export const SET_AT: Caller = { name: 'setAt', instead: 'await setAtAsync(x, indices, value)' };

/**
 * Part of a tensor. Positions, ranges, `':'`, `'...'` and null give a view; tensors of positions and masks a copy. Several
 * tensors are broadcast together; their dimensions come first where other dimensions stand between them.
 *
 * @throws {@link ShapeError} when a position is out of range or there are too many indices.
 * @throws {@link ValueError} when one in a tensor is out of range.
 * @throws {@link AsyncReadError} for a mask on a device that can only be read asynchronously: use {@link atAsync}.
 * @remarks Source: https://pytorch.org/docs/stable/tensors.html#indexing. Steps may be negative.
 */
export function at(x: Tensor, indices: readonly Index[]): Tensor {
  return pick(x, indices, AT);
}

/** {@link at} for a caller that may have read the masks. */
export function pick(x: Tensor, indices: readonly Index[], caller: Caller): Tensor {
  return composed(x.device, () => {
    const { view, places } = viewAt(x, indices);
    return places.length === 0 ? view : pickAt(view, places, caller);
  });
}

/** What positions, ranges and new dimensions give: a view, and what is left to look up in it. */
interface Parsed {
  readonly view: Tensor;
  readonly places: readonly Place[];
  /** The indices that gave the view. */
  readonly plain: readonly Index[];
}

/** Does what views can do. @internal */
export function viewAt(x: Tensor, indices: readonly Index[]): Parsed {
  let y = x;
  let axis = 0;
  const places: Place[] = [];
  const plain: Index[] = [];
  for (const index of replaceEllipsis(x, indices)) {
    if (isTensor(index)) {
      const dims = width(index);
      // A 0-d mask picks from a new dimension.
      if (dims === 0) y = unsqueeze(y, axis);
      places.push({ axis, index });
      plain.push(...(dims === 0 ? [null] : new Array<Index>(dims).fill(':')));
      axis += dims || 1;
      continue;
    }
    plain.push(index);
    if (index === null) y = unsqueeze(y, axis++);
    else if (index === ':' || index === '...') axis++;
    else if (typeof index === 'number') y = select(y, axis, index);
    else {
      const size = y.shape[axis] as number;
      const range = resolveRange(index, size);
      if (range.count !== size || range.step !== 1) y = dispatchOne(sliceOp, [y], { axis, ...range });
      axis++;
    }
  }
  return { view: y, places, plain };
}

/** Attributes of {@link setAtOp}. */
export interface SetAtAttrs {
  readonly indices: readonly Index[];
}

/** x with part of it replaced: the recorded form of `setAt`. @internal */
export const setAtOp: KernelOp<SetAtAttrs> = /*#__PURE__*/ defineOp({
  name: 'setAt',
  class: 'static',
  infer: ([x]) => [x as Tensor],
  lower: ([x, value], { indices }) => {
    const out = clone(x as Tensor);
    copyInto(at(out, indices), value as Tensor);
    return [out];
  },
  vjp: ([g], { attrs: { indices }, metas }) => {
    if (!g) return [null, null];
    const rest = dispatchOne(setAtOp, [g, filled(g.device, [], g.dtype, 0)], { indices });
    const own = sumTo(at(g, indices), metas[1]?.shape ?? []);
    return [rest, own];
  },
});

/**
 * Writes into part of a tensor, broadcast, in place: views of the same memory see it. Of several at one place the last
 * stays.
 *
 * @throws {@link ShapeError} when the value does not broadcast to the part.
 * @throws {@link ValueError} when a position in a tensor is out of range.
 * @throws {@link AsyncReadError} for a mask on a device that can only be read asynchronously, unless it is the only index
 * and the value has no dimension for it: use {@link setAtAsync}.
 */
export function setAt(x: Tensor, indices: readonly Index[], value: Tensor | number): Tensor {
  return composed(x.device, () => put(x, indices, value, SET_AT));
}

/** {@link setAt} for a caller that may have read the masks. */
export function put(x: Tensor, indices: readonly Index[], value: Tensor | number, caller: Caller): Tensor {
  const source = typeof value === 'number' ? filled(x.device, [], x.dtype, value) : value;
  const [mask] = indices;
  if (indices.length === 1 && isTensor(mask) && mask.dtype === 'bool') {
    const rest = x.shape.length - mask.shape.length;
    if (rest >= 0 && source.shape.length <= rest) return setMasked(x, mask, source);
  }
  const recorded = beforeWrite('setAt', x, [x, source]);
  const { view, places, plain } = viewAt(x, indices);
  checkDistinct('setAt', view);
  const values = castTo(source, x.dtype);
  const written = places.length === 0 ? values : writeAt(view, places, values, false, caller);
  if (!recorded) {
    copyInto(view, written);
    x.nodeVersion = x.storage.version;
    return x;
  }
  const result = dispatchOne(setAtOp, [x, written], { indices: plain });
  assign(x, result);
  adoptHistory(x, result);
  return x;
}

function setMasked(x: Tensor, mask: Tensor, value: Tensor): Tensor {
  const rank = mask.shape.length;
  checkMask('setAt', x.shape.slice(0, rank), mask);
  const lead = reshape(mask, [...mask.shape, ...new Array<number>(x.shape.length - rank).fill(1)]);
  checkDistinct('setAt', x);
  const recorded = beforeWrite('setAt', x, [x, value]);
  const result = where(lead, expand(castTo(value, x.dtype), x.shape), x);
  assign(x, result);
  if (recorded) adoptHistory(x, result);
  return x;
}
