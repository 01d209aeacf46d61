import type { Backend, Block } from '../backend.ts';
import type { Tensor } from '../tensor.ts';
import type { Buffer } from './buffer.ts';

/** What a device has in use now. */
export interface MemoryStats {
  readonly blocks: number;
  readonly bytes: number;
  readonly peakBytes: number;
  /** How many blocks were read back to make room. */
  readonly spills: number;
}

/** How core gets at the blocks of buffers; one per device. */
export interface DeviceMemory {
  /** Blocks must be freed, so handles and temporaries are tracked. */
  readonly explicit: boolean;
  /** Starts a kernel call: what is used from here on is not spilled until the next call begins. */
  beginCall(): void;
  /** The block with the buffer's values, loaded from the host when it was spilled. */
  block(buffer: Buffer): Block;
  /** A block without values, to be written. */
  allocate(buffer: Buffer): Block;
  free(buffer: Buffer): void;
  /** Tells that a kernel wrote into the buffer: host copies are stale. */
  wrote(buffer: Buffer): void;
  /** Makes room by asynchronous reads; called at every await. */
  settle(): Promise<void>;
  /** Where a buffer is being made, in debug mode and if it matters; else null. */
  site(): string | null;
  /** Runs `parts` and releases at once what they made on the way, if that matters, except the tensors `kept`. */
  composed<T>(parts: () => T, kept: (results: T) => readonly Tensor[]): T;
  /**
   * Lets the buffer go when `owner`, the storage over it, is collected. Holds only while the block is resident, so that
   * the registry never keeps a spilled buffer: in a job that does not return to the event loop no finalizer runs.
   */
  watch(owner: object, buffer: Buffer): void;
  unwatch(buffer: Buffer): void;
  stats(): MemoryStats;
}

/** Memory of backends whose blocks are ordinary objects: the collector does it all. */
export function collectedMemory(backend: Backend): DeviceMemory {
  const allocate = (buffer: Buffer): Block => {
    buffer.block = backend.alloc(buffer.dtype, buffer.length);
    return buffer.block;
  };
  return {
    explicit: false,
    beginCall() {},
    block(buffer) {
      if (buffer.block === null) {
        const { host } = buffer;
        allocate(buffer);
        if (host) backend.write(buffer.block, host);
        buffer.host = null;
      }
      return buffer.block;
    },
    allocate,
    free(buffer) {
      buffer.block = null;
    },
    wrote(buffer) {
      buffer.writes++;
    },
    settle: () => Promise.resolve(),
    site: () => null,
    composed: (parts) => parts(),
    watch() {},
    unwatch() {},
    stats: () => ({ blocks: 0, bytes: 0, peakBytes: 0, spills: 0 }),
  };
}
