import { describe, expect, test } from 'vitest';
import { difference, toleranceFor } from './compare.ts';
import { cotangent } from './draw.ts';
import type { HostTensor } from './evaluate.ts';
import { decodeGolden } from './golden.ts';

const vector = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const exact = { atol: 0, rtol: 0 };

describe('two tensors agree', () => {
  test('when values differ by no more than atol + rtol·|expected|', () => {
    expect(difference(vector(1.5, 100), vector(1, 90), { atol: 0.5, rtol: 0.11 })).toBeNull();
    expect(difference(vector(1.5, 100), vector(1, 90), { atol: 0.5, rtol: 0.05 })).toMatch(
      /got 100 at position 1, expected 90 \(off by 10\.0, allowed 0\.5 \+ 0\.05·\|expected\|\); 1 of 2 values differ/,
    );
  });

  test('when both are NaN, or the same infinity', () => {
    expect(difference(vector(Number.NaN, Infinity), vector(Number.NaN, Infinity), exact)).toBeNull();
    const loose = { atol: 1e30, rtol: 1 };
    expect(difference(vector(Infinity), vector(-Infinity), loose)).toMatch(/got Infinity at position 0/);
    expect(difference(vector(1), vector(Infinity), loose)).toMatch(/expected Infinity/);
    expect(difference(vector(Number.NaN), vector(1), loose)).toMatch(/got NaN/);
    expect(difference(vector(1), vector(Number.NaN), loose)).toMatch(/expected NaN/);
  });

  test('whatever the sign of zeros, unless it is asked for', () => {
    expect(difference(vector(0), vector(-0), exact)).toBeNull();
    expect(difference(vector(0), vector(-0), exact, true)).toMatch(/got 0 at position 0, expected -0/);
  });

  test('never with another dtype, shape or number of values', () => {
    expect(difference({ ...vector(1), dtype: 'float64' }, vector(1), exact)).toBe(
      'got dtype float64, expected float32',
    );
    expect(difference({ ...vector(1, 2), shape: [2, 1] }, vector(1, 2), exact)).toBe(
      'got shape [2, 1], expected [2]',
    );
    expect(difference({ ...vector(1), shape: [2] }, vector(1, 2), exact)).toBe('got 1 values, expected 2');
  });
});

test('integers are compared exactly, floats by the first tolerance that names their dtype', () => {
  const wide = { float32: { atol: 1, rtol: 1 }, int32: { atol: 1, rtol: 1 } };
  expect(toleranceFor('int32', wide)).toEqual(exact);
  expect(toleranceFor('float32', undefined, wide)).toEqual({ atol: 1, rtol: 1 });
  expect(toleranceFor('float64', wide)).toEqual({ atol: 1e-13, rtol: 1e-12 });
});

test('golden text becomes outputs and gradients', () => {
  const { outputs, gradients } = decodeGolden('f4|2|AACAPwAAAMA= b1||AQ==;f8|1|AAAAAAAA8D8= -');
  expect(outputs).toEqual([
    { dtype: 'float32', shape: [2], data: Float32Array.of(1, -2) },
    { dtype: 'bool', shape: [], data: Uint8Array.of(1) },
  ]);
  expect(gradients).toEqual([{ dtype: 'float64', shape: [1], data: Float64Array.of(1) }, null]);
  expect(() => decodeGolden('f2|1|AAA=')).toThrow("got dtype code 'f2'");
});

test('cotangents are multiples of 1/8 that are not 0, as tests/golden/tensors.py has them', () => {
  expect([...cotangent(4, 0)]).toEqual([-0.625, 1.125, 0.125, -0.875]);
  expect([...cotangent(2, 1)]).toEqual([0.625, -0.375]);
  expect([...cotangent(1000, 3)].every((value) => value !== 0 && Number.isInteger(value * 8))).toBe(true);
});
