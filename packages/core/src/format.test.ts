// Against PyTorch 1.13: golden/printing.json is printed by tests/golden/printing.py.
import { describe, expect, test } from 'vitest';
import { allocTyped, type DType, type TypedArray } from './dtype.ts';
import { type FormatExtras, formatValues } from './format.ts';
import golden from './golden/printing.json' with { type: 'json' };

/** A typed array that repeats `values`, which JSON holds as numbers or as the names of non-finite ones. */
function fill(dtype: DType, shape: readonly number[], values: readonly (number | string)[]): TypedArray {
  const data = allocTyped(
    dtype,
    shape.reduce((product, size) => product * size, 1),
  );
  for (let i = 0; i < data.length; i++) data[i] = Number(values[i % values.length]);
  return data;
}

describe('formatValues > prints what PyTorch prints', () => {
  test.each(golden.cases)('$name', ({ dtype, shape, values, extras, text }) => {
    const type = dtype as DType;
    expect(formatValues(fill(type, shape, values), shape, type, extras as FormatExtras | undefined)).toBe(
      text,
    );
  });
});

describe('formatValues', () => {
  test('shows no requiresGrad suffix when it is false', () => {
    expect(formatValues(new Float32Array([1]), [1], 'float32', { requiresGrad: false })).toBe('tensor([1.])');
  });

  test('names float64 but not int32, and writes booleans as JavaScript does', () => {
    expect(formatValues(new Float64Array([0.5]), [], 'float64')).toBe('tensor(0.5000, dtype=float64)');
    expect(formatValues(new Int32Array([3, -4]), [2], 'int32')).toBe('tensor([ 3, -4])');
    expect(formatValues(new Uint8Array([1, 0]), [2], 'bool')).toBe('tensor([ true, false])');
  });

  test('reads only the elements that it prints', () => {
    const data = new Float32Array(1e6);
    const reads = new Set<string>();
    const watched = new Proxy(data, {
      get(target, key) {
        if (typeof key === 'string') reads.add(key);
        return Reflect.get(target, key, target);
      },
    });
    formatValues(watched, [1000, 1000], 'float32');
    expect(reads.size).toBe(36);
    expect(reads).toContain('999999');
  });
});
