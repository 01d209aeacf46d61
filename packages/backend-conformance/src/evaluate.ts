import { grad } from '@flambeau/autograd';
import type { Device, DType, Tensor, TypedArray } from '@flambeau/core';
import { add, addLayer, fromTyped, isFloat, mul, runtime, sum, withScope } from '@flambeau/core';
import { type Case, mapSpecs, specsOf } from './cases.ts';
import { cotangent, drawValues } from './draw.ts';
import { callFunction } from './functions.ts';
import { placeTensor } from './place.ts';
import type { Layout, TensorSpec } from './samples/spec.ts';

/** A tensor's values on the host. */
export interface HostTensor {
  /** Whether gradients flow through it, in a run that asked for them. */
  readonly differentiable?: boolean;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** What a case gives on a device. */
export interface Evaluation {
  readonly outputs: readonly HostTensor[];
  /** By float input that wants one; null where the outputs do not depend on it. */
  readonly gradients: readonly (HostTensor | null)[];
  /** The gradients of Σ gradient · {@link secondWeights}, if asked for. */
  readonly seconds: readonly (HostTensor | null)[];
  /** Whether values had to be known on the host: only where asked for. */
  readonly host: boolean;
}

/** How to run a case. */
export interface EvaluateOptions {
  /** How far to differentiate. Default 0. */
  readonly order?: 0 | 1 | 2;
  /** Instead of the samples' own layouts. */
  readonly layout?: Layout;
  /** Instead of the samples' own values, by tensor. */
  readonly values?: readonly TypedArray[];
  /** Look whether the call runs an op of the host class, or has to be awaited. */
  readonly watch?: boolean;
  /** Functions beside core's, by the names that calls have for them. */
  readonly functions?: Readonly<Record<string, unknown>>;
}

/** Whether a tensor of a case takes part in gradients. */
export function wantsGradient(spec: TensorSpec, dtype: DType): boolean {
  return spec.gradient && isFloat(spec.dtype ?? dtype);
}

/** The values of a case's tensors. */
export function valuesOf(c: Case): TypedArray[] {
  return specsOf(c.sample.args).map((spec, i) => drawValues(spec, spec.dtype ?? c.dtype, i));
}

/** What the gradient of input i is weighted with before it is differentiated again. */
export function secondWeights(size: number, i: number): Float64Array {
  return cotangent(size, i + 3);
}

/** The arguments of a case on a device, and those tensors among them whose gradients are wanted. */
export function placeArguments(
  device: Device,
  c: Case,
  options: EvaluateOptions,
): { args: unknown[]; tensors: Tensor[]; wanted: Tensor[] } {
  const values = options.values ?? valuesOf(c);
  const tensors: Tensor[] = [];
  const wanted: Tensor[] = [];
  const args = mapSpecs(
    c.sample.args,
    (spec) => {
      const dtype = spec.dtype ?? c.dtype;
      const layout =
        spec.layout === 'expanded' && options.values
          ? 'contiguous'
          : spec.layout === 'contiguous'
            ? (options.layout ?? 'contiguous')
            : spec.layout;
      const x = placeTensor(values[tensors.length] as TypedArray, spec.shape, dtype, layout, device);
      tensors.push(x);
      if ((options.order ?? 0) > 0 && wantsGradient(spec, c.dtype)) wanted.push(x.requiresGrad_());
      return x;
    },
    c.dtype,
  );
  return { args, tensors, wanted };
}

/** Runs a case and reads everything back. Nothing that it made stays on the device. */
export async function evaluate(device: Device, c: Case, options: EvaluateOptions = {}): Promise<Evaluation> {
  const made: Tensor[] = [];
  const collected = <T>(fn: () => T): T =>
    onDevice(device, () => withScope(true, fn, (all) => void made.push(...all)));
  try {
    const { outputs, wanted, host } = collected(() => {
      const placed = placeArguments(device, c, options);
      const run = (): ReturnType<typeof callFunction> => callFunction(c.fn, placed.args, options.functions);
      return { ...(options.watch ? watched(run) : { outputs: run(), host: false }), wanted: placed.wanted };
    });
    const results = await outputs;
    if (outputs instanceof Promise) made.push(...results);
    const derived = collected(() => differentiate(results, wanted, options.order ?? 0));
    const [values, gradients, seconds] = await Promise.all(
      [results, derived.gradients, derived.seconds].map(readAll),
    );
    return { outputs: values as HostTensor[], gradients: gradients ?? [], seconds: seconds ?? [], host };
  } finally {
    for (const x of made) x.dispose();
  }
}

/** Makes a call, and tells whether values have to be known on the host for it. */
function watched(run: () => ReturnType<typeof callFunction>): {
  outputs: ReturnType<typeof callFunction>;
  host: boolean;
} {
  let host = false;
  const remove = addLayer((call, next) => {
    host ||= call.op.class === 'host';
    return next(call);
  });
  try {
    const outputs = run();
    return { outputs, host: host || outputs instanceof Promise };
  } finally {
    remove();
  }
}

/** Runs a function with another default device. */
export function onDevice<T>(device: Device, fn: () => T): T {
  const outer = runtime.defaultDevice;
  runtime.defaultDevice = device;
  try {
    return fn();
  } finally {
    runtime.defaultDevice = outer;
  }
}

/** Derivatives, and the weights they were taken with. */
interface Derived {
  readonly gradients: readonly (Tensor | null)[];
  readonly seconds: readonly (Tensor | null)[];
  readonly weights: readonly Tensor[];
}

/** The gradients of Σ outputs · cotangents, and those of Σ gradients · weights. */
export function differentiate(
  outputs: readonly Tensor[],
  wanted: readonly Tensor[],
  order: 0 | 1 | 2,
): Derived {
  if (order === 0 || wanted.length === 0) return { gradients: [], seconds: [], weights: [] };
  const none = wanted.map(() => null);
  const roots = outputs.filter((y) => y.requiresGrad);
  if (roots.length === 0) return { gradients: none, seconds: none, weights: [] };
  const weights = roots.map((y, i) => like(y, cotangent(y.size, i)));
  const gradients = grad(roots, wanted, {
    gradOutputs: weights,
    allowUnused: true,
    createGraph: order === 2,
  });
  if (order === 1) return { gradients, seconds: [], weights };
  const terms = gradients.flatMap((g, i) =>
    g?.requiresGrad ? [sum(mul(g, like(g, secondWeights(g.size, i))))] : [],
  );
  const [first, ...others] = terms;
  const seconds = first ? grad(others.reduce(add, first), wanted, { allowUnused: true }) : none;
  return { gradients, seconds, weights };
}

function like(x: Tensor, values: Float64Array): Tensor {
  return fromTyped(values, x.shape, { dtype: x.dtype, device: x.device });
}

function readAll(tensors: readonly (Tensor | null)[]): Promise<(HostTensor | null)[]> {
  return Promise.all(
    tensors.map(async (x) => {
      if (!x) return null;
      const { dtype, shape, requiresGrad: differentiable } = x;
      return { dtype, shape, data: await x.data(), differentiable };
    }),
  );
}
