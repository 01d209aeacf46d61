import { dispatchOne } from '../../dispatch/dispatch.ts';
import { hostTensor } from '../../dispatch/execute.ts';
import { ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, isContiguous } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { filled, zerosOf } from '../create-ops.ts';
import { defineOp, defineView } from '../define.ts';
import { castTo, div, maximum, where } from '../elementwise.ts';
import { indexSelect, scatterAdd } from '../indexing.ts';
import type { KernelOp, TensorMeta, View, ViewOp } from '../op.ts';
import { intsOf } from '../ranges.ts';
import { expand, reshape } from '../view.ts';
import { copyInto } from '../write.ts';
import { checkSource } from './scatter.ts';

/** Attributes of {@link asStridedOp}: the layout, and the one of the tensor that it is taken of. */
export interface AsStridedAttrs {
  readonly to: View;
  readonly from: View;
}

const lineOf = (length: number): View => ({ shape: [length], strides: [1], offset: 0 });

/** How much memory a layout reaches over. */
function reach({ shape, strides, offset }: View): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((end, size, i) => end + (size - 1) * Math.max(strides[i] as number, 0), offset + 1);
}

/** Whether elements may share a place: unless each stride steps over all that the smaller ones reach. */
function mayOverlap({ shape, strides }: View): boolean {
  if (shape.includes(0)) return false;
  const axes = shape.map((size, i) => ({ size, stride: Math.abs(strides[i] as number) }));
  let end = 0;
  for (const { size, stride } of axes.sort((a, b) => a.stride - b.stride)) {
    if (size > 1 && stride <= end) return true;
    end += (size - 1) * stride;
  }
  return false;
}

/** The places of all elements, in order. */
function placesOf({ shape, strides, offset }: View): number[] {
  let found = [offset];
  shape.forEach((size, i) => {
    const steps = Array.from({ length: size }, (_, k) => k * (strides[i] as number));
    found = found.flatMap((start) => steps.map((step) => start + step));
  });
  return found;
}

/** @internal */
export const asStridedOp: ViewOp<AsStridedAttrs> = /*#__PURE__*/ defineView<AsStridedAttrs>({
  name: 'asStrided',
  view: (_x, { to }) => to,
  vjp: ([g], { attrs: { to, from } }) => [g ? gradient(g, to, from) : null],
});

/** Summed where an element was seen more than once; elements of the input that share a place share its gradient. */
function gradient(g: Tensor, to: View, from: View): Tensor {
  const length = Math.max(reach(to), reach(from));
  const memory = mayOverlap(to) ? summed(g, to, length) : dispatchOne(asStridedEmbedOp, [g], { to, length });
  if (!mayOverlap(from)) return seenAs(memory, from);
  const ones = expand(filled(g.device, [], g.dtype, 1), from.shape);
  return seenAs(div(memory, maximum(summed(ones, from, length), 1)), from);
}

/** Memory, as a vector, with each value added to its place. */
function summed(values: Tensor, layout: View, length: number): Tensor {
  const places = intsOf(values.device, placesOf(layout));
  return scatterAdd(zerosOf(values.device, [length], values.dtype), 0, places, reshape(values, [-1]));
}

/** Memory, as a vector, in a layout. */
function seenAs(memory: Tensor, to: View): Tensor {
  const whole = memory.offset === 0 && isContiguous(memory.shape, memory.strides);
  return dispatchOne(asStridedOp, [whole ? memory : clone(memory)], { to, from: lineOf(memory.size) });
}

/** Memory of zeros, as a vector, with a tensor in some layout. @internal */
export const asStridedEmbedOp: KernelOp<{ readonly to: View; readonly length: number }> =
  /*#__PURE__*/ defineOp({
    name: 'asStridedEmbed',
    class: 'static',
    strided: true,
    infer: ([x], { length }) => [{ shape: [length], dtype: (x as Tensor).dtype }],
    lower: ([x], { to, length }) => {
      const out = zerosOf((x as Tensor).device, [length], (x as Tensor).dtype);
      copyInto(seenAs(out, to), x as Tensor);
      return [out];
    },
    vjp: ([g], { attrs: { to } }) => [g ? seenAs(g, to) : null],
  });

/** Memory, as a vector, with a tensor written over it in some layout. @internal */
export const asStridedScatterOp: KernelOp<{ readonly to: View }> = /*#__PURE__*/ defineOp({
  name: 'asStridedScatter',
  class: 'static',
  strided: true,
  infer: ([memory]) => [memory as Tensor],
  lower: ([memory, source], { to }) => {
    if (mayOverlap(to)) return [lastWritten(memory as Tensor, source as Tensor, to)];
    const out = clone(memory as Tensor);
    copyInto(seenAs(out, to), source as Tensor);
    return [out];
  },
  vjp: ([g], { metas, needs, attrs }) => {
    if (!g) return [null, null];
    const { shape, dtype } = metas[1] as TensorMeta;
    const zeros = expand(zerosOf(g.device, [], dtype), shape);
    return [
      needs[0] ? dispatchOne(asStridedScatterOp, [g, zeros], attrs) : null,
      needs[1] ? seenAs(g, attrs.to) : null,
    ];
  },
});

/** Backends copy in any order: who comes last at a place is found out here. */
function lastWritten(memory: Tensor, source: Tensor, to: View): Tensor {
  const { device, size, dtype } = memory;
  const last = new Map(placesOf(to).map((place, i) => [place, i]));
  const written = new Uint8Array(size);
  for (const place of last.keys()) written[place] = 1;
  const values = indexSelect(reshape(source, [-1]), 0, intsOf(device, [...last.values()]));
  const placed = scatterAdd(zerosOf(device, [size], dtype), 0, intsOf(device, [...last.keys()]), values);
  return where(hostTensor(device, 'bool', written, [size]), placed, memory);
}

/** Options of {@link asStrided}. */
export interface AsStridedOptions {
  /** Where in the memory the first element lies. Default: where that of x does. */
  readonly storageOffset?: number;
}

function resolve(
  op: string,
  x: Tensor,
  shape: readonly number[],
  strides: readonly number[],
  { storageOffset = x.offset }: AsStridedOptions,
): AsStridedAttrs {
  const to = { shape, strides, offset: storageOffset };
  const { length } = x.storage.buffer;
  const whole = [...shape, ...strides, storageOffset].every((n) => Number.isInteger(n) && n >= 0);
  if (!whole || shape.length !== strides.length || reach(to) > length) {
    throw new ShapeError(
      op,
      `the layout does not fit: got ${formatShape(shape)} with strides ${formatShape(strides)} from ${storageOffset}, expected as many non-negative integers in both, within ${length} elements of memory.`,
      { shape, strides, storageOffset, length },
    );
  }
  return { to, from: { shape: x.shape, strides: x.strides, offset: x.offset } };
}

/**
 * The memory of x in any layout: a view. Elements may be seen more than once.
 *
 * @throws {@link ShapeError} when the layout reaches beyond the memory.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.as_strided.html
 *
 * @example
 * ```ts
 * import { asStrided, tensor } from '@flambeau/core';
 * asStrided(tensor([1, 2, 3, 4]), [3, 2], [1, 1]); // [[1, 2], [2, 3], [3, 4]]
 * ```
 */
export function asStrided(
  x: Tensor,
  shape: readonly number[],
  strides: readonly number[],
  options: AsStridedOptions = {},
): Tensor {
  return dispatchOne(asStridedOp, [x], resolve('asStrided', x, shape, strides, options));
}

/**
 * x with what {@link asStrided} shows of its memory replaced by `source`: a copy. Of several elements for one place the
 * last stays; each of them gets the gradient of the place, as in PyTorch.
 *
 * @throws {@link ShapeError} when the layout reaches beyond the memory, or the source has another shape.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.as_strided_scatter.html
 *
 * @example
 * ```ts
 * import { asStridedScatter, ones, zeros } from '@flambeau/core';
 * asStridedScatter(zeros([4]), ones([2]), [2], [2], { storageOffset: 1 }); // [0, 1, 0, 1]
 * ```
 */
export function asStridedScatter(
  x: Tensor,
  source: Tensor,
  shape: readonly number[],
  strides: readonly number[],
  options: AsStridedOptions = {},
): Tensor {
  const { to, from } = resolve('asStridedScatter', x, shape, strides, options);
  checkSource('asStridedScatter', source, shape);
  return composed(x.device, () => {
    const memory = dispatchOne(asStridedOp, [x], { to: lineOf(Math.max(reach(to), reach(from))), from });
    const written = dispatchOne(asStridedScatterOp, [memory, castTo(source, x.dtype)], { to });
    return seenAs(written, from);
  });
}
