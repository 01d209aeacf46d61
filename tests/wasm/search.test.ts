import { cpu } from '@flambeau/backend-cpu';
import { wasm } from '@flambeau/backend-wasm';
import type { Device, DType, TypedArray } from '@flambeau/core';
import { fromTyped, isin, prod, searchsorted, sort, ValueError } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';

const devices = new Map<string, Device>();

beforeAll(async () => {
  devices.set('one thread', await wasm({ threads: 1 }));
  devices.set('two threads', await wasm({ threads: 2 }));
});

const sizeOf = (shape: readonly number[]): number => shape.reduce((p, n) => p * n, 1);

/** Numbers that look drawn: 0 ≤ number < 1. */
const drawn = (i: number): number => (Math.imul(i + 1, 0x9e3779b1) >>> 0) / 2 ** 32;

const SPECIAL = [0, -0, Number.NaN, Infinity, -Infinity] as const;

const float = (i: number): number =>
  i % 13 === 12 ? (SPECIAL[i % SPECIAL.length] as number) : Math.floor(drawn(i) * 400 - 200) / 4;

const VALUES: Readonly<Record<DType, (n: number, seed: number) => TypedArray>> = {
  float32: (n, seed) => Float32Array.from({ length: n }, (_, i) => float(i + seed)),
  float64: (n, seed) => Float64Array.from({ length: n }, (_, i) => float(i + seed) / 3),
  int32: (n, seed) => Int32Array.from({ length: n }, (_, i) => drawn(i + seed) * 200 - 100),
  uint8: (n, seed) => Uint8Array.from({ length: n }, (_, i) => drawn(i + seed) * 256),
  int8: (n, seed) => Int8Array.from({ length: n }, (_, i) => drawn(i + seed) * 256),
  bool: (n, seed) => Uint8Array.from({ length: n }, (_, i) => drawn(i + seed) * 2),
};
const DTYPES = Object.keys(VALUES) as DType[];

describe.each(['one thread', 'two threads'])('on %s, as on the cpu device', (name) => {
  const on = (): Device => devices.get(name) as Device;
  const both = (run: (device: Device) => TypedArray): readonly [TypedArray, TypedArray] => [
    run(on()),
    run(cpu()),
  ];

  test.each(DTYPES)('membership of %s', (dtype) => {
    for (const [n, tests] of [
      [1, 1],
      [5, 0],
      [0, 3],
      [17, 3],
      [1000, 40],
      [40_001, 7],
    ] as const) {
      const [found, expected] = both((device) => {
        const x = fromTyped(VALUES[dtype](n, 0), [n], { device, dtype });
        return isin(x, fromTyped(VALUES[dtype](tests, 900), [tests], { device, dtype })).dataSync();
      });
      expect(found, `${n} among ${tests}`).toEqual(expected);
    }
  });

  test.each(DTYPES.filter((dtype) => dtype !== 'bool'))('places of %s among sorted edges', (dtype) => {
    for (const [edges, values] of [
      [[1], [1]],
      [[0], [5]],
      [[4], [3, 0]],
      [[17], [2, 5]],
      [[1000], [40_001]],
      [
        [3, 2, 33],
        [3, 2, 50],
      ],
    ] as const) {
      for (const right of [false, true]) {
        const [found, expected] = both((device) => {
          const sequence = sort(fromTyped(VALUES[dtype](sizeOf(edges), 5), edges, { device, dtype })).values;
          const x = fromTyped(VALUES[dtype](sizeOf(values), 77), values, { device, dtype });
          return searchsorted(sequence, x, { right }).dataSync();
        });
        expect(found, `[${values}] among [${edges}], right: ${right}`).toEqual(expected);
      }
    }
  });

  test.each(DTYPES)('products of %s, bit for bit', (dtype) => {
    for (const [shape, axis] of [
      [[1], 0],
      [[17], undefined],
      [[0], undefined],
      [[0, 3], 1],
      [[3, 0], 1],
      [[5, 4, 3], 1],
      [[4, 3, 5], undefined],
      [[2000, 60], 1],
      [[60, 2000], 0],
    ] as const) {
      // Powers of −2, and few: so that integers fit.
      const values = VALUES[dtype](sizeOf(shape), 3).map((v, i) =>
        dtype.startsWith('float') ? v / 20 : v % 2 === 0 && i % 97 === 0 ? 2 : 1,
      );
      const [found, expected] = both((device) =>
        prod(fromTyped(values, shape, { device, dtype }), axis).dataSync(),
      );
      expect(found, `[${shape}] over ${axis}`).toEqual(expected);
      const turned = (device: Device) => {
        const x = fromTyped(values, shape, { device, dtype });
        return prod(x.permute(...[...shape.keys()].reverse()), axis).dataSync();
      };
      const [ofView, expectedOfView] = both(turned);
      expect(ofView, `turned [${shape}] over ${axis}`).toEqual(expectedOfView);
    }
  });

  test('integer products that do not fit are told; large ones times 0 fit', () => {
    const of = (...numbers: number[]) =>
      prod(fromTyped(Int32Array.from(numbers), [numbers.length], { device: on() }));
    expect(() => of(65_536, 65_536)).toThrow(ValueError);
    expect([...of(-65_536, 32_768).dataSync()]).toEqual([-(2 ** 31)]);
    const large = new Array<number>(100).fill(2 ** 31 - 1);
    expect([...of(...large, 0).dataSync()]).toEqual([0]);
    expect([...of(0, ...large).dataSync()]).toEqual([0]);
  });
});
