export type { BceOptions, BceWithLogitsOptions } from './binary-cross-entropy.ts';
export { bceLoss, bceWithLogitsLoss } from './binary-cross-entropy.ts';
export type { CrossEntropyOptions, NllOptions } from './cross-entropy.ts';
export { crossEntropy, nllLoss } from './cross-entropy.ts';
export type { CtcOptions, Lengths } from './ctc.ts';
export { ctcLoss } from './ctc.ts';
export type { HuberOptions, SmoothL1Options } from './difference.ts';
export { huberLoss, l1Loss, mseLoss, smoothL1Loss } from './difference.ts';
export type { TripletDistanceOptions, TripletMarginOptions } from './distance.ts';
export { cosineEmbeddingLoss, tripletMarginLoss, tripletMarginWithDistanceLoss } from './distance.ts';
export type { KlDivOptions } from './divergence.ts';
export { klDiv } from './divergence.ts';
export type { GaussianNllOptions, PoissonNllOptions } from './likelihood.ts';
export { gaussianNllLoss, poissonNllLoss } from './likelihood.ts';
export type { MarginOptions, MultilabelSoftMarginOptions, MultiMarginOptions } from './margin.ts';
export {
  hingeEmbeddingLoss,
  marginRankingLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  softMarginLoss,
} from './margin.ts';
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  L1Loss,
  Loss,
  MSELoss,
  NLLLoss,
  NLLLoss as NLLLoss2d,
  SmoothL1Loss,
} from './modules.ts';
export {
  CosineEmbeddingLoss,
  CTCLoss,
  GaussianNLLLoss,
  HingeEmbeddingLoss,
  HuberLoss,
  KLDivLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  PoissonNLLLoss,
  SoftMarginLoss,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from './more-modules.ts';
export type { Reduction, ReductionOptions } from './reduction.ts';
