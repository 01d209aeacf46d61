import type { Block } from '../backend.ts';
import type { Device } from '../device.ts';
import type { Pending } from '../dispatch/deferral.ts';
import type { DType, TypedArray } from '../dtype.ts';

/**
 * One piece of device memory, as a record that the collector owns. The values are in `block` (on the device), in
 * `host` (spilled, or not yet uploaded), or described by `pending` (not yet computed); at least one is set unless freed.
 */
export interface Buffer {
  readonly device: Device;
  readonly dtype: DType;
  /** Number of elements. */
  readonly length: number;
  block: Block | null;
  /** A host copy of the same values: the source it was made from, or what was spilled. Dropped at the first write. */
  host: TypedArray | null;
  pending: Pending | null;
  /** How many storages, pending expressions and reads hold this buffer; freed at 0. In place needs exactly 1. */
  holders: number;
  /** Neighbours in the device's list of resident blocks, least recently used first. */
  previous: Buffer | null;
  next: Buffer | null;
  /** The device's clock at the last use: blocks of the call in progress are not spilled. */
  lastUse: number;
  /** Whether the device is told when the storage over this buffer is collected: only while the block is resident. */
  watched: boolean;
  /** Counts writes, so that a spill in flight notices one. */
  writes: number;
  /** Where it was made, in debug mode. */
  readonly site: string | null;
}

/** A new buffer without values, held once. */
export function createBuffer(device: Device, dtype: DType, length: number): Buffer {
  return {
    device,
    dtype,
    length,
    block: null,
    host: null,
    pending: null,
    holders: 1,
    previous: null,
    next: null,
    lastUse: 0,
    watched: false,
    writes: 0,
    site: device.memory.site(),
  };
}

/** Adds a holder. */
export function retain(buffer: Buffer): void {
  buffer.holders++;
}

/** Removes a holder; the last one frees the block and lets go of what a pending expression holds. */
export function letGo(buffer: Buffer): void {
  if (--buffer.holders > 0) return;
  const { pending } = buffer;
  buffer.pending = null;
  buffer.host = null;
  if (buffer.block !== null) buffer.device.memory.free(buffer);
  if (pending) for (const source of pending.sources) letGo(source.buffer);
}
