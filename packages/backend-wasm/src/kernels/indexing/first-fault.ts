import type { Fault, Operand } from '@flambeau/core/functional';
import type { LinearMemory } from '../../memory/linear-memory.ts';
import { place } from '../operand.ts';
import { eachElement } from '../walk.ts';

/** The first position of an index that is not below `size`. */
export function firstFault(memory: LinearMemory, operand: Operand, size: number): Fault | undefined {
  const index = place(memory, operand);
  let fault: Fault | undefined;
  let done = 0;
  eachElement(index.shape, [index], ([at]) => {
    const position = index.data[at];
    if (position < 0 || position >= size) fault ??= { value: position, index: done };
    done++;
  });
  return fault;
}
