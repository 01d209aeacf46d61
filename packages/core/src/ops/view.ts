import { dispatchOne } from '../dispatch/dispatch.ts';
import { ShapeError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import {
  contiguousStrides,
  formatShape,
  isContiguous,
  normalizeAxes,
  normalizeAxis,
  resolveShape,
  sameShape,
} from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { clone } from './copy.ts';
import { zerosOf } from './create-ops.ts';
import { defineOp, defineView } from './define.ts';
import { add } from './elementwise.ts';
import type { KernelOp, TensorMeta, View, ViewOp } from './op.ts';
import { sumTo } from './reduce.ts';
import { copyInto } from './write.ts';

const meta = (metas: readonly TensorMeta[]): TensorMeta => metas[0] as TensorMeta;

/** Strides that let a layout be seen with another shape without copying, or null. */
function viewStrides(x: Tensor, shape: readonly number[]): number[] | null {
  if (isContiguous(x.shape, x.strides)) return contiguousStrides(shape);
  const sizes: number[] = [];
  const steps: number[] = [];
  for (let i = 0; i < x.shape.length; i++) {
    const size = x.shape[i] as number;
    if (size === 1) continue;
    const stride = x.strides[i] as number;
    const last = steps.length - 1;
    if (last >= 0 && steps[last] === size * stride) {
      sizes[last] = (sizes[last] as number) * size;
      steps[last] = stride;
    } else {
      sizes.push(size);
      steps.push(stride);
    }
  }
  const out = new Array<number>(shape.length);
  let chunk = sizes.length - 1;
  let left = chunk >= 0 ? (sizes[chunk] as number) : 1;
  let step = chunk >= 0 ? (steps[chunk] as number) : 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number;
    if (size === 1) {
      out[i] = step;
      continue;
    }
    if (left === 1) {
      chunk--;
      left = sizes[chunk] as number;
      step = steps[chunk] as number;
    }
    if (left % size !== 0) return null;
    out[i] = step;
    left /= size;
    step *= size;
  }
  return out;
}

/** @internal */
export const viewOp: ViewOp<{ readonly shape: readonly number[] }> = /*#__PURE__*/ defineView({
  name: 'view',
  view: (x, { shape }) => ({ shape, strides: viewStrides(x, shape) as number[], offset: x.offset }),
  vjp: ([g], { metas }) => [g ? reshape(g, meta(metas).shape) : null],
});

/**
 * The same elements in another shape; a view where the layout allows it, else a copy. One size may be −1.
 *
 * @throws {@link ShapeError} when the sizes do not fit.
 */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  const target = resolveShape('reshape', x.size, shape);
  if (sameShape(target, x.shape)) return x;
  if (viewStrides(x, target) !== null) return dispatchOne(viewOp, [x], { shape: target });
  return composed(x.device, () => dispatchOne(viewOp, [clone(x)], { shape: target }));
}

/** @internal */
export const permuteOp: ViewOp<{ readonly axes: readonly number[] }> = /*#__PURE__*/ defineView({
  name: 'permute',
  view: (x, { axes }) => ({
    shape: axes.map((axis) => x.shape[axis] as number),
    strides: axes.map((axis) => x.strides[axis] as number),
    offset: x.offset,
  }),
  vjp: ([g], { attrs: { axes } }) => [g ? permute(g, inverse(axes)) : null],
});

function inverse(axes: readonly number[]): number[] {
  const out = new Array<number>(axes.length);
  axes.forEach((axis, i) => {
    out[axis] = i;
  });
  return out;
}

/** Dimensions in another order: a view. @throws {@link ShapeError} unless every dimension is named once. */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  const order = axes.map((axis) => normalizeAxis('permute', axis, x.shape.length));
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new ShapeError(
      'permute',
      `not a permutation: got [${axes.join(', ')}], expected each of ${x.shape.length} dimensions once.`,
      { axes },
    );
  }
  return dispatchOne(permuteOp, [x], { axes: order });
}

/** Two dimensions exchanged: a view. */
export function transpose(x: Tensor, a: number, b: number): Tensor {
  const order = x.shape.map((_, i) => i);
  const from = normalizeAxis('transpose', a, order.length);
  const to = normalizeAxis('transpose', b, order.length);
  if (order.length === 0) return x;
  order[from] = to;
  order[to] = from;
  return dispatchOne(permuteOp, [x], { axes: order });
}

/** The last two dimensions exchanged: a view. A 0-d tensor is its own transpose. @throws {@link ShapeError} for a vector. */
export function mT(x: Tensor): Tensor {
  return x.shape.length === 0 ? x : transpose(x, -2, -1);
}

/** @internal */
export const expandOp: ViewOp<{ readonly shape: readonly number[] }> = /*#__PURE__*/ defineView({
  name: 'expand',
  view: (x, { shape }) => {
    const lead = shape.length - x.shape.length;
    return {
      shape,
      strides: shape.map((size, i) =>
        i < lead || (x.shape[i - lead] === 1 && size !== 1) ? 0 : (x.strides[i - lead] as number),
      ),
      offset: x.offset,
    };
  },
  vjp: ([g], { metas }) => [g ? sumTo(g, meta(metas).shape) : null],
});

/** Repeats dimensions of size 1 without copying; −1 keeps a size. @throws {@link ShapeError} when a size differs. */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  const lead = shape.length - x.shape.length;
  const target = shape.map((size, i) => (size === -1 && i >= lead ? (x.shape[i - lead] as number) : size));
  const fits = lead >= 0 && x.shape.every((size, i) => size === 1 || size === target[lead + i]);
  if (!fits || target.some((size) => size < 0)) {
    throw new ShapeError(
      'expand',
      `sizes do not fit: got ${formatShape(x.shape)} for ${formatShape(shape)}, expected equal sizes or 1 in the last dimensions.`,
      { shape },
    );
  }
  return sameShape(target, x.shape) ? x : dispatchOne(expandOp, [x], { shape: target });
}

/** A range along one dimension: `count` positions from `start`, `step` apart (negative steps walk back). */
export interface SliceAttrs {
  readonly axis: number;
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

const sliceView = (x: Tensor, { axis, start, count, step }: SliceAttrs): View => ({
  shape: x.shape.map((size, i) => (i === axis ? count : size)),
  strides: x.strides.map((stride, i) => (i === axis ? stride * step : stride)),
  offset: x.offset + start * (x.strides[axis] as number),
});

/** @internal */
export const sliceOp: ViewOp<SliceAttrs> = /*#__PURE__*/ defineView({
  name: 'slice',
  view: sliceView,
  vjp: ([g], { metas, attrs }) => [
    g ? dispatchOne(sliceEmbedOp, [g], { ...attrs, shape: meta(metas).shape }) : null,
  ],
});

/** Zeros with a tensor written into a range: the gradient of `slice`. @internal */
export const sliceEmbedOp: KernelOp<SliceAttrs & { readonly shape: readonly number[] }> =
  /*#__PURE__*/ defineOp({
    name: 'sliceEmbed',
    class: 'static',
    infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
    lower: ([g], { shape, ...range }) => {
      const out = zerosOf((g as Tensor).device, shape, (g as Tensor).dtype);
      copyInto(dispatchOne(sliceOp, [out], range), g as Tensor);
      return [out];
    },
    vjp: ([g], { attrs: { shape: _shape, ...range } }) => [g ? dispatchOne(sliceOp, [g], range) : null],
  });

/** Part of a dimension, from `start` and `length` long: a view. */
export function narrow(x: Tensor, axis: number, start: number, length: number): Tensor {
  const a = normalizeAxis('narrow', axis, x.shape.length);
  const size = x.shape[a] as number;
  const from = start < 0 ? start + size : start;
  if (
    !(Number.isInteger(from) && Number.isInteger(length) && from >= 0 && length >= 0 && from + length <= size)
  ) {
    throw new ShapeError(
      'narrow',
      `range out of bounds: got start ${start} and length ${length}, expected a range within size ${size} of dimension ${a}.`,
      { start, length },
    );
  }
  return dispatchOne(sliceOp, [x], { axis: a, start: from, count: length, step: 1 });
}

/** One position of a dimension, which goes away: a view. @throws {@link ShapeError} out of range. */
export function select(x: Tensor, axis: number, position: number): Tensor {
  const a = normalizeAxis('select', axis, x.shape.length);
  const size = x.shape[a];
  if (size === undefined)
    throw new ShapeError(
      'select',
      'a 0-d tensor has no dimension to select from: got [], expected at least one dimension.',
    );
  if (!Number.isInteger(position) || position < -size || position >= size) {
    throw new ShapeError(
      'select',
      `index out of range: got ${position}, expected an integer from ${-size} to ${size - 1} for dimension ${a}.`,
      { position, size },
    );
  }
  const start = position < 0 ? position + size : position;
  return composed(x.device, () =>
    squeeze(dispatchOne(sliceOp, [x], { axis: a, start, count: 1, step: 1 }), a),
  );
}

/** Dimensions of size 1 removed: all of them, or those named (if they are of size 1). */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const named = normalizeAxes('squeeze', axes, x.shape.length);
  const shape = x.shape.filter((size, i) => size !== 1 || !named.includes(i));
  return shape.length === x.shape.length ? x : dispatchOne(viewOp, [x], { shape });
}

/** A new dimension of size 1 at `axis`. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  const a = normalizeAxis('unsqueeze', axis, x.shape.length + 1);
  const shape = [...x.shape];
  shape.splice(a, 0, 1);
  return dispatchOne(viewOp, [x], { shape });
}

/** Dimensions `start` to `end` made one. */
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  const rank = x.shape.length;
  if (rank === 0) return reshape(x, [1]);
  const a = normalizeAxis('flatten', start, rank);
  const b = normalizeAxis('flatten', end, rank);
  if (a > b)
    throw new ShapeError('flatten', `start comes after end: got ${start} and ${end}, expected start ≤ end.`, {
      start,
      end,
    });
  const joined = x.shape.slice(a, b + 1).reduce((p, n) => p * n, 1);
  return reshape(x, [...x.shape.slice(0, a), joined, ...x.shape.slice(b + 1)]);
}

/** Dimensions in reverse order: a view. */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  const reversed = (y: Tensor, axis: number): Tensor => {
    const size = x.shape[axis] as number;
    return size < 2 ? y : dispatchOne(sliceOp, [y], { axis, start: size - 1, count: size, step: -1 });
  };
  const named =
    typeof axes !== 'number' && axes.length === 0 ? [] : normalizeAxes('flip', axes, x.shape.length);
  return composed(x.device, () => named.reduce(reversed, x));
}

/** Windows over two dimensions, as two new ones at the end. */
export interface WindowAttrs {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** How many windows fit into a length. */
export function windowCount(length: number, size: number, stride: number, dilation: number): number {
  return Math.floor((length - dilation * (size - 1) - 1) / stride) + 1;
}

const windowsView = (x: Tensor, { size, stride, dilation }: WindowAttrs): View => {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [sn, sc, sh, sw] = x.strides as [number, number, number, number];
  return {
    shape: [
      n,
      c,
      windowCount(h, size[0], stride[0], dilation[0]),
      windowCount(w, size[1], stride[1], dilation[1]),
      ...size,
    ],
    strides: [sn, sc, sh * stride[0], sw * stride[1], sh * dilation[0], sw * dilation[1]],
    offset: x.offset,
  };
};

/** `(N, C, H, W)` → `(N, C, OH, OW, R, S)`: sliding windows as a view. @internal */
export const windowsOp: ViewOp<WindowAttrs> = /*#__PURE__*/ defineView({
  name: 'windows',
  view: windowsView,
  vjp: ([g], { metas, attrs }) => [
    g ? dispatchOne(foldWindowsOp, [g], { ...attrs, shape: meta(metas).shape }) : null,
  ],
});

/** Sums windows back to where they came from: the gradient of `windows`. @internal */
export const foldWindowsOp: KernelOp<WindowAttrs & { readonly shape: readonly number[] }> =
  /*#__PURE__*/ defineOp({
    name: 'foldWindows',
    class: 'static',
    infer: ([g], { shape }) => [{ shape, dtype: (g as Tensor).dtype }],
    lower: ([g], { shape, size, stride, dilation }) => {
      const windows = g as Tensor;
      const out = zerosOf(windows.device, shape, windows.dtype);
      for (let r = 0; r < size[0]; r++) {
        for (let q = 0; q < size[1]; q++) {
          const part = select(select(windows, 5, q), 4, r);
          const rows = dispatchOne(sliceOp, [out], {
            axis: 2,
            start: r * dilation[0],
            count: part.shape[2] as number,
            step: stride[0],
          });
          const place = dispatchOne(sliceOp, [rows], {
            axis: 3,
            start: q * dilation[1],
            count: part.shape[3] as number,
            step: stride[1],
          });
          copyInto(place, add(place, part));
        }
      }
      return [out];
    },
    vjp: ([g], { attrs: { size, stride, dilation } }) => [
      g ? dispatchOne(windowsOp, [g], { size, stride, dilation }) : null,
    ],
  });
