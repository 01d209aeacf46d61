import type {
  Backend,
  Block,
  Fault,
  Kernel,
  KernelContext,
  KernelTable,
  MapCall,
  Operand,
} from '../backend.ts';
import type { Device } from '../device.ts';
import { createDevice } from '../device.ts';
import { deferredMaps } from '../dispatch/deferred-maps.ts';
import { lateFaults } from '../dispatch/late-faults.ts';
import { steppedMaps } from '../dispatch/stepped-maps.ts';
import type { DType, TypedArray } from '../dtype.ts';
import { DTYPES } from '../dtype.ts';
import { spillingMemory } from '../memory/block-cache.ts';

/** Options of {@link countingDevice}. */
export interface CountingOptions {
  /** Whether values can be read without awaiting. Default true. */
  readonly syncRead?: boolean;
  /** Whether maps stay expressions until demanded. Default false. */
  readonly defer?: boolean;
  /** Whether one kernel runs several maps of a program, for devices that defer. Default true. */
  readonly mapEach?: boolean;
  /** Whether maps come as whole expressions. Default true. */
  readonly fuse?: boolean;
  /** Kernels that apply maps to their outputs, by name. */
  readonly fuses?: readonly string[];
  /** Bytes before core spills. Default 1 MiB. */
  readonly budget?: number;
}

/** What a counting device has seen. */
export interface Counts {
  /** Blocks and bytes allocated and not released. */
  blocks: number;
  bytes: number;
  peakBytes: number;
  allocations: number;
  /** Map kernels and other kernels run. */
  maps: number;
  kernels: number;
  /** Kernels among them that applied a map to their output. */
  fused: number;
  reads: number;
}

/** A device with explicit memory that counts, and that notices every misuse of a block. */
export interface CountingDevice extends Device {
  readonly counts: Counts;
}

/** A block of the device: the base's block, and whether it was released. */
interface CountedBlock {
  readonly inner: Block;
  readonly bytes: number;
  readonly length: number;
  readonly dtype: DType;
  released: boolean;
}

declare const setTimeout: (fn: () => void, ms: number) => unknown;

/** The next turn of the host's event loop, without a timer's millisecond where the host knows how. */
function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (fn: () => void) => unknown };
  return new Promise((resolve) => void (setImmediate ? setImmediate(resolve) : setTimeout(resolve, 0)));
}

/** Fills memory with values that no test expects, so that reads of unwritten or released blocks show. */
function poison(base: Backend, block: Block, dtype: DType, length: number): void {
  const value = DTYPES[dtype].category === 2 ? Number.NaN : dtype === 'bool' ? 1 : 113;
  const operand: Operand = { block, dtype, shape: [length], strides: [1], offset: 0, size: length };
  base.kernels.fill([], [operand], { value }, { ticket: 0 });
}

/** Throws where an output of calls that run together is also something else, or an operand is not as promised. */
function checkApart(calls: readonly MapCall[]): void {
  const outputs = new Set(calls.map(({ output }) => output.block));
  const apart = outputs.size === calls.length;
  const read = calls.flatMap(({ inputs }) => inputs);
  if (!apart || read.some(({ block }) => outputs.has(block)))
    throw new Error('counting device: an output of maps that run together is used by others');
  for (const { inputs, output } of calls) {
    const { length } = output.block as CountedBlock;
    const whole = [...inputs, output].every(
      (x) =>
        x.offset === 0 && x.size === length && x.shape.join() === `${length}` && x.strides.join() === '1',
    );
    if (!whole || length === 0) throw new Error('counting device: maps run together over parts of blocks');
  }
}

/**
 * Wraps a backend as a device with explicit memory: blocks must be released once, are poisoned before and after use,
 * and using a released one throws. Without `syncRead`, reads take a turn of the event loop and faults are told later,
 * as on a GPU.
 *
 * @param base - a backend with synchronous reads that does the arithmetic.
 *
 * @example
 * ```ts
 * import { countingDevice } from '@flambeau/core/testing';
 * import { cpu } from '@flambeau/backend-cpu';
 * const device = countingDevice(cpu().backend, { budget: 4096 });
 * device.counts.blocks; // 0
 * ```
 */
export function countingDevice(base: Backend, options: CountingOptions = {}): CountingDevice {
  const {
    syncRead = true,
    defer = false,
    fuse = true,
    fuses = [],
    mapEach = true,
    budget = 1 << 20,
  } = options;
  const counts: Counts = {
    blocks: 0,
    bytes: 0,
    peakBytes: 0,
    allocations: 0,
    maps: 0,
    kernels: 0,
    fused: 0,
    reads: 0,
  };
  let fault: Fault | null = null;

  const open = (block: Block): Block => {
    const own = block as CountedBlock;
    if (own.released) throw new Error('counting device: a released block was used');
    return own.inner;
  };
  const unwrap = (x: Operand): Operand => ({ ...x, block: open(x.block) });
  const wrap =
    (kernel: Kernel<never>): Kernel<never> =>
    (inputs, outputs, attrs, context: KernelContext) => {
      counts.kernels++;
      const found = kernel(inputs.map(unwrap), outputs.map(unwrap), attrs, context);
      if (!found || syncRead) return found;
      fault ??= { ...found, ticket: context.ticket };
      return undefined;
    };
  const { map, mapEach: _, ...rest } = base.kernels;
  /** The same, which computes its own result elsewhere where a map is to be applied to it. */
  const wrapFused = (kernel: Kernel<never>): Kernel<never> =>
    Object.assign(
      wrap((inputs, outputs, attrs, { ticket, epilogue }) => {
        const [output] = outputs as [Operand];
        if (!epilogue) return kernel(inputs, outputs, attrs, { ticket });
        counts.fused++;
        const { program, position, scalars } = epilogue;
        const dtype = program.inputs[position] as DType;
        const own = { ...output, dtype, block: base.alloc(dtype, output.size) };
        kernel(inputs, [own], attrs, { ticket });
        const operands = epilogue.inputs.map(unwrap);
        operands.splice(position, 0, own);
        map(program, operands, scalars, output);
        return undefined;
      }),
      { fusesOutput: () => true },
    );
  const kernels = Object.fromEntries(
    Object.entries(rest).map(([name, kernel]) => [
      name,
      (fuses.includes(name) ? wrapFused : wrap)(kernel as Kernel<never>),
    ]),
  ) as unknown as KernelTable;

  const readNow = (block: Block, dtype: DType, offset: number, length: number): TypedArray => {
    counts.reads++;
    return (base.readSync as NonNullable<Backend['readSync']>)(open(block), dtype, offset, length);
  };

  const backend: Backend = {
    name: `counting${syncRead ? '' : '-async'}`,
    capabilities: {
      ...base.capabilities,
      syncRead,
      fuse,
      defer: defer && fuse,
      explicitMemory: true,
      memoryBudget: budget,
    },
    kernels: {
      ...kernels,
      map: (program, inputs, scalars, output) => {
        counts.maps++;
        map(program, inputs.map(unwrap), scalars, unwrap(output));
      },
      ...(mapEach && {
        mapEach: (program, calls) => {
          counts.maps++;
          checkApart(calls);
          for (const { inputs, scalars, output } of calls)
            map(program, inputs.map(unwrap), scalars, unwrap(output));
        },
      }),
    },
    alloc: (dtype, length): CountedBlock => {
      const bytes = length * DTYPES[dtype].bytes;
      const inner = base.alloc(dtype, length);
      poison(base, inner, dtype, length);
      counts.allocations++;
      counts.blocks++;
      counts.bytes += bytes;
      counts.peakBytes = Math.max(counts.peakBytes, counts.bytes);
      return { inner, bytes, length, dtype, released: false };
    },
    release: (block) => {
      const own = block as CountedBlock;
      if (own.released) throw new Error('counting device: a block was released twice');
      poison(base, own.inner, own.dtype, own.length);
      own.released = true;
      counts.blocks--;
      counts.bytes -= own.bytes;
    },
    write: (block, data) => base.write(open(block), data),
    read: async (block, dtype, offset, length) => {
      const data = readNow(block, dtype, offset, length);
      if (!syncRead) await nextTurn();
      return data;
    },
    ...(syncRead && { readSync: readNow }),
    ...(!syncRead && {
      takeFault: () => {
        const found = fault;
        fault = null;
        return Promise.resolve(found);
      },
    }),
    ...(base.scalarFunctions && { scalarFunctions: base.scalarFunctions }),
  };
  return Object.assign(
    createDevice(backend, {
      memory: spillingMemory,
      deferral: deferredMaps,
      steps: steppedMaps,
      faults: lateFaults,
    }),
    { counts },
  );
}
