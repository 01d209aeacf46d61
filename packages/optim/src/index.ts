export type { AdadeltaOptions, AdadeltaState } from './adadelta.ts';
export { Adadelta } from './adadelta.ts';
export type { AdagradOptions, AdagradState } from './adagrad.ts';
export { Adagrad } from './adagrad.ts';
export type { AdamOptions, AdamState } from './adam.ts';
export { Adam, AdamW } from './adam.ts';
export type { AdamaxOptions, AdamaxState } from './adamax.ts';
export { Adamax } from './adamax.ts';
export type { ClipGradNormOptions } from './clip.ts';
export { clipGradNorm_, clipGradValue_ } from './clip.ts';
export type {
  LRSchedulerOptions,
  LRSchedulerStateDict,
  ScheduledGroup,
  ScheduledOptimizer,
} from './lr-scheduler.ts';
export { LRScheduler } from './lr-scheduler.ts';
export type { OneCycleLROptions } from './one-cycle-lr.ts';
export { OneCycleLR } from './one-cycle-lr.ts';
export type { OptimizerStateDict, SavedGroup, ZeroGradOptions } from './optimizer.ts';
export { Optimizer } from './optimizer.ts';
export type { OptimizerOptions, ParamGroup, ParamGroupInput, ParamsInput } from './param-group.ts';
export type { CosineAnnealingLROptions, LRLambda, StepLROptions } from './schedules.ts';
export { CosineAnnealingLR, ExponentialLR, LambdaLR, StepLR } from './schedules.ts';
export type { SGDOptions, SGDState } from './sgd.ts';
export { SGD } from './sgd.ts';
