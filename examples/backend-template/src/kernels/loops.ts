import type {
  AxisAttrs,
  Fault,
  Kernel,
  NoAttrs,
  Operand,
  PrimitiveOps,
  ReduceAttrs,
  TypedArray,
} from '@flambeau/core';

/** This backend's blocks: plain typed arrays. */
export const values = (x: Operand): TypedArray => x.block as TypedArray;

/** Where an index lies in an operand's block: views are strides and an offset. */
const placeOf = ({ strides, offset }: Operand, index: readonly number[]): number =>
  index.reduce((place, n, axis) => place + n * strides[axis], offset);

/** Every index of a shape in row-major order. The array is reused: do not keep it. */
export function* indices(shape: readonly number[]): Generator<readonly number[]> {
  const index = shape.map(() => 0);
  const size = shape.reduce((n, m) => n * m, 1);
  for (let i = 0; i < size; i++) {
    yield index;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}

/** Where the elements of an operand lie, in row-major order. */
export function* places({ shape, strides, offset, size }: Operand): Generator<number> {
  const index = shape.map(() => 0);
  let place = offset;
  for (let i = 0; i < size; i++) {
    yield place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis];
      if (++index[axis] < shape[axis]) break;
      place -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/** Copies between any two layouts of one shape. */
export const copyStrided: Kernel<NoAttrs> = ([x], [y]) => {
  const to = places(y);
  for (const place of places(x)) values(y)[to.next().value as number] = values(x)[place];
};

/** Sets every element. Bools are 0 and 1. */
export const fill: Kernel<PrimitiveOps['fill']> = (_inputs, [y], { value }) => {
  for (const place of places(y)) values(y)[place] = y.dtype === 'bool' ? Number(value !== 0) : value;
};

/** Visits each element with the one it is reduced to, and its position among those: the last `count` axes go. */
function reduce(
  x: Operand,
  count: number,
  visit: (output: number, position: number, value: number) => void,
): void {
  const each = x.shape.slice(x.shape.length - count).reduce((n, m) => n * m, 1);
  let i = 0;
  for (const place of places(x)) {
    visit(Math.floor(i / each), i % each, values(x)[place]);
    i++;
  }
}

/** Sums in float64. Sums of integers are exact: one beyond int32 is a fault. */
export const sum: Kernel<ReduceAttrs> = ([x], [y], { count }) => {
  const totals = new Float64Array(y.size);
  reduce(x, count, (output, _position, value) => {
    totals[output] += value;
  });
  values(y).set(totals, y.offset);
  const index = y.dtype === 'int32' ? totals.findIndex((total) => total !== (total | 0)) : -1;
  return index < 0 ? undefined : { value: totals[index], index };
};

/** Visits the largest element so far of each output: the first of equal ones, and the first NaN before all others. */
function largest(
  x: Operand,
  count: number,
  found: (output: number, position: number, value: number) => void,
): void {
  let top = 0;
  reduce(x, count, (output, position, value) => {
    if (position > 0 && !(value > top || (Number.isNaN(value) && !Number.isNaN(top)))) return;
    top = value;
    found(output, position, value);
  });
}

export const amax: Kernel<ReduceAttrs> = ([x], [y], { count }) =>
  largest(x, count, (output, _position, value) => {
    values(y)[y.offset + output] = value;
  });

export const argmax: Kernel<ReduceAttrs> = ([x], [y], { count }) =>
  largest(x, count, (output, position) => {
    values(y)[y.offset + output] = position;
  });

/** Batched matrix products. Transposed and repeated operands come as views. */
export const matmul: Kernel<NoAttrs> = ([a, b], [y]) => {
  const rank = y.shape.length;
  const inner = a.shape[rank - 1];
  const [along, down] = [a.strides[rank - 1], b.strides[rank - 2]];
  let out = y.offset;
  for (const index of indices(y.shape)) {
    const [row, column] = [[...index], [...index]];
    row[rank - 1] = 0;
    column[rank - 2] = 0;
    const [left, right] = [placeOf(a, row), placeOf(b, column)];
    let total = 0;
    for (let i = 0; i < inner; i++) total += values(a)[left + i * along] * values(b)[right + i * down];
    values(y)[out++] = total;
  }
};

/** Visits the elements of `index`: where each lies, and the place in x that it means along the axis. */
function pick(
  x: Operand,
  index: Operand,
  axis: number,
  visit: (at: readonly number[], place: number) => void,
): Fault | undefined {
  let [fault, i]: [Fault | undefined, number] = [undefined, 0];
  for (const at of indices(index.shape)) {
    const position = values(index)[placeOf(index, at)];
    if (position < 0 || position >= x.shape[axis]) fault ??= { value: position, index: i };
    else visit(at, placeOf(x, at) + (position - at[axis]) * x.strides[axis]);
    i++;
  }
  return fault;
}

/** y = x at positions along an axis. */
export const gather: Kernel<AxisAttrs> = ([x, index], [y], { axis }) =>
  pick(x, index, axis, (at, place) => {
    values(y)[placeOf(y, at)] = values(x)[place];
  });

/** y = x, and source added at positions along an axis, one after the other. */
export const scatterAdd: Kernel<AxisAttrs> = ([x, index, source], [y], { axis }, context) => {
  copyStrided([x], [y], {}, context);
  return pick(y, index, axis, (at, place) => {
    values(y)[place] += values(source)[placeOf(source, at)];
  });
};
