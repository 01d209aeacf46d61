import type { TypedArray } from '../dtype.ts';
import { ArgumentError } from '../errors.ts';
import type { Generator } from './mt19937.ts';

const TWO_32 = 4_294_967_296;
const TWO_53 = 9_007_199_254_740_992;
const FLOAT32_INTEGERS = 2 ** 24;

/** Smallest and largest integer that an element of `out` holds without gaps below it. */
function integerRange(out: TypedArray): readonly [lowest: number, highest: number] {
  if (out instanceof Int32Array) return [-(2 ** 31), 2 ** 31 - 1];
  if (out instanceof Int8Array) return [-128, 127];
  if (out instanceof Uint8Array) return [0, 255];
  return [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
}

/** (high·2³² + low) mod modulus, exactly, for 2³² <= modulus <= 2⁵³: Horner's rule a bit at a time. */
function remainder64(high: number, low: number, modulus: number): number {
  let rest = high;
  for (let bit = 31; bit >= 0; bit--) {
    const excess = rest - (modulus - rest);
    rest = (excess >= 0 ? excess : rest + rest) + ((low >>> bit) & 1);
    if (rest === modulus) rest = 0;
  }
  return rest;
}

/** Distance between neighbouring float32 numbers at the size of `x`. */
function float32Step(x: number): number {
  let step = 1;
  while (step * FLOAT32_INTEGERS <= Math.abs(x)) step *= 2;
  return step;
}

/** PyTorch's rule for large bounds: one whose inner neighbour float32 would round outwards moves inwards. */
function float32Bounds(from: number, to: number): readonly [from: number, to: number] {
  const above = Math.fround(from + 1);
  const below = Math.fround(to - 1);
  return [
    above < from ? above + float32Step(from + 1) : from,
    below >= to ? below - float32Step(to - 1) : to,
  ];
}

/**
 * Fills `out` with integers drawn uniformly from [from, to), as `torch.randint` and `Tensor.random_(from, to)`.
 *
 * The value is the draw modulo `to − from`: a 32-bit draw if the range is below 2³², else a 64-bit draw. For bool storage
 * pass 0 and 2.
 *
 * @param generator - source of the draws; it is advanced.
 * @param out - Shape (N), any dtype. Floating dtypes receive whole numbers.
 * @param from - lowest value, a safe integer.
 * @param to - one more than the highest value; a safe integer, at most 2⁵³ − 1 above `from`.
 * @throws {@link ArgumentError} when a bound is not such an integer, the range is empty, or the dtype cannot hold it.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.randint.html (numbers of PyTorch 1.13, CPU).
 * @example
 * ```ts
 * import { fillRandint } from './integers.ts';
 * import { Mt19937 } from './mt19937.ts';
 * const dice = new Int32Array(10);
 * fillRandint(new Mt19937(0), dice, 1, 7);
 * ```
 */
export function fillRandint(generator: Generator, out: TypedArray, from: number, to: number): void {
  if (
    !Number.isSafeInteger(from) ||
    !Number.isSafeInteger(to) ||
    !Number.isSafeInteger(to - from) ||
    from >= to
  ) {
    throw new ArgumentError(
      'randint',
      `not a range: got from ${from} and to ${to}, expected integers with from < to, less than 2^53 apart.`,
      { from, to },
    );
  }
  const [lowest, highest] = integerRange(out);
  if (from < lowest || to - 1 > highest) {
    throw new ArgumentError(
      'randint',
      `range does not fit the dtype: got [${from}, ${to}), expected within [${lowest}, ${highest + 1}). Use a wider dtype.`,
      { from, to },
    );
  }
  const [base, end] = out instanceof Float32Array ? float32Bounds(from, to) : [from, to];
  if (base >= end) {
    throw new ArgumentError(
      'randint',
      `no float32 in the range: got from ${from} and to ${to}, expected bounds that float32 tells apart. Use a wider range or float64.`,
      { from, to },
    );
  }
  const range = end - base;
  if (range < TWO_32) {
    const divisor = range >>> 0;
    for (let i = 0; i < out.length; i++) out[i] = (generator.random() % divisor) + base;
  } else {
    for (let i = 0; i < out.length; i++) {
      const high = generator.random();
      out[i] = remainder64(high, generator.random(), range) + base;
    }
  }
}

/**
 * Fills `out` with integers over the whole range of its dtype, as `Tensor.random_()`: [0, 2³¹) for int32, [0, 256) for
 * uint8, [0, 128) for int8, [0, 2²⁴] for float32, [0, 2⁵³] for float64.
 *
 * @param generator - source of the draws; it is advanced.
 * @param out - Shape (N), any dtype. For bool storage use {@link fillRandint} with 0 and 2.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.random_.html (numbers of PyTorch 1.13, CPU).
 * @example
 * ```ts
 * import { fillRandom } from './integers.ts';
 * import { Mt19937 } from './mt19937.ts';
 * const bytes = new Uint8Array(16);
 * fillRandom(new Mt19937(0), bytes);
 * ```
 */
export function fillRandom(generator: Generator, out: TypedArray): void {
  if (out instanceof Float64Array) {
    for (let i = 0; i < out.length; i++) {
      const high = generator.random();
      const rest = (high & 0x1f_ffff) * TWO_32 + generator.random() - (high >>> 21);
      // Modulo 2⁵³ + 1 the weight 2⁵³ of the upper bits is −1; the 1 is added first to stay exact.
      out[i] = rest >= 0 ? rest : rest + 1 + TWO_53;
    }
    return;
  }
  const highest = out instanceof Float32Array ? FLOAT32_INTEGERS : integerRange(out)[1];
  for (let i = 0; i < out.length; i++) out[i] = generator.random() % (highest + 1);
}

/**
 * Fills `out` with a random permutation of 0 … N − 1, as `torch.randperm`: a forward Fisher-Yates shuffle with one
 * 32-bit draw for each position but the last.
 *
 * @param generator - source of the draws; it is advanced.
 * @param out - Shape (N), N at most 214 748 363, where PyTorch's later versions change to 64-bit draws.
 * @throws {@link ArgumentError} when `out` is too long, or its dtype cannot hold N − 1.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.randperm.html (numbers of PyTorch 1.13, CPU).
 * @example
 * ```ts
 * import { fillRandperm, Mt19937 } from '@flambeau/core';
 * const order = new Int32Array(60_000);
 * fillRandperm(new Mt19937(0), order);
 * ```
 */
export function fillRandperm(generator: Generator, out: TypedArray): void {
  const count = out.length;
  const highest = out instanceof Float32Array ? FLOAT32_INTEGERS : integerRange(out)[1];
  const limit = Math.min(highest + 1, Math.floor((TWO_32 - 1) / 20));
  if (count > limit) {
    throw new ArgumentError(
      'randperm',
      `too many elements: got ${count}, expected at most ${limit} for this dtype.`,
      { count },
    );
  }
  for (let i = 0; i < count; i++) out[i] = i;
  for (let i = 0; i < count - 1; i++) {
    const other = i + (generator.random() % ((count - i) >>> 0));
    const value = out[i] as number;
    out[i] = out[other] as number;
    out[other] = value;
  }
}
