import type { Backend, DType, TypedArray } from '@flambeau/core/functional';
import { allocTyped } from '@flambeau/core/functional';
import { Failures } from './device/failures.ts';
import type { Opened } from './device/open.ts';
import type { KernelStyle } from './device/traits.ts';
import { isSoftware, traitsOf } from './device/traits.ts';
import type { GpuContext } from './kernels/context.ts';
import { createKernels } from './kernels/table.ts';
import { BlockPool, bufferBytes, type GpuBlock } from './memory/blocks.ts';
import { CommandQueue } from './queue/command-queue.ts';
import { FaultWords } from './queue/faults.ts';
import { Readback } from './queue/readback.ts';
import { Pipelines } from './shader/pipelines.ts';
import { scalarFunctions } from './wgsl/scalar.ts';
import { fromWords, toWords, WORD } from './words.ts';

/** Options of a WebGPU backend. */
export interface WebGpuBackendOptions {
  /** Bytes of tensors to hold before spilling. Default 1 GiB. */
  readonly memoryBudget?: number;
  /** Kernels for software drivers or for GPUs. Default: by the adapter. */
  readonly kernels?: KernelStyle;
}

const DEFAULT_BUDGET = 1 << 30;

/** A backend on a WebGPU device, and what compiles its kernels ahead. */
export interface WebGpuBackend extends Backend {
  /** Compiles the kernels of `work` without running them: the tensors that it makes have no meaning. */
  prepare(work: () => void): Promise<void>;
}

/** A backend on a WebGPU device. */
export function createWebGpuBackend(
  { device, info }: Opened,
  options: WebGpuBackendOptions = {},
): WebGpuBackend {
  const { memoryBudget = DEFAULT_BUDGET, kernels = isSoftware(info) ? 'software' : 'hardware' } = options;
  const failures = new Failures(device);
  const queue = new CommandQueue(device);
  // A quarter more than the budget may be held for blocks to come.
  const blocks = new BlockPool(device, queue, memoryBudget / 4);
  const faults = new FaultWords(device, queue);
  const readback = new Readback(device, queue, faults, failures);
  const pipelines = new Pipelines(device, (error) => failures.note(error));
  const traits = traitsOf(device, kernels);
  const context: GpuContext = {
    traits,
    queue,
    pipelines,
    blocks,
    fault: faults.home,
    onChecked: () => faults.noteChecked(),
  };
  return {
    name: 'webgpu',
    capabilities: {
      syncRead: false,
      fuse: true,
      defer: true,
      explicitMemory: true,
      memoryBudget,
      maxMapInputs: traits.maxBindings - 1,
      dtypes: ['float32', 'int32', 'uint8', 'int8', 'bool'],
    },
    kernels: createKernels(context),
    blockBytes: (_dtype, length) => bufferBytes(length),
    alloc: (_dtype, length) => blocks.allocate(length),
    release: (block) => blocks.release(block as GpuBlock),
    write: (block, data) => queue.write((block as GpuBlock).home, toWords(data)),
    read: async (block, dtype: DType, offset, length): Promise<TypedArray> => {
      if (length === 0) return allocTyped(dtype, 0);
      const words = await readback.read((block as GpuBlock).home, offset * WORD, length * WORD);
      return fromWords(words, dtype);
    },
    takeFault: async () => {
      if (faults.unseen) await readback.catchUp();
      return faults.take();
    },
    scalarFunctions,
    prepare: (work) => pipelines.prepare(work),
    report: () => ({
      adapter: {
        vendor: info.vendor,
        architecture: info.architecture,
        device: info.device,
        description: info.description,
      },
      kernels,
      features: [...device.features].sort(),
      limits: {
        storageBuffersPerKernel: traits.maxBindings,
        threadsPerGroup: traits.maxThreads,
        groupMemory: traits.workgroupBytes,
        largestBuffer: Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize),
      },
      lost: failures.lost,
      dispatches: queue.dispatches,
      submits: queue.submits,
      reads: readback.rounds,
      pipelines: pipelines.made,
      memory: blocks.stats(),
    }),
  };
}
