import { ArgumentError, ShapeError } from '../../errors.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import type { KernelOp } from '../op.ts';
import type { NoAttrs } from '../types.ts';
import { reshape } from '../view.ts';
import { joined, matricesOf, sidesOf } from './batch.ts';
import { checkSquare, singularError } from './checks.ts';
import { inverseGrad } from './gradient-parts.ts';
import { factorLu, invertLu } from './host/lu.ts';
import { type HostForm, run, runSync } from './host-forms.ts';

/** The inverses, and 0 or the position of the first zero pivot for each. */
function invertAll(x: HostArray): { inverse: HostArray; info: number[] } {
  const [, n] = sidesOf(x.shape);
  const factors = matricesOf(x).map((a) => factorLu(a, n, n));
  const inverses = factors.map((f) =>
    f.singular > 0 ? new Float64Array(n * n).fill(Number.NaN) : invertLu(f, n),
  );
  return { inverse: joined(x.dtype, x.shape, inverses), info: factors.map((f) => f.singular) };
}

/** @internal */
export const inverseOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'inverse',
  infer: ([x]) => {
    checkSquare('inverse', x as Tensor);
    return [{ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }];
  },
  compute: ([x]) => {
    const { inverse, info } = invertAll(x as HostArray);
    const index = info.findIndex((pivot) => pivot > 0);
    if (index >= 0) throw singularError('inverse', info[index] as number, index, info.length);
    return [inverse];
  },
  saves: { outputs: [0] },
  vjp: ([g], { outputs: [y] }) => [g && y ? inverseGrad(y, g) : null],
});

/**
 * The inverse of square matrices: A⁻¹ · A = I. A host op, computed in float64 by LU factorisation. Prefer {@link solve}
 * to a product with an inverse. Also known as `inv`.
 *
 * @param x - float, (…, n, n).
 * @throws {@link ValueError} when a matrix is singular; {@link ShapeError} when it is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.inv.html
 *
 * @example
 * ```ts
 * import { inverse, tensor } from '@flambeau/core';
 * await inverse(tensor([[2, 0], [0, 4]])); // [[0.5, 0], [0, 0.25]]
 * ```
 */
export async function inverse(x: Tensor): Promise<Tensor> {
  return (await callHost(inverseOp, [x], {}))[0] as Tensor;
}

/** {@link inverse} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function inverseSync(x: Tensor): Tensor {
  return callHostSync(inverseOp, [x], {})[0] as Tensor;
}

/** Inverses, and which matrices had none. */
export interface InverseAndInfo {
  /** (…, n, n); NaN where a matrix is singular. */
  readonly inverse: Tensor;
  /** int32 (…): 0, or the position from 1 of the first zero pivot. */
  readonly info: Tensor;
}

/** @internal */
export const invExOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'invEx',
  infer: ([x]) => {
    checkSquare('invEx', x as Tensor);
    const { shape, dtype } = x as Tensor;
    return [
      { shape, dtype },
      { shape: shape.slice(0, -2), dtype: 'int32' },
    ];
  },
  compute: ([x]) => {
    const { inverse, info } = invertAll(x as HostArray);
    return [inverse, joined('int32', inverse.shape.slice(0, -2), info)];
  },
  saves: { outputs: [0] },
  vjp: ([g], { outputs: [y] }) => [g && y ? inverseGrad(y, g) : null],
});

/**
 * {@link inverse} without an error for singular matrices: `info` tells which they are.
 *
 * @throws {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.inv_ex.html; there the inverse of a singular
 * matrix is left undefined, here it is NaN.
 *
 * @example
 * ```ts
 * import { invEx, tensor } from '@flambeau/core';
 * const { info } = await invEx(tensor([[1, 1], [1, 1]])); // 2
 * ```
 */
export async function invEx(x: Tensor): Promise<InverseAndInfo> {
  const [y, info] = (await callHost(invExOp, [x], {})) as [Tensor, Tensor];
  return { inverse: y, info };
}

/** {@link invEx} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function invExSync(x: Tensor): InverseAndInfo {
  const [y, info] = callHostSync(invExOp, [x], {}) as unknown as [Tensor, Tensor];
  return { inverse: y, info };
}

/** Options of {@link tensorinv}. */
export interface TensorinvOptions {
  /** How many of the first dimensions belong together. Default 2. */
  readonly ind?: number;
}

function tensorinvForm(x: Tensor, { ind = 2 }: TensorinvOptions): HostForm<NoAttrs, Tensor> {
  if (!Number.isInteger(ind) || ind <= 0) {
    throw new ArgumentError('tensorinv', `ind is not positive: got ${ind}, expected an integer above 0.`, {
      ind,
    });
  }
  const [lead, rest] = [x.shape.slice(0, ind), x.shape.slice(ind)];
  if (sizeOf(lead) !== sizeOf(rest)) {
    throw new ShapeError(
      'tensorinv',
      `not square: got ${formatShape(x.shape)} with ind ${ind} (${sizeOf(lead)} ≠ ${sizeOf(rest)}), expected as many elements before as after.`,
      { shape: x.shape, ind },
    );
  }
  return {
    device: x.device,
    op: inverseOp,
    attrs: {},
    inputs: () => [reshape(x, [sizeOf(lead), sizeOf(rest)])],
    finish: ([y]) => reshape(y as Tensor, [...rest, ...lead]),
  };
}

/**
 * The inverse of a tensor as a map from its last dimensions to its first `ind` ones.
 *
 * @throws {@link ValueError} when it has none; {@link ShapeError} unless both groups have as many elements.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.tensorinv.html
 *
 * @example
 * ```ts
 * import { eye, tensorinv } from '@flambeau/core';
 * (await tensorinv(eye(6).reshape([6, 2, 3]), { ind: 1 })).shape; // [2, 3, 6]
 * ```
 */
export async function tensorinv(x: Tensor, options: TensorinvOptions = {}): Promise<Tensor> {
  return run(tensorinvForm(x, options));
}

/** {@link tensorinv} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function tensorinvSync(x: Tensor, options: TensorinvOptions = {}): Tensor {
  return runSync(tensorinvForm(x, options));
}
