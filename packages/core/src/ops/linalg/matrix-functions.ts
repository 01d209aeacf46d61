import { ArgumentError } from '../../errors.ts';
import { composed } from '../../memory/composed.ts';
import type { Tensor } from '../../tensor.ts';
import { clone } from '../copy.ts';
import { add, mul } from '../elementwise.ts';
import { callHost, callHostSync, defineHostOp, type HostArray } from '../host-op.ts';
import { matmul } from '../matmul.ts';
import type { KernelOp } from '../op.ts';
import type { NoAttrs } from '../types.ts';
import { expand, mT, select } from '../view.ts';
import { joined, matricesOf, sidesOf } from './batch.ts';
import { checkSquare } from './checks.ts';
import { identityLike, total } from './gradient-parts.ts';
import { EXP_DEGREE, exponentials, squaringsFor } from './host/exponential.ts';

/**
 * `[x] → [exp(x), steps]`, the last hidden: exp(x / 2^s), …, exp(x / 2), one after the other in a new first dimension.
 * Its length s depends on values.
 * @internal
 */
export const matrixExpOp: KernelOp<NoAttrs> = /*#__PURE__*/ defineHostOp<NoAttrs>({
  name: 'matrixExp',
  infer: ([x]) => {
    checkSquare('matrixExp', x as Tensor);
    return [{ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }];
  },
  compute: ([x], _attrs, wanted) => {
    const { dtype, shape } = x as HostArray;
    const [, n] = sidesOf(shape);
    const matrices = matricesOf(x as HostArray);
    const squarings = matrices.reduce((most, a) => Math.max(most, squaringsFor(a, n)), 0);
    const found = matrices.map((a) => exponentials(a, n, squarings));
    const result = joined(
      dtype,
      shape,
      found.map((steps) => steps[squarings] as Float64Array),
    );
    if (!wanted) return [result];
    const steps = Array.from({ length: squarings }, (_, i) => found.map((own) => own[i] as Float64Array));
    return [result, joined(dtype, [squarings, ...shape], steps.flat())];
  },
  visible: 1,
  saves: { inputs: [0], outputs: [1] },
  vjp: ([g, gSteps], { inputs: [x], outputs: [, steps] }) => {
    if (!x || !steps) return [null];
    const squarings = steps.shape[0] as number;
    let back = g ?? null;
    for (let i = squarings - 1; i >= 0; i--) {
      const half = mT(select(steps, 0, i));
      const squared = back && add(matmul(half, back), matmul(back, half));
      back = total(squared, gSteps && select(gSteps, 0, i));
    }
    return [back && mul(seriesDerivative(mul(mT(x), 2 ** -squarings), back), 2 ** -squarings)];
  },
});

/** The derivative of the exponential series at x in a direction, by Horner's rule. */
function seriesDerivative(x: Tensor, direction: Tensor): Tensor {
  const n = x.shape.at(-1) as number;
  const identity = identityLike(x, n);
  let value: Tensor = expand(identity, x.shape);
  let derivative: Tensor | null = null;
  for (let term = EXP_DEGREE[x.dtype === 'float32' ? 'float32' : 'float64']; term > 0; term--) {
    const next: Tensor = total(matmul(direction, value), derivative && matmul(x, derivative)) as Tensor;
    derivative = mul(next, 1 / term);
    value = add(mul(matmul(x, value), 1 / term), identity);
  }
  return derivative as Tensor;
}

/**
 * The matrix exponential: Σ Aᵏ / k!. A host op, computed in float64 by scaling and squaring. NaN where the result is no
 * number.
 *
 * @param x - float, (…, n, n).
 * @throws {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.matrix_exp.html
 *
 * @example
 * ```ts
 * import { matrixExp, tensor } from '@flambeau/core';
 * await matrixExp(tensor([[0, 1], [0, 0]])); // [[1, 1], [0, 1]]
 * ```
 */
export async function matrixExp(x: Tensor): Promise<Tensor> {
  return (await callHost(matrixExpOp, [x], {}))[0] as Tensor;
}

/** {@link matrixExp} at once. @throws {@link AsyncReadError} on devices that can only be read asynchronously. */
export function matrixExpSync(x: Tensor): Tensor {
  return callHostSync(matrixExpOp, [x], {})[0] as Tensor;
}

/**
 * Square matrices multiplied with themselves: Aⁿ, the identity for n = 0.
 *
 * @param x - float, (…, m, m).
 * @param n - a non-negative integer. For negative powers invert first: `matrixPower(await inverse(x), 2)` is A⁻².
 * @throws {@link ArgumentError} for other n; {@link ShapeError} when a matrix is not square.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.linalg.matrix_power.html
 *
 * @example
 * ```ts
 * import { matrixPower, tensor } from '@flambeau/core';
 * matrixPower(tensor([[1, 1], [0, 1]]), 5); // [[1, 5], [0, 1]]
 * ```
 */
export function matrixPower(x: Tensor, n: number): Tensor {
  checkSquare('matrixPower', x);
  if (!Number.isInteger(n) || n < 0) {
    throw new ArgumentError(
      'matrixPower',
      `not a non-negative integer: got ${n}. For a negative power invert first: matrixPower(await inverse(x), ${-n}).`,
      { n },
    );
  }
  return composed(x.device, () => {
    if (n === 0) return clone(expand(identityLike(x, x.shape.at(-1) as number), x.shape));
    let result: Tensor | null = null;
    let power = x;
    for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = result ? matmul(result, power) : power;
      if (rest > 1) power = matmul(power, power);
    }
    return n === 1 ? clone(x) : (result as Tensor);
  });
}
