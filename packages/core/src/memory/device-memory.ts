import type { Backend, Block } from '../backend.ts';
import type { DType } from '../dtype.ts';
import type { Tensor } from '../tensor.ts';
import type { Buffer, Values } from './buffer.ts';

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
  /** Blocks must be freed, so temporaries are released at once. */
  readonly explicit: boolean;
  /** The place for the values of a new buffer, still without any. */
  open(dtype: DType, length: number): Values;
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
  /** Runs `parts` and releases at once what they made on the way, if that matters, except the tensors `kept`. */
  composed<T>(parts: () => T, kept: (results: T) => readonly Tensor[]): T;
  stats(): MemoryStats;
}

/** Memory of backends whose blocks are ordinary objects: the collector does it all. */
export function collectedMemory(backend: Backend): DeviceMemory {
  const allocate = ({ dtype, length, values }: Buffer): Block => {
    values.block = backend.alloc(dtype, length);
    return values.block;
  };
  return {
    explicit: false,
    open: () => ({ block: null, host: null }),
    beginCall() {},
    block(buffer) {
      const { values } = buffer;
      if (values.block !== null) return values.block;
      const block = allocate(buffer);
      if (values.host) backend.write(block, values.host);
      values.host = null;
      return block;
    },
    allocate,
    free({ values }) {
      values.block = null;
    },
    wrote() {},
    settle: () => Promise.resolve(),
    composed: (parts) => parts(),
    stats: () => ({ blocks: 0, bytes: 0, peakBytes: 0, spills: 0 }),
  };
}
