import type { FusedOps, Kernel } from '@flambeau/core/functional';
import { fillThreefryUniform } from '@flambeau/core/functional';
import type { LinearMemory } from '../memory/linear-memory.ts';
import { place } from './operand.ts';

/** Uniform numbers in [0, 1): the same stream on every device. */
export function createRandomUniform(memory: LinearMemory): Kernel<FusedOps['randomUniform']> {
  return (_inputs, [y], { key0, key1, offset }) => {
    const out = place(memory, y);
    fillThreefryUniform(
      (out.data as Float32Array).subarray(out.offset, out.offset + y.size),
      key0,
      key1,
      offset,
    );
  };
}
