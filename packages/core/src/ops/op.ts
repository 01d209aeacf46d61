import type { Fault } from '../backend.ts';
import type { Device } from '../device.ts';
import type { DType } from '../dtype.ts';
import type { FlambeauError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import type { MapOp } from './map-op.ts';

/** When an op's shapes and errors are known: from shapes and dtypes, after looking at values, or only on the host. */
export type OpClass = 'static' | 'checked' | 'host';

/** Shape and dtype of an output. */
export interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** What backward knows of the forward call. */
export interface Saved<Attrs> {
  /** The inputs that the op declares in `saves`; others are undefined. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly (Tensor | undefined)[];
  readonly attrs: Attrs;
  /** Shape, dtype and device of every input. */
  readonly metas: readonly TensorMeta[];
  /** Which inputs want a gradient. */
  readonly needs: readonly boolean[];
}

/** A tensor without its values. */
export interface TensorMeta extends OutputSpec {
  readonly device: Device;
}

/** The gradients of the inputs from those of the outputs, in ordinary tensor functions. */
export type Vjp<Attrs> = (
  grads: readonly (Tensor | null)[],
  saved: Saved<Attrs>,
) => readonly (Tensor | null)[];

/** Which inputs and outputs backward needs: declared, so that memory is predictable. */
export interface Saves {
  readonly inputs?: readonly number[];
  readonly outputs?: readonly number[];
}

interface NamedOp<Attrs> {
  readonly name: string;
  readonly class: OpClass;
  /** How many outputs the caller sees; the rest are hidden and only saved. Default: all. */
  readonly visible?: number;
  /** Float outputs that never require a gradient. */
  readonly constants?: readonly number[];
  readonly saves?: Saves;
  /** `through`: composed of differentiable parts. `null`: not differentiable, said aloud. */
  readonly vjp: Vjp<Attrs> | 'through' | null;
  /** For checked ops: the error for an invalid value. */
  readonly fault?: (fault: Fault, attrs: Attrs) => FlambeauError;
}

/** An op with a kernel on every backend (`primitive`), or one that can be lowered to smaller ops (`composite`). */
export interface KernelOp<Attrs> extends NamedOp<Attrs> {
  readonly kind: 'kernel';
  /** Shapes and dtypes of all outputs; throws every static error. */
  infer(inputs: readonly Tensor[], attrs: Attrs): readonly OutputSpec[];
  /** The op's meaning in smaller ops, hidden outputs included; absent for primitives. */
  readonly lower?: (inputs: readonly Tensor[], attrs: Attrs) => readonly Tensor[];
  /** Inputs may have any layout; else kernels are given contiguous ones. */
  readonly strided?: boolean;
}

/** The layout of a view. */
export interface View {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** An op that only changes how the same values are seen. */
export interface ViewOp<Attrs> extends NamedOp<Attrs> {
  readonly kind: 'view';
  readonly class: 'static';
  view(x: Tensor, attrs: Attrs): View;
}

/** Moves values between devices. */
export interface TransferOp extends NamedOp<TransferAttrs> {
  readonly kind: 'transfer';
  readonly class: 'static';
}

/** Where a transfer goes. */
export interface TransferAttrs {
  readonly device: Device;
}

/** Any op, as dispatch and autograd see it: attributes are the op's own business. */
export type Op = MapOp | KernelOp<never> | ViewOp<never> | TransferOp;
