import type { Device, Tensor } from '@flambeau/core';
import { defineMap, fromTyped, s, tensor, together } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let one: Device;
let two: Device;
beforeAll(async () => {
  [one, two] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const { fround } = Math;
const SIZES = [1, 3, 4, 5, 16, 17, 67, 1000];

const wave = (device: Device, n: number, seed: number): Tensor =>
  fromTyped(
    Float32Array.from({ length: n }, (_, i) => Math.sin(seed + i)),
    [n],
    { device },
  );

const valuesOf = (x: Tensor): number[] => [...x.dataSync()].map(Number);

/** Kernels that the device has compiled. */
const compiled = (device: Device): number =>
  (device.report()['compiled'] as { readonly kernels: number }).kernels;

const blend = defineMap('testBlend', 4, (x, y, share, offset) =>
  s.add(s.mul(x, share), s.div(y, s.add(s.abs(x), offset))),
);
const blended = (x: number, y: number, share: number, offset: number): number =>
  fround(fround(x * fround(share)) + fround(y / fround(Math.abs(x) + fround(offset))));

/** The blend of tensors of several sizes in one kernel, each with its own numbers. */
function blendAll(device: Device, sizes: readonly number[]): { found: number[][]; expected: number[][] } {
  const x = sizes.map((n, i) => wave(device, n, i));
  const y = sizes.map((n, i) => wave(device, n, i + 0.5));
  const expected = sizes.map((_, i) => {
    const b = valuesOf(y[i] as Tensor);
    return valuesOf(x[i] as Tensor).map((v, j) => blended(v, b[j] as number, i + 0.1, 1.5 / (i + 1)));
  });
  together(() => x.forEach((t, i) => void t.apply_(blend, y[i] as Tensor, i + 0.1, 1.5 / (i + 1))));
  return { found: x.map(valuesOf), expected };
}

describe('several maps in one kernel', () => {
  test('of every size give what each gives alone', () => {
    const { found, expected } = blendAll(one, SIZES);
    expect(found).toEqual(expected);
  });

  test('use a kernel of their own, whatever the sizes', () => {
    const scaled = defineMap('testScaled', 2, (x, factor) => s.mul(s.mul(x, factor), factor));
    const before = compiled(one);
    for (const sizes of [[3, 4], [5, 1, 17], SIZES]) {
      const x = sizes.map((n) => wave(one, n, 1));
      together(() => x.forEach((t) => void t.apply_(scaled, 0.5)));
      x.forEach((t, i) => {
        expect(valuesOf(t)).toEqual(valuesOf(wave(one, sizes[i] as number, 1)).map((v) => v / 4));
      });
    }
    expect(compiled(one)).toBe(before + 1);
  });

  test('are split among threads wherever chunks fall, with the same results', () => {
    for (const sizes of [
      [40_000, 7, 300_001, 1, 50_000],
      [250_000],
      new Array(500).fill(333),
      [1, 2, 400_003, 3],
    ]) {
      const { found, expected } = blendAll(two, [...sizes, 5]);
      expect(found).toEqual(expected);
    }
  });

  test('may be more than the arguments of one kernel have room for', () => {
    const { found, expected } = blendAll(
      one,
      Array.from({ length: 3000 }, (_, i) => 1 + (i % 7)),
    );
    expect(found).toEqual(expected);
  });

  test('of other dtypes, with numbers of each type', () => {
    const wide = [3, 5].map((n) =>
      tensor(
        Array.from({ length: n }, (_, i) => 0.1 * i),
        { dtype: 'float64', device: one },
      ),
    );
    const whole = [3, 17].map((n) =>
      tensor(
        Array.from({ length: n }, (_, i) => i - 2),
        { dtype: 'int32', device: one },
      ),
    );
    const bytes = [4, 5].map((n) =>
      tensor(
        Array.from({ length: n }, (_, i) => 250 + i),
        { dtype: 'uint8', device: one },
      ),
    );
    together(() => {
      wide.forEach((x, i) => void x.mul_(0.1 + i));
      whole.forEach((x, i) => void x.mul_(i + 7));
      bytes.forEach((x) => void x.add_(3));
    });
    expect(wide.map(valuesOf)).toEqual(
      [3, 5].map((n, i) => Array.from({ length: n }, (_, j) => 0.1 * j * (0.1 + i))),
    );
    expect(whole.map(valuesOf)).toEqual(
      [3, 17].map((n, i) => Array.from({ length: n }, (_, j) => (j - 2) * (i + 7))),
    );
    expect(bytes.map(valuesOf)).toEqual(
      [4, 5].map((n) => Array.from({ length: n }, (_, j) => (253 + j) % 256)),
    );
  });

  test('of NaN, infinities and both zeros', () => {
    const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1];
    const x = [special, special.slice(2)].map((v) => tensor(v, { device: one }));
    together(() => x.forEach((t) => void t.mul_(-2)));
    expect(x.map(valuesOf)).toEqual([special, special.slice(2)].map((v) => v.map((n) => n * -2)));
  });

  test('with functions that are imported or long', () => {
    const x = [wave(one, 5, 1), wave(one, 17, 2)];
    const alone = x.map((t) => valuesOf(t.exp().add(t.sin()).pow(2)));
    const rule = defineMap('testFunctions', 2, (v, exponent) => s.pow(s.add(s.exp(v), s.sin(v)), exponent));
    together(() => x.forEach((t) => void t.apply_(rule, 2)));
    expect(x.map(valuesOf)).toEqual(alone);
  });
});
