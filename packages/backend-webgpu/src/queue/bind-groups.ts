import type { PooledBuffer } from '../memory/blocks.ts';
import type { Pipeline } from '../shader/pipelines.ts';

/** Bind groups to keep. A training step uses the same buffers again and again. */
const KEPT = 4096;

/** The bind groups of kernels with buffers; parameters lie in the arena, at an offset that comes with each run. */
export class BindGroups {
  readonly #device: GPUDevice;
  readonly #arena: GPUBuffer;
  readonly #known = new Map<string, GPUBindGroup>();

  constructor(device: GPUDevice, arena: GPUBuffer) {
    this.#device = device;
    this.#arena = arena;
  }

  get(pipeline: Pipeline, buffers: readonly PooledBuffer[]): GPUBindGroup {
    let key = `${pipeline.id}`;
    for (const { id } of buffers) key += ` ${id}`;
    let group = this.#known.get(key);
    if (!group) {
      if (this.#known.size >= KEPT) this.#known.clear();
      group = this.#device.createBindGroup({
        layout: pipeline.layout,
        entries: [
          { binding: 0, resource: { buffer: this.#arena, size: 4 * pipeline.paramWords } },
          ...buffers.map(({ buffer }, i) => ({ binding: 1 + i, resource: { buffer } })),
        ],
      });
      this.#known.set(key, group);
    }
    return group;
  }
}
