import type { FlambeauError } from '@flambeau/core/functional';
import { DeviceError } from '@flambeau/core/functional';
import { SHADER_STAGE } from '../constants.ts';
import type { Shader } from './shader.ts';
import { shaderText } from './shader.ts';

/** A compiled kernel. */
export interface Pipeline {
  /** Distinct for distinct pipelines. */
  readonly id: number;
  /** Null while it is being compiled ahead. */
  compiled: GPUComputePipeline | null;
  readonly layout: GPUBindGroupLayout;
  /** Words of the uniform, rounded up to whole vectors. */
  readonly paramWords: number;
  /** For checked kernels: writes the value of the first fault, if it is this kernel's. */
  readonly tell: Pipeline | null;
}

/** Kernels by what they were written for. */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #onError: (error: FlambeauError) => void;
  readonly #known = new Map<string, Pipeline>();
  #made = 0;
  /** What is being compiled ahead; null outside of {@link Pipelines.prepare}. */
  #ahead: Promise<unknown>[] | null = null;

  constructor(device: GPUDevice, onError: (error: FlambeauError) => void) {
    this.#device = device;
    this.#onError = onError;
  }

  /** How many were compiled. */
  get made(): number {
    return this.#made;
  }

  /** Whether kernels are being prepared rather than run. */
  get preparing(): boolean {
    return this.#ahead !== null;
  }

  /** The kernel for a key, compiled at the first use. */
  get(key: string, write: () => Shader): Pipeline {
    let pipeline = this.#known.get(key);
    if (!pipeline) {
      pipeline = this.compile(write());
      this.#known.set(key, pipeline);
    }
    return pipeline;
  }

  /** Compiles the kernels that `work` asks for, side by side and without running any. */
  async prepare(work: () => void): Promise<void> {
    const ahead: Promise<unknown>[] = [];
    this.#ahead = ahead;
    try {
      work();
    } finally {
      this.#ahead = null;
      await Promise.all(ahead);
    }
  }

  /** Compiles a shader. Errors of its text are told at the next await. */
  compile(shader: Shader): Pipeline {
    const { name, checked = false } = shader;
    const device = this.#device;
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: name, code: shaderText(shader) });
    const layout = device.createBindGroupLayout({ label: name, entries: layoutEntries(shader) });
    const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
    const paramWords = 4 * Math.ceil(shader.paramWords / 4);
    const entry = (entryPoint: string, tell: Pipeline | null): Pipeline => {
      const pipeline: Pipeline = { id: this.#made++, compiled: null, layout, paramWords, tell };
      const descriptor = { label: name, layout: pipelineLayout, compute: { module, entryPoint } };
      if (!this.#ahead) {
        pipeline.compiled = device.createComputePipeline(descriptor);
        return pipeline;
      }
      const ready = device.createComputePipelineAsync(descriptor).then(
        (compiled) => {
          pipeline.compiled = compiled;
        },
        (error: Error) => this.#onError(refused(shader, error.message)),
      );
      this.#ahead.push(ready);
      return pipeline;
    };
    const main = entry('main', checked ? entry('tell', null) : null);
    void device.popErrorScope().then((error) => {
      if (error) this.#onError(refused(shader, error.message));
    });
    return main;
  }
}

function refused(shader: Shader, message: string): DeviceError {
  return new DeviceError(
    shader.name,
    `the device refused the kernel: got ${message}, expected valid WGSL. This is a fault of @flambeau/backend-webgpu or of the driver: please report it with details.source.`,
    { source: shaderText(shader), message },
  );
}

/** The uniform, whose offset comes with each run, the kernel's own buffers, and the fault words. */
function layoutEntries({ bindings, checked = false }: Shader): GPUBindGroupLayoutEntry[] {
  const entry = (binding: number, buffer: GPUBufferBindingLayout): GPUBindGroupLayoutEntry => ({
    binding,
    visibility: SHADER_STAGE.COMPUTE,
    buffer,
  });
  return [
    entry(0, { type: 'uniform', hasDynamicOffset: true }),
    ...bindings.map(({ written = false }, i) =>
      entry(1 + i, { type: written ? 'storage' : 'read-only-storage' }),
    ),
    ...(checked ? [entry(1 + bindings.length, { type: 'storage' })] : []),
  ];
}
