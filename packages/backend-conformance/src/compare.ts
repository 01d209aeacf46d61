import type { DType } from '@flambeau/core';
import { formatShape, isFloat, sameShape } from '@flambeau/core';
import type { HostTensor } from './evaluate.ts';
import type { Tolerance, Tolerances } from './samples/spec.ts';

/** What two correct implementations may differ by: rounding in another order. */
export const DEFAULT_TOLERANCES: Readonly<Record<'float32' | 'float64', Tolerance>> = {
  float32: { atol: 1e-6, rtol: 1e-5 },
  float64: { atol: 1e-13, rtol: 1e-12 },
};

const EXACT: Tolerance = { atol: 0, rtol: 0 };

/** The tolerance for a dtype: the first that says something about it, else the default; exact for integers. */
export function toleranceFor(dtype: DType, ...choices: readonly (Tolerances | undefined)[]): Tolerance {
  if (dtype !== 'float32' && dtype !== 'float64') return EXACT;
  return choices.find((choice) => choice?.[dtype])?.[dtype] ?? DEFAULT_TOLERANCES[dtype];
}

/** Where two tensors differ first and in how many places, as a sentence; null when they agree. */
export function difference(
  found: HostTensor,
  expected: HostTensor,
  tolerance: Tolerance,
  signedZeros = false,
): string | null {
  if (found.dtype !== expected.dtype) return `got dtype ${found.dtype}, expected ${expected.dtype}`;
  if (!sameShape(found.shape, expected.shape)) {
    return `got shape ${formatShape(found.shape)}, expected ${formatShape(expected.shape)}`;
  }
  if (found.data.length !== expected.data.length) {
    return `got ${found.data.length} values, expected ${expected.data.length}`;
  }
  let first = -1;
  let count = 0;
  for (let i = 0; i < expected.data.length; i++) {
    if (agree(found.data[i] as number, expected.data[i] as number, tolerance, signedZeros)) continue;
    if (first < 0) first = i;
    count++;
  }
  if (first < 0) return null;
  const shown = `got ${show(found.data[first])} at position ${first}, expected ${show(expected.data[first])}`;
  const off = isFloat(found.dtype)
    ? ` (off by ${Math.abs((found.data[first] as number) - (expected.data[first] as number)).toPrecision(3)}, allowed ${tolerance.atol} + ${tolerance.rtol}·|expected|)`
    : '';
  return `${shown}${off}; ${count} of ${expected.data.length} values differ`;
}

const show = (value: number | undefined): string => (Object.is(value, -0) ? '-0' : String(value));

function agree(found: number, expected: number, { atol, rtol }: Tolerance, signedZeros: boolean): boolean {
  if (found === expected) return !signedZeros || expected !== 0 || Object.is(found, expected);
  if (Number.isNaN(expected)) return Number.isNaN(found);
  return Number.isFinite(expected) && Math.abs(found - expected) <= atol + rtol * Math.abs(expected);
}
