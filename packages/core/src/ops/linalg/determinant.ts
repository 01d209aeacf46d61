import type { Tensor } from '../../tensor.ts';
import { add, eq, isnan, mul, neg, square, sub, where } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp, OutputSpec } from '../op.ts';
import { sum } from '../reduce.ts';
import { diagEmbed } from '../shape/diagonal.ts';
import type { NoAttrs } from '../types.ts';
import { mT, unsqueeze } from '../view.ts';
import { joined, matricesOf, sidesOf } from './batch.ts';
import { checkSquare } from './checks.ts';
import { diagonalOf, inverseGrad, total } from './gradient-parts.ts';
import { determinantParts } from './host/determinant.ts';
import { factorLu, invertLu, type LuFactors } from './host/lu.ts';

/** A number per matrix as something that broadcasts with matrices. */
const perMatrix = (x: Tensor): Tensor => unsqueeze(unsqueeze(x, -1), -1);

const perMatrixSpec = (x: Tensor): OutputSpec => ({ shape: x.shape.slice(0, -2), dtype: x.dtype });

/** `[x] → [det, cofactors, U, V, products, 1 / det]`, all but the first hidden: see {@link determinantParts}. @internal */
export const detOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'det',
  infer: ([x]) => {
    const t = x as Tensor;
    checkSquare('det', t);
    const like = { shape: t.shape, dtype: t.dtype };
    return [perMatrixSpec(t), like, like, like, like, perMatrixSpec(t)];
  },
  compute: ([x], _attrs, wanted) => {
    const { dtype, shape } = x as HostArray;
    const [, n] = sidesOf(shape);
    const parts = matricesOf(x as HostArray).map((a) => determinantParts(a, n, wanted));
    const batch = shape.slice(0, -2);
    const det = joined(
      dtype,
      batch,
      parts.map((p) => p.det),
    );
    if (!wanted) return [det];
    return [
      det,
      joined(
        dtype,
        shape,
        parts.map((p) => p.cofactors),
      ),
      joined(
        dtype,
        shape,
        parts.map((p) => p.u),
      ),
      joined(
        dtype,
        shape,
        parts.map((p) => p.v),
      ),
      joined(
        dtype,
        shape,
        parts.map((p) => p.products),
      ),
      joined(
        dtype,
        batch,
        parts.map((p) => p.reciprocal),
      ),
    ];
  },
  visible: 1,
  saves: { outputs: [1, 2, 3, 4, 5] },
  vjp: ([g, gCofactors, gU, gV, gProducts, gReciprocal], { outputs }) => {
    const [, cofactors, u, v, products, reciprocal] = outputs as Tensor[];
    if (!cofactors || !u || !v || !products || !reciprocal) return [null];
    const first = g && mul(perMatrix(g), cofactors);
    const second = gCofactors && cofactorGrad(gCofactors, cofactors, u, v, products, perMatrix(reciprocal));
    const third = gReciprocal && mul(perMatrix(neg(mul(gReciprocal, square(reciprocal)))), cofactors);
    // Third derivatives at singular matrices would need those of U and V: better NaN than a part of the truth.
    const unknown = gU || gV || gProducts ? where(eq(perMatrix(reciprocal), 0), Number.NaN, 0) : null;
    return [total(first, second, third, unknown)];
  },
});

/** The gradient of x from that of its cofactors; the two terms are for regular and for nearly singular matrices. */
function cofactorGrad(
  g: Tensor,
  cofactors: Tensor,
  u: Tensor,
  v: Tensor,
  products: Tensor,
  reciprocal: Tensor,
): Tensor {
  const trace = sum(mul(g, cofactors), [-2, -1], { keepdim: true });
  const twice = matmul(cofactors, matmul(mT(g), cofactors));
  const regular = mul(reciprocal, sub(mul(trace, cofactors), twice));
  const inner = matmul(mT(u), matmul(g, v));
  const diagonal = sum(mul(products, unsqueeze(diagonalOf(inner), -2)), -1);
  const middle = sub(diagEmbed(diagonal), mul(products, mT(inner)));
  return add(regular, matmul(u, matmul(middle, mT(v))));
}

/**
 * The determinant of square matrices. A host op; its gradient is right for singular matrices too.
 *
 * @param x - float, (…, n, n).
 * @returns (…).
 * @throws {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.det.html; there the gradient is 0 where the
 * determinant is exactly 0.
 *
 * @example
 * ```ts
 * import { det, tensor } from '@flambeau/core';
 * await det(tensor([[1, 2], [3, 4]])); // -2
 * ```
 */
export async function det(x: Tensor): Promise<Tensor> {
  return (await callHost(detOp, [x], {}))[0] as Tensor;
}

/** {@link det} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function detSync(x: Tensor): Tensor {
  return callHostSync(detOp, [x], {})[0] as Tensor;
}

/** A determinant as its sign and the logarithm of its size. */
export interface SignAndLog {
  /** (…): 1, −1, or 0 where the matrix is singular. */
  readonly sign: Tensor;
  /** (…): −∞ where the matrix is singular. */
  readonly logabsdet: Tensor;
}

function logOf({ lu }: LuFactors, n: number): number {
  let log = 0;
  for (let i = 0; i < n; i++) log += Math.log(Math.abs(lu[i * n + i] as number));
  return log;
}

function signOf({ lu, sign }: LuFactors, n: number): number {
  let product = sign;
  for (let i = 0; i < n; i++) product *= Math.sign(lu[i * n + i] as number);
  return product;
}

const inverses = (x: HostArray, factors: readonly LuFactors[], n: number): HostArray =>
  joined(
    x.dtype,
    x.shape,
    factors.map((f) => invertLu(f, n)),
  );

/** `[x] → [sign, log |det|, x⁻¹]`, the last hidden. @internal */
export const slogdetOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'slogdet',
  infer: ([x]) => {
    const t = x as Tensor;
    checkSquare('slogdet', t);
    return [perMatrixSpec(t), perMatrixSpec(t), { shape: t.shape, dtype: t.dtype }];
  },
  compute: ([x], _attrs, wanted) => {
    const { dtype, shape } = x as HostArray;
    const [, n] = sidesOf(shape);
    const factors = matricesOf(x as HostArray).map((a) => factorLu(a, n, n));
    const sign = joined(
      dtype,
      shape.slice(0, -2),
      factors.map((f) => signOf(f, n)),
    );
    const log = joined(
      dtype,
      shape.slice(0, -2),
      factors.map((f) => logOf(f, n)),
    );
    return wanted ? [sign, log, inverses(x as HostArray, factors, n)] : [sign, log];
  },
  visible: 2,
  saves: { outputs: [2] },
  vjp: ([, g, gInverse], { outputs: [, , inverse] }) => [logGrad(g, gInverse, inverse)],
});

function logGrad(
  g: Tensor | null | undefined,
  gInverse: Tensor | null | undefined,
  inverse: Tensor | undefined,
): Tensor | null {
  if (!inverse) return null;
  return total(g && mul(perMatrix(g), mT(inverse)), gInverse && inverseGrad(inverse, gInverse));
}

/**
 * The sign of the determinant and the logarithm of its absolute value, where the determinant itself would overflow.
 *
 * @param x - float, (…, n, n).
 * @throws {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.slogdet.html
 *
 * @example
 * ```ts
 * import { slogdet, tensor } from '@flambeau/core';
 * const { sign, logabsdet } = await slogdet(tensor([[0, 1], [1, 0]])); // -1, 0
 * ```
 */
export async function slogdet(x: Tensor): Promise<SignAndLog> {
  const [sign, logabsdet] = (await callHost(slogdetOp, [x], {})) as unknown as [Tensor, Tensor];
  return { sign, logabsdet };
}

/** {@link slogdet} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function slogdetSync(x: Tensor): SignAndLog {
  const [sign, logabsdet] = callHostSync(slogdetOp, [x], {}) as unknown as [Tensor, Tensor];
  return { sign, logabsdet };
}

/** `[x] → [log det, x⁻¹]`, the last hidden. @internal */
export const logdetOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'logdet',
  infer: ([x]) => {
    const t = x as Tensor;
    checkSquare('logdet', t);
    return [perMatrixSpec(t), { shape: t.shape, dtype: t.dtype }];
  },
  compute: ([x], _attrs, wanted) => {
    const { dtype, shape } = x as HostArray;
    const [, n] = sidesOf(shape);
    const factors = matricesOf(x as HostArray).map((a) => factorLu(a, n, n));
    const logs = factors.map((f) => (signOf(f, n) < 0 ? Number.NaN : logOf(f, n)));
    const log = joined(dtype, shape.slice(0, -2), logs);
    return wanted ? [log, inverses(x as HostArray, factors, n)] : [log];
  },
  visible: 1,
  saves: { outputs: [0, 1] },
  vjp: ([g, gInverse], { outputs: [y, inverse] }) => [
    logGrad(g && y ? where(isnan(y), 0, g) : null, gInverse, inverse),
  ],
});

/**
 * The logarithm of the determinant: −∞ where it is 0, NaN where it is negative.
 *
 * @param x - float, (…, n, n).
 * @throws {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.logdet.html
 *
 * @example
 * ```ts
 * import { logdet, tensor } from '@flambeau/core';
 * await logdet(tensor([[2, 0], [0, 0.5]])); // 0
 * ```
 */
export async function logdet(x: Tensor): Promise<Tensor> {
  return (await callHost(logdetOp, [x], {}))[0] as Tensor;
}

/** {@link logdet} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function logdetSync(x: Tensor): Tensor {
  return callHostSync(logdetOp, [x], {})[0] as Tensor;
}
