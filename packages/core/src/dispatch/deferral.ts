import type { Operand } from '../backend.ts';
import type { Device } from '../device.ts';
import type { Buffer } from '../memory/buffer.ts';
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

/** A map that has not been computed yet: its buffer's values are described by a program over sources. */
export interface Pending {
  readonly program: MapProgram;
  readonly sources: readonly Source[];
  readonly scalars: readonly number[];
  readonly shape: readonly number[];
  /** Everything below is read in order, so that the expression holds for any shape of the same size. */
  readonly flat: boolean;
  /** Operations and distinct buffers below this expression, as far as they are still pending. */
  readonly operations: number;
  readonly leaves: number;
  /** Set when a kernel has computed this on the way to something else: doing it again would cost more than a block. */
  inlined: boolean;
  /** The last walk over pending expressions that came by. */
  mark: number;
  /** Computes the buffer that is described by this. */
  readonly compute: (buffer: Buffer) => void;
}

/** How a device puts maps off: `deferredMaps`, which backends hand to `createDevice`. */
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
}

/** Computes a buffer whose values are still an expression; nothing to do for others. */
export function computeNow(buffer: Buffer): void {
  if (buffer.pending !== null) buffer.pending.compute(buffer);
}
