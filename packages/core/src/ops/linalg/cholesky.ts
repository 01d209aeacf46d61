import { ValueError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { mul, sub } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import { diagEmbed } from '../shape/diagonal.ts';
import { tril } from '../shape/triangle.ts';
import { mT } from '../view.ts';
import { joined, matricesOf, sidesOf } from './batch.ts';
import { checkSquare } from './checks.ts';
import { diagonalOf, inverseGrad, symmetricPart, total } from './gradient-parts.ts';
import { type CholeskyFactor, factorCholesky } from './host/cholesky.ts';
import { identity, transposed } from './host/matrix.ts';
import { solveTriangle } from './host/triangular.ts';

/** Options of {@link cholesky}. */
export interface CholeskyOptions {
  /** Read the upper triangle and give the upper factor, Lᵀ. Default false. */
  readonly upper?: boolean;
}

/** Attributes of {@link choleskyOp}. */
export interface CholeskyAttrs {
  readonly upper: boolean;
}

const oriented = (l: Float64Array<ArrayBuffer>, n: number, upper: boolean): Float64Array<ArrayBuffer> =>
  upper ? transposed(l, n, n) : l;

function invertFactor({ factor, info }: CholeskyFactor, n: number): Float64Array<ArrayBuffer> {
  const out = identity(n);
  if (info > 0) return out.fill(Number.NaN);
  solveTriangle(factor, n, out, n, { upper: false, unit: false });
  return out;
}

function factorAll(x: HostArray, { upper }: CholeskyAttrs): CholeskyFactor[] {
  const [, n] = sidesOf(x.shape);
  return matricesOf(x).map((a) => factorCholesky(a, n, upper));
}

/** The factors and, where a gradient is wanted, the inverses of L. */
function outputsOf(
  { dtype, shape }: HostArray,
  factors: readonly CholeskyFactor[],
  { upper }: CholeskyAttrs,
): [HostArray, () => HostArray] {
  const [, n] = sidesOf(shape);
  return [
    joined(
      dtype,
      shape,
      factors.map(({ factor }) => oriented(factor, n, upper)),
    ),
    () =>
      joined(
        dtype,
        shape,
        factors.map((f) => invertFactor(f, n)),
      ),
  ];
}

/** L⁻ᵀ · Φ(Lᵀ · gL) · L⁻¹, symmetric, with Φ the lower triangle with half its diagonal. */
function choleskyGrad(
  factor: Tensor,
  inverse: Tensor,
  g: Tensor | null,
  gInverse: Tensor | null,
  upper: boolean,
): Tensor | null {
  const l = upper ? mT(factor) : factor;
  const gL = total(g && (upper ? mT(g) : g), gInverse && inverseGrad(inverse, gInverse));
  if (!gL) return null;
  const product = matmul(mT(l), gL);
  const half = sub(tril(product), mul(diagEmbed(diagonalOf(product)), 0.5));
  return matmul(mT(inverse), matmul(symmetricPart(half), inverse));
}

/** `[x] → [L, L⁻¹]`, the last hidden. @internal */
export const choleskyOp: KernelOp<CholeskyAttrs> = /*#__PURE__*/ defineHostOp<CholeskyAttrs>({
  name: 'cholesky',
  infer: ([x]) => {
    checkSquare('cholesky', x as Tensor);
    const like = { shape: (x as Tensor).shape, dtype: (x as Tensor).dtype };
    return [like, like];
  },
  compute: ([x], attrs, wanted) => {
    const factors = factorAll(x as HostArray, attrs);
    const index = factors.findIndex(({ info }) => info > 0);
    if (index >= 0) throw notPositive(index, factors);
    const [l, inverses] = outputsOf(x as HostArray, factors, attrs);
    return wanted ? [l, inverses()] : [l];
  },
  visible: 1,
  saves: { outputs: [0, 1] },
  vjp: ([g, gInverse], { outputs: [factor, inverse], attrs: { upper } }) => [
    factor && inverse ? choleskyGrad(factor, inverse, g ?? null, gInverse ?? null, upper) : null,
  ],
});

function notPositive(index: number, factors: readonly CholeskyFactor[]): ValueError {
  const order = factors[index]?.info;
  const where = factors.length > 1 ? ` of matrix ${index}` : '';
  return new ValueError(
    'cholesky',
    `not positive definite: got a leading minor of order ${order}${where} that is not, expected a positive definite matrix. Add a little to the diagonal, or use choleskyEx.`,
    { index, order },
  );
}

/**
 * The Cholesky factor of symmetric positive definite matrices: A = L · Lᵀ, or with `upper` A = Uᵀ · U. A host op, computed
 * in float64; only one triangle of A is read.
 *
 * @param x - float, (…, n, n).
 * @throws {@link ValueError} when a matrix is not positive definite; {@link ShapeError} when it is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.cholesky.html
 *
 * @example
 * ```ts
 * import { cholesky, tensor } from '@flambeau/core';
 * await cholesky(tensor([[4, 2], [2, 5]])); // [[2, 0], [1, 2]]
 * ```
 */
export async function cholesky(x: Tensor, options: CholeskyOptions = {}): Promise<Tensor> {
  return (await callHost(choleskyOp, [x], { upper: options.upper ?? false }))[0] as Tensor;
}

/** {@link cholesky} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function choleskySync(x: Tensor, options: CholeskyOptions = {}): Tensor {
  return callHostSync(choleskyOp, [x], { upper: options.upper ?? false })[0] as Tensor;
}

/** `[x] → [L, info, L⁻¹]`, the last hidden. @internal */
export const choleskyExOp: KernelOp<CholeskyAttrs> = /*#__PURE__*/ defineHostOp<CholeskyAttrs>({
  name: 'choleskyEx',
  infer: ([x]) => {
    checkSquare('choleskyEx', x as Tensor);
    const { shape, dtype } = x as Tensor;
    return [
      { shape, dtype },
      { shape: shape.slice(0, -2), dtype: 'int32' },
      { shape, dtype },
    ];
  },
  compute: ([x], attrs, wanted) => {
    const factors = factorAll(x as HostArray, attrs);
    const [l, inverses] = outputsOf(x as HostArray, factors, attrs);
    const info = joined(
      'int32',
      l.shape.slice(0, -2),
      factors.map((f) => f.info),
    );
    return wanted ? [l, info, inverses()] : [l, info];
  },
  visible: 2,
  saves: { outputs: [0, 2] },
  vjp: ([g, , gInverse], { outputs: [factor, , inverse], attrs: { upper } }) => [
    factor && inverse ? choleskyGrad(factor, inverse, g ?? null, gInverse ?? null, upper) : null,
  ],
});

/** A factor, and which matrices had none. */
export interface CholeskyAndInfo {
  /** (…, n, n); complete where `info` is 0. */
  readonly L: Tensor;
  /** int32 (…): 0, or the order of the first leading minor that is not positive definite. */
  readonly info: Tensor;
}

/**
 * {@link cholesky} without an error for matrices that are not positive definite: `info` tells which they are.
 *
 * @throws {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.cholesky_ex.html
 *
 * @example
 * ```ts
 * import { choleskyEx, tensor } from '@flambeau/core';
 * const { info } = await choleskyEx(tensor([[1, 2], [2, 1]])); // 2
 * ```
 */
export async function choleskyEx(x: Tensor, options: CholeskyOptions = {}): Promise<CholeskyAndInfo> {
  const [L, info] = (await callHost(choleskyExOp, [x], { upper: options.upper ?? false })) as [
    Tensor,
    Tensor,
  ];
  return { L, info };
}

/** {@link choleskyEx} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function choleskyExSync(x: Tensor, options: CholeskyOptions = {}): CholeskyAndInfo {
  const [L, info] = callHostSync(choleskyExOp, [x], { upper: options.upper ?? false }) as [Tensor, Tensor];
  return { L, info };
}
