import type { DType, TypedArray } from '@flambeau/core';
import { allocTyped, isFloat } from '@flambeau/core';
import type { TensorSpec } from './samples/spec.ts';

/** Evenly distributed numbers in [0, 1) with 24 bits: the same everywhere, whatever core's generators do. */
export function uniformNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e37_79b1);
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 8) / 2 ** 24;
  };
}

/** The values of a sample's tensor in row-major order, as numbers of the dtype. */
export function drawValues(spec: TensorSpec, dtype: DType, position: number): TypedArray {
  const { shape, fill, layout } = spec;
  const size = shape.reduce((p, n) => p * n, 1);
  const out = allocTyped(dtype, size);
  if ('values' in fill) {
    for (let i = 0; i < size; i++) {
      const value = fill.values[i % fill.values.length] as number;
      out[i] = dtype === 'bool' ? Number(value !== 0) : value;
    }
    return out;
  }
  const next = uniformNumbers(fill.seed * 101 + position);
  const distinct = layout === 'expanded' && (shape[0] ?? 0) > 0 ? size / (shape[0] as number) : size;
  const [low, high] = boundsOf(fill.low, fill.high, dtype);
  for (let i = 0; i < distinct; i++) out[i] = drawOne(next(), low, high, dtype);
  for (let i = distinct; i < size; i++) out[i] = out[i - distinct] as number;
  return out;
}

function boundsOf(low: number | null, high: number | null, dtype: DType): [number, number] {
  if (isFloat(dtype)) return [low ?? -2, high ?? 2];
  return dtype === 'uint8' ? [Math.max(low ?? 0, 0), high ?? 18] : [low ?? -9, high ?? 9];
}

function drawOne(u: number, low: number, high: number, dtype: DType): number {
  if (dtype === 'bool') return u < 0.5 ? 0 : 1;
  if (isFloat(dtype)) return Math.fround(low + u * (high - low));
  return Math.ceil(low) + Math.floor(u * (Math.floor(high) - Math.ceil(low) + 1));
}

/** What a result's gradient is taken to be: multiples of 1/8 that no dtype rounds, none of them 0. */
export function cotangent(size: number, output: number): Float64Array {
  const weights = new Float64Array(size);
  for (let i = 0; i < size; i++) weights[i] = (((i * 7 + output * 5 + 3) % 11) - 5.5) / 4;
  return weights;
}
