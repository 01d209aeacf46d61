import { type CreateOptions, fromTyped } from '../../create.ts';
import { dispatchOne } from '../../dispatch/dispatch.ts';
import { hostTensor } from '../../dispatch/execute.ts';
import { ShapeError } from '../../errors.ts';
import { checkShape, formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { zerosOf } from '../create-ops.ts';
import { defineOp } from '../define.ts';
import { ge, le, where } from '../elementwise.ts';
import type { KernelOp } from '../op.ts';
import { checkOffset } from './diagonal.ts';

/** Attributes of {@link trilOp} and {@link triuOp}: the number of the diagonal. */
export interface TriangleAttrs {
  readonly diagonal: number;
}

/** Column numbers, and for each row the column of its element on the diagonal. */
function places(x: Tensor, diagonal: number): { columns: Tensor; onDiagonal: Tensor } {
  const [m, n] = x.shape.slice(-2) as [number, number];
  const count = (length: number, from: number): Int32Array => Int32Array.from({ length }, (_, i) => i + from);
  const from = Math.max(-m, Math.min(diagonal, n));
  return {
    columns: hostTensor(x.device, 'int32', count(n, 0), [n]),
    onDiagonal: hostTensor(x.device, 'int32', count(m, from), [m, 1]),
  };
}

/** Keeps what is on one side of a diagonal, where a column is as `compare` says beside the diagonal's. @__NO_SIDE_EFFECTS__ */
function defineTriangle(
  name: string,
  compare: (columns: Tensor, onDiagonal: Tensor) => Tensor,
): KernelOp<TriangleAttrs> {
  const op: KernelOp<TriangleAttrs> = defineOp<TriangleAttrs>({
    name,
    class: 'static',
    strided: true,
    infer: ([x]) => [x as Tensor],
    lower: ([x], { diagonal }) => {
      const { columns, onDiagonal } = places(x as Tensor, diagonal);
      const zero = zerosOf((x as Tensor).device, [], (x as Tensor).dtype);
      return [where(compare(columns, onDiagonal), x as Tensor, zero)];
    },
    vjp: ([g], { attrs }) => [g ? dispatchOne(op, [g], attrs) : null],
  });
  return op;
}

/** @internal */
export const trilOp: KernelOp<TriangleAttrs> = /*#__PURE__*/ defineTriangle('tril', le);

/** @internal */
export const triuOp: KernelOp<TriangleAttrs> = /*#__PURE__*/ defineTriangle('triu', ge);

function checkMatrix(op: string, x: Tensor, diagonal: number): void {
  checkOffset(op, diagonal);
  if (x.shape.length >= 2) return;
  throw new ShapeError(op, `not a matrix: got ${formatShape(x.shape)}, expected at least two dimensions.`, {
    shape: x.shape,
  });
}

/**
 * Matrices with zeros above a diagonal: 0 the main one, 1 the one above, −1 the one below.
 *
 * @throws {@link ShapeError} for fewer than two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.tril.html
 *
 * @example
 * ```ts
 * import { tensor, tril } from '@flambeau/core';
 * tril(tensor([[1, 2], [3, 4]])); // [[1, 0], [3, 4]]
 * ```
 */
export function tril(x: Tensor, diagonal = 0): Tensor {
  checkMatrix('tril', x, diagonal);
  return dispatchOne(trilOp, [x], { diagonal });
}

/**
 * Matrices with zeros below a diagonal: 0 the main one, 1 the one above, −1 the one below.
 *
 * @throws {@link ShapeError} for fewer than two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.triu.html
 *
 * @example
 * ```ts
 * import { tensor, triu } from '@flambeau/core';
 * triu(tensor([[1, 2], [3, 4]])); // [[1, 2], [0, 4]]
 * ```
 */
export function triu(x: Tensor, diagonal = 0): Tensor {
  checkMatrix('triu', x, diagonal);
  return dispatchOne(triuOp, [x], { diagonal });
}

function indices(
  op: string,
  row: number,
  col: number,
  offset: number,
  options: CreateOptions,
  inside: (i: number, j: number) => boolean,
): Tensor {
  const [m, n] = checkShape(op, [row, col]) as [number, number];
  checkOffset(op, offset);
  const dtype = options.dtype ?? 'int32';
  const places: [number, number][] = [];
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) if (inside(i, j)) places.push([i, j]);
  const values = [...places.map(([i]) => i), ...places.map(([, j]) => j)];
  return fromTyped(Float64Array.from(values), [2, places.length], { ...options, dtype });
}

/**
 * Where a lower triangle is, in row-major order: (2, n), rows and columns. int32 unless `dtype` says otherwise.
 *
 * @throws {@link ShapeError} unless the sizes are non-negative integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.tril_indices.html
 *
 * @example
 * ```ts
 * import { trilIndices } from '@flambeau/core';
 * trilIndices(2, 2); // [[0, 1, 1], [0, 0, 1]]
 * ```
 */
export function trilIndices(row: number, col: number, offset = 0, options: CreateOptions = {}): Tensor {
  return indices('trilIndices', row, col, offset, options, (i, j) => j - i <= offset);
}

/**
 * Where an upper triangle is, in row-major order: (2, n), rows and columns. int32 unless `dtype` says otherwise.
 *
 * @throws {@link ShapeError} unless the sizes are non-negative integers.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.triu_indices.html
 *
 * @example
 * ```ts
 * import { triuIndices } from '@flambeau/core';
 * triuIndices(2, 2); // [[0, 0, 1], [0, 1, 1]]
 * ```
 */
export function triuIndices(row: number, col: number, offset = 0, options: CreateOptions = {}): Tensor {
  return indices('triuIndices', row, col, offset, options, (i, j) => j - i >= offset);
}
