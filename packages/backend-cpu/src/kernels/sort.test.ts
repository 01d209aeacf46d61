import type { Device } from '@flambeau/core';
import { fromTyped, searchsorted, sort } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { cpu } from '../index.ts';
import { cpuPrimitives } from '../primitives.ts';

/** (outer, n, inner): lines along the middle axis, many runs of the merge sort long, and no power of two. */
const SHAPE = [2, 517, 3] as const;
const [outer, n, inner] = SHAPE;

/** Few different numbers, so that there are many ties, and some NaN. */
const values = Float32Array.from({ length: outer * n * inner }, (_, i) =>
  (i * 31) % 97 === 0 ? Number.NaN : ((i * 7919) % 101) - 50,
);

const at = (o: number, k: number, i: number): number => (o * n + k) * inner + i;

/** Positions along a line in order, by comparing numbers: ties by position, NaN as the largest. */
function expected(descending: boolean): Int32Array {
  const sign = descending ? -1 : 1;
  const out = new Int32Array(values.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const key = (k: number): number => {
        const value = values[at(o, k, i)] as number;
        return sign * (Number.isNaN(value) ? 1e9 : value);
      };
      const order = Array.from({ length: n }, (_, k) => k).sort((a, b) => key(a) - key(b) || a - b);
      order.forEach((place, k) => {
        out[at(o, k, i)] = place;
      });
    }
  }
  return out;
}

const devices: readonly (readonly [name: string, device: Device])[] = [
  ['the kernel', cpu()],
  ['the sorting network', cpuPrimitives()],
];

describe.each(devices)('%s', (_name, device) => {
  test.each([false, true])('sorts long lines with ties and NaN stably, descending: %s', (descending) => {
    const x = fromTyped(values, SHAPE, { device });
    const sorted = sort(x, 1, { descending });
    const places = expected(descending);
    expect(sorted.indices.dataSync()).toEqual(places);
    const lines = Float32Array.from(values, (_, e) => {
      const [o, i] = [Math.floor(e / (n * inner)), e % inner];
      return values[at(o, places[e] as number, i)] as number;
    });
    expect(sorted.values.dataSync()).toEqual(lines);
  });

  test.each([false, true])('finds the place of every value among many edges, right: %s', (right) => {
    const edges = Float32Array.from({ length: 1000 }, (_, i) => Math.floor(i / 3));
    const looked = Float32Array.from({ length: 700 }, (_, i) => i / 2 - 5);
    const found = searchsorted(fromTyped(edges, [1000], { device }), fromTyped(looked, [700], { device }), {
      right,
    });
    const counted = Int32Array.from(looked, (v) => edges.filter((e) => (right ? e <= v : e < v)).length);
    expect(found.dataSync()).toEqual(counted);
  });
});
