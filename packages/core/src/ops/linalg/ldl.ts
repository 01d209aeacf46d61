import type { Tensor } from '../../tensor.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import type { KernelOp } from '../op.ts';
import type { NoAttrs } from '../types.ts';
import { blocksOf, joined, matricesOf, sidesOf } from './batch.ts';
import { checkFloats, checkMatrix, checkSquare, refuseShapes } from './checks.ts';
import { factorLdl, solveLdl } from './host/bunch-kaufman.ts';
import { solutionShape, solveAll } from './solve.ts';

/** @internal */
export const ldlFactorOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'ldlFactor',
  infer: ([x]) => {
    checkSquare('ldlFactor', x as Tensor);
    const { shape, dtype } = x as Tensor;
    return [
      { shape, dtype },
      { shape: shape.slice(0, -1), dtype: 'int32' },
    ];
  },
  compute: ([x]) => {
    const { dtype, shape } = x as HostArray;
    const [, n] = sidesOf(shape);
    const factors = matricesOf(x as HostArray).map((a) => factorLdl(a, n));
    return [
      joined(
        dtype,
        shape,
        factors.map((f) => f.ld),
      ),
      joined(
        'int32',
        shape.slice(0, -1),
        factors.map((f) => f.pivots),
      ),
    ];
  },
  vjp: null,
});

/** Packed factors of A = L · D · Lᵀ, with rows exchanged. */
export interface PackedLdl {
  /** D's blocks on and beside the diagonal, L below: (…, n, n). */
  readonly LD: Tensor;
  /** int32 (…, n), as LAPACK's sytrf gives them: negative for blocks of two rows. */
  readonly pivots: Tensor;
}

/**
 * The decomposition of symmetric matrices, positive definite or not, into L · D · Lᵀ with Bunch–Kaufman's pivoting, for
 * {@link ldlSolve}. A host op; the lower triangle is read. Not differentiable.
 *
 * @param x - float, (…, n, n).
 * @throws {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.ldl_factor.html
 *
 * @example
 * ```ts
 * import { ldlFactor, ldlSolve, tensor } from '@flambeau/core';
 * const { LD, pivots } = await ldlFactor(tensor([[0, 1], [1, 0]]));
 * await ldlSolve(LD, pivots, tensor([[3], [5]])); // [[5], [3]]
 * ```
 */
export async function ldlFactor(x: Tensor): Promise<PackedLdl> {
  const [LD, pivots] = (await callHost(ldlFactorOp, [x], {})) as unknown as [Tensor, Tensor];
  return { LD, pivots };
}

/** {@link ldlFactor} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function ldlFactorSync(x: Tensor): PackedLdl {
  const [LD, pivots] = callHostSync(ldlFactorOp, [x], {}) as unknown as [Tensor, Tensor];
  return { LD, pivots };
}

const COLUMNS = { left: true, vector: false };

/** @internal */
export const ldlSolveOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'ldlSolve',
  infer: ([factor, pivots, b]) => {
    const [x, p, y] = [factor as Tensor, pivots as Tensor, b as Tensor];
    checkSquare('ldlSolve', x, 'factor');
    checkMatrix('ldlSolve', y, 'right-hand side');
    checkFloats('ldlSolve', x, y);
    const shape = x.shape.slice(0, -1);
    if (p.shape.length !== shape.length || shape.some((size, i) => size !== p.shape[i])) {
      refuseShapes(
        'ldlSolve',
        'the pivots do not belong to the factors',
        x,
        p,
        `pivots [${shape.join(', ')}]`,
      );
    }
    return [{ shape: solutionShape('ldlSolve', x, y, COLUMNS), dtype: x.dtype }];
  },
  compute: ([factor, pivots, b]) => {
    const [x, y] = [factor as HostArray, b as HostArray];
    const [, n] = sidesOf(x.shape);
    const factors = matricesOf(x);
    const rows = blocksOf(pivots as HostArray, 1);
    const shape = solutionShape('ldlSolve', x, y, COLUMNS);
    return [
      solveAll({ batch: x.shape.slice(0, -2), n }, y, shape, COLUMNS, (i, columns, k) =>
        solveLdl(factors[i] as Float64Array, rows[i] as Float64Array, n, columns, k),
      ),
    ];
  },
  vjp: null,
});

/**
 * X of A · X = B from the factors of a symmetric A that {@link ldlFactor} gives. A host op. Not differentiable.
 *
 * @param LD - float, (…, n, n).
 * @param pivots - int32 (…, n).
 * @param b - the same dtype as LD, (…, n, k); batch dimensions are broadcast.
 * @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.ldl_solve.html
 *
 * @example
 * ```ts
 * import { ldlFactor, ldlSolve, tensor } from '@flambeau/core';
 * const { LD, pivots } = await ldlFactor(tensor([[2, 1], [1, 2]]));
 * await ldlSolve(LD, pivots, tensor([[3], [3]])); // [[1], [1]]
 * ```
 */
export async function ldlSolve(LD: Tensor, pivots: Tensor, b: Tensor): Promise<Tensor> {
  return (await callHost(ldlSolveOp, [LD, pivots, b], {}))[0] as Tensor;
}

/** {@link ldlSolve} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function ldlSolveSync(LD: Tensor, pivots: Tensor, b: Tensor): Tensor {
  return callHostSync(ldlSolveOp, [LD, pivots, b], {})[0] as Tensor;
}
