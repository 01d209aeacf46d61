import type { Tensor } from '../../tensor.ts';
import { mul } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { sumTo } from '../reduce.ts';
import { tril, triu } from '../shape/triangle.ts';
import { joined, matricesOf, sidesOf } from './batch.ts';
import { checkFloats, checkMatrix, checkSquare } from './checks.ts';
import type { CholeskyAttrs, CholeskyOptions } from './cholesky.ts';
import { inverseGrad, symmetricPart, total } from './gradient-parts.ts';
import { identity, transposed } from './host/matrix.ts';
import { solveTriangle } from './host/triangular.ts';
import { solutionShape, solveAll, solveGrads } from './solve.ts';

/** X of L · Lᵀ · X = B, in place of B, (n, k). */
function solveFactored(
  l: Float64Array,
  n: number,
  b: Float64Array<ArrayBuffer>,
  k: number,
): Float64Array<ArrayBuffer> {
  solveTriangle(l, n, b, k, { upper: false, unit: false });
  solveTriangle(transposed(l, n, n), n, b, k, { upper: true, unit: false });
  return b;
}

/** Lower factors, whichever triangle they are given as. */
function lowerFactors(x: HostArray, { upper }: CholeskyAttrs): Float64Array<ArrayBuffer>[] {
  const [, n] = sidesOf(x.shape);
  return matricesOf(x).map((a) => (upper ? transposed(a, n, n) : a));
}

/** The gradient of a factor from that of the matrix: (g + gᵀ) · L, or U · (g + gᵀ); the other triangle is not read. */
function factorGrad(g: Tensor, factor: Tensor, upper: boolean): Tensor {
  const twice = mul(symmetricPart(g), 2);
  return upper ? triu(matmul(triu(factor), twice)) : tril(matmul(twice, tril(factor)));
}

const COLUMNS = { left: true, vector: false };

/** `[b, l] → [x, (L · Lᵀ)⁻¹]`, the last hidden. @internal */
export const choleskySolveOp: KernelOp<CholeskyAttrs> = /*#__PURE__*/ defineHostOp<CholeskyAttrs>({
  name: 'choleskySolve',
  infer: ([b, l]) => {
    const [y, x] = [b as Tensor, l as Tensor];
    checkSquare('choleskySolve', x, 'factor');
    checkMatrix('choleskySolve', y, 'right-hand side');
    checkFloats('choleskySolve', y, x);
    return [
      { shape: solutionShape('choleskySolve', x, y, COLUMNS), dtype: x.dtype },
      { shape: x.shape, dtype: x.dtype },
    ];
  },
  compute: ([b, l], attrs, wanted) => {
    const [y, x] = [b as HostArray, l as HostArray];
    const [, n] = sidesOf(x.shape);
    const factors = lowerFactors(x, attrs);
    const shape = solutionShape('choleskySolve', x, y, COLUMNS);
    const solution = solveAll({ batch: x.shape.slice(0, -2), n }, y, shape, COLUMNS, (i, columns, k) =>
      solveFactored(factors[i] as Float64Array, n, Float64Array.from(columns), k),
    );
    if (!wanted) return [solution];
    return [
      solution,
      joined(
        x.dtype,
        x.shape,
        factors.map((f) => solveFactored(f, n, identity(n), n)),
      ),
    ];
  },
  visible: 1,
  saves: { inputs: [1], outputs: [0, 1] },
  vjp: ([g, gInverse], { inputs: [, factor], outputs: [x, inverse], metas: [b], attrs: { upper } }) => {
    if (!factor || !x || !inverse || !b) return [null, null];
    const grads = g && solveGrads(g, x, inverse, COLUMNS);
    const gMatrix = total(grads && sumTo(grads.a, factor.shape), gInverse && inverseGrad(inverse, gInverse));
    return [grads ? sumTo(grads.b, b.shape) : null, gMatrix && factorGrad(gMatrix, factor, upper)];
  },
});

/**
 * X of A · X = B where A = L · Lᵀ is given by its factor, or with `upper` A = Uᵀ · U. A host op.
 *
 * @param b - float, (…, n, k).
 * @param l - the same dtype, (…, n, n): what {@link cholesky} gives. The other triangle is not read.
 * @throws {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cholesky_solve.html; there the gradient of L has
 * numbers in the triangle that is not read, too.
 *
 * @example
 * ```ts
 * import { choleskySolve, tensor } from '@flambeau/core';
 * await choleskySolve(tensor([[4], [8]]), tensor([[2, 0], [0, 4]])); // [[1], [0.5]]
 * ```
 */
export async function choleskySolve(b: Tensor, l: Tensor, options: CholeskyOptions = {}): Promise<Tensor> {
  return (await callHost(choleskySolveOp, [b, l], { upper: options.upper ?? false }))[0] as Tensor;
}

/** {@link choleskySolve} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function choleskySolveSync(b: Tensor, l: Tensor, options: CholeskyOptions = {}): Tensor {
  return callHostSync(choleskySolveOp, [b, l], { upper: options.upper ?? false })[0] as Tensor;
}

/** @internal */
export const choleskyInverseOp: KernelOp<CholeskyAttrs> = /*#__PURE__*/ defineHostOp<CholeskyAttrs>({
  name: 'choleskyInverse',
  infer: ([l]) => {
    checkSquare('choleskyInverse', l as Tensor, 'factor');
    return [{ shape: (l as Tensor).shape, dtype: (l as Tensor).dtype }];
  },
  compute: ([l], attrs) => {
    const { dtype, shape } = l as HostArray;
    const [, n] = sidesOf(shape);
    const inverses = lowerFactors(l as HostArray, attrs).map((f) => solveFactored(f, n, identity(n), n));
    return [joined(dtype, shape, inverses)];
  },
  saves: { inputs: [0], outputs: [0] },
  vjp: ([g], { inputs: [factor], outputs: [inverse], attrs: { upper } }) => [
    g && factor && inverse ? factorGrad(inverseGrad(inverse, g), factor, upper) : null,
  ],
});

/**
 * The inverse of A = L · Lᵀ from its factor, or with `upper` of A = Uᵀ · U. A host op.
 *
 * @param l - float, (…, n, n): what {@link cholesky} gives. The other triangle is not read.
 * @throws {@link ShapeError} when a factor is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.cholesky_inverse.html
 *
 * @example
 * ```ts
 * import { choleskyInverse, tensor } from '@flambeau/core';
 * await choleskyInverse(tensor([[2, 0], [0, 4]])); // [[0.25, 0], [0, 0.0625]]
 * ```
 */
export async function choleskyInverse(l: Tensor, options: CholeskyOptions = {}): Promise<Tensor> {
  return (await callHost(choleskyInverseOp, [l], { upper: options.upper ?? false }))[0] as Tensor;
}

/** {@link choleskyInverse} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function choleskyInverseSync(l: Tensor, options: CholeskyOptions = {}): Tensor {
  return callHostSync(choleskyInverseOp, [l], { upper: options.upper ?? false })[0] as Tensor;
}
