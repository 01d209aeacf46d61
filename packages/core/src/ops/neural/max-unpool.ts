import { dispatchOne } from '../../dispatch/dispatch.ts';
import { isFloat } from '../../dtype.ts';
import { ArgumentError, DTypeError, ShapeError, ValueError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, sameShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { scatterOp } from '../indexing/scatter-op.ts';
import type { KernelOp } from '../op.ts';
import type { Pair, Triple } from '../types.ts';
import { reshape } from '../view.ts';
import type { SpatialRank } from './spatial.ts';
import { asGiven, asLines, checkRank, sizesOf, takeAt, withBatch } from './spatial.ts';

/** Attributes of {@link maxUnpoolOp}: the result's shape, and whose call it was. */
export interface MaxUnpoolAttrs {
  readonly shape: readonly number[];
  readonly caller: string;
}

/** @internal */
export const maxUnpoolOp: KernelOp<MaxUnpoolAttrs> = /*#__PURE__*/ defineOp({
  name: 'maxUnpool',
  class: 'checked',
  infer: ([x], { shape }) => [{ shape, dtype: (x as Tensor).dtype }],
  fault: ({ value, index }, { shape, caller }) =>
    new ValueError(
      caller,
      `index out of range: got ${value} at position ${index}, expected 0 ≤ index < ${sizeOf(shape.slice(2))}.`,
      { value, index },
    ),
  lower: ([x, index], { shape }) => {
    const { device, dtype } = x as Tensor;
    const flat = [...shape.slice(0, 2), sizeOf(shape.slice(2))];
    const operands = [zerosOf(device, flat, dtype), asLines(index as Tensor), asLines(x as Tensor)];
    return [reshape(dispatchOne(scatterOp, operands, { axis: 2, size: flat[2] }), shape)];
  },
  saves: { inputs: [1] },
  // As in PyTorch: of elements at the same place, each takes the gradient, though only the last is there.
  vjp: ([g], { inputs: [, index] }) => [g && index ? takeAt(g, index) : null, null],
});

/** Options of unpooling, under PyTorch's names: those of the pooling that is undone. */
export interface MaxUnpoolOptions<Sizes> {
  /** Step between windows. Default: the kernel size. */
  readonly stride?: number | Sizes;
  /** Positions added on both sides. Default 0. */
  readonly padding?: number | Sizes;
  /** The result's size: spatial sizes, or a whole shape. Default: the smallest that pools to that of x. */
  readonly outputSize?: readonly number[];
}

/**
 * Puts maxima back to where they were, among zeros: a partial inverse of `maxPool1d`.
 *
 * @param x - (N, C, L) or (C, L), float.
 * @param indices - positions in the result, as of `maxPool1dWithIndices`, int32, the shape of x.
 * @param kernelSize - window length.
 * @returns (N, C, OL) or (C, OL) with OL = (L − 1)·stride − 2·padding + kernelSize. Of equal positions the last stays.
 * @throws {@link ValueError} when an index is out of range.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool1d.html
 *
 * @example
 * ```ts
 * import { maxUnpool1d, tensor } from '@flambeau/core';
 * maxUnpool1d(tensor([[3, 5]]), tensor([[1, 2]], { dtype: 'int32' }), 2); // [[0, 3, 5, 0]]
 * ```
 */
export function maxUnpool1d(
  x: Tensor,
  indices: Tensor,
  kernelSize: number | readonly [number],
  options: MaxUnpoolOptions<readonly [number]> = {},
): Tensor {
  return unpool('maxUnpool1d', 1, x, indices, kernelSize, options);
}

/**
 * {@link maxUnpool1d} of (N, C, H, W) or (C, H, W), with positions row · W + column in the result.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool2d.html
 *
 * @example
 * ```ts
 * import { maxUnpool2d, tensor } from '@flambeau/core';
 * maxUnpool2d(tensor([[[9]]]), tensor([[[2]]], { dtype: 'int32' }), 2); // [[[0, 0], [9, 0]]]
 * ```
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernelSize: number | Pair,
  options: MaxUnpoolOptions<Pair> = {},
): Tensor {
  return unpool('maxUnpool2d', 2, x, indices, kernelSize, options);
}

/**
 * {@link maxUnpool1d} of (N, C, D, H, W) or (C, D, H, W), with positions (depth · H + row) · W + column in the result.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.max_unpool3d.html
 *
 * @example
 * ```ts
 * import { maxUnpool3d, tensor } from '@flambeau/core';
 * maxUnpool3d(tensor([[[[9]]]]), tensor([[[[1]]]], { dtype: 'int32' }), [1, 1, 3]); // [[[[0, 9, 0]]]]
 * ```
 */
export function maxUnpool3d(
  x: Tensor,
  indices: Tensor,
  kernelSize: number | Triple,
  options: MaxUnpoolOptions<Triple> = {},
): Tensor {
  return unpool('maxUnpool3d', 3, x, indices, kernelSize, options);
}

function unpool(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  indices: Tensor,
  kernelSize: number | readonly number[],
  options: MaxUnpoolOptions<readonly number[]>,
): Tensor {
  checkRank(op, x, rank);
  if (!isFloat(x.dtype) || indices.dtype !== 'int32') {
    throw new DTypeError(
      op,
      `dtypes do not fit: got ${x.dtype} with ${indices.dtype} indices, expected a float dtype with int32.`,
      { dtypes: [x.dtype, indices.dtype] },
    );
  }
  if (!sameShape(x.shape, indices.shape)) {
    throw new ShapeError(
      op,
      `the indices do not fit: got ${formatShape(indices.shape)} for ${formatShape(x.shape)}, expected the same shape.`,
      { shapes: [x.shape, indices.shape] },
    );
  }
  const size = unpooledSize(op, rank, x, kernelSize, options);
  return composed(x.device, () => {
    const input = withBatch(x, rank);
    const shape = [...input.shape.slice(0, 2), ...(rank === 1 ? [1] : []), ...size];
    const y = dispatchOne(maxUnpoolOp, [input, withBatch(indices, rank)], { shape, caller: op });
    return asGiven(y, x, rank);
  });
}

function unpooledSize(
  op: string,
  rank: SpatialRank,
  x: Tensor,
  kernelSize: number | readonly number[],
  options: MaxUnpoolOptions<readonly number[]>,
): readonly number[] {
  const kernel = sizesOf(op, 'kernelSize', kernelSize, rank, 1);
  const stride = sizesOf(op, 'stride', options.stride ?? kernel, rank, 1);
  const padding = sizesOf(op, 'padding', options.padding ?? 0, rank, 0);
  const { outputSize } = options;
  const least = x.shape
    .slice(-rank)
    .map((n, i) => (n - 1) * (stride[i] as number) + (kernel[i] as number) - 2 * (padding[i] as number));
  if (!outputSize) {
    if (least.every((n) => n > 0)) return least;
    throw new ShapeError(
      op,
      `nothing is left of the result: got sizes [${least.join(', ')}], expected at least 1. Use less padding, or outputSize.`,
      { shape: x.shape },
    );
  }
  const whole = outputSize.length === rank + 2 || outputSize.length === x.shape.length;
  const size = whole ? outputSize.slice(-rank) : outputSize;
  const fits = size.every(
    (n, i) => Number.isInteger(n) && n > 0 && Math.abs(n - (least[i] as number)) < (stride[i] as number),
  );
  if (size.length !== rank || !fits) {
    throw new ArgumentError(
      op,
      `invalid outputSize: got [${outputSize.join(', ')}], expected less than a stride more or less than [${least.join(', ')}].`,
      { outputSize },
    );
  }
  return size;
}
