import type { Backend, DType, Kernel, MemoryPressure, TypedArray } from '@flambeau/core/functional';
import { DTYPES, runtime } from '@flambeau/core/functional';
import { hasRelaxedSimd } from './emit/vector.ts';
import { wantsRevectorizer } from './engine/revectorizer.ts';
import { createBatchNormGrad, createChannelStats } from './kernels/batch-norm/batch-norm.ts';
import { KernelCache, serialExecutor } from './kernels/compiled.ts';
import { createConv2d, createConv2dInputGrad, createConv2dWeightGrad } from './kernels/conv/conv2d.ts';
import { Correlator } from './kernels/conv/correlation.ts';
import { Depthwise } from './kernels/conv/depthwise.ts';
import { WeightGradient } from './kernels/conv/weight-gradient.ts';
import { Copier, createCopy, createFill } from './kernels/copy/copy.ts';
import { createGroupNorm, createGroupNormGrad } from './kernels/group-norm/group-norm.ts';
import {
  createGather,
  createScatter,
  createScatterAdd,
  createScatterReduce,
  Indexer,
} from './kernels/indexing/indexing.ts';
import { createLayerNorm, createLayerNormGrad } from './kernels/layer-norm/layer-norm.ts';
import { createMap } from './kernels/map/map.ts';
import { createMapEach } from './kernels/map/map-each.ts';
import { scalarFunctions } from './kernels/map/math-calls.ts';
import { Gemm } from './kernels/matmul/gemm.ts';
import { createLinear, createMatmul } from './kernels/matmul/matmul.ts';
import { NARROW_TILE, WIDE_TILE } from './kernels/matmul/tile.ts';
import type { WasmBlock } from './kernels/operand.ts';
import {
  createAvgPool2d,
  createAvgPool2dGrad,
  createMaxPool2d,
  createMaxPool2dGrad,
} from './kernels/pool/pool.ts';
import { createRandomUniform } from './kernels/random/random.ts';
import { createProd } from './kernels/reduce/prod.ts';
import { createAmax, createArgmax, createSum } from './kernels/reduce/reduce.ts';
import type { Revectorized } from './kernels/revectorize/revectorize.ts';
import { revectorize } from './kernels/revectorize/revectorize.ts';
import { Scanner } from './kernels/scan/scan.ts';
import { Searcher } from './kernels/search/search.ts';
import { createSoftmaxNll, createSoftmaxNllGrad } from './kernels/softmax/nll.ts';
import { createLogSoftmax, createLogSoftmaxGrad, createSoftmax } from './kernels/softmax/softmax.ts';
import { createSort } from './kernels/sort/sort.ts';
import { Winograd } from './kernels/winograd/winograd.ts';
import { partSize } from './memory/allocator.ts';
import { LinearMemory } from './memory/linear-memory.ts';
import { Scratch } from './memory/scratch.ts';
import type { WorkerPool } from './pool/pool.ts';
import { pooledExecutor } from './pool/pool.ts';

/** Options of a wasm backend. */
export interface WasmBackendOptions {
  /** Bytes of tensors to hold before spilling. Default: 1 GiB, or less where the host gives less. */
  readonly memoryBudget?: number;
  /**
   * Convolve by sums of products only. Default false: 3 × 3 convolutions with at least 16 channels go by way of Winograd's
   * F(4 × 4, 3 × 3), twice as fast or more, whose largest error is about 2e-6 of the largest value instead of 1e-6, and in
   * which an infinity or NaN spoils the 4 × 4 pixels of its tile.
   */
  readonly exactConv?: boolean;
  /**
   * Has V8 pair vectors of 128 bits to 256, an experiment that is off by default: nearly twice as fast, with the same
   * results, which is checked at the start. A flag of the whole process, in Node from 24; also by the environment's
   * FLAMBEAU_WASM_REVECTORIZE=1. Make such a device before others.
   */
  readonly revectorize?: boolean;
}

/** What a backend is built on. */
export interface WasmParts {
  /** Default: as much as the host grants. */
  readonly memory?: LinearMemory;
  /** Threads on that memory. */
  readonly pool?: WorkerPool;
  /** What was wanted and is not to be had, for the report. */
  readonly fallbacks?: readonly string[];
  /** Has the engine pair vectors. Default: what {@link revectorize} does. */
  readonly revectorize?: (memory: LinearMemory) => Revectorized;
}

const PAGE = 65_536;
const SHARE = 0.75;

/** A kernel whose other dtypes are lowered. */
const forFloat32 = <A>(kernel: Kernel<A>): Kernel<A> =>
  Object.assign(kernel, { dtypes: ['float32'] as const });

/** A backend on linear memory. */
export function createWasmBackend(options: WasmBackendOptions = {}, parts: WasmParts = {}): Backend {
  const { memory = new LinearMemory(), pool } = parts;
  const pairs =
    (options.revectorize ?? wantsRevectorizer()) ? (parts.revectorize ?? revectorize)(memory) : null;
  const fallbacks = [...(parts.fallbacks ?? []), ...(pairs?.fallbacks ?? [])];
  const execute = pool ? pooledExecutor(pool) : serialExecutor;
  const kernels = new KernelCache(memory, pairs?.wide ? WIDE_TILE : NARROW_TILE);
  const release = (address: number): void => {
    if (pool) pool.whenQuiet(() => memory.release(address));
    else memory.release(address);
  };
  let pressure: MemoryPressure | null = null;
  const scratch = new Scratch(memory, release, () => pressure);
  const copier = new Copier(kernels, execute, scratch);
  const indexer = new Indexer(kernels, execute, scratch, copier);
  const searcher = new Searcher(kernels, execute, scratch, copier);
  const scanner = new Scanner(kernels, execute, scratch);
  const gemm = new Gemm(kernels, execute, scratch);
  const convolutions = {
    memory,
    correlator: new Correlator(kernels, execute, scratch),
    weightGradient: new WeightGradient(kernels, execute, scratch),
    depthwise: new Depthwise(kernels, execute, scratch),
    mapInPlace: createMap(kernels, serialExecutor),
    winograd: options.exactConv ? null : new Winograd(kernels, execute, scratch),
  };
  const memoryBudget = options.memoryBudget ?? Math.min(1 << 30, memory.maximumPages * PAGE * SHARE);
  const readSync = (block: unknown, dtype: DType, offset: number, length: number): TypedArray => {
    const { data, at } = memory.at(dtype, (block as WasmBlock).address);
    // A copy, and never one of shared memory: that cannot be used everywhere.
    return data.slice(at + offset, at + offset + length);
  };
  return {
    name: 'wasm',
    capabilities: {
      syncRead: true,
      fuse: true,
      defer: true,
      explicitMemory: true,
      memoryBudget,
      dtypes: ['float32', 'float64', 'int32', 'uint8', 'int8', 'bool'],
    },
    kernels: {
      map: createMap(kernels, execute),
      mapEach: createMapEach(kernels, execute),
      copyStrided: createCopy(copier),
      fill: createFill(copier),
      sum: createSum(kernels, execute, scratch),
      amax: createAmax(kernels, execute),
      argmax: createArgmax(kernels, execute),
      prod: createProd(kernels, execute, scratch, copier),
      matmul: createMatmul(memory, gemm),
      linear: createLinear(memory, gemm),
      softmax: forFloat32(createSoftmax(kernels, execute, scratch)),
      logSoftmax: forFloat32(createLogSoftmax(kernels, execute, scratch)),
      logSoftmaxGrad: forFloat32(createLogSoftmaxGrad(kernels, execute, scratch)),
      softmaxNll: forFloat32(createSoftmaxNll(kernels, execute, scratch)),
      softmaxNllGrad: forFloat32(createSoftmaxNllGrad(kernels, execute)),
      layerNorm: forFloat32(createLayerNorm(kernels, execute, scratch)),
      layerNormGrad: forFloat32(createLayerNormGrad(kernels, execute, scratch)),
      groupNorm: forFloat32(createGroupNorm(kernels, execute, scratch)),
      groupNormGrad: forFloat32(createGroupNormGrad(kernels, execute, scratch)),
      channelStats: forFloat32(createChannelStats(kernels, execute)),
      batchNormGrad: forFloat32(createBatchNormGrad(kernels, execute)),
      conv2d: forFloat32(createConv2d(convolutions)),
      conv2dInputGrad: forFloat32(createConv2dInputGrad(convolutions)),
      conv2dWeightGrad: forFloat32(createConv2dWeightGrad(convolutions)),
      maxPool2d: forFloat32(createMaxPool2d(kernels, execute)),
      maxPool2dGrad: forFloat32(createMaxPool2dGrad(kernels, execute, scratch)),
      avgPool2d: forFloat32(createAvgPool2d(kernels, execute)),
      avgPool2dGrad: forFloat32(createAvgPool2dGrad(kernels, execute)),
      gather: createGather(indexer),
      scatterAdd: createScatterAdd(indexer),
      scatter: createScatter(indexer),
      scatterReduce: createScatterReduce(indexer),
      randomUniform: createRandomUniform(kernels, execute),
      sort: createSort(kernels, execute, scratch),
      searchsorted: searcher.searchsorted(),
      isin: searcher.isin(),
      cumsum: scanner.totals('cumsum'),
      cumprod: scanner.totals('cumprod'),
      logcumsumexp: scanner.totals('logcumsumexp'),
      cummax: scanner.extremes('cummax'),
      cummin: scanner.extremes('cummin'),
      linearScan: scanner.recurrence(),
    },
    blockBytes: (dtype, length) => partSize(length * DTYPES[dtype].bytes),
    alloc: (dtype, length): WasmBlock => ({ address: memory.allocate(length * DTYPES[dtype].bytes) }),
    useMemory: (given) => {
      pressure = given;
      memory.onShortage = (bytes) => given.spill(bytes);
    },
    trim: () => {
      scratch.trim();
    },
    release: (block) => {
      const { address } = block as WasmBlock;
      if (runtime.debug) retire(block as WasmBlock);
      release(address);
    },
    write: (block, data) => {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      memory.views.uint8.set(bytes, (block as WasmBlock).address);
    },
    read: (block, dtype, offset, length) => Promise.resolve(readSync(block, dtype, offset, length)),
    readSync,
    scalarFunctions,
    report: () => ({
      engine: 'WebAssembly',
      fusedMultiplyAdd: hasRelaxedSimd(),
      revectorized: pairs?.on ?? false,
      wideTiles: pairs?.wide ?? false,
      threads: pool?.threads ?? 1,
      threadFailures: pool?.failures ?? [],
      fallbacks,
      sharedMemory: memory.shared,
      memory: memory.stats(),
      compiled: { ...kernels.stats },
    }),
  };
}

/** Makes any further use of a block an error: in debug mode. */
function retire(block: WasmBlock): void {
  Object.defineProperty(block, 'address', {
    get: () => {
      throw new Error('internal: a block of wasm memory was used after it was released');
    },
  });
}
