import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import {
  arange,
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  manualSeed,
  maxPool1dWithIndices,
  maxPool2dWithIndices,
  maxPool3dWithIndices,
  rand,
  setDefaultDevice,
  tensor,
} from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';
import * as nn from './index.ts';

beforeAll(() => setDefaultDevice(cpu()));

describe('unpooling puts maxima back', () => {
  test('on lines, of a size that pooling has shortened', () => {
    const { values, indices } = maxPool1dWithIndices(tensor([[4, 1, 2, 3, 9]]), 2);
    const unpool = new nn.MaxUnpool1d(2);
    expect(unpool.forward(values, indices).dataSync()).toEqual(Float32Array.of(4, 0, 0, 3));
    expect(unpool.forward(values, indices, [5]).dataSync()).toEqual(Float32Array.of(4, 0, 0, 3, 0));
    expect(unpool.forward(values, indices, [1, 5]).dataSync()).toEqual(Float32Array.of(4, 0, 0, 3, 0));
  });

  test('on planes and in volumes, where the last of each window is the largest', () => {
    const plane = maxPool2dWithIndices(arange(16).to('float32').reshape([1, 4, 4]), 2);
    const unpooled = new nn.MaxUnpool2d(2).forward(plane.values, plane.indices);
    expect([...unpooled.dataSync()]).toEqual([0, 0, 0, 0, 0, 5, 0, 7, 0, 0, 0, 0, 0, 13, 0, 15]);
    const volume = maxPool3dWithIndices(arange(8).to('float32').reshape([1, 2, 2, 2]), [2, 1, 2]);
    const back = new nn.MaxUnpool3d([2, 1, 2]).forward(volume.values, volume.indices);
    expect([...back.dataSync()]).toEqual([0, 0, 0, 0, 0, 5, 0, 7]);
  });
});

describe('fractional pooling', () => {
  test('draws the places of its windows from the generator, new ones at each call', () => {
    const x = rand([2, 3, 9, 9]);
    const layer = new nn.FractionalMaxPool2d(2, { outputSize: [4, 5] });
    manualSeed(5);
    const found = [layer.forward(x), layer.forward(x)].map((y) => y.dataSync());
    manualSeed(5);
    const expected = [0, 1].map(() => {
      const randomSamples = rand([2, 3, 2]);
      return fractionalMaxPool2d(x, 2, { outputSize: [4, 5], randomSamples }).dataSync();
    });
    expect(found).toEqual(expected);
    expect(found[0]).not.toEqual(found[1]);
  });

  test('takes a ratio and given places in volumes', () => {
    const x = rand([1, 2, 6, 7, 8]);
    const randomSamples = rand([1, 2, 3]);
    const layer = new nn.FractionalMaxPool3d([2, 1, 2], { outputRatio: 0.5, randomSamples });
    const expected = fractionalMaxPool3d(x, [2, 1, 2], { outputSize: [3, 3, 4], randomSamples });
    expect(layer.forward(x).shape).toEqual([1, 2, 3, 3, 4]);
    expect(layer.forward(x).dataSync()).toEqual(expected.dataSync());
  });
});

describe('a transposed convolution with a stride leaves its size open', () => {
  test('an output size chooses as outputPadding does', () => {
    const [plain, padded] = [0, 1].map((outputPadding) => {
      manualSeed(1);
      return new nn.ConvTranspose2d(2, 3, 3, { stride: 2, padding: 1, outputPadding });
    }) as [nn.ConvTranspose2d, nn.ConvTranspose2d];
    const x = rand([1, 2, 4, 4]);
    expect(plain.forward(x).shape).toEqual([1, 3, 7, 7]);
    for (const size of [
      [8, 8],
      [1, 3, 8, 8],
    ]) {
      const y = plain.forward(x, size);
      expect(y.shape).toEqual([1, 3, 8, 8]);
      expect(y.dataSync()).toEqual(padded.forward(x).dataSync());
    }
    expect(plain.forward(x, [7, 8]).shape).toEqual([1, 3, 7, 8]);
  });
});
