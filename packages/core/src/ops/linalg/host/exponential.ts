import { identity, multiply } from './matrix.ts';

/** Up to this 1-norm, {@link EXP_DEGREE} terms of the series give float64 to the last digits. */
const SERIES_NORM = 0.5;

/** Beyond 2^64 the exponential of a matrix is no number that float64 holds, or its digits are noise. */
const MAX_SQUARINGS = 64;

/** Terms of the series, by dtype. */
export const EXP_DEGREE: Readonly<Record<'float32' | 'float64', number>> = { float32: 9, float64: 15 };

/** How often exp(A / 2^s) must be squared, for a matrix of this size. */
export function squaringsFor(a: Float64Array, n: number): number {
  let norm = 0;
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.abs(a[i * n + j] as number);
    norm = Math.max(norm, sum);
  }
  if (!Number.isFinite(norm) || norm <= SERIES_NORM) return 0;
  return Math.min(Math.ceil(Math.log2(norm / SERIES_NORM)), MAX_SQUARINGS);
}

/** exp(A / 2^s), exp(A / 2^(s−1)), …, exp(A): the series, squared again and again. */
export function exponentials(a: Float64Array, n: number, squarings: number): Float64Array<ArrayBuffer>[] {
  const x = a.map((value) => value / 2 ** squarings);
  let power: Float64Array<ArrayBuffer> = identity(n);
  for (let term = EXP_DEGREE.float64; term > 0; term--) {
    power = multiply(x, power, n, n, n).map((value) => value / term);
    for (let i = 0; i < n; i++) power[i * n + i] = (power[i * n + i] as number) + 1;
  }
  const out = [power];
  for (let i = 0; i < squarings; i++)
    out.push(multiply(out[i] as Float64Array, out[i] as Float64Array, n, n, n));
  return out;
}
