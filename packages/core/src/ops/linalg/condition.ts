import { ArgumentError, ShapeError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { castTo, div, gt, mul, reciprocal, where } from '../elementwise.ts';
import { amax, amin, type SumOptions, sum } from '../reduce.ts';
import { matrixAxes, matrixNorm } from '../reduction/matrix-norm.ts';
import type { NoAttrs } from '../types.ts';
import { permute, select, unsqueeze } from '../view.ts';
import { checkMatrix, checkSquare } from './checks.ts';
import { type HostForm, run, runSync } from './host-forms.ts';
import { invExOp } from './inverse.ts';
import { svdvalsOp } from './svd.ts';

/** Orders of matrix norms that take singular values. */
export type SingularValueOrder = 'nuc' | 2 | -2;

function normForm(
  x: Tensor,
  ord: SingularValueOrder,
  axes: readonly number[],
  { dtype, keepdim = false }: SumOptions,
): HostForm<NoAttrs, Tensor> {
  if (ord !== 'nuc' && ord !== 2 && ord !== -2) {
    throw new ArgumentError('singularValueNorm', `unknown order: got ${ord}, expected 'nuc', 2 or -2.`, {
      ord,
    });
  }
  checkMatrix('singularValueNorm', x);
  const [rows, columns] = matrixAxes(x, axes);
  if (ord !== 'nuc' && (x.shape[rows] === 0 || x.shape[columns] === 0)) {
    throw new ShapeError(
      'singularValueNorm',
      `nothing to compare: got ${formatShape(x.shape)}, expected at least one row and column.`,
      {
        shape: x.shape,
      },
    );
  }
  const others = [...x.shape.keys()].filter((axis) => axis !== rows && axis !== columns);
  return {
    device: x.device,
    op: svdvalsOp,
    attrs: {},
    inputs: () => [permute(dtype ? castTo(x, dtype) : x, [...others, rows, columns])],
    finish: ([s]) => {
      const values = s as Tensor;
      const norm = ord === 'nuc' ? sum(values, -1) : ord === 2 ? amax(values, -1) : amin(values, -1);
      if (!keepdim) return norm;
      return [rows, columns].sort((a, b) => a - b).reduce((y, axis) => unsqueeze(y, axis), norm);
    },
  };
}

/**
 * Matrix norms made of singular values: `'nuc'` their sum (the nuclear norm), 2 the largest (the spectral norm), −2 the
 * smallest. A host op; {@link matrixNorm} has the other orders.
 *
 * @param x - float, (…, m, n).
 * @param axes - the two dimensions of the matrices. Default the last two.
 * @throws {@link ValueError} on infinities and NaN; {@link ArgumentError} for other orders; {@link ShapeError} unless two
 * different dimensions are named.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.matrix_norm.html
 *
 * @example
 * ```ts
 * import { singularValueNorm, tensor } from '@flambeau/core';
 * await singularValueNorm(tensor([[3, 0], [0, -4]]), 'nuc'); // 7
 * ```
 */
export async function singularValueNorm(
  x: Tensor,
  ord: SingularValueOrder,
  axes: readonly number[] = [-2, -1],
  options: SumOptions = {},
): Promise<Tensor> {
  return run(normForm(x, ord, axes, options));
}

/** {@link singularValueNorm} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function singularValueNormSync(
  x: Tensor,
  ord: SingularValueOrder,
  axes: readonly number[] = [-2, -1],
  options: SumOptions = {},
): Tensor {
  return runSync(normForm(x, ord, axes, options));
}

/** Orders of condition numbers. */
export type ConditionOrder = 'fro' | 'nuc' | 1 | -1 | 2 | -2 | number;

function condForm(x: Tensor, p: ConditionOrder): HostForm<NoAttrs, Tensor> {
  const inputs = (): readonly Tensor[] => [x];
  const base = { device: x.device, attrs: {}, inputs };
  if (p === 2 || p === -2) {
    checkMatrix('cond', x);
    return {
      ...base,
      op: svdvalsOp,
      finish: ([s]) => {
        const [largest, smallest] = [select(s as Tensor, -1, 0), select(s as Tensor, -1, -1)];
        return p === 2 ? div(largest, smallest) : div(smallest, largest);
      },
    };
  }
  checkSquare('cond', x);
  if (p === 'nuc') {
    return {
      ...base,
      op: svdvalsOp,
      finish: ([s]) => mul(sum(s as Tensor, -1), sum(reciprocal(s as Tensor), -1)),
    };
  }
  return {
    ...base,
    op: invExOp,
    finish: ([inverse, info]) =>
      where(gt(info as Tensor, 0), Infinity, mul(matrixNorm(x, p), matrixNorm(inverse as Tensor, p))),
  };
}

/**
 * The condition number ‖A‖ · ‖A⁻¹‖ in a norm. A host op.
 *
 * @param x - float, (…, n, n); (…, m, n) for the orders 2 and −2.
 * @param p - 2 (the default) or −2: the largest by the smallest singular value, or the reverse; else an order of
 * {@link matrixNorm}, or 'nuc'.
 * @returns (…), ∞ for singular matrices.
 * @throws {@link ShapeError} when a matrix is not square; {@link ArgumentError} for other orders.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.cond.html
 *
 * @example
 * ```ts
 * import { cond, tensor } from '@flambeau/core';
 * await cond(tensor([[2, 0], [0, 4]])); // 2
 * ```
 */
export async function cond(x: Tensor, p: ConditionOrder = 2): Promise<Tensor> {
  return run(condForm(x, p));
}

/** {@link cond} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function condSync(x: Tensor, p: ConditionOrder = 2): Tensor {
  return runSync(condForm(x, p));
}
