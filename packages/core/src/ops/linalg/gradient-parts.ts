import { dispatchOne } from '../../dispatch/dispatch.ts';
import { hostTensor } from '../../dispatch/execute.ts';
import { allocTyped } from '../../dtype.ts';
import { normalizeAxis } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { add, mul, neg } from '../elementwise.ts';
import { matmul } from '../matmul.ts';
import { diagonal } from '../shape/diagonal.ts';
import { tril, triu } from '../shape/triangle.ts';
import { mT, sliceEmbedOp } from '../view.ts';

/** The identity, (m, n), with the device and dtype of x. */
export function identityLike(x: Tensor, m: number, n: number = m): Tensor {
  const data = allocTyped(x.dtype, m * n);
  for (let i = 0; i < Math.min(m, n); i++) data[i * n + i] = 1;
  return hostTensor(x.device, x.dtype, data, [m, n]);
}

/** Zeros of `size` along a dimension, with x from `start` on. */
export function placed(x: Tensor, axis: number, start: number, size: number): Tensor {
  const a = normalizeAxis('narrow', axis, x.shape.length);
  const count = x.shape[a] as number;
  if (count === size) return x;
  const shape = x.shape.map((n, i) => (i === a ? size : n));
  return dispatchOne(sliceEmbedOp, [x], { axis: a, start, count, step: 1, shape });
}

/** Square matrices with zeros in the diagonal. */
export function offDiagonal(x: Tensor): Tensor {
  return add(tril(x, -1), triu(x, 1));
}

/** The diagonals of matrices: (…, n, n) to (…, n). */
export function diagonalOf(x: Tensor): Tensor {
  return diagonal(x, { dim1: -2, dim2: -1 });
}

/** (x + xᵀ) / 2. */
export function symmetricPart(x: Tensor): Tensor {
  return mul(add(x, mT(x)), 0.5);
}

/** −Yᵀ · g · Yᵀ: the gradient of X from that of Y = X⁻¹. */
export function inverseGrad(inverse: Tensor, g: Tensor): Tensor {
  const t = mT(inverse);
  return neg(matmul(t, matmul(g, t)));
}

/** The sum of the gradients that there are. */
export function total(...gradients: readonly (Tensor | null | undefined)[]): Tensor | null {
  return gradients.reduce<Tensor | null>((a, b) => (a && b ? add(a, b) : (a ?? b ?? null)), null);
}
