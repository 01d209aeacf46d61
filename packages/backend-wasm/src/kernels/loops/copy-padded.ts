import type { LinearMemory } from '../../memory/linear-memory.ts';

/** Copies float32 numbers from the caller's thread, and zeros after them up to `padded`: kernels read them by whole vectors. */
export function copyPadded(
  memory: LinearMemory,
  from: { readonly address: number; readonly stride: number },
  count: number,
  to: number,
  padded: number,
): void {
  const { float32 } = memory.views;
  for (let i = 0; i < count; i++)
    float32[to / 4 + i] = float32[(from.address + i * from.stride) / 4] as number;
  float32.fill(0, to / 4 + count, to / 4 + padded);
}
