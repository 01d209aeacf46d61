import type { Kernel, Operand, ReduceAttrs } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { place } from '../operand.ts';
import { eachElement } from '../walk.ts';

/** Calls back for every kept element with a walk over its reduced ones. */
function eachGroup(
  memory: LinearMemory,
  x: Operand,
  count: number,
  visit: (group: number, walk: (element: (value: number) => void) => void) => void,
): void {
  const { data, offset, shape, strides } = place(memory, x);
  const split = shape.length - count;
  let group = 0;
  eachElement(shape.slice(0, split), [{ strides: strides.slice(0, split), offset }], ([start]) => {
    visit(group++, (element) => {
      eachElement(shape.slice(split), [{ strides: strides.slice(split), offset: start }], ([i]) =>
        element(data[i]),
      );
    });
  });
}

/** Sums in float64, which is exact for integers up to 2^53; a sum outside of int32 is a fault. */
export function plainSum(memory: LinearMemory): Kernel<ReduceAttrs> {
  return ([x], [y], { count }) => {
    const { data, offset } = place(memory, y);
    let fault: { value: number; index: number } | undefined;
    eachGroup(memory, x, count, (group, walk) => {
      let total = 0;
      walk((value) => {
        total += value;
      });
      if (y.dtype === 'int32' && total !== (total | 0)) fault ??= { value: total, index: group };
      data[offset + group] = total;
    });
    return fault;
  };
}

/** What is the largest so far, and where: NaN wins, the first of equal ones stays. */
function largest(walk: (element: (value: number) => void) => void): {
  readonly value: number;
  readonly at: number;
} {
  let [value, at, position] = [Number.NEGATIVE_INFINITY, 0, 0];
  walk((candidate) => {
    if (position === 0 || candidate > value || (Number.isNaN(candidate) && !Number.isNaN(value))) {
      value = candidate;
      at = position;
    }
    position++;
  });
  return { value, at };
}

/** Largest element. */
export function plainAmax(memory: LinearMemory): Kernel<ReduceAttrs> {
  return ([x], [y], { count }) => {
    const { data, offset } = place(memory, y);
    eachGroup(memory, x, count, (group, walk) => {
      data[offset + group] = largest(walk).value;
    });
  };
}

/** Position of the first largest element. */
export function plainArgmax(memory: LinearMemory): Kernel<ReduceAttrs> {
  return ([x], [y], { count }) => {
    const { data, offset } = place(memory, y);
    eachGroup(memory, x, count, (group, walk) => {
      data[offset + group] = largest(walk).at;
    });
  };
}
