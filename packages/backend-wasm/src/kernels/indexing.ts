import type { AxisAttrs, Fault, Kernel } from '@flambeau/core/functional';
import type { LinearMemory } from '../memory/linear-memory.ts';
import type { Placed } from './operand.ts';
import { place } from './operand.ts';
import { eachElement } from './walk.ts';

/** The start of the line along an axis on which each element lies. */
const lines = ({ strides, offset }: Placed, axis: number): { strides: number[]; offset: number } => ({
  strides: strides.map((stride, i) => (i === axis ? 0 : stride)),
  offset,
});

/** Walks an index and what goes with it; positions outside of `size` are faults, and left out. */
function eachIndexed(
  index: Placed,
  others: readonly { readonly strides: readonly number[]; readonly offset: number }[],
  size: number,
  visit: (position: number, at: readonly number[]) => void,
): Fault | undefined {
  let fault: Fault | undefined;
  let done = 0;
  eachElement(index.shape, [index, ...others], ([i, ...at]) => {
    const position = index.data[i];
    if (position < 0 || position >= size) fault ??= { value: position, index: done };
    else visit(position, at);
    done++;
  });
  return fault;
}

/** y[…] = x at index along the axis. */
export function createGather(memory: LinearMemory): Kernel<AxisAttrs> {
  return ([x, index], [y], { axis }) => {
    const [source, out] = [place(memory, x), place(memory, y)];
    return eachIndexed(
      place(memory, index),
      [lines(source, axis), out],
      x.shape[axis],
      (position, [i, o]) => {
        out.data[o] = source.data[i + position * x.strides[axis]];
      },
    );
  };
}

/** y = x, plus source added at index along the axis, in the index's order. */
export function createScatterAdd(memory: LinearMemory): Kernel<AxisAttrs> {
  return ([x, index, source], [y], { axis }) => {
    const [from, values, out] = [place(memory, x), place(memory, source), place(memory, y)];
    eachElement(x.shape, [from, out], ([i, o]) => {
      out.data[o] = from.data[i];
    });
    return eachIndexed(
      place(memory, index),
      [values, lines(out, axis)],
      y.shape[axis],
      (position, [v, o]) => {
        out.data[o + position * y.strides[axis]] += values.data[v];
      },
    );
  };
}
