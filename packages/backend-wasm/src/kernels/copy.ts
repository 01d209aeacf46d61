import type { Kernel, NoAttrs, PrimitiveOps } from '@flambeau/core/functional';
import { isContiguous } from '@flambeau/core/functional';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { place } from './operand.ts';
import { eachElement } from './walk.ts';

/** Copies between any two layouts of one shape. */
export function createCopy(memory: LinearMemory): Kernel<NoAttrs> {
  return ([x], [y]) => {
    const [from, to] = [place(memory, x), place(memory, y)];
    if (isContiguous(x.shape, x.strides) && isContiguous(y.shape, y.strides)) {
      to.data.set(from.data.subarray(from.offset, from.offset + x.size), to.offset);
      return;
    }
    eachElement(x.shape, [from, to], ([i, o]) => {
      to.data[o] = from.data[i];
    });
  };
}

/** Sets every element. */
export function createFill(memory: LinearMemory): Kernel<PrimitiveOps['fill']> {
  return (_inputs, [y], { value }) => {
    const { data, shape, strides, offset } = place(memory, y);
    const stored = y.dtype === 'bool' ? Number(value !== 0) : value;
    if (isContiguous(shape, strides)) data.fill(stored, offset, offset + y.size);
    else
      eachElement(shape, [{ strides, offset }], ([o]) => {
        data[o] = stored;
      });
  };
}
