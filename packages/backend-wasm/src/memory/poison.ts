import { runtime } from '@flambeau/core/functional';
import type { Guard } from './allocator.ts';

/** What freed memory holds in debug mode: a NaN in float32 and in float64, far from zero in integers. */
const PATTERN: number = 0xfff8dead | 0;

/** Fills what is freed, while debug mode is on, and looks whether it is still so when it is used again. */
export function poison(words: () => Int32Array): Guard {
  return {
    freed(address, size) {
      if (!runtime.debug) return false;
      words().fill(PATTERN, address / 4, (address + size) / 4);
      return true;
    },
    reused(address, size) {
      const found = words()
        .subarray(address / 4, (address + size) / 4)
        .findIndex((word) => word !== PATTERN);
      if (found < 0) return;
      throw new Error(
        `internal: wasm memory at ${address + 4 * found} was written after it was freed: it lies ${4 * found} bytes into a free part of ${size} bytes at ${address}`,
      );
    },
  };
}
