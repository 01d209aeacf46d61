import { DeviceError } from '@flambeau/core/functional';
import { BUFFER_USAGE, MAP_MODE } from '../constants.ts';
import type { Failures } from '../device/failures.ts';
import type { PooledBuffer } from '../memory/blocks.ts';
import type { CommandQueue } from './command-queue.ts';
import type { FaultWords } from './faults.ts';
import { FAULT_BYTES } from './faults.ts';

/** Bytes of a staging buffer that several small reads share. */
const SHARED = 64 << 10;
/** Staging buffers of that size to keep. */
const KEPT = 4;
const ALIGNMENT = 16;

/** A staging buffer of a round of reads, and how much of it is taken. */
interface Staging {
  readonly buffer: GPUBuffer;
  readonly size: number;
  used: number;
}

/** The reads of one turn. They are mapped together. */
interface Round {
  readonly stagings: Staging[];
  done: Promise<void>;
  /** Readers that have not taken their bytes yet. */
  readers: number;
}

/**
 * Copies values out. The copy is queued at the call, so that later commands don't change it; reads of one turn of the
 * event loop share a submit and a wait.
 */
export class Readback {
  /** How often a turn's reads were waited for. */
  rounds = 0;
  readonly #device: GPUDevice;
  readonly #queue: CommandQueue;
  readonly #faults: FaultWords;
  readonly #failures: Failures;
  readonly #free: GPUBuffer[] = [];
  #round: Round | null = null;

  constructor(device: GPUDevice, queue: CommandQueue, faults: FaultWords, failures: Failures) {
    this.#device = device;
    this.#queue = queue;
    this.#faults = faults;
    this.#failures = failures;
  }

  /** Bytes of a buffer. */
  read(from: PooledBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    const round = this.#current();
    const staging = this.#room(round, bytes);
    const at = staging.used;
    staging.used += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    this.#queue.copy(from, offset, staging.buffer, at, bytes);
    return this.#after(round, () => staging.buffer.getMappedRange(at, bytes).slice(0));
  }

  /** Waits until faults of what was queued are known. */
  catchUp(): Promise<void> {
    return this.#after(this.#current(), () => {});
  }

  async #after<T>(round: Round, take: () => T): Promise<T> {
    round.readers++;
    try {
      await round.done;
      return take();
    } finally {
      if (--round.readers === 0) this.#giveBack(round);
    }
  }

  #current(): Round {
    if (!this.#round) {
      const round: Round = { stagings: [], done: Promise.resolve(), readers: 0 };
      // A microtask later: the reads that follow at once come along.
      round.done = round.done.then(() => this.#finish(round));
      this.#round = round;
    }
    return this.#round;
  }

  #room({ stagings }: Round, bytes: number): Staging {
    const last = stagings.at(-1);
    if (last && last.used + bytes <= last.size) return last;
    const size = Math.max(SHARED, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    const usage = BUFFER_USAGE.MAP_READ | BUFFER_USAGE.COPY_DST;
    const kept = size === SHARED ? this.#free.pop() : undefined;
    const staging: Staging = { buffer: kept ?? this.#device.createBuffer({ size, usage }), size, used: 0 };
    stagings.push(staging);
    return staging;
  }

  async #finish(round: Round): Promise<void> {
    this.#round = null;
    const faults = this.#faults.unseen ? this.#room(round, FAULT_BYTES) : null;
    const faultsAt = faults?.used ?? 0;
    if (faults) {
      faults.used += FAULT_BYTES;
      this.#faults.copyInto(faults.buffer, faultsAt);
    }
    this.#queue.submit();
    this.rounds++;
    try {
      await Promise.all(round.stagings.map(({ buffer, used }) => buffer.mapAsync(MAP_MODE.READ, 0, used)));
    } catch (error) {
      // That the device was lost is told a moment after its reads fail.
      await new Promise((resolve) => setTimeout(resolve));
      throw (
        this.#failures.take() ??
        new DeviceError('read', `the device does not answer: got ${String(error)}, expected values.`)
      );
    }
    this.#queue.noteRead();
    if (faults)
      this.#faults.note(new Uint32Array(faults.buffer.getMappedRange(faultsAt, FAULT_BYTES).slice(0)));
    const failed = this.#failures.take();
    if (failed) throw failed;
  }

  #giveBack({ stagings }: Round): void {
    for (const { buffer, size } of stagings) {
      const reusable = size === SHARED && this.#free.length < KEPT && buffer.mapState === 'mapped';
      if (reusable) {
        buffer.unmap();
        this.#free.push(buffer);
      } else buffer.destroy();
    }
  }
}
