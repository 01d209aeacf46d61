import { ArgumentError, ShapeError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import { formatShape, normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import type { SumOptions } from '../reduce.ts';
import { squeeze } from '../view.ts';
import { normOver, widened } from './norm-over.ts';

/** Orders of matrix norms. */
export type MatrixOrder = 'fro' | 'nuc' | 1 | -1 | 2 | -2 | number;

/**
 * The norm of the matrices in two dimensions: `'fro'` the square root of the sum of squares, 1 and −1 the largest and
 * smallest sum of |x| over a column, ∞ and −∞ over a row. `singularValueNorm` has the orders that take singular values.
 *
 * @param x - float, (…, m, n).
 * @param axes - the two dimensions of the matrices: rows, then columns. Default the last two.
 * @throws {@link ShapeError} unless two different dimensions are named, or when there is nothing to compare.
 * @throws {@link ArgumentError} for other orders.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.matrix_norm.html
 *
 * @example
 * ```ts
 * import { matrixNorm, tensor } from '@flambeau/core';
 * matrixNorm(tensor([[1, 2], [2, 4]])); // 5
 * matrixNorm(tensor([[1, -2], [3, 4]]), 1); // 6
 * ```
 */
export function matrixNorm(
  x: Tensor,
  ord: MatrixOrder = 'fro',
  axes: readonly number[] = [-2, -1],
  options: SumOptions = {},
): Tensor {
  const { dtype, keepdim = false } = options;
  const [rows, columns] = matrixAxes(x, axes);
  return composed(x.device, () => {
    const t = widened('matrixNorm', x, dtype);
    if (ord === 'fro') return normOver('matrixNorm', t, 2, [rows, columns], keepdim);
    if (ord === 1 || ord === -1) return largestLine(t, ord, rows, columns, keepdim);
    if (ord === Infinity || ord === -Infinity) return largestLine(t, ord, columns, rows, keepdim);
    throw new ArgumentError(
      'matrixNorm',
      `unknown order: got ${ord}, expected 'fro', 1, -1, Infinity or -Infinity. Use singularValueNorm for 'nuc', 2 and -2.`,
      {
        ord,
      },
    );
  });
}

/** The dimensions of the matrices, resolved. */
export function matrixAxes(x: Tensor, axes: readonly number[]): [number, number] {
  const rank = x.shape.length;
  if (rank < 2) {
    throw new ShapeError('matrixNorm', `not a matrix: got ${formatShape(x.shape)}, expected (…, m, n).`, {
      shape: x.shape,
    });
  }
  const [a, b] = axes.map((axis) => normalizeAxis('matrixNorm', axis, rank));
  if (axes.length !== 2 || a === undefined || b === undefined || a === b) {
    throw new ShapeError(
      'matrixNorm',
      `not two dimensions: got [${axes.join(', ')}], expected two different ones.`,
      { axes },
    );
  }
  return [a, b];
}

/** The largest or smallest sum of |x| along `summed`, by the sign of the order. */
function largestLine(x: Tensor, ord: number, summed: number, compared: number, keepdim: boolean): Tensor {
  const sums = normOver('matrixNorm', x, 1, summed, true);
  const y = normOver('matrixNorm', sums, ord > 0 ? Infinity : -Infinity, compared, true);
  return keepdim ? y : squeeze(y, [summed, compared]);
}
