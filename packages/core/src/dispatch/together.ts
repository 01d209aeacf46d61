import type { Device } from '../device.ts';
import { DTYPES } from '../dtype.ts';
import type { Buffer } from '../memory/buffer.ts';
import { runtime } from '../runtime.ts';

/** Bytes of results that wait at most: what they are made from is held meanwhile, and more would win nothing. */
const MOST_BYTES = 1 << 26;
/** … and the part of a device's memory that they may take. */
const MOST_SHARE = 1 / 8;

/** Results of in-place maps that wait to be computed together, on each device. */
export type Gathered = Map<Device, Waiting>;

interface Waiting {
  /** False where memory is short: what waits to be demanded takes no room. */
  readonly mayCompute: boolean;
  buffers: Buffer[];
  bytes: number;
}

/**
 * Runs a function and computes what in-place maps inside it left pending: those alike in one kernel, where the device
 * defers maps and its backend has `mapEach`. Elsewhere, and on devices that have spilled since the last time, it only
 * runs the function. Values, versions and errors are the same with and without: what is demanded earlier is computed
 * then.
 *
 * @param fn - a synchronous function.
 *
 * @example
 * ```ts
 * import { tensor, together } from '@flambeau/core';
 * const weights = [tensor([1, 2]), tensor([3, 4, 5])];
 * together(() => {
 *   for (const w of weights) w.mul_(0.9);
 * });
 * ```
 */
export function together<T>(fn: () => T): T {
  if (runtime.gathered) return fn();
  const gathered: Gathered = new Map();
  runtime.gathered = gathered;
  try {
    return fn();
  } finally {
    runtime.gathered = null;
    for (const [device, waiting] of gathered) computeWaiting(device, waiting);
  }
}

/** Called with what an in-place map has left in its target. */
export function gatherPending(buffer: Buffer): void {
  const { gathered } = runtime;
  const { device, dtype, length } = buffer;
  if (!gathered || !buffer.pending || !device.backend.kernels.mapEach) return;
  let waiting = gathered.get(device);
  if (!waiting) {
    waiting = { mayCompute: !hasSpilled(device), buffers: [], bytes: 0 };
    gathered.set(device, waiting);
  }
  if (!waiting.mayCompute) return;
  waiting.buffers.push(buffer);
  waiting.bytes += length * DTYPES[dtype].bytes;
  const { memoryBudget = Number.POSITIVE_INFINITY } = device.capabilities;
  if (waiting.bytes > Math.min(MOST_BYTES, memoryBudget * MOST_SHARE)) computeWaiting(device, waiting);
}

function computeWaiting(device: Device, waiting: Waiting): void {
  const { buffers } = waiting;
  waiting.buffers = [];
  waiting.bytes = 0;
  device.deferral?.computeAll(device, buffers);
}

/** How many spills a device had when it was last asked. */
const spillsOf = new WeakMap<Device, number>();

/** Whether a device has spilled since it was last asked. */
function hasSpilled(device: Device): boolean {
  const { spills } = device.memory.stats();
  const before = spillsOf.get(device) ?? 0;
  spillsOf.set(device, spills);
  return spills > before;
}
