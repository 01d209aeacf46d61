import type { DType } from '../../dtype.ts';
import { isTensor, type Tensor } from '../../tensor.ts';
import { add, sub } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { mT } from '../view.ts';
import { broadcastOrder, joined, matricesOf, sidesOf } from './batch.ts';
import { checkFinite, checkMatrix, checkSquare } from './checks.ts';
import { symmetricMatrices } from './eigen.ts';
import { multiply, transposed } from './host/matrix.ts';
import { decomposeSvd, type Svd } from './host/svd.ts';
import { symmetricEigen } from './host/symmetric-eigen.ts';

/** Below which size a singular value counts as zero: the larger of `atol` and `rtol` times the largest one. */
export interface RankOptions {
  /** Absolute tolerance: a number, or a tensor that broadcasts with the batch. Default 0. */
  readonly atol?: number | Tensor;
  /** Relative tolerance. Default: the dtype's epsilon times max(m, n), or 0 where `atol` is above 0. */
  readonly rtol?: number | Tensor;
  /** The matrices are symmetric: only their lower triangle is read. Default false. */
  readonly hermitian?: boolean;
}

type Tolerance = number | 'tensor' | null;

/** Attributes of ops that count singular values; tolerances that are tensors follow the matrix among the inputs. */
export interface RankAttrs {
  readonly atol: Tolerance;
  readonly rtol: Tolerance;
  readonly hermitian: boolean;
}

/** A dtype's distance from 1 to the next number. */
export function epsilonOf(dtype: DType): number {
  return dtype === 'float32' ? 2 ** -23 : Number.EPSILON;
}

/** The inputs and attributes of a call. */
export function rankCall(x: Tensor, { atol, rtol, hermitian = false }: RankOptions): [Tensor[], RankAttrs] {
  const kind = (given: number | Tensor | undefined): Tolerance =>
    isTensor(given) ? 'tensor' : (given ?? null);
  const tensors = [atol, rtol].filter((given) => isTensor(given)) as Tensor[];
  return [[x, ...tensors], { atol: kind(atol), rtol: kind(rtol), hermitian }];
}

/** @throws what matrices and options of a wrong form deserve. */
export function checkRankInput(op: string, x: Tensor, { hermitian }: RankAttrs): void {
  if (hermitian) checkSquare(op, x);
  else checkMatrix(op, x);
}

/** The decomposition of each matrix; of symmetric ones singular values are absolute eigenvalues, in no order. */
export function decomposed(op: string, x: HostArray, { hermitian }: RankAttrs): Svd[] {
  const [m, n] = sidesOf(x.shape);
  if (!hermitian) {
    const matrices = matricesOf(x);
    checkFinite(op, matrices);
    return matrices.map((a) => decomposeSvd(a, m, n));
  }
  return symmetricMatrices(op, x).map((a) => {
    const { values, vectors } = symmetricEigen(a, n);
    const vh = transposed(vectors, n, n).map((value, at) =>
      (values[Math.floor(at / n)] as number) < 0 ? -value : value,
    );
    return { u: vectors, s: values.map(Math.abs), vh };
  });
}

/** For each matrix, the size that singular values must exceed. */
export function thresholds(
  [x, ...tensors]: readonly HostArray[],
  { atol, rtol }: RankAttrs,
  parts: readonly Svd[],
): number[] {
  const { shape, dtype } = x as HostArray;
  const batch = shape.slice(0, -2);
  const given = tensors.map((t) => {
    const order = broadcastOrder(t.shape, batch);
    return order.map((at) => t.data[at] as number);
  });
  const absolute = atol === 'tensor' ? given.shift() : atol;
  const relative = rtol === 'tensor' ? given.shift() : rtol;
  const at = (choice: readonly number[] | number | null | undefined, i: number): number | null =>
    typeof choice === 'object' && choice !== null ? (choice[i] as number) : (choice ?? null);
  return parts.map(({ s }, i) => {
    const low = at(absolute, i) ?? 0;
    const share = at(relative, i) ?? (low > 0 ? 0 : epsilonOf(dtype) * Math.max(...sidesOf(shape)));
    return Math.max(low, share * s.reduce((largest, value) => Math.max(largest, value), 0));
  });
}

/** V · S⁺ · Uᵀ, (n, m), with the singular values up to a threshold left out. */
export function pseudoInvert(
  { u, s, vh }: Svd,
  m: number,
  n: number,
  threshold: number,
): Float64Array<ArrayBuffer> {
  const k = s.length;
  const scaled = transposed(u, m, k).map((value, at) => {
    const size = s[Math.floor(at / m)] as number;
    return size > threshold ? value / size : 0;
  });
  return multiply(transposed(vh, k, n), scaled, n, k, m);
}

/** The gradient of A from that of its pseudo-inverse P, at constant rank. */
export function pseudoInverseGrad(g: Tensor, p: Tensor, a: Tensor): Tensor {
  const [pT, gT] = [mT(p), mT(g)];
  const [m, n] = sidesOf(a.shape);
  if (m <= n) {
    const k = matmul(gT, p);
    const kpT = matmul(k, pT);
    const rest = matmul(matmul(pT, p), sub(gT, matmul(k, a)));
    return add(sub(sub(kpT, mT(matmul(p, k))), matmul(matmul(a, p), kpT)), rest);
  }
  const k = matmul(p, gT);
  const pTk = matmul(pT, k);
  const rest = matmul(sub(gT, matmul(a, k)), matmul(p, pT));
  return add(sub(sub(pTk, mT(matmul(k, p))), matmul(matmul(pTk, p), a)), rest);
}

/** @internal */
export const pinvOp: KernelOp<RankAttrs> = /*#__PURE__*/ defineHostOp<RankAttrs>({
  name: 'pinv',
  infer: ([x], attrs) => {
    const { shape, dtype } = x as Tensor;
    checkRankInput('pinv', x as Tensor, attrs);
    const [m, n] = sidesOf(shape);
    return [{ shape: [...shape.slice(0, -2), n, m], dtype }];
  },
  compute: (inputs, attrs) => {
    const x = inputs[0] as HostArray;
    const [m, n] = sidesOf(x.shape);
    const parts = decomposed('pinv', x, attrs);
    const limits = thresholds(inputs, attrs, parts);
    const found = parts.map((part, i) => pseudoInvert(part, m, n, limits[i] as number));
    return [joined(x.dtype, [...x.shape.slice(0, -2), n, m], found)];
  },
  saves: { inputs: [0], outputs: [0] },
  vjp: ([g], { inputs: [x], outputs: [p], metas }) =>
    metas.map((_, i) => (i === 0 && g && x && p ? pseudoInverseGrad(g, p, x) : null)),
});

/**
 * The Moore–Penrose pseudo-inverse: (…, m, n) to (…, n, m). A host op, computed in float64 from the singular values.
 *
 * @param x - float, (…, m, n).
 * @throws {@link ValueError} on infinities and NaN; {@link ShapeError} on fewer than two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.pinv.html
 *
 * @example
 * ```ts
 * import { pinv, tensor } from '@flambeau/core';
 * await pinv(tensor([[2, 0], [0, 0]])); // [[0.5, 0], [0, 0]]
 * ```
 */
export async function pinv(x: Tensor, options: RankOptions = {}): Promise<Tensor> {
  return (await callHost(pinvOp, ...rankCall(x, options)))[0] as Tensor;
}

/** {@link pinv} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function pinvSync(x: Tensor, options: RankOptions = {}): Tensor {
  return callHostSync(pinvOp, ...rankCall(x, options))[0] as Tensor;
}

/** @internal */
export const matrixRankOp: KernelOp<RankAttrs> = /*#__PURE__*/ defineHostOp<RankAttrs>({
  name: 'matrixRank',
  infer: ([x], attrs) => {
    checkRankInput('matrixRank', x as Tensor, attrs);
    return [{ shape: (x as Tensor).shape.slice(0, -2), dtype: 'int32' }];
  },
  compute: (inputs, attrs) => {
    const x = inputs[0] as HostArray;
    const parts = decomposed('matrixRank', x, attrs);
    const limits = thresholds(inputs, attrs, parts);
    const ranks = parts.map(({ s }, i) => s.filter((value) => value > (limits[i] as number)).length);
    return [joined('int32', x.shape.slice(0, -2), ranks)];
  },
  vjp: null,
});

/**
 * How many singular values of matrices count as nonzero: int32 (…). A host op.
 *
 * @param x - float, (…, m, n).
 * @throws {@link ValueError} on infinities and NaN; {@link ShapeError} on fewer than two dimensions.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.matrix_rank.html
 *
 * @example
 * ```ts
 * import { matrixRank, tensor } from '@flambeau/core';
 * await matrixRank(tensor([[1, 2], [2, 4]])); // 1
 * ```
 */
export async function matrixRank(x: Tensor, options: RankOptions = {}): Promise<Tensor> {
  return (await callHost(matrixRankOp, ...rankCall(x, options)))[0] as Tensor;
}

/** {@link matrixRank} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function matrixRankSync(x: Tensor, options: RankOptions = {}): Tensor {
  return callHostSync(matrixRankOp, ...rankCall(x, options))[0] as Tensor;
}
