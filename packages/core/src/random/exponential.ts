import { ArgumentError } from '../errors.ts';
import type { FloatArray } from './arrays.ts';
import type { Generator } from './mt19937.ts';

/**
 * Fills `out` with exponentially distributed numbers of density rate·exp(−rate·x), as `Tensor.exponential_(rate)`:
 * −ln(1 − u) / rate with a float64 uniform u.
 *
 * @param generator - source of the draws, two 32-bit draws an element; it is advanced.
 * @param out - Shape (N), float32 or float64. Agrees with PyTorch to the last bits of the engine's `Math.log`.
 * @param rate - inverse of the mean, above 0.
 * @throws {@link ArgumentError} when `rate` is not above 0.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.exponential_.html (numbers of PyTorch 1.13,
 * CPU, built without MKL).
 * @example
 * ```ts
 * import { fillExponential } from './exponential.ts';
 * import { Mt19937 } from './mt19937.ts';
 * const waits = new Float64Array(100);
 * fillExponential(new Mt19937(0), waits, 0.5); // mean 2
 * ```
 */
export function fillExponential(generator: Generator, out: FloatArray, rate = 1): void {
  if (!(rate > 0)) {
    throw new ArgumentError('exponential', `rate is not positive: got ${rate}, expected a number > 0.`, {
      rate,
    });
  }
  const scale = -1 / rate;
  for (let i = 0; i < out.length; i++) out[i] = scale * Math.log(1 - generator.uniformDouble());
}
