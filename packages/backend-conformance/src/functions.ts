import type { Tensor, ValuesAndIndices } from '@flambeau/core';
import * as core from '@flambeau/core';

type Core = typeof core;

/** True for a tensor, a list of tensors, an object of tensors and a promise of one of them. */
type GivesTensors<R> = R extends Tensor | readonly Tensor[]
  ? true
  : R extends Promise<infer Later>
    ? GivesTensors<Later>
    : R extends object
      ? [R[keyof R]] extends [never]
        ? false
        : R[keyof R] extends Tensor | undefined
          ? true
          : false
      : false;

/** Functions that give the tensors of the function or op they are given. */
type NotSampled =
  | 'callHost'
  | 'callHostSync'
  | 'dispatch'
  | 'dispatchOne'
  | 'lower'
  | 'enableGrad'
  | 'noGrad'
  | 'tidy'
  | 'withScope'
  | 'withoutScope';

/** Every function that core exports and that gives a tensor: derived, so that one without samples does not compile. */
export type PublicFunction = Exclude<
  {
    [K in keyof Core]: Core[K] extends (...args: never[]) => infer R
      ? true extends GivesTensors<R>
        ? K
        : never
      : never;
  }[keyof Core],
  NotSampled
>;

/** Methods that give tensors and are not a function of the same name and arguments. */
type OwnMethod =
  | Exclude<
      {
        [K in keyof Tensor]: Tensor[K] extends (...args: never[]) => Tensor | ValuesAndIndices ? K : never;
      }[keyof Tensor],
      PublicFunction | 'pipe' | 'requiresGrad_'
    >
  | 'add'
  | 'at'
  | 'permute'
  | 'pow'
  | 'setAt'
  | 'sub'
  | 'where';

/** What samples name: a function of core, or a method. */
export type SampledName = PublicFunction | `Tensor.${OwnMethod}`;

/** Random functions are run after this seed. */
export const SEED = 7;

const everything: Core = core;

type Callable = (...args: never[]) => unknown;

/** The target of an in-place form: the tensor itself where nothing is recorded, else a copy, since leaves are refused. */
const target = (x: Tensor): Tensor => (x.requiresGrad ? x.clone() : x);

const methods: { readonly [K in OwnMethod]: Callable } = {
  add: (x: Tensor, other: Tensor | number, options?: { alpha?: number }) => x.add(other, options),
  sub: (x: Tensor, other: Tensor | number, options?: { alpha?: number }) => x.sub(other, options),
  pow: (x: Tensor, exponent: Tensor | number) => x.pow(exponent),
  where: (x: Tensor, condition: Tensor, other: Tensor | number) => x.where(condition, other),
  at: (x: Tensor, ...indices: core.Index[]) => x.at(...indices),
  permute: (x: Tensor, ...axes: number[]) => x.permute(...axes),
  to: (x: Tensor, dtype: core.DType) => x.to(dtype),
  detach: (x: Tensor) => x.detach(),
  max: (x: Tensor, axis?: number, options?: core.ReduceOptions) =>
    axis === undefined ? x.max() : x.max(axis, options),
  min: (x: Tensor, axis?: number, options?: core.ReduceOptions) =>
    axis === undefined ? x.min() : x.min(axis, options),
  t: (x: Tensor) => x.t(),
  var: (x: Tensor, axes?: number | number[], options?: core.VarOptions) => x.var(axes, options),
  view: (x: Tensor, shape: number[]) => x.view(shape),
  add_: (x: Tensor, other: Tensor | number, options?: { alpha?: number }) => target(x).add_(other, options),
  sub_: (x: Tensor, other: Tensor | number, options?: { alpha?: number }) => target(x).sub_(other, options),
  mul_: (x: Tensor, other: Tensor | number) => target(x).mul_(other),
  div_: (x: Tensor, other: Tensor | number) => target(x).div_(other),
  relu_: (x: Tensor) => target(x).relu_(),
  clamp_: (x: Tensor, low: number, high: number) => target(x).clamp_(low, high),
  apply_: (x: Tensor, fn: 'exp' | 'pow', ...others: number[]) => target(x).apply_(everything[fn], ...others),
  copy_: (x: Tensor, source: Tensor) => target(x).copy_(source),
  fill_: (x: Tensor, value: number) => target(x).fill_(value),
  zero_: (x: Tensor) => target(x).zero_(),
  setAt: (x: Tensor, indices: core.Index[], value: Tensor | number) => target(x).setAt(indices, value),
};

const seeded =
  (fn: (...args: never[]) => Tensor) =>
  (...args: never[]): Tensor => {
    core.manualSeed(SEED);
    return fn(...args);
  };

/** Functions that need more than a call: in place, seeded, or with results beside the returned ones. */
const special: { readonly [K in PublicFunction]?: Callable } = {
  rand: seeded(core.rand),
  randn: seeded(core.randn),
  randint: seeded(core.randint),
  randperm: seeded(core.randperm),
  uniformMask: (shape: number[]) => {
    core.manualSeed(SEED);
    core.setRngState({ ...core.getRngState(), maskOffset: 0 });
    return core.uniformMask(shape);
  },
  fromTyped: (values: number[], shape: number[], options?: core.CreateOptions) =>
    core.fromTyped(Float64Array.from(values), shape, options),
  setAt: (x: Tensor, indices: core.Index[], value: Tensor | number) => core.setAt(target(x), indices, value),
  batchNorm: (x: Tensor, mean: Tensor | null, variance: Tensor | null, options?: core.BatchNormOptions) => [
    core.batchNorm(x, mean, variance, options),
    ...[mean, variance].filter((r) => r !== null),
  ],
};

/** Calls a sampled function. Its tensors come in a list: of `{ values, indices }`, or of a result and what it updated. */
export function callFunction(name: SampledName, args: readonly unknown[]): Tensor[] | Promise<Tensor[]> {
  const fn = name.startsWith('Tensor.')
    ? methods[name.slice('Tensor.'.length) as OwnMethod]
    : (special[name as PublicFunction] ?? everything[name as PublicFunction]);
  const result = (fn as (...args: readonly unknown[]) => unknown)(...args);
  return result instanceof Promise ? result.then(listed) : listed(result);
}

function listed(result: unknown): Tensor[] {
  if (core.isTensor(result)) return [result];
  if (Array.isArray(result)) return result as Tensor[];
  return Object.values(result as Readonly<Record<string, unknown>>).filter((value) => core.isTensor(value));
}
