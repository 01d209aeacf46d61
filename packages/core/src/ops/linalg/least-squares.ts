import { broadcastShapes } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { sumTo } from '../reduce.ts';
import { mT, squeeze, unsqueeze } from '../view.ts';
import { broadcastOrder, joined, matricesOf, sidesOf } from './batch.ts';
import { checkFinite, checkFloats, checkMatrix, refuseShapes } from './checks.ts';
import { total } from './gradient-parts.ts';
import { multiply } from './host/matrix.ts';
import { decomposeSvd } from './host/svd.ts';
import { epsilonOf, pseudoInverseGrad, pseudoInvert } from './pseudo-inverse.ts';
import { holdsVectors } from './solve.ts';

/** Options of {@link lstsq}. */
export interface LstsqOptions {
  /** Singular values up to this share of the largest count as zero. Default: the dtype's epsilon times max(m, n). */
  readonly rcond?: number;
}

interface LstsqAttrs {
  readonly rcond: number | null;
  readonly vector: boolean;
}

/** Σ (A · x − b)² of each column. */
function squaredResiduals(
  a: Float64Array,
  x: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  k: number,
): Float64Array {
  const product = multiply(a, x, m, n, k);
  const out = new Float64Array(k);
  product.forEach((value, at) => {
    out[at % k] = (out[at % k] as number) + (value - (b[at] as number)) ** 2;
  });
  return out;
}

/** `[a, b] → [x, residuals, rank, singular values, pseudo-inverse]`, the last hidden. @internal */
export const lstsqOp: KernelOp<LstsqAttrs> = /*#__PURE__*/ defineHostOp<LstsqAttrs>({
  name: 'lstsq',
  infer: ([a, b], { vector }) => {
    const [x, y] = [a as Tensor, b as Tensor];
    checkMatrix('lstsq', x);
    if (!vector) checkMatrix('lstsq', y, 'right-hand side');
    checkFloats('lstsq', x, y);
    if (x.shape.at(-2) !== y.shape.at(vector ? -1 : -2)) {
      refuseShapes('lstsq', 'sizes do not fit', x, y, `${x.shape.at(-2)} rows in the right-hand side`);
    }
    broadcastShapes('lstsq', x.shape.slice(0, -2), y.shape.slice(0, vector ? -1 : -2));
    return [];
  },
  compute: ([a, b], { rcond, vector }) => {
    const x = a as HostArray;
    const y = vector ? { ...(b as HostArray), shape: [...(b as HostArray).shape, 1] } : (b as HostArray);
    const { dtype } = x;
    const [m, n] = sidesOf(x.shape);
    const [, k] = sidesOf(y.shape);
    const own = x.shape.slice(0, -2);
    const batch = broadcastShapes('lstsq', own, y.shape.slice(0, -2));
    const matrices = matricesOf(x);
    checkFinite('lstsq', matrices);
    const right = matricesOf(y);
    const limit = rcond ?? epsilonOf(dtype) * Math.max(m, n);
    const parts = matrices.map((matrix) => decomposeSvd(matrix, m, n));
    const sizes = parts.map(({ s }) => limit * (s[0] ?? 0));
    const ranks = parts.map(({ s }, i) => s.filter((value) => value > (sizes[i] as number)).length);
    const inverses = parts.map((part, i) => pseudoInvert(part, m, n, sizes[i] as number));
    const fromB = broadcastOrder(y.shape.slice(0, -2), batch);
    const pairs = broadcastOrder(own, batch).map((i, at) => ({
      i,
      columns: right[fromB[at] as number] as Float64Array,
    }));
    const found = pairs.map(({ i, columns }) => multiply(inverses[i] as Float64Array, columns, n, m, k));
    const residuals = pairs.map(({ i, columns }, at) =>
      squaredResiduals(matrices[i] as Float64Array, found[at] as Float64Array, columns, m, n, k),
    );
    const overdetermined = m > n && ranks.every((rank) => rank === n);
    return [
      joined(dtype, [...batch, n, ...(vector ? [] : [k])], found),
      overdetermined ? joined(dtype, [...batch, ...(vector ? [] : [k])], residuals) : joined(dtype, [0], []),
      joined('int32', own, ranks),
      joined(
        dtype,
        [...own, Math.min(m, n)],
        parts.map(({ s }) => s),
      ),
      joined(dtype, [...own, n, m], inverses),
    ];
  },
  visible: 4,
  constants: [1, 3],
  saves: { inputs: [0, 1], outputs: [4] },
  vjp: ([g, , , , gInverse], { inputs: [a, b], outputs: [, , , , p], attrs: { vector } }) => {
    if (!a || !b || !p) return [null, null];
    const gX = g && (vector ? unsqueeze(g, -1) : g);
    const right = vector ? unsqueeze(b, -1) : b;
    const gP = total(gX && sumTo(matmul(gX, mT(right)), p.shape), gInverse);
    const gB = gX && sumTo(matmul(mT(p), gX), right.shape);
    return [gP && pseudoInverseGrad(gP, p, a), gB ? (vector ? squeeze(gB, -1) : gB) : null];
  },
});

/** What {@link lstsq} gives. */
export interface LeastSquares {
  /** X: (…, n, k), or (…, n) for vectors. */
  readonly solution: Tensor;
  /** Σ (A · X − B)² of each column where m > n and every A has full rank, else empty. Carries no gradient. */
  readonly residuals: Tensor;
  /** int32 (…). */
  readonly rank: Tensor;
  /** Of A, descending: (…, min(m, n)). Carries no gradient. */
  readonly singularValues: Tensor;
}

const attrsOf = (a: Tensor, b: Tensor, { rcond }: LstsqOptions): LstsqAttrs => ({
  rcond: rcond ?? null,
  vector: holdsVectors(a, b),
});

const named = ([solution, residuals, rank, singularValues]: readonly Tensor[]): LeastSquares =>
  ({ solution, residuals, rank, singularValues }) as LeastSquares;

/**
 * X that makes A · X − B smallest in the sense of least squares, and among those the smallest X. A host op, computed in
 * float64 from the singular values.
 *
 * @param a - float, (…, m, n).
 * @param b - the same dtype: (…, m, k), or vectors (m) or (…, m); batch dimensions are broadcast.
 * @throws {@link ValueError} on infinities and NaN; {@link ShapeError} when sizes do not fit.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.lstsq.html, as with the driver 'gelsd'.
 *
 * @example
 * ```ts
 * import { lstsq, tensor } from '@flambeau/core';
 * const { solution } = await lstsq(tensor([[1, 0], [0, 2], [0, 0]]), tensor([[3], [4], [5]])); // [[3], [2]]
 * ```
 */
export async function lstsq(a: Tensor, b: Tensor, options: LstsqOptions = {}): Promise<LeastSquares> {
  return named(await callHost(lstsqOp, [a, b], attrsOf(a, b, options)));
}

/** {@link lstsq} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function lstsqSync(a: Tensor, b: Tensor, options: LstsqOptions = {}): LeastSquares {
  return named(callHostSync(lstsqOp, [a, b], attrsOf(a, b, options)));
}
