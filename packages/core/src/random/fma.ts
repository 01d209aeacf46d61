const SPLITTER = 2 ** 27 + 1;
const SAFE_LOW = 2 ** -480;
const SAFE_HIGH = 2 ** 480;

const scratch: Float64Array = new Float64Array(1);
const scratchWords: Uint32Array = new Uint32Array(scratch.buffer);
scratch[0] = 1;
const HIGH_WORD: 0 | 1 = scratchWords[1] === 0 ? 0 : 1;
const LOW_WORD: 0 | 1 = HIGH_WORD === 1 ? 0 : 1;

/** a + b rounded to odd: an inexact result gets a set last bit, so that one later rounding sees on which side it was. */
function addRoundedToOdd(a: number, b: number): number {
  const sum = a + b;
  const back = sum - a;
  const error = a - (sum - back) + (b - back);
  if (error === 0) return sum;
  scratch[0] = sum;
  const low = scratchWords[LOW_WORD] as number;
  if ((low & 1) === 1) return sum;
  if (error > 0 === sum > 0) {
    scratchWords[LOW_WORD] = low + 1;
  } else {
    if (low === 0) scratchWords[HIGH_WORD] = (scratchWords[HIGH_WORD] as number) - 1;
    scratchWords[LOW_WORD] = low - 1;
  }
  return scratch[0];
}

function isSafe(x: number): boolean {
  const size = Math.abs(x);
  return size > SAFE_LOW && size < SAFE_HIGH;
}

/**
 * a·b + c in float64 with a single rounding, as a hardware fused multiply-add.
 *
 * Where a factor or the sum is so small or large (beyond 2^±480) that the exact product has no float64 representation,
 * the ordinary two roundings are used.
 *
 * @remarks Source: Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums", IEEE TC 57 (2008).
 */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  if (c === 0 || !isSafe(a) || !isSafe(b) || !isSafe(c)) return product + c;
  const aHigh = SPLITTER * a - (SPLITTER * a - a);
  const aLow = a - aHigh;
  const bHigh = SPLITTER * b - (SPLITTER * b - b);
  const bLow = b - bHigh;
  const productError = aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;

  const tail = c + productError;
  const tailBack = tail - c;
  const tailError = c - (tail - tailBack) + (productError - tailBack);
  const head = product + tail;
  const headBack = head - product;
  const headError = product - (head - headBack) + (tail - headBack);
  return head + addRoundedToOdd(headError, tailError);
}
