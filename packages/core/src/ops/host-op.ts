import { dispatch } from '../dispatch/dispatch.ts';
import { hostTensor } from '../dispatch/execute.ts';
import type { DType, TypedArray } from '../dtype.ts';
import { VersionError } from '../errors.ts';
import { composed } from '../memory/composed.ts';
import { readData, readDataSync } from '../read.ts';
import { runtime } from '../runtime.ts';
import type { Tensor } from '../tensor.ts';
import { defineOp } from './define.ts';
import type { KernelOp, OutputSpec, Saves, Vjp } from './op.ts';

/** Values on the host, in row-major order. */
export interface HostArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** What a host op declares. */
export interface HostOpSpec<Attrs> {
  readonly name: string;
  /** Throws every error that shapes and dtypes tell. Gives the outputs where their shapes do not depend on values, else []. */
  infer(inputs: readonly Tensor[], attrs: Attrs): readonly OutputSpec[];
  /** The outputs as arrays that nobody else keeps. Hidden ones may be left out where no gradient is `wanted`. */
  compute(inputs: readonly HostArray[], attrs: Attrs, wanted: boolean): readonly HostArray[];
  readonly visible?: number;
  readonly constants?: readonly number[];
  readonly saves?: Saves;
  readonly vjp: Vjp<Attrs> | null;
}

/** Values that were awaited for the call that is about to be made. */
let awaited: readonly TypedArray[] | null = null;

/**
 * Declares an op whose values are computed on the host: its shapes depend on values, or the algorithm belongs there.
 * Call it by {@link callHost} and {@link callHostSync}. @__NO_SIDE_EFFECTS__
 */
export function defineHostOp<Attrs>(spec: HostOpSpec<Attrs>): KernelOp<Attrs> {
  const { compute, ...op } = spec;
  return defineOp<Attrs>({
    ...op,
    class: 'host',
    lower: (inputs, attrs) => {
      const data = awaited ?? inputs.map((x) => readDataSync(x, `${op.name}Sync`, `await ${op.name}(…)`));
      const { device } = inputs[0] as Tensor;
      const arrays = inputs.map(({ dtype, shape }, i) => ({ dtype, shape, data: data[i] as TypedArray }));
      const wanted = inputs.some((x) => x.requiresGrad);
      return compute(arrays, attrs, wanted).map((y) => hostTensor(device, y.dtype, y.data, y.shape));
    },
  });
}

/** Runs a host op at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function callHostSync<Attrs>(
  op: KernelOp<Attrs>,
  inputs: readonly Tensor[],
  attrs: Attrs,
): readonly Tensor[] {
  return outputsOf(op, inputs, attrs);
}

/** The visible outputs; hidden ones live on only in the graph. */
function outputsOf<Attrs>(op: KernelOp<Attrs>, inputs: readonly Tensor[], attrs: Attrs): readonly Tensor[] {
  return composed((inputs[0] as Tensor).device, () => dispatch(op as KernelOp<never>, inputs, attrs));
}

/**
 * Runs a host op on any device, recorded if it was called outside of `noGrad`.
 *
 * @throws {@link VersionError} when an input that needs a gradient is written meanwhile.
 */
export async function callHost<Attrs>(
  op: KernelOp<Attrs>,
  inputs: readonly Tensor[],
  attrs: Attrs,
): Promise<readonly Tensor[]> {
  const { gradMode } = runtime;
  op.infer(inputs, attrs);
  const versions = inputs.map((x) => x.storage.version);
  const data = await Promise.all(inputs.map(readData));
  const written = inputs.findIndex((x, i) => x.requiresGrad && x.storage.version !== versions[i]);
  if (gradMode && written >= 0) {
    throw new VersionError(
      op.name,
      `input ${written} was written while it was read: got version ${inputs[written]?.storage.version}, expected ${versions[written]}. Await the result before writing.`,
    );
  }
  const outer = runtime.gradMode;
  runtime.gradMode = gradMode;
  awaited = data;
  try {
    return outputsOf(op, inputs, attrs);
  } finally {
    awaited = null;
    runtime.gradMode = outer;
  }
}
