import type { Tensor } from '@flambeau/core';
import { ArgumentError, fromTyped } from '@flambeau/core';
import { grad } from './grad.ts';

/** Options of {@link gradcheck}. */
export interface GradcheckOptions {
  /** Step of the central differences. Default 1e-6. */
  readonly eps?: number;
  /** Default 1e-5. */
  readonly atol?: number;
  /** Default 1e-3. */
  readonly rtol?: number;
}

/**
 * Compares the gradients of a function with central differences, (f(x + h) − f(x − h)) / 2h, in float64.
 *
 * @param fn - gives one tensor; must be deterministic. May itself use `grad` with `createGraph`, to check second derivatives.
 * @param inputs - float64 leaves with requiresGrad.
 * @returns true.
 * @throws {@link ArgumentError} naming the first entry that differs.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.html
 *
 * @example
 * ```ts
 * import { tensor } from '@flambeau/core';
 * import { gradcheck } from '@flambeau/autograd/gradcheck';
 * await gradcheck((x) => x.exp(), [tensor([1, 2], { dtype: 'float64', requiresGrad: true })]); // true
 * ```
 */
export async function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<true> {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3 } = options;
  for (const x of inputs) {
    if (x.dtype !== 'float64')
      throw new ArgumentError('gradcheck', `float64 only: got ${x.dtype}, expected float64 inputs.`, {
        dtype: x.dtype,
      });
  }
  const output = fn(...inputs);
  const cotangent = Float64Array.from({ length: output.size }, (_, i) => Math.sin(i + 1) + 0.5);
  const weights = fromTyped(cotangent, output.shape, { device: output.device });
  const analytic = grad(
    output,
    inputs.filter((x) => x.requiresGrad),
    { gradOutputs: [weights], allowUnused: true },
  );
  const differentiable = inputs.filter((x) => x.requiresGrad);
  for (const [i, x] of differentiable.entries()) {
    const own = (await analytic[i]?.data()) ?? new Float64Array(x.size);
    const values = (await x.data()) as Float64Array;
    for (let e = 0; e < values.length; e++) {
      const at = async (shift: number): Promise<number> => {
        const moved = values.slice();
        moved[e] = (moved[e] as number) + shift;
        const other = fromTyped(moved, x.shape, { device: x.device, requiresGrad: true });
        const y = await fn(...inputs.map((input) => (input === x ? other : input))).data();
        return cotangent.reduce((total, weight, k) => total + (y[k] as number) * weight, 0);
      };
      const numeric = ((await at(eps)) - (await at(-eps))) / (2 * eps);
      const found = own[e] as number;
      if (!(Math.abs(found - numeric) <= atol + rtol * Math.abs(numeric))) {
        throw new ArgumentError(
          'gradcheck',
          `gradients differ for input ${i} at position ${e}: got ${found}, expected ${numeric} by finite differences.`,
          { input: i, position: e, analytic: found, numeric },
        );
      }
    }
  }
  return true;
}
