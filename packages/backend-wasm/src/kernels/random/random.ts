import type { FusedOps, Kernel } from '@flambeau/core/functional';
import type { Executor, KernelCache } from '../compiled.ts';
import { writeWords } from '../compiled.ts';
import { addressOf } from '../operand.ts';
import { emitThreefry, THREEFRY_ARGUMENTS, UNIT } from './emit-threefry.ts';

const KEY_PARITY = 0x1bd1_1bda;
const TWO_32 = 2 ** 32;
/** Numbers that are worth another thread: some 50 µs. */
const GRAIN = 32_768;

/** Uniform numbers in [0, 1): the same stream on every device. */
export function createRandomUniform(
  kernels: KernelCache,
  execute: Executor,
): Kernel<FusedOps['randomUniform']> {
  const { memory } = kernels;
  return (_inputs, [y], { key0, key1, offset }) => {
    const kernel = kernels.get('threefry', () => emitThreefry(memory));
    // The counter's high word is one number for all that a kernel does.
    for (let done = 0; done < y.size; ) {
      const counter = offset + done;
      const low = counter % TWO_32;
      const size = Math.min(y.size - done, TWO_32 - low);
      const words = THREEFRY_ARGUMENTS.list({
        y: addressOf(y) + 4 * done,
        size,
        key0,
        key1,
        parity: KEY_PARITY ^ key0 ^ key1,
        low,
        high: Math.floor(counter / TWO_32),
      });
      execute(kernel, writeWords(memory, words), Math.ceil(size / UNIT), GRAIN / UNIT);
      done += size;
    }
  };
}
