import type { Tensor, ValuesAndIndices } from '@flambeau/core';
import * as core from '@flambeau/core';
import { gaugeFree } from './gauge-free.ts';

type Core = typeof core;

/** True for a tensor, a list of tensors, an object of tensors and a promise of one of them. */
type GivesTensors<R> = R extends Tensor | readonly Tensor[]
  ? true
  : R extends Promise<infer Later>
    ? GivesTensors<Later>
    : R extends object
      ? [R[keyof R]] extends [never]
        ? false
        : R[keyof R] extends Tensor | readonly Tensor[] | undefined
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
  | 'div'
  | 'permute'
  | 'pow'
  | 'round'
  | 'setAt'
  | 'sub'
  | 'where';

/** Functions that tell a boolean: a sample sees it as a 0-d bool tensor. */
type Verdict = 'allclose' | 'equal';

/** What samples name: a function of core, or a method. */
export type SampledName = PublicFunction | Verdict | `Tensor.${OwnMethod}`;

/** Random functions are run after this seed. */
export const SEED = 7;

const everything: Core = core;

type Callable = (...args: never[]) => unknown;

/** The target of an in-place form: the tensor itself where nothing is recorded, else a copy, since leaves are refused. */
const target = (x: Tensor): Tensor => (x.requiresGrad ? x.clone() : x);

/** In-place methods that take what they are given. */
function inPlaceForms<const Name extends keyof Tensor & `${string}_`>(
  ...names: readonly Name[]
): Readonly<Record<Name, Callable>> {
  const form =
    (name: Name): Callable =>
    (x: Tensor, ...args: never[]) => {
      const written = target(x);
      return (written[name] as Callable).call(written, ...args);
    };
  return Object.fromEntries(names.map((name) => [name, form(name)])) as Record<Name, Callable>;
}

const methods: { readonly [K in OwnMethod]: Callable } = {
  ...inPlaceForms(
    'abs_',
    'addcdiv_',
    'addcmul_',
    'ceil_',
    'cos_',
    'exp_',
    'expm1_',
    'floor_',
    'fmod_',
    'lerp_',
    'log1p_',
    'log_',
    'maskedFill_',
    'neg_',
    'pow_',
    'reciprocal_',
    'remainder_',
    'round_',
    'rsqrt_',
    'scatterAdd_',
    'sigmoid_',
    'sign_',
    'sin_',
    'sqrt_',
    'square_',
    'tanh_',
    'trunc_',
  ),
  div: (x: Tensor, other: Tensor | number, options?: { roundingMode?: 'floor' | 'trunc' }) =>
    x.div(other, options),
  round: (x: Tensor, options?: { decimals?: number }) => x.round(options),
  add: (x: Tensor, other: Tensor | number, options?: { alpha?: number }) => x.add(other, options),
  sub: (x: Tensor, other: Tensor | number, options?: { alpha?: number }) => x.sub(other, options),
  pow: (x: Tensor, exponent: Tensor | number) => x.pow(exponent),
  where: (x: Tensor, condition: Tensor, other: Tensor | number) => x.where(condition, other),
  at: (x: Tensor, ...indices: core.Index[]) => x.at(...indices),
  permute: (x: Tensor, ...axes: number[]) => x.permute(...axes),
  to: (x: Tensor, dtype: core.DType) => x.to(dtype),
  detach: (x: Tensor) => x.detach(),
  t: (x: Tensor) => x.t(),
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

/** A lookup, and the table too where it was scaled in place. */
const withTable = (y: Tensor, weight: Tensor, options?: core.EmbeddingOptions): Tensor[] =>
  options?.maxNorm == null ? [y] : [y, weight];

const seeded =
  <R>(fn: (...args: never[]) => R) =>
  (...args: never[]): R => {
    core.manualSeed(SEED);
    return fn(...args);
  };

const told =
  <Rest extends unknown[]>(verdict: (a: Tensor, b: Tensor, ...rest: Rest) => Promise<boolean>) =>
  async (a: Tensor, b: Tensor, ...rest: Rest): Promise<Tensor> =>
    core.full([], (await verdict(a, b, ...rest)) ? 1 : 0, { dtype: 'bool', device: a.device });

/** Functions that need more than a call: in place, seeded, or with other results than the returned ones. */
const special: { readonly [K in PublicFunction | Verdict]?: Callable } = {
  ...gaugeFree,
  allclose: told(core.allclose),
  equal: told(core.equal),
  rand: seeded(core.rand),
  randn: seeded(core.randn),
  randint: seeded(core.randint),
  randperm: seeded(core.randperm),
  gumbelSoftmax: seeded(core.gumbelSoftmax),
  randLike: seeded(core.randLike),
  randnLike: seeded(core.randnLike),
  randintLike: seeded(core.randintLike),
  normal: seeded(core.normal),
  bernoulli: seeded(core.bernoulli),
  // Draws come after an await: another case must not seed between.
  multinomial: (weights: Tensor, samples: number, options?: core.MultinomialOptions) =>
    core.multinomial(weights, samples, { ...options, generator: new core.Mt19937(SEED) }),
  multinomialSync: seeded(core.multinomialSync),
  fromImageData: (values: number[], width: number, height: number, options?: core.FromImageOptions) =>
    core.fromImageData({ data: Uint8ClampedArray.from(values), width, height }, options),
  fractionalMaxPool2d: seeded(core.fractionalMaxPool2d),
  fractionalMaxPool2dWithIndices: seeded(core.fractionalMaxPool2dWithIndices),
  fractionalMaxPool3d: seeded(core.fractionalMaxPool3d),
  fractionalMaxPool3dWithIndices: seeded(core.fractionalMaxPool3dWithIndices),
  uniformMask: (shape: number[]) => {
    core.manualSeed(SEED);
    core.setRngState({ ...core.getRngState(), maskOffset: 0 });
    return core.uniformMask(shape);
  },
  fromTyped: (values: number[], shape: number[], options?: core.CreateOptions) =>
    core.fromTyped(Float64Array.from(values), shape, options),
  setAt: (x: Tensor, indices: core.Index[], value: Tensor | number) => core.setAt(target(x), indices, value),
  setAtAsync: (x: Tensor, indices: core.Index[], value: Tensor | number) =>
    core.setAtAsync(target(x), indices, value),
  embedding: (input: Tensor, weight: Tensor, options?: core.EmbeddingOptions) =>
    withTable(core.embedding(input, weight, options), weight, options),
  embeddingBag: (input: Tensor, weight: Tensor, options?: core.EmbeddingBagOptions) =>
    withTable(core.embeddingBag(input, weight, options), weight, options),
  scaledDotProductAttention: seeded(core.scaledDotProductAttention),
  dropout: seeded(core.dropout),
  alphaDropout: seeded(core.alphaDropout),
  featureAlphaDropout: seeded(core.featureAlphaDropout),
  dropout1d: seeded(core.dropout1d),
  dropout2d: seeded(core.dropout2d),
  dropout3d: seeded(core.dropout3d),
  instanceNorm: (x: Tensor, options: core.InstanceNormOptions = {}) => [
    core.instanceNorm(x, options),
    ...[options.runningMean, options.runningVar].filter((r) => r != null),
  ],
  batchNorm: (x: Tensor, mean: Tensor | null, variance: Tensor | null, options?: core.BatchNormOptions) => [
    core.batchNorm(x, mean, variance, options),
    ...[mean, variance].filter((r) => r !== null),
  ],
};

/** Calls a sampled function. Its tensors come in a list: of `{ values, indices }`, or of a result and what it updated. */
export function callFunction(
  name: SampledName,
  args: readonly unknown[],
  others: Readonly<Record<string, unknown>> = {},
): Tensor[] | Promise<Tensor[]> {
  const fn = name.startsWith('Tensor.')
    ? methods[name.slice('Tensor.'.length) as OwnMethod]
    : (others[name] ?? special[name as PublicFunction | Verdict] ?? everything[name as PublicFunction]);
  const result = (fn as (...args: readonly unknown[]) => unknown)(...args);
  const list = (value: unknown): Tensor[] =>
    typeof value === 'boolean'
      ? [core.tensor(value, { device: (args.find(core.isTensor) as Tensor).device })]
      : listed(value);
  return result instanceof Promise ? result.then(list) : list(result);
}

function listed(result: unknown): Tensor[] {
  if (core.isTensor(result)) return [result];
  if (Array.isArray(result)) return result as Tensor[];
  return Object.values(result as Readonly<Record<string, unknown>>)
    .flat()
    .filter((value) => core.isTensor(value));
}
