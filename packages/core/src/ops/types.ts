/** Ops without attributes. */
export type NoAttrs = Readonly<Record<never, never>>;

/** Number pairs `[vertical, horizontal]`. */
export type Pair = readonly [number, number];

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

/** Attributes of two-dimensional pooling. */
export interface Pool2dAttrs {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly ceilMode: boolean;
}

/** Attributes of a reduction kernel: the last `count` axes of the operand are reduced. */
export interface ReduceAttrs {
  readonly count: number;
}

/** Attributes of ops along one axis. */
export interface AxisAttrs {
  readonly axis: number;
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
  /** `[x, index, source] → [y]`: y is x plus source added at index along `axis`, in index order. Checked. */
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
  /** `[x (N, C, H, W), w (K, C/groups, R, S), b (K)?] → [(N, K, OH, OW)]`. */
  conv2d: Conv2dAttrs;
  /** `[g (N, K, OH, OW), w] → [dx]`. */
  conv2dInputGrad: Conv2dGradAttrs;
  /** `[g (N, K, OH, OW), x] → [dw]`. */
  conv2dWeightGrad: Conv2dGradAttrs;
  /** `[x] → [y, index]`: int32 positions in the input plane. */
  maxPool2d: Pool2dAttrs;
  /** `[g, index] → [dx]`. */
  maxPool2dGrad: { readonly shape: readonly number[] };
  /** `[x (N, C, …)] → [mean (C), variance (C)]`: biased variance over all axes but 1. */
  channelStats: NoAttrs;
  /** `[g, x, mean, rstd, weight] → [dx, dweight, dbias]`: gradient of batch normalisation with batch statistics. */
  batchNormGrad: { readonly eps: number };
}
