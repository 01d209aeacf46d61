import { DeviceError } from '@flambeau/core/functional';
import { BUFFER_USAGE } from '../constants.ts';
import type { CommandQueue } from '../queue/command-queue.ts';
import { WORD } from '../words.ts';

const SMALLEST = 256;

/** A buffer on the device, now and then the home of another block. */
export interface PooledBuffer {
  /** Distinct for distinct buffers. */
  readonly id: number;
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  /** The batch of commands that used it last. */
  lastBatch: number;
}

let buffers = 0;

/** A buffer that no pool deals out. */
export function ownBuffer(device: GPUDevice, bytes: number, usage: number): PooledBuffer {
  return { id: buffers++, buffer: device.createBuffer({ size: bytes, usage }), bytes, lastBatch: -1 };
}

/** A block of the device. */
export class GpuBlock {
  #home: PooledBuffer | null;

  constructor(home: PooledBuffer) {
    this.#home = home;
  }

  /** The buffer. @throws Error when the block was released. */
  get home(): PooledBuffer {
    if (!this.#home) throw new Error('webgpu: a released block was used');
    return this.#home;
  }

  /** Gives the buffer up. @throws Error when that was done before. */
  leave(): PooledBuffer {
    const { home } = this;
    this.#home = null;
    return home;
  }
}

/** The bytes of the buffer that a block of so many elements gets: four sizes to every doubling. */
export function bufferBytes(elements: number): number {
  const bytes = Math.max(elements * WORD, SMALLEST);
  const step = Math.max(2 ** (Math.floor(Math.log2(bytes)) - 2), SMALLEST);
  return Math.ceil(bytes / step) * step;
}

/** Deals out buffers, and keeps some of the released ones. */
export class BlockPool {
  readonly #device: GPUDevice;
  readonly #queue: CommandQueue;
  readonly #most: number;
  readonly #keep: number;
  readonly #free = new Map<number, PooledBuffer[]>();
  #kept = 0;
  #live = 0;

  /** @param keep - bytes of released buffers to keep for later blocks. */
  constructor(device: GPUDevice, queue: CommandQueue, keep: number) {
    this.#device = device;
    this.#queue = queue;
    this.#keep = keep;
    const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
    this.#most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  /** A block of so many elements with undefined contents. */
  allocate(elements: number): GpuBlock {
    const bytes = bufferBytes(elements);
    if (bytes > this.#most) {
      throw new DeviceError(
        'alloc',
        `too large for this adapter: got ${bytes} bytes, expected at most ${this.#most} (maxStorageBufferBindingSize, maxBufferSize). Split the tensor.`,
        { bytes, most: this.#most },
      );
    }
    this.#live += bytes;
    const kept = this.#free.get(bytes)?.pop();
    if (kept) {
      this.#kept -= bytes;
      return new GpuBlock(kept);
    }
    const usage = BUFFER_USAGE.STORAGE | BUFFER_USAGE.COPY_SRC | BUFFER_USAGE.COPY_DST;
    return new GpuBlock(ownBuffer(this.#device, bytes, usage));
  }

  /** Takes a block back. Commands that are already queued still find its buffer. */
  release(block: GpuBlock): void {
    const home = block.leave();
    this.#live -= home.bytes;
    if (this.#kept + home.bytes > this.#keep) {
      this.#queue.afterSubmit(() => home.buffer.destroy());
      return;
    }
    this.#kept += home.bytes;
    const free = this.#free.get(home.bytes);
    if (free) free.push(home);
    else this.#free.set(home.bytes, [home]);
  }

  /** Bytes of blocks in use, and of buffers kept for later. */
  stats(): { readonly live: number; readonly kept: number } {
    return { live: this.#live, kept: this.#kept };
  }
}
