import { BUFFER_USAGE } from '../constants.ts';
import type { PooledBuffer } from '../memory/blocks.ts';
import type { Pipeline } from '../shader/pipelines.ts';
import { GROUPS_AT } from '../shader/shader.ts';
import { BindGroups } from './bind-groups.ts';

/** Bytes of the buffer that holds the parameters of one batch. */
const ARENA = 256 << 10;
/** Dispatches after which a batch is sent. */
const MOST_DISPATCHES = 512;
/** Batches without a read after which a loop is told that nothing bounds its queue. */
const MOST_UNREAD = 64;

/** One run of a kernel. */
export interface Dispatch {
  readonly pipeline: Pipeline;
  /** The words of the uniform; the queue sets the first, the number of groups. */
  readonly params: readonly number[];
  /** Storage buffers in the order of the kernel's bindings. */
  readonly buffers: readonly PooledBuffer[];
  /** Workgroups. */
  readonly groups: number;
}

/**
 * Collects commands and sends them in batches. Parameters of all dispatches of a batch stand in one uniform buffer,
 * which is written just before the batch is sent.
 */
export class CommandQueue {
  /** Number of the batch that is being collected. */
  batch = 0;
  dispatches = 0;
  submits = 0;
  readonly #device: GPUDevice;
  readonly #arena: GPUBuffer;
  readonly #groups: BindGroups;
  readonly #staged = new Int32Array(ARENA / 4);
  readonly #alignment: number;
  readonly #widest: number;
  #used = 0;
  #collected = 0;
  #unread = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #afterSubmit: (() => void)[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#alignment = device.limits.minUniformBufferOffsetAlignment;
    this.#widest = device.limits.maxComputeWorkgroupsPerDimension;
    this.#arena = device.createBuffer({ size: ARENA, usage: BUFFER_USAGE.UNIFORM | BUFFER_USAGE.COPY_DST });
    this.#groups = new BindGroups(device, this.#arena);
  }

  /** Adds a run of a kernel. */
  dispatch({ pipeline, params, buffers, groups }: Dispatch): void {
    if (groups === 0 || pipeline.compiled === null) return;
    const step = Math.ceil((4 * pipeline.paramWords) / this.#alignment) * this.#alignment;
    if (this.#used + step > ARENA || this.#collected >= MOST_DISPATCHES) this.submit();
    const offset = this.#used;
    this.#staged.set(params, offset / 4);
    this.#staged[offset / 4 + GROUPS_AT] = groups;
    this.#used += step;
    for (const own of buffers) own.lastBatch = this.batch;
    this.#pass ??= this.#commands.beginComputePass();
    this.#pass.setPipeline(pipeline.compiled);
    this.#pass.setBindGroup(0, this.#groups.get(pipeline, buffers), [offset]);
    const rows = Math.ceil(groups / this.#widest);
    this.#pass.dispatchWorkgroups(Math.ceil(groups / rows), rows);
    this.dispatches++;
    this.#collected++;
  }

  /** Adds a copy between buffers, in bytes. */
  copy(from: PooledBuffer, fromOffset: number, to: GPUBuffer, toOffset: number, bytes: number): void {
    this.#endPass();
    from.lastBatch = this.batch;
    this.#commands.copyBufferToBuffer(from.buffer, fromOffset, to, toOffset, bytes);
  }

  /** Adds the setting of a buffer to zero. */
  clear(own: PooledBuffer): void {
    this.#endPass();
    own.lastBatch = this.batch;
    this.#commands.clearBuffer(own.buffer);
  }

  /** Writes host data into a buffer, after all that was added before. */
  write(to: PooledBuffer, data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>): void {
    if (data.length === 0) return;
    if (to.lastBatch !== this.batch) {
      this.#device.queue.writeBuffer(to.buffer, 0, data);
      return;
    }
    // The queue's own writes come before a batch that is still being collected: this one is part of the batch.
    const size = data.byteLength;
    const staging = this.#device.createBuffer({ size, usage: BUFFER_USAGE.COPY_SRC, mappedAtCreation: true });
    new Uint8Array(staging.getMappedRange()).set(new Uint8Array(data.buffer, data.byteOffset, size));
    staging.unmap();
    this.#endPass();
    this.#commands.copyBufferToBuffer(staging, 0, to.buffer, 0, size);
    this.#afterSubmit.push(() => staging.destroy());
  }

  /** Runs `fn` when the commands added so far have been sent. */
  afterSubmit(fn: () => void): void {
    if (this.#encoder) this.#afterSubmit.push(fn);
    else fn();
  }

  /** Sends what was collected. */
  submit(): void {
    if (!this.#encoder) return;
    this.#endPass();
    if (this.#used > 0) this.#device.queue.writeBuffer(this.#arena, 0, this.#staged, 0, this.#used / 4);
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#encoder = null;
    this.#used = 0;
    this.#collected = 0;
    this.batch++;
    this.submits++;
    if (++this.#unread === MOST_UNREAD) {
      console.warn(
        `webgpu: ${MOST_UNREAD} batches of commands were sent and no value was read. The queue grows while nothing waits for it: await a value once a step.`,
      );
    }
    for (const fn of this.#afterSubmit) fn();
    this.#afterSubmit = [];
  }

  /** A read has waited for all that was sent. */
  noteRead(): void {
    this.#unread = 0;
  }

  get #commands(): GPUCommandEncoder {
    this.#encoder ??= this.#device.createCommandEncoder();
    return this.#encoder;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
  }
}
