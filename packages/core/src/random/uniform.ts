import { ArgumentError } from '../errors.ts';
import type { FloatArray } from './arrays.ts';
import { fma } from './fma.ts';
import type { Generator } from './mt19937.ts';

/**
 * Fills `out` with uniform numbers in [from, to): u·(to − from) + from, as `Tensor.uniform_`.
 *
 * float32 takes one 32-bit draw and 24 random bits an element, float64 two draws and 53 bits. The multiply-add is
 * rounded once, as PyTorch's fused kernels do, so `to` itself can appear where rounding reaches it.
 *
 * @param generator - source of the draws; it is advanced.
 * @param out - Shape (N), float32 or float64.
 * @param from - lower bound, finite.
 * @param to - upper bound, finite, at least `from`.
 * @throws {@link ArgumentError} when the bounds are reversed, not finite, or further apart than the dtype can hold.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.uniform_.html (numbers of PyTorch 1.13, CPU).
 * @example
 * ```ts
 * import { fillUniform, Mt19937 } from '@flambeau/core';
 * const weights = new Float32Array(6);
 * fillUniform(new Mt19937(0), weights, -0.5, 0.5);
 * ```
 */
export function fillUniform(generator: Generator, out: FloatArray, from = 0, to = 1): void {
  const single = out instanceof Float32Array;
  const low = single ? Math.fround(from) : from;
  const range = single ? Math.fround(Math.fround(to) - low) : to - low;
  if (!(from <= to) || !Number.isFinite(low) || !Number.isFinite(range)) {
    throw new ArgumentError(
      'uniform',
      `not a range: got from ${from} and to ${to}, expected finite from <= to. Pass the smaller bound first.`,
      { from, to },
    );
  }
  if (single) {
    // A float32 product is exact in float64, so the store is the only rounding.
    for (let i = 0; i < out.length; i++) out[i] = generator.uniformFloat() * range + low;
  } else if (low === 0) {
    for (let i = 0; i < out.length; i++) out[i] = generator.uniformDouble() * range;
  } else {
    for (let i = 0; i < out.length; i++) out[i] = fma(generator.uniformDouble(), range, low);
  }
}
