import { describe, expect, test } from 'vitest';
import {
  type AvgPool2dGeometry,
  avgPool2dBackward,
  avgPool2dForward,
  type MaxPool2dGeometry,
  maxPool2dBackward,
  maxPool2dForward,
} from './pool.ts';

const defaults = { planes: 1, strideH: 1, strideW: 1, padH: 0, padW: 0 };
const maxGeometry = (
  g: Pick<MaxPool2dGeometry, 'H' | 'W' | 'R' | 'S' | 'OH' | 'OW'> & Partial<MaxPool2dGeometry>,
): MaxPool2dGeometry => ({ ...defaults, dilationH: 1, dilationW: 1, ...g });
const avgGeometry = (
  g: Pick<AvgPool2dGeometry, 'H' | 'W' | 'R' | 'S' | 'OH' | 'OW'> & Partial<AvgPool2dGeometry>,
): AvgPool2dGeometry => ({ ...defaults, countIncludePad: true, divisorOverride: null, ...g });

function maxPool(g: MaxPool2dGeometry, x: number[]): { values: number[]; indices: number[] } {
  const y = new Float32Array(g.planes * g.OH * g.OW).fill(99);
  const indices = new Int32Array(y.length).fill(99);
  maxPool2dForward(g, Float32Array.from(x), y, indices);
  return { values: [...y], indices: [...indices] };
}

function avgPool(g: AvgPool2dGeometry, x: number[]): number[] {
  const y = new Float64Array(g.planes * g.OH * g.OW).fill(99);
  avgPool2dForward(g, Float64Array.from(x), y);
  return [...y];
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

describe('maxPool2d', () => {
  test('takes the maximum of each window and its place in its own plane', () => {
    const g = maxGeometry({ planes: 2, H: 4, W: 4, R: 2, S: 2, strideH: 2, strideW: 2, OH: 2, OW: 2 });
    const plane = [1, 5, 2, 0, 3, 4, 8, 1, 0, 0, 7, 6, 9, 0, 5, 4];
    expect(maxPool(g, [...plane, ...plane.map((v) => 0 - v)])).toEqual({
      values: [5, 8, 9, 7, -1, 0, 0, -4],
      indices: [1, 6, 12, 10, 0, 3, 8, 15],
    });
  });

  test('finds the same winner whichever of four pixels it is, equal or not', () => {
    const g = maxGeometry({ planes: 81, H: 2, W: 2, R: 2, S: 2, OH: 1, OW: 1 });
    const x = Array.from({ length: 81 }, (_, i) => [
      i % 3,
      Math.floor(i / 3) % 3,
      Math.floor(i / 9) % 3,
      Math.floor(i / 27),
    ]);
    const largest = x.map((four) => Math.max(...four));
    expect(maxPool(g, x.flat())).toEqual({
      values: largest,
      indices: x.map((four, i) => four.indexOf(largest[i]!)),
    });
  });

  test('gives a tie to the first pixel', () => {
    expect(maxPool(maxGeometry({ H: 2, W: 2, R: 2, S: 2, OH: 1, OW: 1 }), [1, 3, 3, 3])).toEqual({
      values: [3],
      indices: [1],
    });
  });

  test('lets padding lose against any pixel, minus infinity too', () => {
    const g = maxGeometry({ H: 2, W: 2, R: 2, S: 2, padH: 1, padW: 1, OH: 3, OW: 3 });
    expect(maxPool(g, [-4, -3, -2, -infinity])).toEqual({
      values: [-4, -3, -3, -2, -2, -3, -2, -2, -infinity],
      indices: [0, 1, 1, 2, 2, 1, 2, 2, 3],
    });
  });

  test('lets NaN win, the last one of several', () => {
    const g = maxGeometry({ H: 1, W: 4, R: 1, S: 3, OH: 1, OW: 2 });
    expect(maxPool(g, [nan, infinity, nan, 5])).toEqual({ values: [nan, nan], indices: [2, 2] });
    const square = maxGeometry({ H: 2, W: 3, R: 2, S: 2, OH: 1, OW: 2 });
    expect(maxPool(square, [nan, 3, 1, 2, nan, infinity])).toEqual({ values: [nan, nan], indices: [4, 4] });
  });

  test('spreads a dilated window and starts at its first pixel inside the image', () => {
    const g = maxGeometry({
      H: 5,
      W: 5,
      R: 2,
      S: 3,
      padH: 1,
      padW: 1,
      strideH: 3,
      strideW: 2,
      dilationH: 3,
      dilationW: 2,
      OH: 2,
      OW: 2,
    });
    const x = Array.from({ length: 25 }, (_, i) => (i * 7) % 25);
    // Rows -1 and 2, then 2 and 5; columns -1, 1, 3, then 1, 3, 5. x[11] = 2, x[13] = 16.
    expect(maxPool(g, x)).toEqual({ values: [16, 16, 16, 16], indices: [13, 13, 13, 13] });
    expect(
      maxPool(
        g,
        x.map(() => -infinity),
      ).indices,
    ).toEqual([11, 11, 11, 11]);
  });

  test('cuts windows of ceil mode at the edge', () => {
    const g = maxGeometry({ H: 3, W: 3, R: 2, S: 2, strideH: 2, strideW: 2, OH: 2, OW: 2 });
    expect(maxPool(g, [1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual({ values: [5, 6, 8, 9], indices: [4, 5, 7, 8] });
  });

  test('sends each gradient to the winner and adds up where windows overlap', () => {
    const g = maxGeometry({ planes: 2, H: 3, W: 3, R: 2, S: 2, OH: 2, OW: 2 });
    const dx = new Float32Array(18).fill(9);
    maxPool2dBackward(
      g,
      Float32Array.of(1, 2, 4, 8, 16, 32, 64, 128),
      Int32Array.of(4, 4, 4, 8, 0, 1, 3, 4),
      dx,
    );
    expect([...dx]).toEqual([0, 0, 0, 0, 7, 0, 0, 0, 8, 16, 32, 0, 64, 128, 0, 0, 0, 0]);
  });
});

describe('avgPool2d', () => {
  const padded = { H: 2, W: 2, R: 2, S: 2, padH: 1, padW: 1, strideH: 2, strideW: 2, OH: 2, OW: 2 };

  test('averages each window', () => {
    const g = avgGeometry({ planes: 2, H: 2, W: 3, R: 2, S: 2, OH: 1, OW: 2 });
    expect(avgPool(g, [1, 2, 3, 4, 5, 6, 0, 0, 4, 0, 0, 8])).toEqual([3, 4, 0, 3]);
  });

  test('counts padding, leaves it out, or divides by a given number', () => {
    expect(avgPool(avgGeometry(padded), [4, 8, 12, 16])).toEqual([1, 2, 3, 4]);
    expect(avgPool(avgGeometry({ ...padded, countIncludePad: false }), [4, 8, 12, 16])).toEqual([
      4, 8, 12, 16,
    ]);
    expect(avgPool(avgGeometry({ ...padded, divisorOverride: 8 }), [4, 8, 12, 16])).toEqual([0.5, 1, 1.5, 2]);
  });

  test('counts a window of ceil mode only up to the end of the padding', () => {
    const g = avgGeometry({ H: 1, W: 3, R: 1, S: 2, strideW: 2, OH: 1, OW: 2 });
    expect(avgPool(g, [2, 4, 6])).toEqual([3, 6]);
    const wide = avgGeometry({ H: 1, W: 4, R: 1, S: 3, padW: 1, strideW: 3, OH: 1, OW: 2 });
    expect(avgPool(wide, [3, 6, 9, 12])).toEqual([3, 7]);
    const high = avgGeometry({ H: 3, W: 1, R: 2, S: 1, strideH: 2, OH: 2, OW: 1 });
    expect(avgPool(high, [2, 4, 6])).toEqual([3, 6]);
  });

  test('is the adjoint of its gradient', () => {
    for (const countIncludePad of [true, false]) {
      const g = avgGeometry({
        planes: 3,
        H: 7,
        W: 6,
        R: 3,
        S: 2,
        strideH: 2,
        strideW: 1,
        padH: 1,
        padW: 1,
        OH: 4,
        OW: 7,
        countIncludePad,
      });
      const x = Float64Array.from({ length: 3 * 42 }, (_, i) => Math.sin(i));
      const dy = Float64Array.from({ length: 3 * 28 }, (_, i) => Math.cos(3 * i));
      const y = new Float64Array(dy.length);
      const dx = new Float64Array(x.length).fill(9);
      avgPool2dForward(g, x, y);
      avgPool2dBackward(g, dy, dx);
      const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
      expect(dot(y, dy)).toBeCloseTo(dot(x, dx), 12);
      expect(Math.abs(dot(y, dy))).toBeGreaterThan(0.01);
    }
  });
});
