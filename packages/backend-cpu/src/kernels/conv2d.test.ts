import { describe, expect, test } from 'vitest';
import { conv2dBackwardInput, conv2dBackwardWeight } from './conv2d-backward.ts';
import { conv2dForward } from './conv2d-forward.ts';
import type { Conv2dGeometry } from './conv2d-geometry.ts';
import type { NumberArray } from './gemm.ts';

type Sizes = Pick<Conv2dGeometry, 'N' | 'C' | 'H' | 'W' | 'K' | 'R' | 'S'> & Partial<Conv2dGeometry>;

function geometry(sizes: Sizes): Conv2dGeometry {
  const g = { strideH: 1, strideW: 1, padH: 0, padW: 0, dilationH: 1, dilationW: 1, groups: 1, ...sizes };
  const OH = Math.floor((g.H + 2 * g.padH - g.dilationH * (g.R - 1) - 1) / g.strideH) + 1;
  const OW = Math.floor((g.W + 2 * g.padW - g.dilationW * (g.S - 1) - 1) / g.strideW) + 1;
  return { OH, OW, ...g };
}

const noise = (length: number, seed: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(12.9898 * i + 78.233 * seed));

/** The definition and its derivative, in float64, one product at a time. */
function naive(g: Conv2dGeometry, x: NumberArray, w: NumberArray, bias: NumberArray | null, dy: NumberArray) {
  const y = new Float64Array(g.N * g.K * g.OH * g.OW);
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  const channels = g.C / g.groups;
  for (let o = 0; o < y.length; o++) {
    const j = o % g.OW;
    const i = Math.floor(o / g.OW) % g.OH;
    const k = Math.floor(o / (g.OW * g.OH)) % g.K;
    const n = Math.floor(o / (g.OW * g.OH * g.K));
    const first = Math.floor(k / (g.K / g.groups)) * channels;
    if (bias) y[o]! += bias[k]!;
    for (let f = 0; f < channels * g.R * g.S; f++) {
      const s = f % g.S;
      const r = Math.floor(f / g.S) % g.R;
      const c = Math.floor(f / (g.S * g.R));
      const row = i * g.strideH + r * g.dilationH - g.padH;
      const column = j * g.strideW + s * g.dilationW - g.padW;
      if (row < 0 || row >= g.H || column < 0 || column >= g.W) continue;
      const pixel = ((n * g.C + first + c) * g.H + row) * g.W + column;
      const tap = k * channels * g.R * g.S + f;
      y[o]! += x[pixel]! * w[tap]!;
      dx[pixel]! += dy[o]! * w[tap]!;
      dw[tap]! += dy[o]! * x[pixel]!;
    }
  }
  return { y, dx, dw };
}

/** Largest difference as a part of the largest value. */
function relativeError(actual: NumberArray, expected: Float64Array): number {
  let error = 0;
  let scale = 0;
  expected.forEach((value, i) => {
    const difference = Math.abs(actual[i]! - value);
    error = Math.max(error, difference);
    scale = Math.max(scale, Math.abs(value));
  });
  return error === 0 ? 0 : error / scale;
}

function check(
  g: Conv2dGeometry,
  makeArray: (values: Float64Array) => NumberArray,
  tolerance: number,
  withBias = true,
): void {
  const x = makeArray(noise(g.N * g.C * g.H * g.W, 1));
  const w = makeArray(noise((g.K * g.C * g.R * g.S) / g.groups, 2));
  const bias = withBias ? makeArray(noise(g.K, 3)) : null;
  const dy = makeArray(noise(g.N * g.K * g.OH * g.OW, 4));
  const expected = naive(g, x, w, bias, dy);
  const unset = (length: number) => makeArray(new Float64Array(length).fill(Number.NaN));
  const y = unset(dy.length);
  const dx = unset(x.length);
  const dw = unset(w.length);
  conv2dForward(g, x, w, bias, y);
  conv2dBackwardInput(g, dy, w, dx);
  conv2dBackwardWeight(g, x, dy, dw);
  expect(relativeError(y, expected.y)).toBeLessThan(tolerance);
  expect(relativeError(dx, expected.dx)).toBeLessThan(tolerance);
  expect(relativeError(dw, expected.dw)).toBeLessThan(tolerance);
}

const float32 = (values: Float64Array): Float32Array => Float32Array.from(values);
const float64 = (values: Float64Array): Float64Array => values;

// A float64 sum rounded once is within 2⁻²⁴ = 6e-8 of its value.
const FLOAT32 = 6.1e-8;
const FLOAT64 = 1e-13;

const shapes: [string, Sizes][] = [
  ['one pixel', { N: 1, C: 1, H: 1, W: 1, K: 1, R: 1, S: 1 }],
  ['1 × 1 filters', { N: 3, C: 5, H: 6, W: 7, K: 4, R: 1, S: 1 }],
  ['1 × 1 filters at stride 2', { N: 2, C: 3, H: 7, W: 8, K: 4, R: 1, S: 1, strideH: 2, strideW: 2 }],
  ['a filter as large as the image', { N: 4, C: 3, H: 5, W: 4, K: 6, R: 5, S: 4 }],
  [
    'unequal sides, strides, padding and dilation',
    {
      N: 2,
      C: 3,
      H: 11,
      W: 14,
      K: 5,
      R: 2,
      S: 4,
      strideH: 3,
      strideW: 2,
      padH: 1,
      padW: 3,
      dilationH: 2,
      dilationW: 1,
    },
  ],
  ['more padding than filter', { N: 1, C: 2, H: 3, W: 2, K: 3, R: 2, S: 2, padH: 4, padW: 5 }],
  ['a stride that skips input pixels', { N: 2, C: 2, H: 9, W: 10, K: 3, R: 2, S: 2, strideH: 4, strideW: 3 }],
  [
    'pixels to the right of the last window',
    { N: 1, C: 2, H: 10, W: 10, K: 2, R: 3, S: 3, strideH: 4, strideW: 4 },
  ],
  ['groups', { N: 2, C: 6, H: 6, W: 5, K: 9, R: 3, S: 3, padH: 1, padW: 1, groups: 3 }],
  ['depthwise filters', { N: 2, C: 5, H: 8, W: 8, K: 5, R: 3, S: 3, padH: 1, padW: 1, groups: 5 }],
  [
    'depthwise filters, two for each channel',
    { N: 2, C: 3, H: 8, W: 7, K: 6, R: 3, S: 3, strideH: 2, strideW: 2, padH: 1, padW: 1, groups: 3 },
  ],
  [
    'a bottom and right margin given by the output size',
    { N: 1, C: 2, H: 4, W: 4, K: 2, R: 2, S: 2, OH: 4, OW: 4 },
  ],
  ['many small images in one block', { N: 90, C: 4, H: 3, W: 3, K: 5, R: 2, S: 2 }],
  ['an image that is cut into blocks', { N: 1, C: 2, H: 40, W: 37, K: 3, R: 5, S: 5, padH: 2, padW: 2 }],
  [
    'more taps than a block is deep',
    { N: 2, C: 45, H: 6, W: 5, K: 3, R: 3, S: 3, strideH: 2, padH: 1, padW: 1 },
  ],
  ['more filters than a block has rows', { N: 1, C: 1, H: 22, W: 31, K: 800, R: 1, S: 1 }],
  ['more channels than a block has rows', { N: 1, C: 800, H: 4, W: 5, K: 2, R: 1, S: 1 }],
  ['3 × 3 filters on tiles cut by the edge', { N: 3, C: 3, H: 9, W: 14, K: 5, R: 3, S: 3, padH: 1, padW: 1 }],
  ['3 × 3 filters without padding', { N: 16, C: 4, H: 10, W: 6, K: 3, R: 3, S: 3 }],
  ['3 × 3 filters with unequal padding', { N: 4, C: 2, H: 13, W: 7, K: 4, R: 3, S: 3, padH: 0, padW: 2 }],
  ['3 × 3 filters in groups', { N: 2, C: 8, H: 12, W: 12, K: 4, R: 3, S: 3, padH: 1, padW: 1, groups: 2 }],
  ['3 × 3 filters on many small images', { N: 70, C: 5, H: 4, W: 4, K: 7, R: 3, S: 3, padH: 1, padW: 1 }],
  ['3 × 3 filters between many channels', { N: 4, C: 130, H: 8, W: 8, K: 70, R: 3, S: 3, padH: 1, padW: 1 }],
  [
    '3 × 3 filters between so many channels that few tiles fit',
    { N: 4, C: 1000, H: 8, W: 8, K: 7, R: 3, S: 3, padH: 1, padW: 1 },
  ],
  [
    '3 × 3 filters between more channels than tiles are made for',
    { N: 4, C: 3700, H: 8, W: 8, K: 2, R: 3, S: 3, padH: 1, padW: 1 },
  ],
  [
    '5 × 5 filters at stride 2',
    { N: 4, C: 3, H: 17, W: 18, K: 4, R: 5, S: 5, strideH: 2, strideW: 2, padH: 2, padW: 2 },
  ],
];

describe('conv2d forward and both gradients agree with the definition', () => {
  test.each(shapes)('for %s', (_, sizes) => {
    check(geometry(sizes), float32, FLOAT32);
    check(geometry(sizes), float64, FLOAT64);
  });

  test('without a bias', () => {
    check(geometry({ N: 2, C: 3, H: 5, W: 6, K: 4, R: 2, S: 3 }), float32, FLOAT32, false);
    check(geometry({ N: 4, C: 3, H: 8, W: 8, K: 4, R: 3, S: 3, padH: 1, padW: 1 }), float32, FLOAT32, false);
  });

  test('for a hundred arbitrary geometries', () => {
    let state = 1;
    const pick = (low: number, high: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return low + Math.floor((state / 2 ** 32) * (high - low + 1));
    };
    let checked = 0;
    while (checked < 100) {
      const groups = pick(1, 3);
      const g = geometry({
        N: pick(1, 4),
        C: groups * pick(1, 4),
        K: groups * pick(1, 4),
        H: pick(1, 12),
        W: pick(1, 12),
        R: pick(1, 4),
        S: pick(1, 4),
        groups,
        strideH: pick(1, 3),
        strideW: pick(1, 3),
        padH: pick(0, 3),
        padW: pick(0, 3),
        dilationH: pick(1, 3),
        dilationW: pick(1, 3),
      });
      if (g.OH < 1 || g.OW < 1) continue;
      check(g, float32, FLOAT32);
      checked++;
    }
  });
});

describe('conv2d with an empty dimension', () => {
  const filled = (length: number) => new Float32Array(length).fill(9);

  test('gives the bias and no gradient where there are no input channels', () => {
    const g = geometry({ N: 2, C: 0, H: 3, W: 3, K: 2, R: 3, S: 3, padH: 1, padW: 1 });
    const y = filled(2 * 2 * 9);
    conv2dForward(g, filled(0), filled(0), Float32Array.of(4, 5), y);
    expect([...y]).toEqual(Array.from({ length: 36 }, (_, i) => (i % 18 < 9 ? 4 : 5)));
  });

  test('gives zero gradients where there are no images or no output channels', () => {
    const noImages = geometry({ N: 0, C: 2, H: 3, W: 3, K: 2, R: 3, S: 3, padH: 1, padW: 1 });
    const dw = filled(36);
    conv2dBackwardWeight(noImages, filled(0), filled(0), dw);
    expect([...dw]).toEqual(new Array(36).fill(0));
    const noFilters = geometry({ N: 1, C: 2, H: 3, W: 3, K: 0, R: 3, S: 3, padH: 1, padW: 1 });
    const dx = filled(18);
    conv2dBackwardInput(noFilters, filled(0), filled(0), dx);
    expect([...dx]).toEqual(new Array(18).fill(0));
  });
});

describe('conv2d of 3 × 3 filters at stride 1', () => {
  const g = geometry({ N: 2, C: 4, H: 16, W: 16, K: 3, R: 3, S: 3, padH: 1, padW: 1 });
  const w = Float32Array.from(noise(3 * 4 * 9, 5));

  test('keeps a NaN and an infinity in the windows that see them', () => {
    const x = new Float32Array(2 * 4 * 256).fill(1);
    x[8 * 16 + 8] = Number.POSITIVE_INFINITY;
    x[3 * 16 + 12] = Number.NaN;
    const y = new Float32Array(2 * 3 * 256);
    conv2dForward(g, x, w, null, y);
    for (let i = 0; i < 16; i++) {
      for (let j = 0; j < 16; j++) {
        const seen = (row: number, column: number) => Math.abs(i - row) <= 1 && Math.abs(j - column) <= 1;
        expect(Number.isFinite(y[i * 16 + j]!)).toBe(!seen(8, 8) && !seen(3, 12));
      }
    }
  });

  test('gives exact zeros where a window sees nothing but zeros, as relu needs', () => {
    const x = new Float32Array(2 * 4 * 256).map((_, i) => (i % 16 < 6 || i % 16 > 9 ? 0 : Math.sin(i)));
    const y = new Float32Array(2 * 3 * 256);
    conv2dForward(g, x, w, null, y);
    const dark = y.filter((_, i) => i % 16 < 5 || i % 16 > 10);
    expect(dark.every((value) => value === 0)).toBe(true);
    expect(y.filter((_, i) => i % 16 >= 5 && i % 16 <= 10).every((value) => value !== 0)).toBe(true);
  });
});
