import type { Device, Tensor } from '@flambeau/core';
import { fromTyped } from '@flambeau/core';
import { expect } from 'vitest';
import { ulpsBetween } from './targets.ts';

export const SMALLEST_NORMAL = 2 ** -126;

/** NaN, infinities, zeros, ordinary, tiny and large numbers, and where functions change their formula. */
export const NORMAL: readonly number[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  1.5,
  -2.5,
  1e-5,
  -1e-5,
  1e-7,
  SMALLEST_NORMAL,
  1e30,
  -1e30,
  3.4e38,
  88,
  -88,
  100,
  -103,
  10,
  -10,
  9,
  7.25,
  0.1,
  -0.1,
  16_777_217,
  -1e10,
  -0.29,
  0.41,
  0.624,
  0.626,
  0.999,
  -0.999,
].map(Math.fround);
export const SUBNORMAL: readonly number[] = [1e-40, -1e-40, 1.4e-45].map(Math.fround);
export const FLOATS: readonly number[] = [...NORMAL, ...SUBNORMAL];
export const INTEGERS: readonly number[] = [
  0,
  1,
  -1,
  2,
  -2,
  3,
  7,
  -7,
  31,
  32,
  33,
  255,
  -128,
  2 ** 31 - 1,
  -(2 ** 31),
  1_000_003,
  65_536,
];

export const floats = (values: readonly number[], device: Device): Tensor =>
  fromTyped(Float32Array.from(values), [values.length], { device });
export const integers = (values: readonly number[], device: Device): Tensor =>
  fromTyped(Int32Array.from(values), [values.length], { device });

/** All pairs of values, as two lists. */
export const pairs = (values: readonly number[]): readonly [number[], number[]] => [
  values.flatMap((a) => values.map(() => a)),
  values.flatMap(() => [...values]),
];

export interface Allowed {
  readonly ulps: number;
  readonly flushes: boolean;
}

/** Compares with a formula's float64 values. Where subnormals may be flushed, so may such results. */
export function expectClose(
  found: ArrayLike<number>,
  expected: readonly number[],
  { ulps, flushes }: Allowed,
  what: (i: number) => string,
): void {
  expected.forEach((exact, i) => {
    const want = Math.fround(exact);
    const got = found[i] as number;
    if (flushes && Math.abs(want) < SMALLEST_NORMAL && Math.abs(got) < SMALLEST_NORMAL) return;
    expect(ulpsBetween(got, want), `${what(i)}: got ${got}, expected ${want}`).toBeLessThanOrEqual(ulps);
  });
}

export const isTiny = (x: number): boolean => x !== 0 && Math.abs(x) < SMALLEST_NORMAL;
