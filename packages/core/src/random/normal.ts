import { ArgumentError } from '../errors.ts';
import type { FloatArray } from './arrays.ts';
import { cosFloat32, logFloat32, sinFloat32 } from './float32-math.ts';
import { fma } from './fma.ts';
import type { Generator } from './mt19937.ts';

const { fround } = Math;
const BLOCK = 16;
const HALF = BLOCK / 2;
const TWO_PI = 2 * Math.PI;
const TWO_PI_FLOAT32: number = fround(TWO_PI);

/** Turns 16 uniforms into 16 normals: element j is the radius and element j + 8 the angle of a Box-Muller pair. */
function boxMullerFloat32(out: Float32Array, start: number, mean: number, std: number): void {
  for (let j = start; j < start + HALF; j++) {
    const radius = fround(Math.sqrt(-2 * logFloat32(1 - (out[j] as number))));
    const angle = fround(TWO_PI_FLOAT32 * (out[j + HALF] as number));
    out[j] = fround(radius * cosFloat32(angle)) * std + mean;
    out[j + HALF] = fround(radius * sinFloat32(angle)) * std + mean;
  }
}

function boxMullerFloat64(out: Float64Array, start: number, mean: number, std: number): void {
  for (let j = start; j < start + HALF; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - (out[j] as number)));
    const angle = TWO_PI * (out[j + HALF] as number);
    out[j] = fma(radius * Math.cos(angle), std, mean);
    out[j + HALF] = fma(radius * Math.sin(angle), std, mean);
  }
}

/** Blocks of 16, and a last block drawn anew that overlaps its neighbour when the length is no multiple of 16. */
function fillBlocks<T extends FloatArray>(
  out: T,
  draw: () => number,
  transform: (start: number) => void,
): void {
  const count = out.length;
  for (let i = 0; i < count; i++) out[i] = draw();
  for (let i = 0; i + BLOCK <= count; i += BLOCK) transform(i);
  if (count % BLOCK !== 0) {
    for (let i = count - BLOCK; i < count; i++) out[i] = draw();
    transform(count - BLOCK);
  }
}

/** One standard normal in float64; every second call hands out the pair's other half without drawing. */
function nextStandardNormal(generator: Generator): number {
  const pending = generator.nextNormal;
  if (pending !== undefined) {
    generator.nextNormal = undefined;
    return pending;
  }
  const angle = TWO_PI * generator.uniformDouble();
  const radius = Math.sqrt(-2 * Math.log1p(-generator.uniformDouble()));
  generator.nextNormal = radius * Math.sin(angle);
  return radius * Math.cos(angle);
}

/**
 * Fills `out` with normally distributed numbers, as `Tensor.normal_(mean, std)` on a contiguous tensor.
 *
 * PyTorch has two algorithms. From 16 elements on, Box-Muller runs in `out`'s own precision over blocks of 16, and a last
 * partial block is replaced by a full one drawn anew. Below 16, each number comes from a float64 pair whose second half is
 * kept in the generator for the next short fill.
 *
 * @param generator - source of the draws; it is advanced.
 * @param out - Shape (N), float32 or float64. float32 has the bits of PyTorch's AVX2 kernels (below 16 elements: within
 * one rounding of the engine's `Math.log1p`, `sin` and `cos`); float64 agrees to about 1e-15 relative.
 * @param mean - any number.
 * @param std - standard deviation, at least 0.
 * @throws {@link ArgumentError} when `std` is negative or NaN.
 * @remarks Source: https://pytorch.org/docs/stable/generated/torch.Tensor.normal_.html (numbers of PyTorch 1.13, CPU).
 * @example
 * ```ts
 * import { fillNormal, Mt19937 } from '@flambeau/core';
 * const noise = new Float32Array(64);
 * fillNormal(new Mt19937(0), noise, 0, 0.1);
 * ```
 */
export function fillNormal(generator: Generator, out: FloatArray, mean = 0, std = 1): void {
  if (!(std >= 0)) {
    throw new ArgumentError('normal', `std is negative: got ${std}, expected a number >= 0.`, { std });
  }
  if (out.length < BLOCK) {
    for (let i = 0; i < out.length; i++) out[i] = fma(nextStandardNormal(generator), std, mean);
  } else if (out instanceof Float32Array) {
    const mean32 = fround(mean);
    const std32 = fround(std);
    fillBlocks(
      out,
      () => generator.uniformFloat(),
      (start) => boxMullerFloat32(out, start, mean32, std32),
    );
  } else {
    fillBlocks(
      out,
      () => generator.uniformDouble(),
      (start) => boxMullerFloat64(out, start, mean, std),
    );
  }
}
