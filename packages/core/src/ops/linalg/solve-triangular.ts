import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import type { KernelOp } from '../op.ts';
import { sumTo } from '../reduce.ts';
import { tril, triu } from '../shape/triangle.ts';
import { mT } from '../view.ts';
import { joined, matricesOf, sidesOf } from './batch.ts';
import { checkFloats, checkMatrix, checkSquare } from './checks.ts';
import { inverseGrad, total } from './gradient-parts.ts';
import { identity, transposed } from './host/matrix.ts';
import { solveTriangle } from './host/triangular.ts';
import { type HostForm, run, runSync } from './host-forms.ts';
import { type SolveAttrs, solutionShape, solveAll, solveGrads } from './solve.ts';

/** Options of {@link solveTriangular}. */
export interface SolveTriangularOptions {
  /** Which triangle of A is read. */
  readonly upper: boolean;
  /** Solve A · X = B; else X · A = B. Default true. */
  readonly left?: boolean;
  /** The diagonal of A counts as ones and is not read. Default false. */
  readonly unitriangular?: boolean;
}

/** Attributes of {@link solveTriangularOp}. */
export interface SolveTriangularAttrs extends SolveAttrs {
  readonly upper: boolean;
  readonly unit: boolean;
}

/** `[a, b] → [x, inverse of the triangle of a]`, the last hidden. @internal */
export const solveTriangularOp: KernelOp<SolveTriangularAttrs> =
  /*#__PURE__*/ defineHostOp<SolveTriangularAttrs>({
    name: 'solveTriangular',
    infer: ([a, b], attrs) => {
      const [x, y] = [a as Tensor, b as Tensor];
      checkSquare('solveTriangular', x);
      checkMatrix('solveTriangular', y, 'right-hand side');
      checkFloats('solveTriangular', x, y);
      return [
        { shape: solutionShape('solveTriangular', x, y, attrs), dtype: x.dtype },
        { shape: x.shape, dtype: x.dtype },
      ];
    },
    compute: ([a, b], attrs, wanted) => {
      const [x, y] = [a as HostArray, b as HostArray];
      const [, n] = sidesOf(x.shape);
      const matrices = matricesOf(x);
      const shape = solutionShape('solveTriangular', x, y, attrs);
      const { upper, unit, left } = attrs;
      const solution = solveAll({ batch: x.shape.slice(0, -2), n }, y, shape, attrs, (i, columns, k) => {
        const own = matrices[i] as Float64Array<ArrayBuffer>;
        const found = Float64Array.from(columns);
        if (left) solveTriangle(own, n, found, k, { upper, unit });
        else solveTriangle(transposed(own, n, n), n, found, k, { upper: !upper, unit });
        return found;
      });
      if (!wanted) return [solution];
      const inverses = matrices.map((own) => {
        const found = identity(n);
        solveTriangle(own, n, found, n, { upper, unit });
        return found;
      });
      return [solution, joined(x.dtype, x.shape, inverses)];
    },
    visible: 1,
    saves: { outputs: [0, 1] },
    vjp: ([g, gInverse], { outputs: [x, inverse], metas: [a, b], attrs }) => {
      if (!x || !inverse || !a || !b) return [null, null];
      const grads = g && solveGrads(g, x, inverse, attrs);
      const full = total(grads && sumTo(grads.a, a.shape), gInverse && inverseGrad(inverse, gInverse));
      const inside = attrs.unit ? 1 : 0;
      const triangle = full && (attrs.upper ? triu(full, inside) : tril(full, -inside));
      return [triangle, grads ? sumTo(grads.b, b.shape) : null];
    },
  });

function attrsOf({
  upper,
  left = true,
  unitriangular = false,
}: SolveTriangularOptions): SolveTriangularAttrs {
  return { upper, left, unit: unitriangular, vector: false };
}

/**
 * X of A · X = B, or of X · A = B, for a triangular A: the other triangle is not read. A host op. A zero on the diagonal
 * gives infinities or NaN.
 *
 * @param a - float, (…, n, n).
 * @param b - the same dtype, (…, n, k), or (…, k, n) with `left: false`; batch dimensions are broadcast.
 * @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.solve_triangular.html
 *
 * @example
 * ```ts
 * import { solveTriangular, tensor } from '@flambeau/core';
 * await solveTriangular(tensor([[1, 2], [0, 4]]), tensor([[4], [4]]), { upper: true }); // [[2], [1]]
 * ```
 */
export async function solveTriangular(
  a: Tensor,
  b: Tensor,
  options: SolveTriangularOptions,
): Promise<Tensor> {
  return (await callHost(solveTriangularOp, [a, b], attrsOf(options)))[0] as Tensor;
}

/** {@link solveTriangular} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function solveTriangularSync(a: Tensor, b: Tensor, options: SolveTriangularOptions): Tensor {
  return callHostSync(solveTriangularOp, [a, b], attrsOf(options))[0] as Tensor;
}

/** Options of {@link triangularSolve}. */
export interface TriangularSolveOptions {
  /** Which triangle of A is read. Default true. */
  readonly upper?: boolean;
  /** Solve Aᵀ · X = B. Default false. */
  readonly transpose?: boolean;
  /** The diagonal of A counts as ones. Default false. */
  readonly unitriangular?: boolean;
}

/** What {@link triangularSolve} gives. */
export interface TriangularSolution {
  readonly solution: Tensor;
  /** A copy of A. */
  readonly clonedCoefficient: Tensor;
}

function triangularSolveForm(
  b: Tensor,
  a: Tensor,
  { upper = true, transpose = false, unitriangular = false }: TriangularSolveOptions,
): HostForm<SolveTriangularAttrs, TriangularSolution> {
  checkSquare('triangularSolve', a);
  return {
    device: a.device,
    op: solveTriangularOp,
    attrs: attrsOf({ upper: transpose ? !upper : upper, unitriangular }),
    inputs: () => [transpose ? mT(a) : a, b],
    finish: ([x]) => ({ solution: x as Tensor, clonedCoefficient: clone(a) }),
  };
}

/**
 * PyTorch's older form of {@link solveTriangular}: the right-hand side comes first.
 *
 * @param b - float, (…, n, k).
 * @param a - the same dtype, (…, n, n).
 * @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/1.13/generated/torch.triangular_solve.html
 *
 * @example
 * ```ts
 * import { tensor, triangularSolve } from '@flambeau/core';
 * const { solution } = await triangularSolve(tensor([[4], [4]]), tensor([[1, 2], [0, 4]])); // [[2], [1]]
 * ```
 */
export async function triangularSolve(
  b: Tensor,
  a: Tensor,
  options: TriangularSolveOptions = {},
): Promise<TriangularSolution> {
  return run(triangularSolveForm(b, a, options));
}

/** {@link triangularSolve} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function triangularSolveSync(
  b: Tensor,
  a: Tensor,
  options: TriangularSolveOptions = {},
): TriangularSolution {
  return runSync(triangularSolveForm(b, a, options));
}
