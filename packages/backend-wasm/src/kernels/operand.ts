import type { Operand, TypedArray } from '@flambeau/core/functional';
import { DTYPES } from '@flambeau/core/functional';
import type { LinearMemory } from '../memory/linear-memory.ts';

/** A block of the device: part of the linear memory. */
export interface WasmBlock {
  readonly address: number;
}

/** An operand as a plain kernel sees it: a view of the whole memory, and where in it the operand starts. */
export interface Placed {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Looks an operand up in the memory. Views are good until the memory grows: until the kernel ends. */
export function place(memory: LinearMemory, { block, dtype, shape, strides, offset }: Operand): Placed {
  const { data, at } = memory.at(dtype, (block as WasmBlock).address);
  return { data, shape, strides, offset: at + offset };
}

/** Where an operand's first element is, in bytes. */
export function addressOf({ block, dtype, offset }: Operand): number {
  return (block as WasmBlock).address + offset * DTYPES[dtype].bytes;
}

/** Sets every number of a contiguous float32 operand. */
export function setAll(memory: LinearMemory, operand: Operand, value: number): void {
  const at = addressOf(operand) / 4;
  memory.views.float32.fill(value, at, at + operand.size);
}
