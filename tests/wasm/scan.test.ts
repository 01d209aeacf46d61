import { grad } from '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { wasm } from '@flambeau/backend-wasm';
import type { DType, Tensor, TypedArray } from '@flambeau/core';
import {
  cummax,
  cummin,
  cumprod,
  cumsum,
  type Device,
  fromTyped,
  logcumsumexp,
  manualSeed,
  randn,
  ValueError,
} from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';

const devices = new Map<string, Device>();

beforeAll(async () => {
  devices.set('one thread', await wasm({ threads: 1 }));
  devices.set('two threads', await wasm({ threads: 2 }));
});

const sizeOf = (shape: readonly number[]): number => shape.reduce((p, n) => p * n, 1);

/** Numbers that look drawn, 0 ≤ number < 1. */
const drawn = (i: number): number => ((Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(i, i)) >>> 0) / 2 ** 32;

const SPECIAL = [0, -0, Number.NaN, Infinity, -Infinity, 1e-42] as const;

/** Ties, zeros of both signs and, late in a line, infinities and NaN. */
const float = (i: number): number =>
  i % 211 === 210 ? (SPECIAL[i % SPECIAL.length] as number) : Math.floor(drawn(i) * 64) / 16 - 2;

/** Products of these stay small. */
const sign = (i: number): number => (i % 97 === 96 ? 2 - (i % 2) * 2 : (i % 2) * 2 - 1);

const VALUES: Readonly<Record<DType, (n: number) => TypedArray>> = {
  float32: (n) => Float32Array.from({ length: n }, (_, i) => float(i)),
  float64: (n) => Float64Array.from({ length: n }, (_, i) => float(i)),
  int32: (n) => Int32Array.from({ length: n }, (_, i) => sign(i)),
  uint8: (n) => Uint8Array.from({ length: n }, (_, i) => i % 2),
  int8: (n) => Int8Array.from({ length: n }, (_, i) => sign(i)),
  bool: (n) => Uint8Array.from({ length: n }, (_, i) => Number(drawn(i) < 0.9)),
};

const CASES: readonly (readonly [shape: readonly number[], axis: number])[] = [
  [[1], 0],
  [[3], 0],
  [[4], 0],
  [[17], 0],
  [[70_001], 0],
  [[5, 17], 1],
  [[17, 5], 0],
  [[3, 50, 37], 1],
  [[60, 1111], 0],
  [[1111, 60], 1],
  [[0, 3], 0],
  [[3, 0], 0],
];

type Scan = (x: Tensor, axis: number) => readonly Tensor[];

const EXACT: Readonly<Record<string, Scan>> = {
  cumsum: (x, axis) => [cumsum(x, axis)],
  cumprod: (x, axis) => [cumprod(x, axis)],
  cummax: (x, axis) => Object.values(cummax(x, axis)),
  cummin: (x, axis) => Object.values(cummin(x, axis)),
};

describe.each(['one thread', 'two threads'])('running totals and extremes on %s', (name) => {
  const on = (): Device => devices.get(name) as Device;

  test.each(Object.keys(VALUES) as DType[])('of %s are those of the cpu device, bit for bit', (dtype) => {
    for (const [op, scan] of Object.entries(EXACT)) {
      for (const [shape, axis] of CASES) {
        const values = VALUES[dtype](sizeOf(shape));
        const of = (device: Device) =>
          scan(fromTyped(values, shape, { device, dtype }), axis).map((y) => y.dataSync());
        expect(of(on()), `${op} of [${shape}] along ${axis}`).toEqual(of(cpu()));
      }
    }
  });

  test.each(['float32', 'float64'] as const)('logarithms of sums of exponentials of %s', (dtype) => {
    for (const [shape, axis] of CASES) {
      const values = VALUES[dtype](sizeOf(shape)).map((v) => 30 * v);
      const of = (device: Device) =>
        logcumsumexp(fromTyped(values, shape, { device, dtype }), axis).dataSync();
      const [found, expected] = [of(on()), of(cpu())];
      if (dtype === 'float64') expect(found).toEqual(expected);
      for (const [i, y] of expected.entries()) {
        const close = Math.abs((found[i] as number) - y) <= 1.2e-7 * Math.max(Math.abs(y), 0.05);
        if (!(Object.is(found[i], y) || close)) expect.fail(`${found[i]} for ${y} at ${i} of [${shape}]`);
      }
    }
  });

  test('gradients of running products, by recurrences both ways, are those of the cpu device', () => {
    for (const [shape, axis] of CASES) {
      manualSeed(3);
      const numbers = randn(shape, { device: cpu() });
      const of = (device: Device): TypedArray | undefined => {
        const x = numbers.to(device).detach().requiresGrad_();
        return grad([cumprod(x, axis).sum()], [x])[0]?.dataSync();
      };
      expect(of(on())).toEqual(of(cpu()));
    }
  });

  test('integers that do not fit are told, the first of them', () => {
    expect(() => cumsum(fromTyped(Int32Array.of(2 ** 31 - 1, 5, -9), [3], { device: on() }), 0)).toThrow(
      /got 2147483652, expected/,
    );
    expect(() => cumprod(fromTyped(Int32Array.of(65_536, 65_536), [2], { device: on() }), 0)).toThrow(
      ValueError,
    );
  });
});
