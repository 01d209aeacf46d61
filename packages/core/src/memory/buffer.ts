import type { Block } from '../backend.ts';
import type { Device } from '../device.ts';
import type { Pending } from '../dispatch/deferral.ts';
import type { DType, TypedArray } from '../dtype.ts';

/** Where values are: in `block` (on the device), in `host` (spilled, or not yet uploaded), in both alike, or nowhere yet. */
export interface Values {
  block: Block | null;
  /** A host copy: the source they were made from, or what was spilled. Dropped at the first write. */
  host: TypedArray | null;
}

/**
 * One piece of device memory, as a record that the collector owns: storages, pending expressions and reads refer to it,
 * the device does not. Its values exist, or are described by `pending`.
 */
export interface Buffer {
  readonly device: Device;
  readonly dtype: DType;
  /** Number of elements. */
  readonly length: number;
  readonly values: Values;
  /** Set while the values have not been computed. */
  pending: Pending | null;
  /** How many storages, pending expressions and reads hold this buffer; freed at 0. In place needs exactly 1. */
  holders: number;
}

/** A new buffer without values, held once. */
export function createBuffer(device: Device, dtype: DType, length: number): Buffer {
  return { device, dtype, length, values: device.memory.open(dtype, length), pending: null, holders: 1 };
}

/** Adds a holder. */
export function retain(buffer: Buffer): void {
  buffer.holders++;
}

/** Removes a holder; the last one frees the block and lets go of what a pending expression holds. */
export function letGo(buffer: Buffer): void {
  if (--buffer.holders > 0) return;
  const { pending, values } = buffer;
  buffer.pending = null;
  values.host = null;
  if (values.block !== null) buffer.device.memory.free(buffer);
  if (pending) for (const source of pending.sources) letGo(source.buffer);
}
