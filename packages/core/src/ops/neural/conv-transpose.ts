import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add } from '../elementwise.ts';
import type { Conv2dGradAttrs, Pair, Triple } from '../types.ts';
import { reshape } from '../view.ts';
import { checkBias, checkConvOperands } from './conv.ts';
import { conv2dInputGradOp } from './conv2d-ops.ts';
import { conv3dInputGradOp } from './conv3d-ops.ts';
import type { SpatialRank } from './spatial.ts';
import { asGiven, padEnd, pairFrom, sizesOf, withBatch } from './spatial.ts';

/** Options of transposed convolutions, under PyTorch's names. */
export interface ConvTransposeOptions<Sizes> {
  /** Step between the positions of a convolution from the result to x. Default 1. */
  readonly stride?: number | Sizes;
  /** Positions cut off on both sides. Default 0. */
  readonly padding?: number | Sizes;
  /** Positions added on the far side, fewer than stride or dilation. Default 0. */
  readonly outputPadding?: number | Sizes;
  /** Channel groups that do not see each other. Default 1. */
  readonly groups?: number;
  /** Distance between kernel elements. Default 1. */
  readonly dilation?: number | Sizes;
}

/** Options of {@link convTranspose1d}. */
export type ConvTranspose1dOptions = ConvTransposeOptions<readonly [number]>;
/** Options of {@link convTranspose2d}. Pairs are [vertical, horizontal]. */
export type ConvTranspose2dOptions = ConvTransposeOptions<Pair>;
/** Options of {@link convTranspose3d}. Triples are [depth, vertical, horizontal]. */
export type ConvTranspose3dOptions = ConvTransposeOptions<Triple>;

/**
 * The transpose of {@link conv1d}: its gradient by the input, as a function of its own.
 *
 * @param x - (N, C, L) or (C, L), float.
 * @param weight - (C, K/groups, S).
 * @param bias - (K), optional.
 * @returns (N, K, OL) or (K, OL) with OL = (L − 1)·stride − 2·padding + dilation·(S − 1) + outputPadding + 1.
 * @throws {@link ShapeError} when channels do not fit or nothing is left of the result.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose1d.html
 *
 * @example
 * ```ts
 * import { convTranspose1d, tensor } from '@flambeau/core';
 * convTranspose1d(tensor([[1, 2]]), tensor([[[1, 10]]]), null, { stride: 2 }); // [[1, 10, 2, 20]]
 * ```
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTranspose1dOptions = {},
): Tensor {
  return transposed('convTranspose1d', 1, toPlanes, x, weight, bias ?? null, options);
}

/**
 * The transpose of {@link conv2d}: its gradient by the input, as a function of its own.
 *
 * @param x - (N, C, H, W) or (C, H, W), float.
 * @param weight - (C, K/groups, R, S).
 * @param bias - (K), optional.
 * @returns (N, K, OH, OW) or (K, OH, OW) with OH = (H − 1)·stride − 2·padding + dilation·(R − 1) + outputPadding + 1.
 * @throws {@link ShapeError} when channels do not fit or nothing is left of the result.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose2d.html
 *
 * @example
 * ```ts
 * import { convTranspose2d, ones } from '@flambeau/core';
 * convTranspose2d(ones([1, 2, 4, 4]), ones([2, 3, 2, 2]), null, { stride: 2 }).shape; // [1, 3, 8, 8]
 * ```
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  return transposed('convTranspose2d', 2, toPlanes, x, weight, bias ?? null, options);
}

/**
 * The transpose of {@link conv3d}: its gradient by the input, as a function of its own.
 *
 * @param x - (N, C, D, H, W) or (C, D, H, W), float.
 * @param weight - (C, K/groups, R, S, T).
 * @param bias - (K), optional.
 * @returns (N, K, OD, OH, OW) or (K, OD, OH, OW), sizes as of {@link convTranspose2d}.
 * @throws {@link ShapeError} when channels do not fit or nothing is left of the result.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.conv_transpose3d.html
 *
 * @example
 * ```ts
 * import { convTranspose3d, ones } from '@flambeau/core';
 * convTranspose3d(ones([1, 2, 2, 4, 4]), ones([2, 1, 1, 2, 2])).shape; // [1, 1, 2, 5, 5]
 * ```
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTranspose3dOptions = {},
): Tensor {
  return transposed('convTranspose3d', 3, toVolumes, x, weight, bias ?? null, options);
}

/** The transpose of a convolution of batches, to a result of this shape. */
type Transposed = (
  operands: readonly Tensor[],
  sizes: Readonly<Record<'stride' | 'padding' | 'dilation' | 'shape', readonly number[]>> & {
    readonly groups: number;
  },
) => Tensor;

const toPlanes: Transposed = (operands, { stride, padding, dilation, groups, shape }) =>
  dispatchOne(conv2dInputGradOp, operands, {
    stride: pairFrom(stride, 1),
    padding: pairFrom(padding, 0),
    dilation: pairFrom(dilation, 1),
    groups,
    shape,
  } satisfies Conv2dGradAttrs);

const toVolumes: Transposed = (operands, sizes) => dispatchOne(conv3dInputGradOp, operands, sizes);

function transposed(
  op: string,
  rank: SpatialRank,
  convolution: Transposed,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions<readonly number[]>,
): Tensor {
  const stride = sizesOf(op, 'stride', options.stride ?? 1, rank, 1);
  const padding = sizesOf(op, 'padding', options.padding ?? 0, rank, 0);
  const dilation = sizesOf(op, 'dilation', options.dilation ?? 1, rank, 1);
  const outputPadding = sizesOf(op, 'outputPadding', options.outputPadding ?? 0, rank, 0);
  const { groups = 1 } = options;
  checkConvOperands(op, rank, x, weight, bias);
  checkOutputPadding(op, outputPadding, stride, dilation);
  checkTransposedChannels(op, rank, x, weight, groups);
  const channels = (weight.shape[1] as number) * groups;
  checkBias(op, bias, channels);
  const size = stride.map((step, i) => {
    const length = x.shape[x.shape.length - rank + i] as number;
    const span = (dilation[i] as number) * ((weight.shape[2 + i] as number) - 1) + 1;
    return (length - 1) * step - 2 * (padding[i] as number) + span + (outputPadding[i] as number);
  });
  checkNotEmpty(op, x, weight, size);
  return composed(x.device, () => {
    const last = Math.max(rank, 2) + 1;
    // The convolution back must give as many positions as x has: more padding than a step can hold is zeros in x.
    const input = outputPadding.reduce(
      (y, n, i) => padEnd(y, last - (rank - 1 - i), Math.floor(n / (stride[i] as number))),
      withBatch(x, rank),
    );
    const w = withBatch(weight, rank);
    const shape = [input.shape[0] as number, channels, ...(rank === 1 ? [1] : []), ...size];
    const y = convolution([input, w], { stride, padding, dilation, groups, shape });
    const shift = bias && reshape(bias, [channels, ...new Array<number>(shape.length - 2).fill(1)]);
    return asGiven(shift ? add(y, shift) : y, x, rank);
  });
}

function checkOutputPadding(
  op: string,
  outputPadding: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): void {
  if (outputPadding.every((n, i) => n < Math.max(stride[i] as number, dilation[i] as number))) return;
  throw new ArgumentError(
    op,
    `too much outputPadding: got [${outputPadding.join(', ')}] with stride [${stride.join(', ')}] and dilation [${dilation.join(', ')}], expected less than one of them.`,
    { outputPadding },
  );
}

function checkTransposedChannels(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  weight: Tensor,
  groups: number,
): void {
  const channels = x.shape[x.shape.length - rank - 1] as number;
  if (Number.isInteger(groups) && groups > 0 && channels % groups === 0 && channels === weight.shape[0])
    return;
  throw new ShapeError(
    op,
    `channels do not fit: got input ${formatShape(x.shape)}, weight ${formatShape(weight.shape)} and ${groups} groups, expected ${weight.shape[0]} input channels, divisible by groups.`,
    { shapes: [x.shape, weight.shape], groups },
  );
}

function checkNotEmpty(op: string, x: Tensor, weight: Tensor, size: readonly number[]): void {
  if (size.every((n) => n > 0)) return;
  throw new ShapeError(
    op,
    `nothing is left of the result: got input ${formatShape(x.shape)} and weight ${formatShape(weight.shape)} for sizes [${size.join(', ')}], expected at least 1. Use less padding.`,
    { shapes: [x.shape, weight.shape] },
  );
}
