import type { DType, TypedArray } from './dtype.ts';
import type { MapProgram } from './ops/map-program.ts';
import type { FusedOps, PrimitiveOps } from './ops/types.ts';

/** A backend's own handle of device memory. Core never looks inside. */
export type Block = unknown;

/** A tensor as a kernel sees it: device memory and the layout in which to walk it. Strides and offset in elements. */
export interface Operand {
  readonly block: Block;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** Number of elements of the shape. */
  readonly size: number;
}

/** What a checked kernel found wrong: an invalid value and where it stood in its operand. */
export interface Fault {
  readonly value: number;
  readonly index: number;
  /** Identifies the call on devices that report faults later; see {@link KernelContext.ticket}. */
  readonly ticket?: number;
}

/**
 * A map that a kernel applies to every element of its output before it stores it: the output then has the map's dtype.
 * Kernels get one only where their {@link Kernel.fusesOutput} said so.
 */
export interface Epilogue {
  readonly program: MapProgram;
  /** Which of the program's tensors the kernel's own result is. */
  readonly position: number;
  /** The program's other tensors, in order: contiguous, as many elements as the output. */
  readonly inputs: readonly Operand[];
  /** The run-time numbers. */
  readonly scalars: readonly number[];
}

/** Passed to every kernel. */
export interface KernelContext {
  /**
   * The number to report a fault under, on devices that cannot report it at once; 0 on others. Issued when it is read:
   * kernels that have no faults should not.
   */
  readonly ticket: number;
  /** What else to do to the output. */
  readonly epilogue?: Epilogue;
}

/** One op on one device: reads `inputs`, fills `outputs` (contiguous unless the op says otherwise). */
export interface Kernel<Attrs> {
  (
    inputs: readonly Operand[],
    outputs: readonly Operand[],
    attrs: Attrs,
    context: KernelContext,
  ): Fault | undefined | void;
  /** The dtypes of the first output that it is for; calls with others are lowered. Without them it is for all. */
  readonly dtypes?: readonly DType[];
  /**
   * Whether the kernel can apply a map to its output as it stores it: {@link KernelContext.epilogue}. Where it is there,
   * and the device defers, a call of the op that has one output and no faults waits until its values are demanded.
   */
  readonly fusesOutput?: (program: MapProgram, position: number, attrs: Attrs) => boolean;
}

/**
 * Evaluates a scalar expression for every element: inputs have the output's shape (broadcast axes have stride 0),
 * `scalars` are the run-time numbers. The output may share its block with an input of the same layout.
 */
export type MapKernel = (
  program: MapProgram,
  inputs: readonly Operand[],
  scalars: readonly number[],
  output: Operand,
) => void;

/** One use of a program by {@link MapEachKernel}. It has at least one element. */
export interface MapCall {
  /** Each is a whole block in order: one dimension of the output's size, stride 1, offset 0. */
  readonly inputs: readonly Operand[];
  readonly scalars: readonly number[];
  readonly output: Operand;
}

/**
 * Does what `map` does with one program for several independent calls, bit for bit, in any order: an optimizer's step
 * over all parameters at once. Calls differ in size and in scalars; there may be thousands. Calls may read the same
 * blocks; the block of an output is nobody else's, also not an input's of its own call.
 */
export type MapEachKernel = (program: MapProgram, calls: readonly MapCall[]) => void;

/** The kernels of a backend: all primitives, and any fused op it has something better for. */
export type KernelTable = {
  readonly map: MapKernel;
  /** Used with `defer`. Without it, maps that could be run together are run one by one. */
  readonly mapEach?: MapEachKernel;
} & {
  readonly [K in keyof PrimitiveOps]: Kernel<PrimitiveOps[K]>;
} & {
  readonly [K in keyof FusedOps]?: Kernel<FusedOps[K]>;
};

/** What a backend can do beyond the required entry points. */
export interface Capabilities {
  /** Values can be read without awaiting. */
  readonly syncRead: boolean;
  /** `map` takes whole expressions; else it is given one scalar operation at a time. */
  readonly fuse: boolean;
  /** Map ops stay expressions until demanded. Needs `fuse`. */
  readonly defer: boolean;
  /** Blocks must be released: core keeps them as a cache of at most `memoryBudget` bytes and spills. */
  readonly explicitMemory: boolean;
  /** Bytes of device memory to use before spilling; only with `explicitMemory`. */
  readonly memoryBudget?: number;
  /** The most tensors one map kernel may read. */
  readonly maxMapInputs?: number;
  /** The dtypes that tensors on this device may have. */
  readonly dtypes: readonly DType[];
}

/** What the memory of a device does for its backend: see {@link Backend.useMemory}. */
export interface MemoryPressure {
  /** Counts bytes against the budget that the backend holds for itself; negative where it gives them back. Spills for them. */
  hold(bytes: number): void;
  /**
   * Spills blocks that the call in progress does not use, least recently used first: at least `bytes` bytes, or all.
   *
   * @throws MemoryBudgetError when nothing is left to spill.
   */
  spill(bytes: number): void;
}

/**
 * What a device must bring to run every op. All entry points are synchronous except reads; a backend may queue.
 * `createDevice(backend)` makes it a device that tensors live on.
 */
export interface Backend {
  /** Shown in messages and in printed tensors: `cpu`, `webgpu`. */
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly kernels: KernelTable;
  /** Device memory for `length` elements; the contents are undefined. Throws when there is none. */
  alloc(dtype: DType, length: number): Block;
  /** Bytes of device memory that such a block takes; default: the dtype's own size. Counted against the budget. */
  blockBytes?(dtype: DType, length: number): number;
  /**
   * Called once with `explicitMemory`: a backend that finds no memory for a block, or for what a kernel needs while it
   * runs, may ask for some to be spilled and try again.
   */
  useMemory?(pressure: MemoryPressure): void;
  /** Gives back what it holds for itself from one call to the next. Called between calls, where blocks have no room. */
  trim?(): void;
  /** Frees a block. Core calls it once per block, and only with `explicitMemory`. */
  release(block: Block): void;
  /** Copies host data into a block, starting at its first element; the array may be reused at once. */
  write(block: Block, data: TypedArray): void;
  /** Copies elements out. The values are those at the time of the call, whatever is queued later. */
  read(block: Block, dtype: DType, offset: number, length: number): Promise<TypedArray>;
  /** The same without waiting; required with `syncRead`. */
  readSync?(block: Block, dtype: DType, offset: number, length: number): TypedArray;
  /** The first fault since the last call, for devices whose kernels cannot return one; awaited at every read. */
  takeFault?(): Promise<Fault | null>;
  /** Names of tier-2 scalar functions that `map` evaluates itself. */
  readonly scalarFunctions?: ReadonlySet<string>;
  /** What the device really runs on: versions, features, limits, fallbacks and why. */
  report?(): Readonly<Record<string, unknown>>;
}
