import { describe, expect, test } from 'vitest';
import { fma } from './fma.ts';
import { Mt19937 } from './mt19937.ts';

/** A float64 as an integer times a power of two. */
function exact(x: number): readonly [mantissa: bigint, exponent: number] {
  let exponent = 0;
  let scaled = x;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    exponent--;
  }
  return [BigInt(scaled), exponent];
}

/** a·b + c in unlimited precision, then rounded to nearest even by the division of integers. */
function referenceFma(a: number, b: number, c: number): number {
  const [ma, ea] = exact(a);
  const [mb, eb] = exact(b);
  const [mc, ec] = exact(c);
  const exponent = Math.min(ea + eb, ec);
  const sum = ((ma * mb) << BigInt(ea + eb - exponent)) + (mc << BigInt(ec - exponent));
  const size = sum < 0n ? -sum : sum;
  const excess = size.toString(2).length - 53;
  if (excess <= 0) return Number(sum) * 2 ** exponent;
  const unit = 1n << BigInt(excess);
  const rest = size % unit;
  let quotient = size / unit;
  if (2n * rest > unit || (2n * rest === unit && quotient % 2n === 1n)) quotient += 1n;
  return (sum < 0n ? -1 : 1) * Number(quotient) * 2 ** (exponent + excess);
}

describe('fma', () => {
  test('keeps what the product alone would round away', () => {
    expect(fma(0.1, 10, -1)).toBe(2 ** -54); // 0.1 is 2^-54/10 too large
    expect(fma(1 + 2 ** -52, 1 - 2 ** -52, -1)).toBe(-(2 ** -104));
  });

  test('rounds once: 20000 random sums equal exact integer arithmetic', () => {
    const generator = new Mt19937(1);
    const random = (): number => {
      const size = 2 ** Math.floor(generator.uniformDouble() * 40 - 20);
      return (generator.uniformDouble() - 0.5) * size;
    };
    let fused = 0;
    for (let i = 0; i < 20_000; i++) {
      const a = random();
      const b = random();
      // Every other time the addend nearly cancels the product.
      const c = i % 2 === 0 ? random() : -a * b * (1 + (generator.uniformDouble() - 0.5) * 2 ** -20);
      const expected = referenceFma(a, b, c);
      if (expected !== a * b + c) fused++;
      expect(fma(a, b, c)).toBe(expected);
    }
    expect(fused).toBeGreaterThan(5000);
  });

  test('rounds halfway cases by what lies below them', () => {
    const half = 2 ** -53;
    for (const c of [1, -1, 1 + 2 ** -52, -1 - 2 ** -52, 2, 1.5]) {
      for (const a of [half, -half, half * (1 + 2 ** -52), half * (1 - 2 ** -53), -half * (1 + 2 ** -52)]) {
        for (const b of [1, 1 + 2 ** -52, 1 - 2 ** -53, 2]) {
          expect(fma(a, b, c), `${a} * ${b} + ${c}`).toBe(referenceFma(a, b, c));
        }
      }
    }
  });

  test('falls back to two roundings where the product has no exact form, and to IEEE rules for zero and infinity', () => {
    expect(fma(1e300, 1e10, -1)).toBe(Infinity);
    expect(fma(1e300, 1e-300, 1)).toBe(1e300 * 1e-300 + 1);
    expect(fma(0, 5, 2)).toBe(2);
    expect(fma(3, 5, 0)).toBe(15);
    expect(fma(Infinity, 0, 1)).toBeNaN();
  });
});
