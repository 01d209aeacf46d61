import type { Backend, DType, TypedArray } from '@flambeau/core/functional';
import { allocTyped, DeviceError } from '@flambeau/core/functional';
import { BlockPool, bufferBytes, type GpuBlock } from './blocks.ts';
import { BUFFER_USAGE, MAP_MODE } from './constants.ts';
import { FAULT_BYTES, FaultWords } from './faults.ts';
import type { GpuContext } from './kernels/context.ts';
import { createCopy, createFill } from './kernels/copy.ts';
import { createGather, createScatterAdd } from './kernels/indexing.ts';
import { createMap } from './kernels/map.ts';
import { createMatmul } from './kernels/matmul.ts';
import { createRandomUniform } from './kernels/random.ts';
import { createAmax, createArgmax, createSum } from './kernels/reduce.ts';
import { CommandQueue } from './queue.ts';
import { scalarFunctions } from './wgsl/scalar.ts';
import { fromWords, toWords, WORD } from './words.ts';

/** Options of a WebGPU backend. */
export interface WebGpuBackendOptions {
  /** Bytes of tensors to hold before spilling. Default 1 GiB. */
  readonly memoryBudget?: number;
}

/** A backend on a WebGPU device. */
export function createWebGpuBackend(
  device: GPUDevice,
  info: GPUAdapterInfo,
  options: WebGpuBackendOptions = {},
): Backend {
  const queue = new CommandQueue(device);
  const blocks = new BlockPool(device, queue);
  const faults = new FaultWords(device, queue);
  const failure = watch(device);
  const context: GpuContext = {
    device,
    queue,
    fault: faults.buffer,
    pipelines: new Map(),
    onChecked: () => faults.noteChecked(),
  };

  /** Copies words out, and the fault words with them. */
  const readWords = async (block: GpuBlock | null, offset: number, length: number): Promise<ArrayBuffer> => {
    const bytes = length * WORD;
    const usage = BUFFER_USAGE.MAP_READ | BUFFER_USAGE.COPY_DST;
    const staging = device.createBuffer({ size: bytes + FAULT_BYTES, usage });
    if (block && bytes > 0) queue.copy(block.home, offset * WORD, staging, 0, bytes);
    const withFaults = faults.unseen;
    if (withFaults) faults.copyInto(staging, bytes);
    queue.submit();
    try {
      await staging.mapAsync(MAP_MODE.READ);
    } catch (error) {
      throw (
        failure() ?? new DeviceError('read', `the device does not answer: got ${String(error)}. Was it lost?`)
      );
    }
    const copy = staging.getMappedRange().slice(0);
    staging.destroy();
    if (withFaults) faults.note(new Uint32Array(copy, bytes));
    const failed = failure();
    if (failed) throw failed;
    return copy.slice(0, bytes);
  };

  return {
    name: 'webgpu',
    capabilities: {
      syncRead: false,
      fuse: true,
      defer: true,
      explicitMemory: true,
      memoryBudget: options.memoryBudget ?? 1 << 30,
      maxMapInputs: device.limits.maxStorageBuffersPerShaderStage - 1,
      dtypes: ['float32', 'int32', 'uint8', 'int8', 'bool'],
    },
    kernels: {
      map: createMap(context),
      copyStrided: createCopy(context),
      fill: createFill(context),
      sum: createSum(context),
      amax: createAmax(context),
      argmax: createArgmax(context),
      matmul: createMatmul(context),
      gather: createGather(context),
      scatterAdd: createScatterAdd(context),
      randomUniform: createRandomUniform(context),
    },
    blockBytes: (_dtype, length) => bufferBytes(length),
    alloc: (_dtype, length) => blocks.allocate(length),
    release: (block) => blocks.release(block as GpuBlock),
    write: (block, data) => queue.write((block as GpuBlock).home, toWords(data)),
    read: async (block, dtype: DType, offset, length): Promise<TypedArray> => {
      if (length === 0) return allocTyped(dtype, 0);
      return fromWords(await readWords(block as GpuBlock, offset, length), dtype);
    },
    takeFault: async () => {
      if (faults.unseen) await readWords(null, 0, 0);
      return faults.take();
    },
    scalarFunctions,
    report: () => ({
      adapter: { vendor: info.vendor, architecture: info.architecture, description: info.description },
      dispatches: queue.dispatches,
      submits: queue.submits,
      memory: blocks.stats(),
    }),
  };
}

/** Keeps the device's first error, which it tells whenever it likes. */
function watch(device: GPUDevice): () => DeviceError | null {
  let failure: DeviceError | null = null;
  device.addEventListener('uncapturederror', (event) => {
    failure ??= new DeviceError('webgpu', `the device refused a command: got ${event.error.message}`);
  });
  void device.lost.then(({ reason, message }) => {
    failure ??= new DeviceError('webgpu', `the device was lost: got ${reason} ${message}. Make a new one.`);
  });
  return () => failure;
}
