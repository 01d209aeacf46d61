/** Ops without attributes. */
export type NoAttrs = Readonly<Record<never, never>>;

/** Number pairs `[vertical, horizontal]`. */
export type Pair = readonly [number, number];

/** One number for each of three directions: `[depth, vertical, horizontal]`. */
export type Triple = readonly [number, number, number];

/** Attributes of a two-dimensional convolution. */
export interface Conv2dAttrs {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

/** Attributes of a convolution's gradient: the convolution, and the shape of what is computed. */
export interface Conv2dGradAttrs extends Conv2dAttrs {
  readonly shape: readonly number[];
}

/** Attributes of a three-dimensional convolution. */
export interface Conv3dAttrs {
  readonly stride: Triple;
  readonly padding: Triple;
  readonly dilation: Triple;
  readonly groups: number;
}

/** Attributes of its gradient: the convolution, and the shape of what is computed. */
export interface Conv3dGradAttrs extends Conv3dAttrs {
  readonly shape: readonly number[];
}

/** Attributes of two-dimensional average pooling. */
export interface AvgPool2dAttrs {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly ceilMode: boolean;
  /** Whether padding counts as pixels of value 0. */
  readonly countIncludePad: boolean;
  /** Divides every sum by this instead of the window's size. */
  readonly divisorOverride: number | null;
}

/** Attributes of its gradient: the pooling, and the shape of its input. */
export interface AvgPool2dGradAttrs extends AvgPool2dAttrs {
  readonly shape: readonly number[];
}

/** Attributes of two-dimensional pooling. */
export interface Pool2dAttrs {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly ceilMode: boolean;
}

/** Attributes of the gradient of max pooling: the pooling, and the shape of its input. */
export interface MaxPool2dGradAttrs extends Pool2dAttrs {
  readonly shape: readonly number[];
}

/** Attributes of a reduction kernel: the last `count` axes of the operand are reduced. */
export interface ReduceAttrs {
  readonly count: number;
}

/** Attributes of ops along one axis. */
export interface AxisAttrs {
  readonly axis: number;
}

/** Attributes of normalisations over the last `count` axes. */
export interface LayerNormAttrs extends ReduceAttrs {
  /** Added to the variance. */
  readonly eps: number;
}

/** Attributes of normalisations of groups of channels. */
export interface GroupNormAttrs {
  readonly groups: number;
  /** Added to the variance. */
  readonly eps: number;
}

/** Attributes of negative log likelihoods of classes. */
export interface ClassNllAttrs {
  /** Labels with this value do not count. */
  readonly ignoreIndex: number;
  readonly classes: number;
  /** The function whose name stands in messages. */
  readonly caller: string;
}

/** Attributes of connectionist temporal classification. */
export interface CtcAttrs {
  readonly blank: number;
  /** Whether gradients of infinite losses are 0, or NaN. */
  readonly zeroInfinity: boolean;
  readonly classes: number;
  /** The function whose name stands in messages. */
  readonly caller: string;
}

/** How several values at one place become one. */
export type ExtremeOrProduct = 'prod' | 'amax' | 'amin';

/** Attributes of reductions into places along one axis. */
export interface ScatterReduceKernelAttrs extends AxisAttrs {
  readonly reduce: ExtremeOrProduct;
}

/** Attributes of a linear recurrence along an axis, from its start or, reversed, from its end. */
export interface LinearScanAttrs extends AxisAttrs {
  readonly reverse: boolean;
}

/** Attributes of sorting along an axis. */
export interface SortAttrs extends AxisAttrs {
  readonly descending: boolean;
}

/** Attributes of looking up places among sorted values. */
export interface SearchAttrs {
  /** After equal values instead of before them. */
  readonly right: boolean;
}

/**
 * The ops that every backend must have a kernel for, with their attributes. Inputs may have any layout unless said.
 * Third parties add their own by augmenting {@link FusedOps}, never this list.
 */
export interface PrimitiveOps {
  /** `[x] → [y]`: copies between any two layouts of one shape and dtype. The output may be strided. */
  readonly copyStrided: NoAttrs;
  /** `[] → [y]`: sets every element. */
  readonly fill: { readonly value: number };
  /** `[x] → [y]`: sums over the last axes. Integers are exact; bool counts; int32 output for them. */
  readonly sum: ReduceAttrs;
  /** `[x] → [y]`: largest element over the last axes; NaN wins. */
  readonly amax: ReduceAttrs;
  /** `[x] → [i]`: position of the first largest element in the flattened last axes; the first NaN wins. int32. */
  readonly argmax: ReduceAttrs;
  /** `[a (…, m, k), b (…, k, n)] → [(…, m, n)]`: batch axes are already broadcast (stride 0). Views are read in place. */
  readonly matmul: NoAttrs;
  /** `[x, index] → [y]`: y has index's shape; along `axis` the position comes from index. Checked. */
  readonly gather: AxisAttrs;
  /** `[x, index, source] → [y]`: y is x plus source added at index along `axis`, in index order; never bool. Checked. */
  readonly scatterAdd: AxisAttrs;
}

/**
 * The ops that a backend may have a kernel for; without one they are lowered to smaller ops. Inputs are contiguous.
 * Open to augmentation: `declare module '@flambeau/core' { interface FusedOps { myOp: MyAttrs } }`.
 */
export interface FusedOps {
  /**
   * `[] → [y]`: uniform numbers in [0, 1) from Threefry-2x32 with this key; element i uses counter `offset + i`.
   * Without a kernel they are drawn on the host and uploaded.
   */
  randomUniform: { readonly key0: number; readonly key1: number; readonly offset: number };
  /** `[x (…, i), w (o, i), b (o)?] → [(…, o)]`. */
  linear: NoAttrs;
  /** `[x] → [y]`. */
  softmax: AxisAttrs;
  /** `[x] → [y]`. */
  logSoftmax: AxisAttrs;
  /** `[g, y] → [dx]`: g − exp(y)·Σg. */
  logSoftmaxGrad: AxisAttrs;
  /**
   * `[x (N, C), labels (N)] → [losses (N), top (N), logTotal (N)]`: −log softmax(x) at each label, 0 for ignored ones; the
   * largest of each row, and log Σ exp(x − top). Checked: a label that is no class.
   */
  softmaxNll: ClassNllAttrs;
  /** `[g (N), x (N, C), labels (N), top (N), logTotal (N)] → [dx]`: g·(softmax(x) − 1 at the label), 0 for ignored ones. */
  softmaxNllGrad: ClassNllAttrs;
  /** `[x] → [y]`: products over the last axes, of any layout. An integer product beyond int32 is a fault. */
  prod: ReduceAttrs;
  /** `[x] → [y]`: running sums of floats or int32. An integer sum beyond int32 is a fault. */
  cumsum: AxisAttrs;
  /** `[x] → [y]`: running products of floats or int32. An integer product beyond int32 is a fault. */
  cumprod: AxisAttrs;
  /** `[x] → [y, index]`: running maxima and the last position of each; NaN wins. */
  cummax: AxisAttrs;
  /** `[x] → [y, index]`: running minima and the last position of each; NaN wins. */
  cummin: AxisAttrs;
  /** `[x] → [y]`: log of running sums of exponentials. */
  logcumsumexp: AxisAttrs;
  /** `[a, b] → [y]`: y_k = a_k·y_{k−1} + b_k; reversed, y_k = a_k·y_{k+1} + b_k. */
  linearScan: LinearScanAttrs;
  /** `[x] → [y, index]`: in order along an axis, and where each was. Stable; NaN is the largest. */
  sort: SortAttrs;
  /** `[edges (…, n), x (…, m)] → [(…, m)]`: int32; how many edges are less than x; with `right`, not greater. All are for NaN. */
  searchsorted: SearchAttrs;
  /** `[x, index, source] → [y]`: x with source written at index along `axis`, in index order; any layouts. Checked. */
  scatter: AxisAttrs;
  /** `[x, index, source] → [y]`: extremes (NaN wins) or products of x and what source has per place; any layouts. Checked. */
  scatterReduce: ScatterReduceKernelAttrs;
  /** `[x, tests] → [y]`: true where an element is equal to one of `tests`, of the same dtype. */
  isin: NoAttrs;
  /** `[x (N, C, H, W), w (K, C/groups, R, S), b (K)?] → [(N, K, OH, OW)]`. */
  conv2d: Conv2dAttrs;
  /** `[g (N, K, OH, OW), w] → [dx]`. */
  conv2dInputGrad: Conv2dGradAttrs;
  /** `[g (N, K, OH, OW), x] → [dw]`. */
  conv2dWeightGrad: Conv2dGradAttrs;
  /** `[x (N, C, D, H, W), w (K, C/groups, R, S, T), b (K)?] → [(N, K, OD, OH, OW)]`. */
  conv3d: Conv3dAttrs;
  /** `[g (N, K, OD, OH, OW), w] → [dx]`. */
  conv3dInputGrad: Conv3dGradAttrs;
  /** `[g (N, K, OD, OH, OW), x] → [dw]`. */
  conv3dWeightGrad: Conv3dGradAttrs;
  /** `[x (N, C, H, W)] → [(N, C, OH, OW)]`. */
  avgPool2d: AvgPool2dAttrs;
  /** `[g (N, C, OH, OW)] → [dx]`. */
  avgPool2dGrad: AvgPool2dGradAttrs;
  /** `[x] → [y, index]`: int32 positions in the input plane. */
  maxPool2d: Pool2dAttrs;
  /** `[g, index] → [dx]`. */
  maxPool2dGrad: MaxPool2dGradAttrs;
  /** `[x (N, C, …)] → [mean (C), variance (C)]`: biased variance over all axes but 1. */
  channelStats: NoAttrs;
  /** `[g, x, mean, rstd, weight] → [dx, dweight, dbias]`: gradient of batch normalisation with batch statistics. */
  batchNormGrad: { readonly eps: number };
  /** `[x, weight?, bias?] → [y, mean, rstd]`: over the last axes; the statistics have size 1 there. Biased variance. */
  layerNorm: LayerNormAttrs;
  /** `[g, x, mean, rstd, weight?] → [dx, dweight, dbias]`, the first alone without a weight. */
  layerNormGrad: LayerNormAttrs;
  /** `[x (N, C, …), weight (C)?, bias (C)?] → [y, mean (N, groups), rstd (N, groups)]`. Biased variance. */
  groupNorm: GroupNormAttrs;
  /** `[g, x, mean, rstd, weight?] → [dx, dweight, dbias]`, the first alone without a weight. */
  groupNormGrad: GroupNormAttrs;
  /**
   * `[logProbs (T, N, C), labels (N, S), inputLengths (N), targetLengths (N)] → [losses (N), forward (T, N, 2S + 1)]`, the
   * second the log-probabilities of the beginnings of paths, for the gradient. Checked: a label that is no class.
   */
  ctcNll: CtcAttrs;
  /** `[g (N), logProbs, labels, inputLengths, targetLengths, losses, forward] → [dlogProbs]`. */
  ctcNllGrad: CtcAttrs;
}
