import type { TypedArray } from '../dtype.ts';
import { ArgumentError, ShapeError, ValueError } from '../errors.ts';
import type { FloatArray } from './arrays.ts';
import type { Generator } from './mt19937.ts';

function isProbability(p: number): boolean {
  return p >= 0 && p <= 1;
}

/**
 * Fills `out` with 1 at probability `p` and 0 otherwise, as `Tensor.bernoulli_(p)`: 1 where a float64 uniform is below p.
 *
 * @param generator - source of the draws, two 32-bit draws an element; it is advanced.
 * @param out - Shape (N), any dtype.
 * @param p - probability in [0, 1].
 * @throws {@link ArgumentError} when `p` is not a probability.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.bernoulli_.html (numbers of PyTorch 1.13, CPU,
 * built without MKL; builds with MKL draw other numbers here).
 * @example
 * ```ts
 * import { fillBernoulli } from './bernoulli.ts';
 * import { Mt19937 } from './mt19937.ts';
 * const mask = new Uint8Array(100);
 * fillBernoulli(new Mt19937(0), mask, 0.8);
 * ```
 */
export function fillBernoulli(generator: Generator, out: TypedArray, p: number): void {
  if (!isProbability(p)) {
    throw new ArgumentError('bernoulli', `not a probability: got ${p}, expected a number in [0, 1].`, { p });
  }
  for (let i = 0; i < out.length; i++) out[i] = generator.uniformDouble() < p ? 1 : 0;
}

/**
 * Fills `out` with 1 at the probability given for each element, as `torch.bernoulli(probabilities)`.
 *
 * float32 probabilities are compared with float32 uniforms (one 32-bit draw an element), float64 with float64 (two).
 *
 * @param generator - source of the draws; it is advanced.
 * @param out - Shape (N), any dtype.
 * @param probabilities - Shape (N), in [0, 1].
 * @throws {@link ShapeError} when the lengths differ.
 * @throws {@link ValueError} when an element is not a probability; then nothing is drawn.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.bernoulli.html (numbers of PyTorch 1.13, CPU).
 * @example
 * ```ts
 * import { fillBernoulliFrom } from './bernoulli.ts';
 * import { Mt19937 } from './mt19937.ts';
 * const spins = new Float32Array(3);
 * fillBernoulliFrom(new Mt19937(0), spins, new Float32Array([0.1, 0.5, 0.9]));
 * ```
 */
export function fillBernoulliFrom(generator: Generator, out: TypedArray, probabilities: FloatArray): void {
  if (probabilities.length !== out.length) {
    throw new ShapeError(
      'bernoulli',
      `lengths differ: got ${probabilities.length} probabilities, expected ${out.length}.`,
    );
  }
  const bad = probabilities.findIndex((p) => !isProbability(p));
  if (bad >= 0) {
    throw new ValueError(
      'bernoulli',
      `not a probability: got ${probabilities[bad]} at ${bad}, expected numbers in [0, 1]. Apply sigmoid to logits first.`,
      { index: bad, value: probabilities[bad] },
    );
  }
  if (probabilities instanceof Float32Array) {
    for (let i = 0; i < out.length; i++)
      out[i] = generator.uniformFloat() < (probabilities[i] as number) ? 1 : 0;
  } else {
    for (let i = 0; i < out.length; i++)
      out[i] = generator.uniformDouble() < (probabilities[i] as number) ? 1 : 0;
  }
}
