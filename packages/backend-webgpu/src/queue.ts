import type { PooledBuffer } from './blocks.ts';
import { BUFFER_USAGE, WORKGROUP } from './constants.ts';
import type { Pipeline } from './pipeline.ts';

/** Bytes of the buffer that holds the parameters of one batch. */
const ARENA = 256 << 10;
/** Dispatches after which a batch is sent. */
const MOST_DISPATCHES = 256;

/** One run of a kernel. */
export interface Dispatch {
  readonly pipeline: Pipeline;
  /** The words of the uniform; the first is the number of invocations. */
  readonly params: readonly number[];
  /** Storage buffers in the order of the kernel's bindings. */
  readonly buffers: readonly (PooledBuffer | GPUBuffer)[];
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
  readonly #staged = new Int32Array(ARENA / 4);
  readonly #alignment: number;
  readonly #widest: number;
  #used = 0;
  #collected = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #afterSubmit: (() => void)[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#alignment = device.limits.minUniformBufferOffsetAlignment;
    this.#widest = device.limits.maxComputeWorkgroupsPerDimension;
    this.#arena = device.createBuffer({ size: ARENA, usage: BUFFER_USAGE.UNIFORM | BUFFER_USAGE.COPY_DST });
  }

  /** Adds a run of a kernel. */
  dispatch({ pipeline, params, buffers }: Dispatch): void {
    const size = 4 * pipeline.paramWords;
    const step = Math.ceil(size / this.#alignment) * this.#alignment;
    if (this.#used + step > ARENA || this.#collected >= MOST_DISPATCHES) this.submit();
    const offset = this.#used;
    this.#staged.set(params, offset / 4);
    this.#used += step;
    const group = this.#device.createBindGroup({
      layout: pipeline.layout,
      entries: [
        { binding: 0, resource: { buffer: this.#arena, offset, size } },
        ...buffers.map((own, i) => ({ binding: 1 + i, resource: { buffer: this.#use(own) } })),
      ],
    });
    this.#pass ??= this.#commands.beginComputePass();
    this.#pass.setPipeline(pipeline.pipeline);
    this.#pass.setBindGroup(0, group);
    const groups = Math.ceil((params[0] ?? 1) / WORKGROUP);
    const rows = Math.ceil(groups / this.#widest);
    this.#pass.dispatchWorkgroups(Math.ceil(groups / rows), rows);
    this.dispatches++;
    this.#collected++;
  }

  /** Adds a copy between buffers, in bytes. */
  copy(
    from: PooledBuffer | GPUBuffer,
    fromOffset: number,
    to: GPUBuffer,
    toOffset: number,
    bytes: number,
  ): void {
    this.#endPass();
    this.#commands.copyBufferToBuffer(this.#use(from), fromOffset, to, toOffset, bytes);
  }

  /** Adds the setting of a buffer to zero. */
  clear(buffer: GPUBuffer): void {
    this.#endPass();
    this.#commands.clearBuffer(buffer);
  }

  /** Writes host data into a buffer, after all that was added before. */
  write(to: PooledBuffer, data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>): void {
    // The queue's own writes come before a batch that is still being collected.
    if (to.lastBatch === this.batch) this.submit();
    if (data.length > 0) this.#device.queue.writeBuffer(to.buffer, 0, data);
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
    for (const fn of this.#afterSubmit) fn();
    this.#afterSubmit = [];
  }

  get #commands(): GPUCommandEncoder {
    this.#encoder ??= this.#device.createCommandEncoder();
    return this.#encoder;
  }

  #use(own: PooledBuffer | GPUBuffer): GPUBuffer {
    if (!('lastBatch' in own)) return own;
    own.lastBatch = this.batch;
    return own.buffer;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
  }
}
