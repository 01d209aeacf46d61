export type { BceOptions, BceWithLogitsOptions } from './binary-cross-entropy.ts';
export { bceLoss, bceWithLogitsLoss } from './binary-cross-entropy.ts';
export type { CrossEntropyOptions, NllOptions } from './cross-entropy.ts';
export { crossEntropy, nllLoss } from './cross-entropy.ts';
export type { SmoothL1Options } from './difference.ts';
export { l1Loss, mseLoss, smoothL1Loss } from './difference.ts';
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
export type { Reduction, ReductionOptions } from './reduction.ts';
