import type { OpName } from '@flambeau/core/testing';
import type { SampledName } from '../functions.ts';
import { activations } from './activations.ts';
import { arithmetic } from './arithmetic.ts';
import { arrangings } from './arranging.ts';
import { attentions } from './attention.ts';
import { convolutions } from './convolution.ts';
import { countings } from './counting.ts';
import { creation } from './creation.ts';
import { decompositions } from './decompositions.ts';
import { draws } from './draws.ts';
import { functions } from './functions.ts';
import { inPlace } from './in-place.ts';
import { indexing } from './indexing.ts';
import { joinings } from './joining.ts';
import { linears } from './linear.ts';
import { logic } from './logic.ts';
import { lookups } from './lookup.ts';
import { maths } from './math.ts';
import { neural } from './neural.ts';
import { norms } from './norm.ts';
import { normalisations } from './normalisation.ts';
import { poolings } from './pooling.ts';
import { products } from './products.ts';
import { reductions } from './reduction.ts';
import { resamplings } from './resampling.ts';
import { roundings } from './rounding.ts';
import { scans } from './scan.ts';
import { scatters } from './scatter.ts';
import { shapes } from './shape.ts';
import { solvings } from './solving.ts';
import { sortings } from './sorting.ts';
import type { SamplesOf } from './spec.ts';
import { specials } from './special.ts';

/** One file of samples, and one of golden values. */
export type Family =
  | 'arithmetic'
  | 'arranging'
  | 'attention'
  | 'convolution'
  | 'counting'
  | 'creation'
  | 'decompositions'
  | 'functions'
  | 'in-place'
  | 'indexing'
  | 'joining'
  | 'linear'
  | 'logic'
  | 'lookup'
  | 'neural'
  | 'norm'
  | 'normalisation'
  | 'pooling'
  | 'products'
  | 'draws'
  | 'activations'
  | 'math'
  | 'reduction'
  | 'resampling'
  | 'rounding'
  | 'scan'
  | 'scatter'
  | 'shape'
  | 'solving'
  | 'sorting'
  | 'special';

/** Samples by family. */
export const families: Readonly<Record<Family, Partial<SamplesOf<SampledName>>>> = {
  arithmetic,
  arranging: arrangings,
  attention: attentions,
  convolution: convolutions,
  counting: countings,
  creation,
  decompositions,
  functions,
  'in-place': inPlace,
  indexing,
  joining: joinings,
  linear: linears,
  logic,
  lookup: lookups,
  neural,
  norm: norms,
  normalisation: normalisations,
  pooling: poolings,
  products,
  draws,
  activations,
  math: maths,
  reduction: reductions,
  resampling: resamplings,
  rounding: roundings,
  scan: scans,
  scatter: scatters,
  shape: shapes,
  solving: solvings,
  sorting: sortings,
  special: specials,
};

/** The samples of every function and method that gives a tensor. One without samples does not compile. */
export const samples: SamplesOf<SampledName> = {
  ...arithmetic,
  ...arrangings,
  ...attentions,
  ...convolutions,
  ...countings,
  ...creation,
  ...decompositions,
  ...functions,
  ...inPlace,
  ...indexing,
  ...joinings,
  ...linears,
  ...logic,
  ...lookups,
  ...neural,
  ...normalisations,
  ...norms,
  ...poolings,
  ...products,
  ...draws,
  ...activations,
  ...maths,
  ...reductions,
  ...resamplings,
  ...roundings,
  ...scans,
  ...scatters,
  ...shapes,
  ...solvings,
  ...sortings,
  ...specials,
};

/** Ops that no function is named after, with a function that reaches each. A new op without an entry does not compile. */
const internal: Readonly<Record<Exclude<OpName, SampledName>, readonly SampledName[]>> = {
  absPower: ['vectorNorm'],
  affine: ['batchNorm'],
  frexpExponent: ['frexp'],
  frexpMantissa: ['frexp'],
  truncDivide: ['div'],
  geluTanh: ['gelu'],
  logitClamped: ['logit'],
  asStridedEmbed: ['asStrided'],
  avgPool2dGrad: ['avgPool2d'],
  batchNormGrad: ['batchNorm'],
  channelStats: ['batchNorm'],
  clampMax: ['clamp'],
  clampMin: ['clamp'],
  constantPad: ['pad'],
  conv2dInputGrad: ['conv2d'],
  conv2dWeightGrad: ['conv2d'],
  conv3dInputGrad: ['conv3d'],
  conv3dWeightGrad: ['conv3d'],
  copyStrided: ['clone'],
  edgePad: ['pad'],
  edgePadGrad: ['pad'],
  fill: ['full'],
  foldDimension: ['unfoldDimension'],
  floorQuotient: ['scatterReduce'],
  maskPlaces: ['maskedScatter'],
  wrapIndex: ['indexPut'],
  growth: ['logcumsumexp'],
  linearScan: ['cumprod'],
  keepsPlace: ['sort'],
  precedes: ['sort'],
  refuseWhere: ['cov'],
  rootOf: ['vectorNorm'],
  foldWindows: ['conv2d'],
  ctcNllGrad: ['ctcNll'],
  logSoftmaxGrad: ['logSoftmax'],
  softmaxNllGrad: ['softmaxNll'],
  maxPool2dGrad: ['maxPool2d'],
  maxUnpool: ['maxUnpool2d'],
  randomUniform: ['uniformMask'],
  root: ['std'],
  slice: ['narrow'],
  sliceEmbed: ['narrow'],
  cubicWeight: ['gridSample'],
  gridClip: ['gridSample'],
  gridPixel: ['gridSample'],
  gridReflect: ['gridSample'],
  layerNormGrad: ['layerNorm'],
  groupNormGrad: ['groupNorm'],
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
