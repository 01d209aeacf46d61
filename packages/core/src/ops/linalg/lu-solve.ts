import type { Tensor } from '../../tensor.ts';
import { add } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { sumTo } from '../reduce.ts';
import { tril, triu } from '../shape/triangle.ts';
import { mT } from '../view.ts';
import { blocksOf, joined, matricesOf, sidesOf } from './batch.ts';
import { checkFloats, checkMatrix, checkSquare } from './checks.ts';
import { identityLike, inverseGrad, total } from './gradient-parts.ts';
import { invertLu, permutationMatrix, solveLu, solveLuTransposed } from './host/lu.ts';
import { transposed } from './host/matrix.ts';
import { checkPivots } from './lu.ts';
import { type SolveAttrs, solutionShape, solveAll, solveGrads } from './solve.ts';

/** Options of {@link luSolve}. */
export interface LuSolveOptions {
  /** Solve A · X = B; else X · A = B. Default true. */
  readonly left?: boolean;
  /** Solve with Aᵀ. Default false. */
  readonly adjoint?: boolean;
}

/** Attributes of {@link luSolveOp}. */
export interface LuSolveAttrs extends SolveAttrs {
  readonly adjoint: boolean;
}

/** `[LU, pivots, b] → [x, A⁻¹, P]`, the last two hidden; with `adjoint` the inverse is that of Aᵀ. @internal */
export const luSolveOp: KernelOp<LuSolveAttrs> = /*#__PURE__*/ defineHostOp<LuSolveAttrs>({
  name: 'luSolve',
  infer: ([packed, pivots, b], attrs) => {
    const [x, y] = [packed as Tensor, b as Tensor];
    checkSquare('luSolve', x, 'factor');
    checkPivots('luSolve', x, pivots as Tensor);
    checkMatrix('luSolve', y, 'right-hand side');
    checkFloats('luSolve', x, y);
    const like = { shape: x.shape, dtype: x.dtype };
    return [{ shape: solutionShape('luSolve', x, y, attrs), dtype: x.dtype }, like, like];
  },
  compute: ([packed, pivots, b], attrs, wanted) => {
    const [x, y] = [packed as HostArray, b as HostArray];
    const [, n] = sidesOf(x.shape);
    const rows = blocksOf(pivots as HostArray, 1);
    const factors = matricesOf(x).map((lu, i) => ({ lu, pivots: Int32Array.from(rows[i] as Float64Array) }));
    const shape = solutionShape('luSolve', x, y, attrs);
    const solveOne = attrs.adjoint === attrs.left ? solveLuTransposed : solveLu;
    const solution = solveAll({ batch: x.shape.slice(0, -2), n }, y, shape, attrs, (i, columns, k) => {
      const { lu, pivots: exchanges } = factors[i] as (typeof factors)[number];
      return solveOne(lu, exchanges, n, columns, k);
    });
    if (!wanted) return [solution];
    const inverses = factors.map((f) => (attrs.adjoint ? transposed(invertLu(f, n), n, n) : invertLu(f, n)));
    return [
      solution,
      joined(x.dtype, x.shape, inverses),
      joined(
        x.dtype,
        x.shape,
        rows.map((row) => permutationMatrix(row, n)),
      ),
    ];
  },
  visible: 1,
  constants: [2],
  saves: { inputs: [0], outputs: [0, 1, 2] },
  vjp: ([g, gInverse], { inputs: [packed], outputs: [x, inverse, p], metas: [, , b], attrs }) => {
    if (!packed || !x || !inverse || !p || !b) return [null, null, null];
    const grads = g && solveGrads(g, x, inverse, attrs);
    const gMatrix = total(grads && sumTo(grads.a, packed.shape), gInverse && inverseGrad(inverse, gInverse));
    return [
      gMatrix && factorsGrad(attrs.adjoint ? mT(gMatrix) : gMatrix, packed, p),
      null,
      grads ? sumTo(grads.b, b.shape) : null,
    ];
  },
});

/** The gradient of packed L and U from that of P · L · U. */
function factorsGrad(g: Tensor, packed: Tensor, p: Tensor): Tensor {
  const back = matmul(mT(p), g);
  const l = add(tril(packed, -1), identityLike(packed, packed.shape.at(-1) as number));
  return add(tril(matmul(back, mT(triu(packed))), -1), triu(matmul(mT(l), back)));
}

function attrsOf({ left = true, adjoint = false }: LuSolveOptions): LuSolveAttrs {
  return { left, adjoint, vector: false };
}

/**
 * X of A · X = B from the factors of A that {@link luFactor} gives. A host op.
 *
 * @param LU - float, (…, n, n).
 * @param pivots - int32 (…, n).
 * @param b - the same dtype as LU, (…, n, k), or (…, k, n) with `left: false`; batch dimensions are broadcast.
 * @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.lu_solve.html
 *
 * @example
 * ```ts
 * import { luFactor, luSolve, tensor } from '@flambeau/core';
 * const { LU, pivots } = await luFactor(tensor([[4, 3], [2, 1]]));
 * await luSolve(LU, pivots, tensor([[7], [3]])); // [[1], [1]]
 * ```
 */
export async function luSolve(
  LU: Tensor,
  pivots: Tensor,
  b: Tensor,
  options: LuSolveOptions = {},
): Promise<Tensor> {
  return (await callHost(luSolveOp, [LU, pivots, b], attrsOf(options)))[0] as Tensor;
}

/** {@link luSolve} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function luSolveSync(LU: Tensor, pivots: Tensor, b: Tensor, options: LuSolveOptions = {}): Tensor {
  return callHostSync(luSolveOp, [LU, pivots, b], attrsOf(options))[0] as Tensor;
}
