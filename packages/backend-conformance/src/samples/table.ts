import type { OpName } from '@flambeau/core/testing';
import type { SampledName } from '../functions.ts';
import { arithmetic } from './arithmetic.ts';
import { creation } from './creation.ts';
import { functions } from './functions.ts';
import { inPlace } from './in-place.ts';
import { indexing } from './indexing.ts';
import { linears } from './linear.ts';
import { logic } from './logic.ts';
import { neural } from './neural.ts';
import { planes } from './planes.ts';
import { reductions } from './reduction.ts';
import { roundings } from './rounding.ts';
import { shapes } from './shape.ts';
import type { SamplesOf } from './spec.ts';

/** One file of samples, and one of golden values. */
export type Family =
  | 'arithmetic'
  | 'creation'
  | 'functions'
  | 'in-place'
  | 'indexing'
  | 'linear'
  | 'logic'
  | 'neural'
  | 'planes'
  | 'reduction'
  | 'rounding'
  | 'shape';

/** Samples by family. */
export const families: Readonly<Record<Family, Partial<SamplesOf<SampledName>>>> = {
  arithmetic,
  creation,
  functions,
  'in-place': inPlace,
  indexing,
  linear: linears,
  logic,
  neural,
  planes,
  reduction: reductions,
  rounding: roundings,
  shape: shapes,
};

/** The samples of every function and method that gives a tensor. One without samples does not compile. */
export const samples: SamplesOf<SampledName> = {
  ...arithmetic,
  ...creation,
  ...functions,
  ...inPlace,
  ...indexing,
  ...linears,
  ...logic,
  ...neural,
  ...planes,
  ...reductions,
  ...roundings,
  ...shapes,
};

/** Ops that no function is named after, with a function that reaches each. A new op without an entry does not compile. */
const internal: Readonly<Record<Exclude<OpName, SampledName>, readonly SampledName[]>> = {
  affine: ['batchNorm'],
  batchNormGrad: ['batchNorm'],
  channelStats: ['batchNorm'],
  clampMax: ['clamp'],
  clampMin: ['clamp'],
  conv2dInputGrad: ['conv2d'],
  conv2dWeightGrad: ['conv2d'],
  copyStrided: ['clone'],
  fill: ['full'],
  foldWindows: ['conv2d'],
  logSoftmaxGrad: ['logSoftmax'],
  maxPool2dGrad: ['maxPool2d'],
  randomUniform: ['uniformMask'],
  root: ['std'],
  slice: ['narrow'],
  sliceScatter: ['narrow'],
  view: ['reshape'],
  windows: ['conv2d'],
  to: [], // by the storage checks
  to_float32: ['castTo'],
  to_float64: ['castTo'],
  to_int32: ['castTo'],
  to_uint8: ['castTo'],
  to_int8: ['castTo'],
  to_bool: ['castTo'],
};

/** The functions whose samples prove an op. */
export function provenBy(op: OpName): readonly SampledName[] {
  return op in internal ? internal[op as keyof typeof internal] : [op as SampledName];
}
