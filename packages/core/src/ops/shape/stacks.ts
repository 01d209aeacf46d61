import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import type { KernelOp } from '../op.ts';
import type { NoAttrs } from '../types.ts';
import { narrow, reshape } from '../view.ts';
import { copyInto } from '../write.ts';
import { cat, firstOf, promoted } from './join.ts';
import { atleast1d, atleast2d, atleast3d } from './reorder.ts';

/**
 * Tensors side by side: along dimension 1, vectors along dimension 0.
 *
 * @throws {@link ShapeError} when sizes differ. @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.hstack.html
 *
 * @example
 * ```ts
 * import { hstack, tensor } from '@flambeau/core';
 * hstack([tensor([[1], [2]]), tensor([[3], [4]])]); // [[1, 3], [2, 4]]
 * ```
 */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const { device } = firstOf('hstack', tensors);
  return composed(device, () => {
    const parts = atleast1d(tensors);
    return cat(parts, parts[0]?.shape.length === 1 ? 0 : 1);
  });
}

/**
 * Tensors one above the other: vectors as rows, along dimension 0.
 *
 * @throws {@link ShapeError} when sizes differ. @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.vstack.html
 *
 * @example
 * ```ts
 * import { tensor, vstack } from '@flambeau/core';
 * vstack([tensor([1, 2]), tensor([3, 4])]); // [[1, 2], [3, 4]]
 * ```
 */
export function vstack(tensors: readonly Tensor[]): Tensor {
  const { device } = firstOf('vstack', tensors);
  return composed(device, () => cat(atleast2d(tensors), 0));
}

/**
 * Tensors one behind the other, along dimension 2: (n) counts as (1, n, 1), (m, n) as (m, n, 1).
 *
 * @throws {@link ShapeError} when sizes differ. @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.dstack.html
 *
 * @example
 * ```ts
 * import { dstack, tensor } from '@flambeau/core';
 * dstack([tensor([1, 2]), tensor([3, 4])]); // [[[1, 3], [2, 4]]]
 * ```
 */
export function dstack(tensors: readonly Tensor[]): Tensor {
  const { device } = firstOf('dstack', tensors);
  return composed(device, () => cat(atleast3d(tensors), 2));
}

/**
 * Vectors as the columns of a matrix; tensors of more dimensions side by side.
 *
 * @throws {@link ShapeError} when sizes differ. @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.column_stack.html
 *
 * @example
 * ```ts
 * import { columnStack, tensor } from '@flambeau/core';
 * columnStack([tensor([1, 2]), tensor([3, 4])]); // [[1, 3], [2, 4]]
 * ```
 */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  const { device } = firstOf('columnStack', tensors);
  return composed(device, () =>
    cat(
      tensors.map((x) => (x.shape.length < 2 ? reshape(x, [x.size, 1]) : x)),
      1,
    ),
  );
}

/** Matrices along the diagonal of a matrix of zeros; all have one dtype. @internal */
export const blockDiagOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineOp<NoAttrs>({
  name: 'blockDiag',
  class: 'static',
  strided: true,
  infer: (inputs) => [{ shape: blockShape(inputs), dtype: (inputs[0] as Tensor).dtype }],
  lower: (inputs) => {
    const { device, dtype } = inputs[0] as Tensor;
    const out = zerosOf(device, blockShape(inputs), dtype);
    const places = blocks(inputs);
    inputs.forEach((x, i) => {
      copyInto(block(out, x.shape, places[i] as [number, number]), x);
    });
    return [out];
  },
  vjp: ([g], { metas, needs }) => {
    const places = blocks(metas);
    return metas.map(({ shape }, i) =>
      g && needs[i] ? block(g, shape, places[i] as [number, number]) : null,
    );
  },
});

interface Shaped {
  readonly shape: readonly number[];
}

function blockShape(inputs: readonly Shaped[]): number[] {
  return [0, 1].map((axis) => inputs.reduce((n, { shape }) => n + (shape[axis] as number), 0));
}

/** Where blocks start: the shape of those before each. */
function blocks(inputs: readonly Shaped[]): [number, number][] {
  return inputs.map((_, i) => blockShape(inputs.slice(0, i)) as [number, number]);
}

function block(x: Tensor, shape: readonly number[], [row, column]: [number, number]): Tensor {
  return narrow(narrow(x, 0, row, shape[0] as number), 1, column, shape[1] as number);
}

/**
 * Matrices along the diagonal of a matrix that is zero elsewhere; vectors count as rows. The result has the common dtype.
 *
 * @throws {@link ShapeError} for more than two dimensions. @throws {@link ArgumentError} for an empty list.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.block_diag.html (the matrices in one list here).
 *
 * @example
 * ```ts
 * import { blockDiag, tensor } from '@flambeau/core';
 * blockDiag([tensor([[1], [2]]), tensor([3])]); // [[1, 0], [2, 0], [0, 3]]
 * ```
 */
export function blockDiag(tensors: readonly Tensor[]): Tensor {
  const { device } = firstOf('blockDiag', tensors);
  const large = tensors.find((x) => x.shape.length > 2);
  if (large) {
    throw new ShapeError(
      'blockDiag',
      `not a matrix: got ${formatShape(large.shape)}, expected at most two dimensions.`,
      { shape: large.shape },
    );
  }
  return composed(device, () => dispatchOne(blockDiagOp, atleast2d(promoted(tensors)), {}));
}
