import { cpu } from '@flambeau/backend-cpu';
import { wasm } from '@flambeau/backend-wasm';
import { type Device, linear, manualSeed, matmul, randn, type Tensor } from '@flambeau/core';
import { beforeAll, describe, expect, test } from 'vitest';

const devices = new Map<string, Device>();

beforeAll(async () => {
  devices.set('one thread', await wasm({ threads: 1 }));
  devices.set('two threads', await wasm({ threads: 2 }));
});

/** In float64 on cpu: what the sums are compared with. */
const exact = (x: Tensor): Tensor => x.to(cpu()).to('float64');

function expectClose(found: Tensor, expected: Tensor, k: number): void {
  expect(found.shape).toEqual(expected.shape);
  const [y, z] = [found.dataSync(), expected.dataSync()];
  let worst = 0;
  for (let i = 0; i < z.length; i++) worst = Math.max(worst, Math.abs((y[i] as number) - (z[i] as number)));
  // Sums of k products of normal numbers, rounded k times at random.
  expect(worst).toBeLessThan(1e-6 * (1 + k) ** 0.75);
}

describe.each(['one thread', 'two threads'])('matmul of float32 on %s', (name) => {
  const drawn = (...shape: number[]): Tensor => randn(shape, { device: devices.get(name) as Device });

  test.each([
    [1, 1, 1],
    [1, 700, 67],
    [67, 700, 1],
    [1, 3, 5000],
    [4099, 3, 1],
    [1, 1000, 1],
    [6, 8, 8],
    [5, 3, 7],
    [7, 9, 9],
    [12, 16, 24],
    [13, 255, 17],
    [6, 256, 8],
    [31, 257, 33],
    [3, 1000, 2],
    [200, 600, 130],
  ])('%i × %i by %i columns, whichever way the factors lie', (m, k, n) => {
    manualSeed(7);
    const [a, b, at, bt] = [drawn(m, k), drawn(k, n), drawn(k, m), drawn(n, k)];
    for (const left of [a, at.t()]) {
      for (const right of [b, bt.t()]) expectClose(matmul(left, right), matmul(exact(left), exact(right)), k);
    }
    const thinned = drawn(2 * m, 3 * k).at([null, null, 2], [1, null, 3]);
    expectClose(matmul(thinned, b), matmul(exact(thinned), exact(b)), k);
  });

  test('batches, broadcast or not', () => {
    manualSeed(8);
    const [a, b] = [drawn(3, 1, 5, 10), drawn(2, 10, 9)];
    expectClose(matmul(a, b), matmul(exact(a), exact(b)), 10);
  });

  test('many small products, whose depth is packed in blocks or not', () => {
    manualSeed(9);
    for (const k of [20, 300]) {
      const [a, b] = [drawn(90, 2, 13, k), drawn(1, 2, 17, k)];
      const turned = b.transpose(2, 3);
      expectClose(matmul(a, turned), matmul(exact(a), exact(turned)), k);
    }
  });

  test('nothing to add up gives zeros, and nothing to compute nothing', () => {
    expect([...matmul(drawn(2, 0), drawn(0, 3)).dataSync()]).toEqual(new Array(6).fill(0));
    expect(matmul(drawn(0, 4), drawn(4, 3)).shape).toEqual([0, 3]);
    expect(matmul(drawn(2, 4), drawn(4, 0)).shape).toEqual([2, 0]);
  });

  test('affine maps start from the bias, also over several blocks of the depth', () => {
    manualSeed(9);
    for (const [m, k, n] of [
      [1, 1, 1],
      [14, 600, 19],
      [6, 10, 8],
    ] as const) {
      const [x, w, bias] = [drawn(2, m, k), drawn(n, k), drawn(n)];
      const expected = linear(exact(x), exact(w), exact(bias));
      expectClose(linear(x, w, bias), expected, k);
      expectClose(linear(x, w, drawn(n, 2).at(':', 1).mul(0).add(bias)), expected, k);
      const turned = x.permute(1, 0, 2);
      expectClose(linear(turned, w, bias), linear(exact(turned), exact(w), exact(bias)), k);
      expectClose(linear(x.at(0, 0), w), linear(exact(x.at(0, 0)), exact(w)), k);
    }
    expect([...linear(drawn(2, 0), drawn(3, 0), drawn(3).mul(0).add(5)).dataSync()]).toEqual(
      new Array(6).fill(5),
    );
  });
});

test('results do not depend on the number of threads', () => {
  const run = (name: string): number[] => {
    manualSeed(1);
    const device = devices.get(name) as Device;
    return [...matmul(randn([300, 400], { device }), randn([400, 310], { device })).dataSync()];
  };
  expect(run('two threads')).toEqual(run('one thread'));
});
