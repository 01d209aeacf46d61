export type {
  Backend,
  Block,
  Capabilities,
  Fault,
  Kernel,
  KernelContext,
  KernelTable,
  MapKernel,
  Operand,
} from './backend.ts';
export type { CreateOptions, RandomOptions, TensorData } from './create.ts';
export {
  arange,
  asTensor,
  eye,
  fromTyped,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  rand,
  randint,
  randn,
  randperm,
  tensor,
  zeros,
  zerosLike,
} from './create.ts';
export type { Device, DeviceParts } from './device.ts';
export { createDevice, getDefaultDevice, getHostDevice, setDefaultDevice } from './device.ts';
export type { Call, Run } from './dispatch/call.ts';
export { disposeTemporary } from './dispatch/contiguous.ts';
export type { Deferral } from './dispatch/deferral.ts';
export { dispatch, dispatchOne } from './dispatch/dispatch.ts';
export { lower } from './dispatch/execute.ts';
export type { LateFaults } from './dispatch/late-faults.ts';
export { lateFaults } from './dispatch/late-faults.ts';
export type { Layer } from './dispatch/layers.ts';
export { addLayer } from './dispatch/layers.ts';
export { deferredMaps } from './dispatch/pending.ts';
export type { MapRunner } from './dispatch/run-map.ts';
export { steppedMaps } from './dispatch/stepped-maps.ts';
export type { ComputeType, DType, DTypeInfo, TypedArray, TypedArrayOf } from './dtype.ts';
export { allocTyped, DTYPES, dtypeOfTyped, isFloat, promoteTypes } from './dtype.ts';
export type { AutogradEngine, BackwardOptions, GraphNode } from './engine.ts';
export type { ErrorCode, ErrorDetails } from './errors.ts';
export {
  ArgumentError,
  AsyncReadError,
  AutogradMissingError,
  DeviceError,
  DTypeError,
  FlambeauError,
  GraphFreedError,
  MemoryBudgetError,
  ReleasedError,
  ShapeError,
  UnsupportedOpError,
  ValueError,
  VersionError,
} from './errors.ts';
export { enableGrad, isGradEnabled, noGrad } from './grad-mode.ts';
export type { Layouts } from './layout.ts';
export { mergeLayouts } from './layout.ts';
export { spillingMemory } from './memory/block-cache.ts';
export type { DeviceMemory, MemoryStats } from './memory/device-memory.ts';
export type { TensorScope } from './memory/scope.ts';
export { reachableTensors, releaseExcept, withoutScope, withScope } from './memory/scope.ts';
export { setData } from './memory/set-data.ts';
export type { Storage } from './memory/storage.ts';
export { dropHandle, retainStorage } from './memory/storage.ts';
export { tidy } from './memory/tidy.ts';
export type { Index, Range } from './ops/at.ts';
export { at, setAt } from './ops/at.ts';
export type { Conv2dOptions } from './ops/conv.ts';
export { conv2d } from './ops/conv.ts';
export { clone, contiguous } from './ops/copy.ts';
export type { BinaryOp, MapFunction, MapOptions, TernaryOp, UnaryOp } from './ops/define.ts';
export { defineBinary, defineMap, defineOp, defineTernary, defineUnary, defineView } from './ops/define.ts';
export type { InPlaceForm } from './ops/elementwise.ts';
export {
  abs,
  add,
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  castTo,
  ceil,
  clamp,
  cos,
  div,
  eq,
  exp,
  expm1,
  floor,
  fmod,
  ge,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  leakyRelu,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  lt,
  maximum,
  minimum,
  mul,
  ne,
  neg,
  pow,
  reciprocal,
  relu,
  remainder,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sqrt,
  square,
  sub,
  tanh,
  trunc,
  where,
} from './ops/elementwise.ts';
export { gradientMaps } from './ops/gradient-maps.ts';
export { maskedSelect, maskedSelectSync, nonzero, nonzeroSync } from './ops/host.ts';
export type { HostArray, HostOpSpec } from './ops/host-op.ts';
export { callHost, callHostSync, defineHostOp } from './ops/host-op.ts';
export { gather, indexSelect, maskedFill, scatterAdd } from './ops/indexing.ts';
export { classNll } from './ops/loss.ts';
export type { MapOp, MapOperand, MapRule } from './ops/map-op.ts';
export { programFor } from './ops/map-op.ts';
export type { GradientMap, MapProgram } from './ops/map-program.ts';
export { linear, matmul } from './ops/matmul.ts';
export type { BatchNormOptions } from './ops/norm.ts';
export { batchNorm } from './ops/norm.ts';
export type {
  KernelOp,
  Op,
  OpClass,
  OutputSpec,
  Saved,
  Saves,
  TensorMeta,
  TransferAttrs,
  TransferOp,
  View,
  ViewOp,
  Vjp,
} from './ops/op.ts';
export type { MaxPool2dOptions } from './ops/pool.ts';
export { maxPool2d, maxPool2dWithIndices } from './ops/pool.ts';
export type { ReduceOptions, SumOptions, ValuesAndIndices, VarOptions } from './ops/reduce.ts';
export {
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  maxAlong,
  mean,
  minAlong,
  std,
  sum,
  sumTo,
  variance,
} from './ops/reduce.ts';
export { logSoftmax, logsumexp, softmax } from './ops/softmax.ts';
export { transferOp } from './ops/transfer.ts';
export type {
  AxisAttrs,
  Conv2dAttrs,
  Conv2dGradAttrs,
  FusedOps,
  NoAttrs,
  Pair,
  Pool2dAttrs,
  PrimitiveOps,
  ReduceAttrs,
} from './ops/types.ts';
export {
  expand,
  flatten,
  flip,
  mT,
  narrow,
  permute,
  reshape,
  select,
  squeeze,
  transpose,
  unsqueeze,
} from './ops/view.ts';
export type { Generator } from './random/index.ts';
export { fillNormal, fillRandperm, fillThreefryUniform, fillUniform, Mt19937 } from './random/index.ts';
export type { RngState } from './random.ts';
export { defaultGenerator, getRngState, manualSeed, setRngState, uniformMask } from './random.ts';
export type { NestedArray } from './read.ts';
export type { Runtime } from './runtime.ts';
export { runtime, setDebug } from './runtime.ts';
export type { Leaf, Scalar, ScalarFunction, ScalarNode, Tier1 } from './scalar/index.ts';
export {
  constant,
  defineScalarFunction,
  expand as expandScalar,
  expandRegistered,
  formatScalar,
  input,
  node,
  rewrite,
  s,
  scalar,
  topological,
} from './scalar/index.ts';
export type { Shape } from './shape.ts';
export {
  broadcastShapes,
  broadcastStrides,
  contiguousStrides,
  formatShape,
  isContiguous,
  sameShape,
  sizeOf,
} from './shape.ts';
export { isTensor, Tensor } from './tensor.ts';
export { VERSION } from './version.ts';
