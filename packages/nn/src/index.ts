export type { ReLUOptions } from './activation.ts';
export { LeakyReLU, LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from './activation.ts';
export type { BatchNorm, BatchNormLayerOptions } from './batch-norm.ts';
export { BatchNorm1d, BatchNorm2d } from './batch-norm.ts';
export { ModuleList, Sequential } from './containers.ts';
export type { Conv2dLayerOptions } from './conv2d.ts';
export { Conv2d } from './conv2d.ts';
export { Dropout } from './dropout.ts';
export type { FactoryOptions } from './factory.ts';
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
export type { LinearOptions } from './linear.ts';
export { Linear } from './linear.ts';
export { MaxPool2d } from './max-pool2d.ts';
export { isModule } from './members.ts';
export type { AnyModule, BufferOptions, ForwardHook, ForwardPreHook } from './module.ts';
export { Module } from './module.ts';
export type { ParameterOptions } from './parameter.ts';
export { isParameter, parameter } from './parameter.ts';
export { Flatten, Identity } from './shape.ts';
export type { LoadStateDictOptions, LoadStateDictResult, StateDict } from './state-dict.ts';
