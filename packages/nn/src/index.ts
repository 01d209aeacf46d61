export type { ReLUOptions } from './activation.ts';
export { LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from './activation.ts';
export { AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d } from './adaptive-avg-pool.ts';
export { AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d } from './adaptive-max-pool.ts';
export { AvgPool1d, AvgPool2d, AvgPool3d } from './avg-pool.ts';
export type { BackwardHook, BackwardPreHook, ModuleGradients } from './backward-hooks.ts';
export type { BatchNorm, BatchNormLayerOptions } from './batch-norm.ts';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d } from './batch-norm.ts';
export type { ChannelNorm, ChannelNormOptions } from './channel-norm.ts';
export { ModuleList, Sequential } from './containers.ts';
export type { ConvLayerOptions, PaddingMode } from './conv.ts';
export type { ConvTransposeLayerOptions } from './conv-transpose.ts';
export type { ConvTranspose1dLayerOptions } from './conv-transpose1d.ts';
export { ConvTranspose1d } from './conv-transpose1d.ts';
export type { ConvTranspose2dLayerOptions } from './conv-transpose2d.ts';
export { ConvTranspose2d } from './conv-transpose2d.ts';
export type { ConvTranspose3dLayerOptions } from './conv-transpose3d.ts';
export { ConvTranspose3d } from './conv-transpose3d.ts';
export type { Conv1dLayerOptions } from './conv1d.ts';
export { Conv1d } from './conv1d.ts';
export type { Conv2dLayerOptions } from './conv2d.ts';
export { Conv2d } from './conv2d.ts';
export type { Conv3dLayerOptions } from './conv3d.ts';
export { Conv3d } from './conv3d.ts';
export {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  FeatureAlphaDropout,
} from './dropout.ts';
export type { FactoryOptions } from './factory.ts';
export type { FractionalMaxPoolLayerOptions } from './fractional-max-pool.ts';
export { FractionalMaxPool2d, FractionalMaxPool3d } from './fractional-max-pool.ts';
export type { GroupNormLayerOptions } from './group-norm.ts';
export { GroupNorm, LocalResponseNorm } from './group-norm.ts';
export type { DrawOptions, KaimingOptions, Nonlinearity, XavierOptions } from './init.ts';
export {
  calculateFanInAndFanOut,
  calculateGain,
  constant_,
  kaimingNormal_,
  kaimingUniform_,
  normal_,
  ones_,
  uniform_,
  xavierNormal_,
  xavierUniform_,
  zeros_,
} from './init.ts';
export type { InstanceNorm, InstanceNormLayerOptions } from './instance-norm.ts';
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from './instance-norm.ts';
export type { LayerNormLayerOptions, RMSNormLayerOptions } from './layer-norm.ts';
export { LayerNorm, RMSNorm } from './layer-norm.ts';
export type { LinearOptions } from './linear.ts';
export { Linear } from './linear.ts';
export { LPPool1d, LPPool2d, LPPool3d } from './lp-pool.ts';
export { MaxPool1d } from './max-pool1d.ts';
export { MaxPool2d } from './max-pool2d.ts';
export { MaxPool3d } from './max-pool3d.ts';
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from './max-unpool.ts';
export { isModule } from './members.ts';
export type { AnyModule, BufferOptions, ForwardHook, ForwardPreHook } from './module.ts';
export { Module } from './module.ts';
export type { ParameterOptions } from './parameter.ts';
export { isParameter, parameter } from './parameter.ts';
export { Flatten, Identity } from './shape.ts';
export type { LoadStateDictOptions, LoadStateDictResult, StateDict } from './state-dict.ts';
