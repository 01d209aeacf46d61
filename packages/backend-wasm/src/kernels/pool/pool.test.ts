import type { Device, Pair } from '@flambeau/core';
import { avgPool2d, maxPool2dWithIndices, tensor } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '../../index.ts';

let device: Device;
let threaded: Device;
beforeAll(async () => {
  [device, threaded] = [await wasm({ threads: 1 }), await wasm({ threads: 2 })];
});

const { NaN: nan, NEGATIVE_INFINITY: lowest } = Number;

/** Few different numbers, so that there are equal ones in windows. */
const numbers = (n: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.round(Math.sin((i + 1) * 12.9898) * 9));

interface Options {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly ceilMode?: boolean;
  readonly countIncludePad?: boolean;
  readonly divisorOverride?: number;
}

/** Calls back for every window with its pixels inside the image, and what padding it has. */
function eachWindow(
  [H, W]: Pair,
  [OH, OW]: Pair,
  size: Pair,
  { stride = size, padding = [0, 0], dilation = [1, 1] }: Options,
  visit: (pixels: readonly number[], inPadding: number) => void,
): void {
  for (let i = 0; i < OH; i++) {
    for (let j = 0; j < OW; j++) {
      const pixels: number[] = [];
      let inPadding = 0;
      for (let r = 0; r < size[0]; r++) {
        for (let s = 0; s < size[1]; s++) {
          const h = i * stride[0] - padding[0] + r * dilation[0];
          const w = j * stride[1] - padding[1] + s * dilation[1];
          if (h >= 0 && h < H && w >= 0 && w < W) pixels.push(h * W + w);
          else if (h < H + padding[0] && w < W + padding[1]) inPadding++;
        }
      }
      visit(pixels, inPadding);
    }
  }
}

const CASES: readonly (readonly [Pair, Pair, Options])[] = [
  [[4, 4], [2, 2], {}],
  [[5, 19], [2, 2], {}],
  [[6, 2], [2, 2], {}],
  [[2, 26], [2, 2], {}],
  [[5, 5], [2, 2], { ceilMode: true }],
  [[7, 13], [3, 3], { stride: [2, 2], padding: [1, 1] }],
  [[7, 30], [3, 3], { stride: [1, 1], padding: [1, 1] }],
  [[9, 17], [3, 2], { stride: [3, 2], padding: [0, 1], ceilMode: true }],
  [[9, 25], [2, 3], { stride: [1, 3] }],
  [[3, 3], [3, 3], {}],
  [[1, 1], [1, 1], {}],
  [[8, 9], [8, 9], {}],
];

async function agrees(
  values: Float32Array,
  planes: number,
  [H, W]: Pair,
  size: Pair,
  options: Options,
): Promise<void> {
  const x = tensor(values, { device }).reshape([1, planes, H, W]);
  const { values: y, indices: index } = maxPool2dWithIndices(x, size, options);
  const [OH, OW] = y.shape.slice(2) as [number, number];
  const [tops, places]: [number[], number[]] = [[], []];
  for (let plane = 0; plane < planes; plane++) {
    eachWindow([H, W], [OH, OW], size, options, (pixels) => {
      let [top, place] = [lowest, pixels[0] as number];
      for (const pixel of pixels) {
        const value = values[plane * H * W + pixel] as number;
        if (value > top || Number.isNaN(value)) [top, place] = [value, pixel];
      }
      tops.push(top);
      places.push(place);
    });
  }
  expect([...(await y.data())]).toEqual(tops);
  expect([...(await index.data())]).toEqual(places);
}

describe('maxPool2d', () => {
  test('takes the first of the largest, whatever the windows', async () => {
    for (const [image, size, options] of CASES)
      await agrees(numbers(3 * image[0] * image[1]), 3, image, size, options);
    for (const stride of [1, 2] as const)
      await agrees(numbers(2 * 15 * 33), 2, [15, 33], [3, 3], {
        stride: [2, stride],
        dilation: [2, 3],
        padding: [1, 1],
      });
  });

  test('NaN wins, the last one, and minus infinity has a place', async () => {
    for (const [[H, W], size, options] of CASES) {
      const values = numbers(H * W);
      for (let i = 0; i < values.length; i += 3) values[i] = nan;
      await agrees(values, 1, [H, W], size, options);
      await agrees(values.fill(lowest), 1, [H, W], size, options);
    }
  });

  test('does not depend on the number of threads', async () => {
    for (const size of [2, 3]) {
      const of = (on: Device): Promise<unknown> =>
        maxPool2dWithIndices(
          tensor(numbers(64 * 64 * 65), { device: on }).reshape([4, 16, 64, 65]),
          size,
        ).indices.data();
      expect(await of(threaded)).toEqual(await of(device));
    }
  });

  test('of no images is nothing', () => {
    const x = tensor(new Float32Array(0), { device }).reshape([0, 3, 4, 4]);
    expect(maxPool2dWithIndices(x, 2).values.shape).toEqual([0, 3, 2, 2]);
  });
});

describe('avgPool2d', () => {
  test('is the mean of windows, with and without their padding, or a sum over a number', async () => {
    for (const [[H, W], size, options] of CASES) {
      const values = numbers(2 * H * W);
      for (const more of [{}, { countIncludePad: false }, { divisorOverride: 7 }, { divisorOverride: -2 }]) {
        const all: Options = { ...options, ...more };
        const y = avgPool2d(tensor(values, { device }).reshape([1, 2, H, W]), size, all);
        const expected: number[] = [];
        for (let plane = 0; plane < 2; plane++) {
          eachWindow([H, W], y.shape.slice(2) as unknown as Pair, size, all, (pixels, inPadding) => {
            const sum = pixels.reduce((total, pixel) => total + (values[plane * H * W + pixel] as number), 0);
            const counted = pixels.length + (all.countIncludePad === false ? 0 : inPadding);
            expected.push(sum / (all.divisorOverride ?? counted));
          });
        }
        expect([...(await y.data())]).toEqual(expected.map((value) => expect.closeTo(value, 5)));
      }
    }
  });
});
