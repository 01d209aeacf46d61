import type { Operand } from '@flambeau/core';
import { contiguousStrides } from '@flambeau/core';
import { expect, test } from 'vitest';
import { layerNorm, layerNormGrad } from './layer-norm.ts';

const [LINES, LENGTH, EPS] = [37, 1031, 1e-5];
const wave = (n: number, by: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.sin(by * (i + 1)));

/** The formulas one number at a time: y, and the gradients of Σ y·g. */
function byHand(x: Float64Array, weight: Float64Array, bias: Float64Array, g: Float64Array) {
  const y = new Float64Array(x.length);
  const dx = new Float64Array(x.length);
  const dweight = new Float64Array(LENGTH);
  const dbias = new Float64Array(LENGTH);
  for (let line = 0; line < LINES; line++) {
    const at = line * LENGTH;
    const values = x.subarray(at, at + LENGTH);
    const mean = values.reduce((sum, v) => sum + v, 0) / LENGTH;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / LENGTH + EPS);
    const normal = values.map((v) => (v - mean) / deviation);
    const upstream = normal.map((_, i) => (g[at + i] as number) * (weight[i] as number));
    const shift = upstream.reduce((sum, v) => sum + v, 0) / LENGTH;
    const slope = upstream.reduce((sum, v, i) => sum + v * (normal[i] as number), 0) / LENGTH;
    normal.forEach((v, i) => {
      y[at + i] = v * (weight[i] as number) + (bias[i] as number);
      dx[at + i] = ((upstream[i] as number) - shift - v * slope) / deviation;
      dweight[i] = (dweight[i] as number) + (g[at + i] as number) * v;
      dbias[i] = (dbias[i] as number) + (g[at + i] as number);
    });
  }
  return { y, dx, dweight, dbias };
}

/** Values that begin somewhere in a larger block. */
function operand(shape: readonly number[], values?: Float64Array): Operand {
  const size = shape.reduce((p, n) => p * n, 1);
  const block = new Float64Array(size + 8).fill(99);
  if (values) block.set(values, 5);
  return { block, dtype: 'float64', shape, strides: contiguousStrides(shape), offset: 5, size };
}

function distance({ block, offset }: Operand, expected: Float64Array): number {
  const found = (block as Float64Array).subarray(offset);
  return expected.reduce((most, v, i) => Math.max(most, Math.abs(v - (found[i] as number))), 0);
}

const [NONE, ATTRS] = [{ ticket: 0 }, { count: 1, eps: EPS }];

test('lines that are long and far from 0 are normalised as the formulas say, and so is their gradient', () => {
  const n = LINES * LENGTH;
  const x = wave(n, 0.37).map((v) => 1000 + v);
  const [weight, bias, g] = [wave(LENGTH, 0.11), wave(LENGTH, 0.23), wave(n, 0.71)];
  const expected = byHand(x, weight, bias, g);
  const [matrix, line] = [[LINES, LENGTH], [LENGTH]];
  const [y, mean, rstd] = [operand(matrix), operand([LINES, 1]), operand([LINES, 1])];
  const [input, scale] = [operand(matrix, x), operand(line, weight)];
  layerNorm([input, scale, operand(line, bias)], [y, mean, rstd], ATTRS, NONE);
  expect(distance(y, expected.y)).toBeLessThan(1e-10);
  const [dx, dweight, dbias] = [operand(matrix), operand(line), operand(line)];
  layerNormGrad([operand(matrix, g), input, mean, rstd, scale], [dx, dweight, dbias], ATTRS, NONE);
  expect(distance(dx, expected.dx)).toBeLessThan(1e-9);
  expect(distance(dweight, expected.dweight)).toBeLessThan(1e-9);
  expect(distance(dbias, expected.dbias)).toBeLessThan(1e-9);
  for (const result of [y, dx, dweight, dbias]) {
    const block = result.block as Float64Array;
    expect([...block.subarray(0, 5), ...block.subarray(5 + result.size)]).toEqual(new Array(8).fill(99));
  }
});
