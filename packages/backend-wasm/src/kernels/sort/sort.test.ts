import type { Device, DType, TypedArray } from '@flambeau/core';
import { fromTyped, sort, topk } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const sizeOf = (shape: readonly number[]): number => shape.reduce((p, n) => p * n, 1);

/** Numbers that look drawn, 0 ≤ number < 1. */
const drawn = (i: number): number => ((Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(i, i)) >>> 0) / 2 ** 32;

const SPECIAL = [0, -0, Number.NaN, Infinity, -Infinity, 1e-42, -1e-42, 3, -3] as const;

/** Floats of all sizes with ties, infinities, NaN and zeros of both signs. */
function float(i: number): number {
  if (i % 3 === 0) return SPECIAL[Math.floor(drawn(i) * SPECIAL.length)] as number;
  if (i % 3 === 1) return Math.floor(drawn(i) * 20 - 10);
  return (drawn(i) - 0.5) * 10 ** (drawn(i + 7) * 60 - 30);
}

const integer = (i: number): number => Math.floor((drawn(i) - 0.5) * 2 ** 32);

const VALUES: Readonly<Record<DType, (n: number) => TypedArray>> = {
  float32: (n) => Float32Array.from({ length: n }, (_, i) => float(i)),
  float64: (n) => Float64Array.from({ length: n }, (_, i) => float(i)),
  int32: (n) => Int32Array.from({ length: n }, (_, i) => integer(i)),
  uint8: (n) => Uint8Array.from({ length: n }, (_, i) => integer(i)),
  int8: (n) => Int8Array.from({ length: n }, (_, i) => integer(i)),
  bool: (n) => Uint8Array.from({ length: n }, (_, i) => integer(i) & 1),
};

/** Where along an axis each value in order comes from: by comparing numbers, ties by position, NaN as the largest. */
function placesInOrder(
  values: TypedArray,
  shape: readonly number[],
  axis: number,
  descending: boolean,
): Int32Array {
  const [n, inner] = [shape[axis] as number, sizeOf(shape.slice(axis + 1))];
  const out = new Int32Array(values.length);
  const compare = (a: number, b: number): number => {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a < b ? -1 : Number(a > b);
  };
  for (let line = 0; line < values.length / n; line++) {
    const start = Math.floor(line / inner) * n * inner + (line % inner);
    const value = (place: number): number => values[start + place * inner] as number;
    const order = Array.from({ length: n }, (_, place) => place).sort(
      (a, b) => (descending ? -1 : 1) * compare(value(a), value(b)) || a - b,
    );
    for (const [k, place] of order.entries()) out[start + k * inner] = place;
  }
  return out;
}

const CASES: readonly (readonly [shape: readonly number[], axis: number])[] = [
  [[1], 0],
  [[3], 0],
  [[4], 0],
  [[17], 0],
  [[40], 0],
  [[41], 0],
  [[20_011], 0],
  [[5, 17], 1],
  [[17, 5], 0],
  [[3, 300, 5], 1],
  [[2, 40, 3], 1],
];

describe.each(Object.keys(VALUES) as DType[])('sort of %s', (dtype) => {
  test.each([false, true])('along every axis, descending: %s', (descending) => {
    for (const [shape, axis] of CASES) {
      const values = VALUES[dtype](sizeOf(shape));
      const places = placesInOrder(values, shape, axis, descending);
      const inner = sizeOf(shape.slice(axis + 1));
      const expected = values.map((_, i) => {
        const position = Math.floor(i / inner) % (shape[axis] as number);
        return values[i + ((places[i] as number) - position) * inner] as number;
      });
      for (const on of [device, threaded]) {
        const found = sort(fromTyped(values, shape, { device: on, dtype }), axis, { descending });
        expect(found.indices.dataSync(), `[${shape}] along ${axis}`).toEqual(places);
        expect(found.values.dataSync(), `[${shape}] along ${axis}`).toEqual(expected);
      }
    }
  });
});

test('lines that are shared by threads are those of one thread', () => {
  for (const shape of [
    [500, 30],
    [30, 500],
  ]) {
    const values = VALUES.float32(15_000);
    const of = (on: Device) => sort(fromTyped(values, shape, { device: on }), 1);
    const [one, two] = [of(device), of(threaded)];
    expect(two.values.dataSync()).toEqual(one.values.dataSync());
    expect(two.indices.dataSync()).toEqual(one.indices.dataSync());
  }
});

test('nothing to sort gives nothing', () => {
  const x = fromTyped(new Float32Array(0), [0, 3], { device });
  expect(sort(x, 0).values.shape).toEqual([0, 3]);
  expect(sort(x, 1).indices.shape).toEqual([0, 3]);
});

test('the largest and the smallest of many', () => {
  const x = fromTyped(Float32Array.of(4, Number.NaN, -1, 7, 7, 0), [6], { device });
  expect([...topk(x, 3).values.dataSync()]).toEqual([Number.NaN, 7, 7]);
  expect([...topk(x, 3).indices.dataSync()]).toEqual([1, 3, 4]);
  expect([...topk(x, 2, 0, { largest: false }).indices.dataSync()]).toEqual([2, 5]);
});
