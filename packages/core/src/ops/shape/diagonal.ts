import { dispatchOne } from '../../dispatch/dispatch.ts';
import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp, defineView } from '../define.ts';
import type { KernelOp, TensorMeta, ViewOp } from '../op.ts';
import { reshape } from '../view.ts';
import { copyInto } from '../write.ts';

/** Which diagonal of which two dimensions. */
export interface DiagonalOptions {
  /** 0 (default): the main one; above it when positive, below when negative. */
  readonly offset?: number;
  /** The dimension that counts rows. */
  readonly dim1?: number;
  /** The dimension that counts columns. */
  readonly dim2?: number;
}

/** A diagonal of two dimensions, which are resolved. */
export interface DiagonalAttrs {
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

/** The position of a diagonal's first element, and how many elements it has. */
function extent(rows: number, columns: number, offset: number): { start: [number, number]; count: number } {
  const start: [number, number] = [Math.max(-offset, 0), Math.max(offset, 0)];
  return { start, count: Math.max(0, Math.min(rows - start[0], columns - start[1])) };
}

const without = (values: readonly number[], { row, column }: DiagonalAttrs): number[] =>
  values.filter((_, i) => i !== row && i !== column);

/** @internal */
export const diagonalOp: ViewOp<DiagonalAttrs> = /*#__PURE__*/ defineView<DiagonalAttrs>({
  name: 'diagonal',
  view: ({ shape, strides, offset }, attrs) => {
    const { start, count } = extent(shape[attrs.row] as number, shape[attrs.column] as number, attrs.offset);
    const down = strides[attrs.row] as number;
    const right = strides[attrs.column] as number;
    return {
      shape: [...without(shape, attrs), count],
      strides: [...without(strides, attrs), down + right],
      offset: count === 0 ? offset : offset + start[0] * down + start[1] * right,
    };
  },
  vjp: ([g], { metas, attrs }) => [
    g ? dispatchOne(diagEmbedOp, [g], { ...attrs, shape: (metas[0] as TensorMeta).shape }) : null,
  ],
});

/** Zeros with a tensor on a diagonal: also the gradient of `diagonal`. @internal */
export const diagEmbedOp: KernelOp<DiagonalAttrs & { readonly shape: readonly number[] }> =
  /*#__PURE__*/ defineOp({
    name: 'diagEmbed',
    class: 'static',
    infer: ([x], { shape }) => [{ shape, dtype: (x as Tensor).dtype }],
    lower: ([x], { shape, ...place }) => {
      const { device, dtype } = x as Tensor;
      const out = zerosOf(device, shape, dtype);
      copyInto(dispatchOne(diagonalOp, [out], place), x as Tensor);
      return [out];
    },
    vjp: ([g], { attrs: { shape: _shape, ...place } }) => [g ? dispatchOne(diagonalOp, [g], place) : null],
  });

/** Resolves the options. @throws {@link ShapeError} unless there are two different dimensions. */
export function resolveDiagonal(
  op: string,
  rank: number,
  { offset = 0, dim1, dim2 }: Required<DiagonalOptions>,
): DiagonalAttrs {
  const row = normalizeAxis(op, dim1, rank);
  const column = normalizeAxis(op, dim2, rank);
  if (row === column) {
    throw new ShapeError(
      op,
      `a diagonal needs two dimensions: got dimension ${dim1} and ${dim2} of ${rank}, expected different ones.`,
      { dim1, dim2 },
    );
  }
  checkOffset(op, offset);
  return { offset, row, column };
}

/** @throws {@link ArgumentError} unless a diagonal's number is an integer. */
export function checkOffset(op: string, offset: number): void {
  if (Number.isInteger(offset)) return;
  throw new ArgumentError(op, `invalid diagonal: got ${offset}, expected an integer.`, { offset });
}

/**
 * A diagonal of two dimensions, as a new last dimension: a view.
 *
 * @throws {@link ShapeError} unless `dim1` (default 0) and `dim2` (default 1) are two dimensions of x.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.diagonal.html
 *
 * @example
 * ```ts
 * import { diagonal, tensor } from '@flambeau/core';
 * diagonal(tensor([[1, 2], [3, 4]]), { offset: 1 }); // [2]
 * ```
 */
export function diagonal(x: Tensor, options: DiagonalOptions = {}): Tensor {
  const { offset = 0, dim1 = 0, dim2 = 1 } = options;
  return dispatchOne(diagonalOp, [x], resolveDiagonal('diagonal', x.shape.length, { offset, dim1, dim2 }));
}

/**
 * Zeros with the last dimension of x on a diagonal of two new ones: (…, n) to (…, n + |offset|, n + |offset|).
 *
 * @throws {@link ShapeError} unless `dim1` (default −2) and `dim2` (default −1) are two dimensions of the result.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.diag_embed.html
 *
 * @example
 * ```ts
 * import { diagEmbed, tensor } from '@flambeau/core';
 * diagEmbed(tensor([1, 2])); // [[1, 0], [0, 2]]
 * ```
 */
export function diagEmbed(x: Tensor, options: DiagonalOptions = {}): Tensor {
  const { offset = 0, dim1 = -2, dim2 = -1 } = options;
  if (x.shape.length === 0) {
    throw new ShapeError(
      'diagEmbed',
      'a 0-d tensor has no elements in a row: got [], expected at least one dimension.',
    );
  }
  const attrs = resolveDiagonal('diagEmbed', x.shape.length + 1, { offset, dim1, dim2 });
  const size = (x.shape.at(-1) as number) + Math.abs(offset);
  const shape = x.shape.slice(0, -1);
  for (const axis of [attrs.row, attrs.column].sort((a, b) => a - b)) shape.splice(axis, 0, size);
  return dispatchOne(diagEmbedOp, [x], { ...attrs, shape });
}

/**
 * Of a vector: the square matrix with it on a diagonal. Of a matrix: a copy of that diagonal.
 *
 * @throws {@link ShapeError} unless x has one or two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.diag.html
 *
 * @example
 * ```ts
 * import { diag, tensor } from '@flambeau/core';
 * diag(tensor([1, 2])); // [[1, 0], [0, 2]]
 * diag(tensor([[1, 2], [3, 4]])); // [1, 4]
 * ```
 */
export function diag(x: Tensor, offset = 0): Tensor {
  if (x.shape.length === 1) return diagEmbed(x, { offset });
  if (x.shape.length !== 2) {
    throw new ShapeError(
      'diag',
      `neither a vector nor a matrix: got ${formatShape(x.shape)}, expected one or two dimensions. Use diagonal or diagEmbed.`,
      { shape: x.shape },
    );
  }
  return composed(x.device, () => clone(diagonal(x, { offset })));
}

/**
 * The square matrix with the elements of x, in order, on a diagonal.
 *
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.diagflat.html
 *
 * @example
 * ```ts
 * import { diagflat, tensor } from '@flambeau/core';
 * diagflat(tensor([[1], [2]])); // [[1, 0], [0, 2]]
 * ```
 */
export function diagflat(x: Tensor, offset = 0): Tensor {
  return composed(x.device, () => diagEmbed(reshape(x, [-1]), { offset }));
}
