import { dispatchOne } from '../dispatch/dispatch.ts';
import { ShapeError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { formatShape, sizeOf } from '../shape.ts';
import { isTensor, type Tensor } from '../tensor.ts';
import { clone } from './copy.ts';
import { filled } from './create-ops.ts';
import { defineOp } from './define.ts';
import { castTo, where } from './elementwise.ts';
import { positionsSync } from './host.ts';
import { indexSelect } from './indexing.ts';
import type { KernelOp } from './op.ts';
import { sumTo } from './reduce.ts';
import { expand, reshape, select, sliceOp, unsqueeze } from './view.ts';
import { adoptHistory, assign, beforeWrite, copyInto } from './write.ts';

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
  return isTensor(index) && index.dtype === 'bool' ? Math.max(index.shape.length, 1) : 1;
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

/**
 * Part of a tensor. Positions, ranges, `':'`, `'...'` and null give a view; a tensor of positions or a mask a copy.
 *
 * @throws {@link ShapeError} when an index is out of range or there are too many.
 * @remarks One index tensor at a time; masks need a device that can be read synchronously (else `await maskedSelect`).
 */
export function at(x: Tensor, indices: readonly Index[]): Tensor {
  return composed(x.device, () => pick(x, indices));
}

function pick(x: Tensor, indices: readonly Index[]): Tensor {
  let y = x;
  let axis = 0;
  for (const index of replaceEllipsis(x, indices)) {
    if (index === null) y = unsqueeze(y, axis++);
    else if (index === ':' || index === '...') axis++;
    else if (typeof index === 'number') y = select(y, axis, index);
    else if (isTensor(index)) {
      y = atTensor(y, axis, index);
      axis += index.dtype === 'bool' ? 1 : index.shape.length;
    } else {
      const size = y.shape[axis] as number;
      const range = resolveRange(index, size);
      if (range.count !== size || range.step !== 1) y = dispatchOne(sliceOp, [y], { axis, ...range });
      axis++;
    }
  }
  return y;
}

function atTensor(y: Tensor, axis: number, index: Tensor): Tensor {
  if (index.dtype !== 'bool') {
    const size = y.shape[axis] as number;
    const positions = where(index.lt(0), index.add(size), index);
    const picked = indexSelect(y, axis, reshape(positions, [-1]));
    return reshape(picked, [...y.shape.slice(0, axis), ...index.shape, ...y.shape.slice(axis + 1)]);
  }
  const rank = index.shape.length;
  const covered = y.shape.slice(axis, axis + rank);
  if (formatShape(covered) !== formatShape(index.shape)) {
    throw new ShapeError(
      'at',
      `the mask does not fit: got ${formatShape(index.shape)} over ${formatShape(covered)}, expected equal shapes.`,
      { shape: index.shape },
    );
  }
  const flat = reshape(y, [...y.shape.slice(0, axis), sizeOf(covered), ...y.shape.slice(axis + rank)]);
  return indexSelect(flat, axis, positionsSync(index, y.device));
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
    const rest = clone(g);
    const part = at(rest, indices);
    const own = sumTo(clone(part), metas[1]?.shape ?? []);
    copyInto(part, filled(g.device, [], g.dtype, 0));
    return [rest, own];
  },
});

/**
 * Writes into part of a tensor, broadcast, in place: views of the same memory see it. A bool mask may be the only index.
 *
 * @throws {@link ShapeError} when the value does not broadcast to the part.
 */
export function setAt(x: Tensor, indices: readonly Index[], value: Tensor | number): Tensor {
  return composed(x.device, () => put(x, indices, value));
}

function put(x: Tensor, indices: readonly Index[], value: Tensor | number): Tensor {
  const source = typeof value === 'number' ? filled(x.device, [], x.dtype, value) : value;
  const [mask] = indices;
  if (indices.length === 1 && isTensor(mask) && mask.dtype === 'bool') return setMasked(x, mask, source);
  if (indices.some((index) => isTensor(index))) {
    throw new ShapeError(
      'setAt',
      'index tensors are not supported here: got an index tensor, expected positions, ranges or one bool mask. Use scatterAdd or where.',
    );
  }
  const recorded = beforeWrite('setAt', x, [x, source]);
  if (!recorded) {
    copyInto(at(x, indices), source);
    x.nodeVersion = x.storage.version;
    return x;
  }
  const result = dispatchOne(setAtOp, [x, castTo(source, x.dtype)], { indices });
  assign(x, result);
  adoptHistory(x, result);
  return x;
}

function setMasked(x: Tensor, mask: Tensor, value: Tensor): Tensor {
  const lead = reshape(mask, [
    ...mask.shape,
    ...new Array<number>(x.shape.length - mask.shape.length).fill(1),
  ]);
  const recorded = beforeWrite('setAt', x, [x, value]);
  const result = where(lead, expand(castTo(value, x.dtype), x.shape), x);
  assign(x, result);
  if (recorded) adoptHistory(x, result);
  return x;
}
