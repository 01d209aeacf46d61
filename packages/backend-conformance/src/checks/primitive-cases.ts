import type { Device, DType, Tensor, TypedArray } from '@flambeau/core';
import { allocTyped, formatShape, isFloat } from '@flambeau/core';
import { type Entry, NotHere, type Verdict } from '../cell.ts';
import { difference, toleranceFor } from '../compare.ts';
import type { Context } from '../context.ts';
import { drawValues } from '../draw.ts';
import { onDevice } from '../evaluate.ts';
import { placeTensor } from '../place.ts';
import type { Dense } from '../reference/dense.ts';
import { type Layout, t } from '../samples/spec.ts';

export const LAYOUTS: readonly Layout[] = [
  'contiguous',
  'transposed',
  'expanded',
  'stepped',
  'flipped',
  'offset',
];
const SHAPES: readonly (readonly number[])[] = [
  [],
  [0],
  [1],
  [7],
  [2, 0, 3],
  [3, 5],
  [2, 3, 4],
  [2, 1, 3, 2],
];

/** An operand: what it holds, and how it lies in memory. */
export interface Given {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
  readonly layout: Layout;
}

export function drawn(
  dtype: DType,
  shape: readonly number[],
  layout: Layout = 'contiguous',
  seed = 1,
): Given {
  return { dtype, shape, layout, data: drawValues(t(shape, { layout, seed }), dtype, seed) };
}

export function holding(
  dtype: DType,
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Given {
  const data = allocTyped(dtype, values.length);
  data.set(dtype === 'bool' ? values.map((value) => Number(value !== 0)) : values);
  return { dtype, shape, data, layout: 'contiguous' };
}

export const dense = ({ shape, data }: Given): Dense => ({ shape, data: Array.from(data) });

/** A call on the device, and what plain loops give for it, in float64, rounded to the dtype in the end. */
export function compared(
  title: string,
  operands: readonly Given[],
  run: (tensors: readonly Tensor[], device: Device) => Tensor,
  expected: () => Dense,
  dtype: DType,
): Entry {
  return {
    title,
    run: async (context): Promise<Verdict> => {
      const missing = [dtype, ...operands.map((x) => x.dtype)].find(
        (d) => !context.device.capabilities.dtypes.includes(d),
      );
      if (missing) return new NotHere(`the device has no ${missing}`);
      return judge(context, operands, run, expected(), dtype);
    },
  };
}

async function judge(
  { device, primitiveTolerance }: Context,
  operands: readonly Given[],
  run: (tensors: readonly Tensor[], device: Device) => Tensor,
  expected: Dense,
  dtype: DType,
): Promise<string | null> {
  const tensors = operands.map((x) => placeTensor(x.data, x.shape, x.dtype, x.layout, device));
  const y = onDevice(device, () => run(tensors, device));
  const data = allocTyped(dtype, expected.data.length);
  data.set(expected.data);
  const found = { dtype: y.dtype, shape: y.shape, data: await y.data() };
  for (const x of new Set([...tensors, y])) x.dispose();
  return difference(found, { dtype, shape: expected.shape, data }, toleranceFor(dtype, primitiveTolerance));
}

/** Every shape in every layout. */
export function everyPlace(dtype: DType): Given[] {
  return SHAPES.flatMap((shape) => LAYOUTS.map((layout) => drawn(dtype, shape, layout)));
}

export const specials = (dtype: DType): readonly number[] =>
  isFloat(dtype) ? [Number.NaN, Infinity, -Infinity, 0, -0, 1.5] : [0, 1, 100];

export const name = ({ shape, layout }: Given): string => `${formatShape(shape)} ${layout}`;
