export type {
  Backend,
  Block,
  Capabilities,
  Epilogue,
  Fault,
  Kernel,
  KernelContext,
  KernelTable,
  MapCall,
  MapEachKernel,
  MapKernel,
  MemoryPressure,
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
export type { GeneratorOptions, MultinomialOptions } from './create-draws.ts';
export { bernoulli, multinomial, multinomialSync, normal } from './create-draws.ts';
export { empty, emptyLike, logspace, randintLike, randLike, randnLike } from './create-like.ts';
export type { Device, DeviceParts } from './device.ts';
export { createDevice, getDefaultDevice, getHostDevice, setDefaultDevice } from './device.ts';
export type { Call, Run } from './dispatch/call.ts';
export { disposeTemporary } from './dispatch/contiguous.ts';
export type { Deferral } from './dispatch/deferral.ts';
export { runWaiting } from './dispatch/deferral.ts';
export { deferredMaps } from './dispatch/deferred-maps.ts';
export { dispatch, dispatchOne } from './dispatch/dispatch.ts';
export { lower } from './dispatch/execute.ts';
export type { LateFaults } from './dispatch/late-faults.ts';
export { lateFaults } from './dispatch/late-faults.ts';
export type { Layer } from './dispatch/layers.ts';
export { addLayer } from './dispatch/layers.ts';
export type { MapRunner } from './dispatch/run-map.ts';
export { steppedMaps } from './dispatch/stepped-maps.ts';
export { together } from './dispatch/together.ts';
export type { ComputeType, DType, DTypeInfo, TypedArray, TypedArrayOf } from './dtype.ts';
export { allocTyped, DTYPES, dtypeOfTyped, isFloat, promoteTypes } from './dtype.ts';
export type { AutogradEngine, BackwardOptions, GraphNode } from './engine.ts';
export type { ErrorCode, ErrorDetails } from './errors.ts';
export {
  ArgumentError,
  AsyncReadError,
  AutogradMissingError,
  DeviceError,
  DeviceLostError,
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
export type { FromImageOptions, ImagePixels } from './image-data.ts';
export { fromImageData, toImageData } from './image-data.ts';
export type { Layouts } from './layout.ts';
export { mergeLayouts } from './layout.ts';
export { spillingMemory } from './memory/block-cache.ts';
export { callSite } from './memory/call-site.ts';
export type { DeviceMemory, MemoryStats } from './memory/device-memory.ts';
export type { TensorScope } from './memory/scope.ts';
export { reachableTensors, releaseExcept, withoutScope, withScope } from './memory/scope.ts';
export { setData } from './memory/set-data.ts';
export type { Storage } from './memory/storage.ts';
export { dropHandle, retainStorage } from './memory/storage.ts';
export { tidy } from './memory/tidy.ts';
export type { GumbelSoftmaxOptions, RreluOptions } from './ops/activation/gated.ts';
export { glu, gumbelSoftmax, prelu, rrelu, softmin } from './ops/activation/gated.ts';
export {
  celu,
  elu,
  hardshrink,
  hardtanh,
  relu6,
  selu,
  softshrink,
  threshold,
} from './ops/activation/rectifiers.ts';
export type { GeluOptions } from './ops/activation/smooth.ts';
export {
  gelu,
  hardsigmoid,
  hardswish,
  logsigmoid,
  mish,
  silu,
  softplus,
  softsign,
  tanhshrink,
} from './ops/activation/smooth.ts';
export type { Index, Range } from './ops/at.ts';
export { at, setAt } from './ops/at.ts';
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
export type { NonzeroOptions } from './ops/host.ts';
export { maskedSelect, maskedSelectSync, nonzero, nonzeroSync } from './ops/host.ts';
export type { HostArray, HostOpSpec } from './ops/host-op.ts';
export { callHost, callHostSync, defineHostOp } from './ops/host-op.ts';
export { atAsync, setAtAsync } from './ops/indexing/at-async.ts';
export type { EmbeddingOptions } from './ops/indexing/embedding.ts';
export { embedding } from './ops/indexing/embedding.ts';
export type { EmbeddingBagOptions } from './ops/indexing/embedding-bag.ts';
export { embeddingBag } from './ops/indexing/embedding-bag.ts';
export { indexPut } from './ops/indexing/index-put.ts';
export type { IndexAddOptions } from './ops/indexing/index-write.ts';
export { indexAdd, indexCopy, indexFill, indexReduce } from './ops/indexing/index-write.ts';
export type { IsinOptions } from './ops/indexing/isin.ts';
export { isin } from './ops/indexing/isin.ts';
export { maskedScatter } from './ops/indexing/masked-scatter.ts';
export { oneHot, oneHotAsync } from './ops/indexing/one-hot.ts';
export type { ScatterOptions, ScatterReduceOptions, ScatterReduction } from './ops/indexing/scatter.ts';
export { scatter, scatterReduce } from './ops/indexing/scatter.ts';
export type { SegmentReduceOptions, SegmentReduction } from './ops/indexing/segment-reduce.ts';
export { segmentReduce } from './ops/indexing/segment-reduce.ts';
export type { PutOptions } from './ops/indexing/take.ts';
export { put, take, takeAlongDim } from './ops/indexing/take.ts';
export { gather, indexSelect, maskedFill, scatterAdd } from './ops/indexing.ts';
export type { CholeskyAndInfo, CholeskyOptions } from './ops/linalg/cholesky.ts';
export { cholesky, choleskyEx, choleskyExSync, choleskySync } from './ops/linalg/cholesky.ts';
export {
  choleskyInverse,
  choleskyInverseSync,
  choleskySolve,
  choleskySolveSync,
} from './ops/linalg/cholesky-solve.ts';
export type { ConditionOrder, SingularValueOrder } from './ops/linalg/condition.ts';
export { cond, condSync, singularValueNorm, singularValueNormSync } from './ops/linalg/condition.ts';
export type { SignAndLog } from './ops/linalg/determinant.ts';
export { det, detSync, logdet, logdetSync, slogdet, slogdetSync } from './ops/linalg/determinant.ts';
export type { Eigh, EighOptions, Triangle } from './ops/linalg/eigen.ts';
export { eigh, eighSync, eigvalsh, eigvalshSync } from './ops/linalg/eigen.ts';
export { einsum } from './ops/linalg/einsum.ts';
export type { OrmqrOptions } from './ops/linalg/householder.ts';
export { householderProduct, ormqr } from './ops/linalg/householder.ts';
export type { InverseAndInfo, TensorinvOptions } from './ops/linalg/inverse.ts';
export {
  invEx,
  invExSync,
  inverse,
  inverse as inv,
  inverseSync,
  inverseSync as invSync,
  tensorinv,
  tensorinvSync,
} from './ops/linalg/inverse.ts';
export type { PackedLdl } from './ops/linalg/ldl.ts';
export { ldlFactor, ldlFactorSync, ldlSolve, ldlSolveSync } from './ops/linalg/ldl.ts';
export type { LeastSquares, LstsqOptions } from './ops/linalg/least-squares.ts';
export { lstsq, lstsqSync } from './ops/linalg/least-squares.ts';
export type { Lu, LuOptions, PackedLu } from './ops/linalg/lu.ts';
export { lu, luFactor, luFactorSync, luSync, luUnpack, luUnpackSync } from './ops/linalg/lu.ts';
export type { LuSolveOptions } from './ops/linalg/lu-solve.ts';
export { luSolve, luSolveSync } from './ops/linalg/lu-solve.ts';
export { matrixExp, matrixExpSync, matrixPower } from './ops/linalg/matrix-functions.ts';
export type { AddProductOptions } from './ops/linalg/products.ts';
export {
  addbmm,
  addmm,
  addmv,
  addr,
  baddbmm,
  bmm,
  cross,
  dot,
  inner,
  mm,
  mv,
  outer,
  vecdot,
} from './ops/linalg/products.ts';
export type { RankOptions } from './ops/linalg/pseudo-inverse.ts';
export { matrixRank, matrixRankSync, pinv, pinvSync } from './ops/linalg/pseudo-inverse.ts';
export type { PackedQr, Qr, QrMode, QrOptions } from './ops/linalg/qr.ts';
export { geqrf, geqrfSync, qr, qrSync } from './ops/linalg/qr.ts';
export type { SolveOptions, TensorsolveOptions } from './ops/linalg/solve.ts';
export { solve, solveSync, tensorsolve, tensorsolveSync } from './ops/linalg/solve.ts';
export type {
  SolveTriangularOptions,
  TriangularSolution,
  TriangularSolveOptions,
} from './ops/linalg/solve-triangular.ts';
export {
  solveTriangular,
  solveTriangularSync,
  triangularSolve,
  triangularSolveSync,
} from './ops/linalg/solve-triangular.ts';
export type { Svd, SvdOptions } from './ops/linalg/svd.ts';
export { svd, svdSync, svdvals, svdvalsSync } from './ops/linalg/svd.ts';
export { bilinear, kron, multiDot, tensordot, trace } from './ops/linalg/tensor-products.ts';
export { classNll, softmaxNll } from './ops/loss.ts';
export type { MapOp, MapOperand, MapRule } from './ops/map-op.ts';
export { programFor } from './ops/map-op.ts';
export type { GradientMap, MapProgram } from './ops/map-program.ts';
export type { AddScaledOptions, CloseOptions } from './ops/math/comparison.ts';
export {
  addcdiv,
  addcmul,
  allclose,
  allcloseSync,
  equal,
  equalSync,
  fmax,
  fmin,
  heaviside,
  isclose,
  isneginf,
  isposinf,
} from './ops/math/comparison.ts';
export type { Div, DivOptions } from './ops/math/divide.ts';
export { div, floorDivide } from './ops/math/divide.ts';
export { erf, erfc, erfinv } from './ops/math/error-function.ts';
export {
  exp2,
  hypot,
  ldexp,
  lerp,
  log2,
  log10,
  logaddexp,
  logaddexp2,
  logit,
  xlogy,
} from './ops/math/exponential.ts';
export type { MantissaAndExponent } from './ops/math/float-parts.ts';
export { copysign, frexp, nextafter, signbit } from './ops/math/float-parts.ts';
export { digamma, lgamma, polygamma } from './ops/math/gamma.ts';
export { acosh, asinh, atanh, cosh, sinh } from './ops/math/hyperbolic.ts';
export { bitwiseLeftShift, bitwiseNot, bitwiseRightShift, gcd, lcm } from './ops/math/integer.ts';
export type { NanToNumOptions, Round, RoundOptions } from './ops/math/rounding.ts';
export { floatPower, frac, nanToNum, positive, round } from './ops/math/rounding.ts';
export { acos, asin, atan, atan2, deg2rad, rad2deg, sinc, tan } from './ops/math/trigonometric.ts';
export { linear, matmul } from './ops/matmul.ts';
export { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from './ops/neural/adaptive-avg-pool.ts';
export type { OutputSize } from './ops/neural/adaptive-bins.ts';
export {
  adaptiveMaxPool1d,
  adaptiveMaxPool1dWithIndices,
  adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices,
  adaptiveMaxPool3d,
  adaptiveMaxPool3dWithIndices,
} from './ops/neural/adaptive-max-pool.ts';
export type { AffineGridOptions } from './ops/neural/affine-grid.ts';
export { affineGrid } from './ops/neural/affine-grid.ts';
export type { AttentionOptions } from './ops/neural/attention.ts';
export { scaledDotProductAttention } from './ops/neural/attention.ts';
export type {
  AvgPool1dOptions,
  AvgPool2dOptions,
  AvgPool3dOptions,
  AvgPoolDivisorOptions,
  AvgPoolOptions,
} from './ops/neural/avg-pool.ts';
export { avgPool1d, avgPool2d, avgPool3d } from './ops/neural/avg-pool.ts';
export type { Conv1dOptions, Conv2dOptions, Conv3dOptions, ConvOptions } from './ops/neural/conv.ts';
export { conv1d, conv2d, conv3d } from './ops/neural/conv.ts';
export type {
  ConvTranspose1dOptions,
  ConvTranspose2dOptions,
  ConvTranspose3dOptions,
  ConvTransposeOptions,
} from './ops/neural/conv-transpose.ts';
export { convTranspose1d, convTranspose2d, convTranspose3d } from './ops/neural/conv-transpose.ts';
export type { CtcNllOptions } from './ops/neural/ctc.ts';
export { ctcNll } from './ops/neural/ctc.ts';
export type { DropoutOptions } from './ops/neural/dropout.ts';
export {
  alphaDropout,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  featureAlphaDropout,
} from './ops/neural/dropout.ts';
export type { FractionalMaxPoolOptions } from './ops/neural/fractional-max-pool.ts';
export {
  fractionalMaxPool2d,
  fractionalMaxPool2dWithIndices,
  fractionalMaxPool3d,
  fractionalMaxPool3dWithIndices,
} from './ops/neural/fractional-max-pool.ts';
export type { GridSampleOptions } from './ops/neural/grid-sample.ts';
export { gridSample } from './ops/neural/grid-sample.ts';
export type { GroupNormOptions } from './ops/neural/group-norm.ts';
export { groupNorm } from './ops/neural/group-norm.ts';
export type { InstanceNormOptions } from './ops/neural/instance-norm.ts';
export { instanceNorm } from './ops/neural/instance-norm.ts';
export type { InterpolateOptions, InterpolationMode } from './ops/neural/interpolate.ts';
export { interpolate } from './ops/neural/interpolate.ts';
export type { LayerNormOptions, NormalizedShape } from './ops/neural/layer-norm.ts';
export { layerNorm } from './ops/neural/layer-norm.ts';
export type { LocalResponseNormOptions } from './ops/neural/local-response-norm.ts';
export { localResponseNorm } from './ops/neural/local-response-norm.ts';
export type { LpPoolOptions } from './ops/neural/lp-pool.ts';
export { lpPool1d, lpPool2d, lpPool3d } from './ops/neural/lp-pool.ts';
export type {
  MaxPool1dOptions,
  MaxPool2dOptions,
  MaxPool3dOptions,
  MaxPoolOptions,
} from './ops/neural/max-pool.ts';
export {
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
} from './ops/neural/max-pool.ts';
export type { MaxUnpoolOptions } from './ops/neural/max-unpool.ts';
export { maxUnpool1d, maxUnpool2d, maxUnpool3d } from './ops/neural/max-unpool.ts';
export type { RMSNormOptions } from './ops/neural/rms-norm.ts';
export { rmsNorm } from './ops/neural/rms-norm.ts';
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
export type { ReduceOptions, SumOptions, ValuesAndIndices, VarOptions } from './ops/reduce.ts';
export {
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  max,
  mean,
  min,
  std,
  sum,
  sumTo,
  variance,
  variance as var,
} from './ops/reduce.ts';
export type { CovOptions } from './ops/reduction/covariance.ts';
export { corrcoef, cov } from './ops/reduction/covariance.ts';
export type { DiffOptions, TrapezoidOptions } from './ops/reduction/differences.ts';
export { cumulativeTrapezoid, diff, trapezoid, trapezoid as trapz } from './ops/reduction/differences.ts';
export type { PairwiseDistanceOptions } from './ops/reduction/distance.ts';
export { cdist, dist, pairwiseDistance, pdist } from './ops/reduction/distance.ts';
export type { GradientOptions } from './ops/reduction/gradient.ts';
export { gradient } from './ops/reduction/gradient.ts';
export { logcumsumexp } from './ops/reduction/logcumsumexp.ts';
export type { MatrixOrder } from './ops/reduction/matrix-norm.ts';
export { matrixNorm } from './ops/reduction/matrix-norm.ts';
export { nanmean, nansum } from './ops/reduction/nan-reductions.ts';
export type { CosineSimilarityOptions, NormalizeOptions } from './ops/reduction/normalize.ts';
export { cosineSimilarity, normalize, renorm } from './ops/reduction/normalize.ts';
export { prod } from './ops/reduction/product.ts';
export { cummax, cummin } from './ops/reduction/running-extremes.ts';
export type { ScanOptions } from './ops/reduction/scan.ts';
export { cumprod, cumsum } from './ops/reduction/scan.ts';
export type { MinAndMax } from './ops/reduction/statistics.ts';
export { aminmax, countNonzero, stdMean, varMean } from './ops/reduction/statistics.ts';
export { norm, vectorNorm } from './ops/reduction/vector-norm.ts';
export type { AsStridedOptions } from './ops/shape/as-strided.ts';
export { asStrided, asStridedScatter } from './ops/shape/as-strided.ts';
export type { CombinationsOptions, MeshgridOptions } from './ops/shape/broadcast.ts';
export { broadcastTensors, cartesianProd, combinations, expandAs, meshgrid } from './ops/shape/broadcast.ts';
export type { DiagonalOptions } from './ops/shape/diagonal.ts';
export { diag, diagEmbed, diagflat, diagonal } from './ops/shape/diagonal.ts';
export type { EdgeMode } from './ops/shape/edge-pad.ts';
export { cat, cat as concat, stack } from './ops/shape/join.ts';
export type { PadOptions } from './ops/shape/pad.ts';
export { pad } from './ops/shape/pad.ts';
export { channelShuffle, pixelShuffle, pixelUnshuffle } from './ops/shape/pixel-shuffle.ts';
export {
  atleast1d,
  atleast2d,
  atleast3d,
  fliplr,
  flipud,
  movedim,
  movedim as moveaxis,
  ravel,
  rot90,
  unflatten,
} from './ops/shape/reorder.ts';
export { repeat, tile } from './ops/shape/repeat.ts';
export type { RepeatInterleaveOptions } from './ops/shape/repeat-interleave.ts';
export { repeatInterleave, repeatInterleaveSync } from './ops/shape/repeat-interleave.ts';
export { roll } from './ops/shape/roll.ts';
export type { SliceScatterOptions } from './ops/shape/scatter.ts';
export { diagonalScatter, selectScatter, sliceScatter } from './ops/shape/scatter.ts';
export {
  chunk,
  dsplit,
  hsplit,
  split,
  tensorSplit,
  unbind,
  vsplit,
} from './ops/shape/split.ts';
export { blockDiag, columnStack, dstack, hstack, vstack } from './ops/shape/stacks.ts';
export { tril, trilIndices, triu, triuIndices } from './ops/shape/triangle.ts';
export type { UnfoldOptions } from './ops/shape/unfold.ts';
export { fold, unfold } from './ops/shape/unfold.ts';
export { unfoldDimension } from './ops/shape/unfold-dimension.ts';
export type { VanderOptions } from './ops/shape/vander.ts';
export { vander } from './ops/shape/vander.ts';
export type { SoftmaxOptions } from './ops/softmax.ts';
export { logSoftmax, logsumexp, softmax } from './ops/softmax.ts';
export type { BincountOptions } from './ops/sorting/bincount.ts';
export { bincount, bincountSync } from './ops/sorting/bincount.ts';
export type {
  Histogram,
  HistogramddOptions,
  HistogramNd,
  HistogramOptions,
} from './ops/sorting/histogram.ts';
export { histc, histogram, histogramdd } from './ops/sorting/histogram.ts';
export { median, medianAlong, mode, nanmedian, nanmedianAlong } from './ops/sorting/order-statistics.ts';
export type { QuantileInterpolation, QuantileOptions } from './ops/sorting/quantile.ts';
export { nanquantile, quantile } from './ops/sorting/quantile.ts';
export type { BucketizeOptions, SearchsortedOptions } from './ops/sorting/search.ts';
export { bucketize, searchsorted } from './ops/sorting/search.ts';
export type { SortOptions } from './ops/sorting/sort.ts';
export { argsort, msort, sort } from './ops/sorting/sort.ts';
export type { TopkOptions } from './ops/sorting/topk.ts';
export { kthvalue, topk } from './ops/sorting/topk.ts';
export type { Unique, UniqueConsecutiveOptions, UniqueOptions } from './ops/sorting/unique.ts';
export { unique, uniqueConsecutive, uniqueConsecutiveSync, uniqueSync } from './ops/sorting/unique.ts';
export { transferOp } from './ops/transfer.ts';
export type {
  AvgPool2dAttrs,
  AvgPool2dGradAttrs,
  AxisAttrs,
  ClassNllAttrs,
  Conv2dAttrs,
  Conv2dGradAttrs,
  Conv3dAttrs,
  Conv3dGradAttrs,
  CtcAttrs,
  ExtremeOrProduct,
  FusedOps,
  GroupNormAttrs,
  LayerNormAttrs,
  LinearScanAttrs,
  MaxPool2dGradAttrs,
  NoAttrs,
  Pair,
  Pool2dAttrs,
  PrimitiveOps,
  ReduceAttrs,
  ScatterReduceKernelAttrs,
  SearchAttrs,
  SortAttrs,
  Triple,
} from './ops/types.ts';
export {
  expand,
  expand as broadcastTo,
  flatten,
  flip,
  mT,
  narrow,
  permute,
  reshape,
  select,
  squeeze,
  transpose,
  transpose as swapaxes,
  transpose as swapdims,
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
  registeredFunction,
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
