import type { Fault, Operand } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { place } from '../operand.ts';
import type { Layout } from '../walk.ts';
import { eachElement } from '../walk.ts';

/** Walks an index and what goes with it; positions outside of `size` are faults, and left out. */
function eachIndexed(
  memory: LinearMemory,
  operand: Operand,
  others: readonly Layout[],
  size: number,
  visit: (position: number, at: readonly number[]) => void,
): Fault | undefined {
  const index = place(memory, operand);
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

/** The first position of an index that is not below `size`. */
export function firstFault(memory: LinearMemory, index: Operand, size: number): Fault | undefined {
  return eachIndexed(memory, index, [], size, () => {});
}

/** Adds source to y at index along an axis: for small integers, which wrap. */
export function plainAdd(
  memory: LinearMemory,
  index: Operand,
  source: Operand,
  y: Operand,
  axis: number,
): Fault | undefined {
  const [values, out] = [place(memory, source), place(memory, y)];
  const lines = { strides: out.strides.map((s, i) => (i === axis ? 0 : s)), offset: out.offset };
  return eachIndexed(memory, index, [values, lines], y.shape[axis], (position, [v, o]) => {
    out.data[o + position * y.strides[axis]] += values.data[v];
  });
}
