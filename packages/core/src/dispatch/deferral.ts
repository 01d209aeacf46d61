import type { Kernel, Operand } from '../backend.ts';
import type { Device } from '../device.ts';
import type { Buffer } from '../memory/buffer.ts';
import { letGo } from '../memory/buffer.ts';
import type { MapProgram } from '../ops/map-program.ts';
import type { Tensor } from '../tensor.ts';

/** An operand of a map: a buffer and the layout in which to walk it. */
export interface MapSource {
  readonly buffer: Buffer;
  readonly view: Pick<Operand, 'strides' | 'offset'>;
}

/** An operand of a pending expression: a buffer walked with the expression's shape. */
export interface Source {
  readonly buffer: Buffer;
  readonly strides: readonly number[];
  readonly offset: number;
  /** The buffer's elements in order: a pending buffer can be computed inside the expression. */
  readonly aligned: boolean;
}

/** What is known of values that have not been computed yet. */
interface NotComputed {
  readonly shape: readonly number[];
  /** What they are computed from: these buffers are held. */
  readonly sources: readonly { readonly buffer: Buffer }[];
  /** Set when a kernel has computed this on the way to something else: doing it again would cost more than a block. */
  inlined: boolean;
  /** Computes the buffer that is described by this. */
  readonly compute: (buffer: Buffer) => void;
}

/** A map that has not been computed yet: its buffer's values are described by a program over sources. */
export interface PendingMap extends NotComputed {
  readonly kind: 'map';
  readonly program: MapProgram;
  readonly sources: readonly Source[];
  readonly scalars: readonly number[];
  /** Everything below is read in order, so that the expression holds for any shape of the same size. */
  readonly flat: boolean;
  /** Operations and distinct buffers below this expression, as far as they are still pending. */
  readonly operations: number;
  readonly leaves: number;
  /** The last walk over pending expressions that came by. */
  mark: number;
}

/** An operand of a kernel that has not run yet: a buffer and the layout in which it is read. */
export interface KernelSource extends MapSource {
  readonly shape: readonly number[];
}

/** A kernel that waits for a map that it can apply to its output. It runs once, for that map or without it. */
export interface PendingKernel extends NotComputed {
  readonly kind: 'kernel';
  readonly kernel: Kernel<unknown>;
  readonly sources: readonly KernelSource[];
  readonly attrs: unknown;
}

/** Values that have not been computed yet. */
export type Pending = PendingMap | PendingKernel;

/** How a device puts maps off, and kernels that maps can be fused into: `deferredMaps`, which backends hand to `createDevice`. */
export interface Deferral {
  /** Makes a buffer whose values are an expression. Sources that cannot be part of it are computed first. */
  defer(
    device: Device,
    program: MapProgram,
    inputs: readonly (Tensor | number)[],
    scalars: readonly number[],
    shape: readonly number[],
  ): Buffer;
  /** Computes buffers, those that a program describes alike in one kernel where the backend has `mapEach`. */
  computeAll(device: Device, buffers: readonly Buffer[]): void;
  /** Lets a kernel wait that computes the whole of a new buffer. What its inputs wait for is computed first. */
  putOff(kernel: Kernel<unknown>, inputs: readonly Tensor[], attrs: unknown, output: Tensor): void;
}

/** Computes a buffer whose values are still an expression; nothing to do for others. */
export function computeNow(buffer: Buffer): void {
  if (buffer.pending !== null) buffer.pending.compute(buffer);
}

/** Runs the kernel that a tensor's values wait for, if it is one: where no map is to be expected that it could take. */
export function runWaiting({ storage: { buffer } }: Tensor): void {
  if (buffer.pending?.kind === 'kernel') computeNow(buffer);
}

/** Computes what a buffer waits for, and lets go of what that was computed from. It still waits where that fails. */
export function settle(buffer: Buffer, pending: Pending, compute: () => void): void {
  buffer.pending = null;
  try {
    compute();
  } catch (error) {
    buffer.pending = pending;
    throw error;
  }
  for (const source of pending.sources) letGo(source.buffer);
}
