import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import type { Conv2dAttrs, Pair, Triple } from '../types.ts';
import { conv2dOp } from './conv2d-ops.ts';
import { conv3dOp } from './conv3d-ops.ts';
import type { SpatialRank } from './spatial.ts';
import { asGiven, checkRank, padEnd, pairFrom, sizesOf, withBatch } from './spatial.ts';

/** Options of convolutions, under PyTorch's names. Where a number is given, it holds for every direction. */
export interface ConvOptions<Sizes> {
  /** Step between positions. Default 1. */
  readonly stride?: number | Sizes;
  /** Zeros added on both sides; `'valid'` for none, `'same'` to keep the size at stride 1. Default 0. */
  readonly padding?: number | Sizes | 'same' | 'valid';
  /** Distance between kernel elements. Default 1. */
  readonly dilation?: number | Sizes;
  /** Channel groups that do not see each other. Default 1. */
  readonly groups?: number;
}

/** Options of {@link conv1d}. */
export type Conv1dOptions = ConvOptions<readonly [number]>;
/** Options of {@link conv2d}. Pairs are [vertical, horizontal]. */
export type Conv2dOptions = ConvOptions<Pair>;
/** Options of {@link conv3d}. Triples are [depth, vertical, horizontal]. */
export type Conv3dOptions = ConvOptions<Triple>;

/**
 * One-dimensional cross-correlation.
 *
 * @param x - (N, C, L) or (C, L), float.
 * @param weight - (K, C/groups, S).
 * @param bias - (K), optional.
 * @returns (N, K, OL) or (K, OL) with OL = ⌊(L + 2·padding − dilation·(S − 1) − 1) / stride⌋ + 1.
 * @throws {@link ShapeError} when channels do not fit or the kernel is larger than the padded input.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv1d.html
 *
 * @example
 * ```ts
 * import { conv1d, tensor } from '@flambeau/core';
 * conv1d(tensor([[1, 2, 3, 4]]), tensor([[[1, -1]]])); // [[-1, -1, -1]]
 * ```
 */
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv1dOptions = {}): Tensor {
  return convolve('conv1d', 1, ofPlanes, x, weight, bias ?? null, options);
}

/**
 * Two-dimensional cross-correlation.
 *
 * @param x - (N, C, H, W) or (C, H, W), float.
 * @param weight - (K, C/groups, R, S).
 * @param bias - (K), optional.
 * @returns (N, K, OH, OW) or (K, OH, OW) with OH = ⌊(H + 2·padding − dilation·(R − 1) − 1) / stride⌋ + 1.
 * @throws {@link ShapeError} when channels do not fit or the kernel is larger than the padded input.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
 *
 * @example
 * ```ts
 * import { conv2d, ones } from '@flambeau/core';
 * conv2d(ones([1, 1, 4, 4]), ones([1, 1, 3, 3]), null, { padding: 1 }).shape; // [1, 1, 4, 4]
 * ```
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv2dOptions = {}): Tensor {
  return convolve('conv2d', 2, ofPlanes, x, weight, bias ?? null, options);
}

/**
 * Three-dimensional cross-correlation.
 *
 * @param x - (N, C, D, H, W) or (C, D, H, W), float.
 * @param weight - (K, C/groups, R, S, T).
 * @param bias - (K), optional.
 * @returns (N, K, OD, OH, OW) or (K, OD, OH, OW), sizes as of {@link conv2d}.
 * @throws {@link ShapeError} when channels do not fit or the kernel is larger than the padded input.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv3d.html
 *
 * @example
 * ```ts
 * import { conv3d, ones } from '@flambeau/core';
 * conv3d(ones([1, 2, 4, 4, 4]), ones([3, 2, 2, 3, 3]), null, { padding: 'same' }).shape; // [1, 3, 4, 4, 4]
 * ```
 */
export function conv3d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv3dOptions = {}): Tensor {
  return convolve('conv3d', 3, ofVolumes, x, weight, bias ?? null, options);
}

/** A convolution of batches, its sizes given for every direction. Passed on, so that bundles have those they use. */
type Convolution = (
  operands: readonly Tensor[],
  sizes: Readonly<Record<'stride' | 'padding' | 'dilation', readonly number[]>> & { readonly groups: number },
) => Tensor;

const ofPlanes: Convolution = (operands, { stride, padding, dilation, groups }) =>
  dispatchOne(conv2dOp, operands, {
    stride: pairFrom(stride, 1),
    padding: pairFrom(padding, 0),
    dilation: pairFrom(dilation, 1),
    groups,
  } satisfies Conv2dAttrs);

const ofVolumes: Convolution = (operands, sizes) => dispatchOne(conv3dOp, operands, sizes);

function convolve(
  op: string,
  rank: SpatialRank,
  convolution: Convolution,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvOptions<readonly number[]>,
): Tensor {
  const stride = sizesOf(op, 'stride', options.stride ?? 1, rank, 1);
  const dilation = sizesOf(op, 'dilation', options.dilation ?? 1, rank, 1);
  const groups = options.groups ?? 1;
  checkConvOperands(op, rank, x, weight, bias);
  checkChannels(op, rank, x, weight, bias, groups);
  const given = options.padding ?? 0;
  const [padding, extra] =
    typeof given === 'string'
      ? namedPadding(op, rank, given, stride, dilation, weight)
      : [sizesOf(op, 'padding', given, rank, 0), null];
  checkSpan(op, x, weight, padding, extra, dilation);
  const run = (input: Tensor, w: Tensor): Tensor =>
    convolution(bias ? [input, w, bias] : [input, w], { stride, padding, dilation, groups });
  if (rank > 1 && x.shape.length === rank + 2 && !extra) return run(x, weight);
  return composed(x.device, () => {
    let input = withBatch(x, rank);
    const first = input.shape.length - rank;
    extra?.forEach((n, i) => {
      input = padEnd(input, first + i, n);
    });
    return asGiven(run(input, withBatch(weight, rank)), x, rank);
  });
}

/** Zeros on both sides, and one more on the far side where the total is odd. */
function namedPadding(
  op: string,
  rank: SpatialRank,
  padding: string,
  stride: readonly number[],
  dilation: readonly number[],
  weight: Tensor,
): [padding: readonly number[], extra: readonly number[] | null] {
  if (padding === 'valid') return [sizesOf(op, 'padding', 0, rank, 0), null];
  if (padding !== 'same') {
    throw new ArgumentError(
      op,
      `invalid padding: got '${padding}', expected 'same', 'valid', an integer or a list of ${rank}.`,
      { padding },
    );
  }
  if (stride.some((n) => n !== 1)) {
    throw new ArgumentError(
      op,
      `'same' needs steps of 1: got stride [${stride.join(', ')}], expected 1. Give the padding in numbers.`,
      { stride },
    );
  }
  const total = dilation.map((n, i) => n * ((weight.shape[2 + i] as number) - 1));
  const extra = total.map((n) => n % 2);
  return [total.map((n) => Math.floor(n / 2)), extra.includes(1) ? extra : null];
}

/** Ranks and dtypes of a convolution's operands, transposed or not. */
export function checkConvOperands(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
): void {
  checkRank(op, x, rank);
  if (weight.shape.length !== rank + 2) {
    throw new ShapeError(
      op,
      `the weight has a wrong rank: got ${formatShape(weight.shape)}, expected ${rank + 2} dimensions.`,
      { shape: weight.shape },
    );
  }
  if (x.dtype !== weight.dtype || !isFloat(x.dtype) || (bias && bias.dtype !== x.dtype)) {
    throw new DTypeError(
      op,
      `dtypes do not fit: got input ${x.dtype} and weight ${weight.dtype}, expected the same float dtype. Cast with x.to(dtype).`,
      { dtypes: [x.dtype, weight.dtype] },
    );
  }
}

function checkChannels(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  groups: number,
): void {
  const [k, c] = weight.shape as [number, number];
  const channels = x.shape[x.shape.length - rank - 1];
  if (!Number.isInteger(groups) || groups < 1 || k % groups !== 0 || channels !== c * groups) {
    throw new ShapeError(
      op,
      `channels do not fit: got input ${formatShape(x.shape)}, weight ${formatShape(weight.shape)} and ${groups} groups, expected ${c * groups} input channels and output channels divisible by groups.`,
      { shapes: [x.shape, weight.shape], groups },
    );
  }
  checkBias(op, bias, k);
}

/** @throws {@link ShapeError} unless there is no bias, or one of the right size. */
export function checkBias(op: string, bias: Tensor | null, channels: number): void {
  if (!bias || (bias.shape.length === 1 && bias.shape[0] === channels)) return;
  throw new ShapeError(op, `the bias does not fit: got ${formatShape(bias.shape)}, expected [${channels}].`, {
    shape: bias.shape,
  });
}

function checkSpan(
  op: string,
  x: Tensor,
  weight: Tensor,
  padding: readonly number[],
  extra: readonly number[] | null,
  dilation: readonly number[],
): void {
  const first = x.shape.length - padding.length;
  for (let i = 0; i < padding.length; i++) {
    const size = weight.shape[2 + i] as number;
    const length = (x.shape[first + i] as number) + 2 * (padding[i] as number) + (extra?.[i] ?? 0);
    if (size > 0 && length > (dilation[i] as number) * (size - 1)) continue;
    throw new ShapeError(
      op,
      `the kernel is larger than the padded input: got ${formatShape(weight.shape)} over ${formatShape(x.shape)} with padding [${padding.join(', ')}], expected at least one position.`,
      { shapes: [x.shape, weight.shape] },
    );
  }
}
