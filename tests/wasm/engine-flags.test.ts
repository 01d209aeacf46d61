// V8's flags hold for a whole process: each case has one of its own.
import { describe, expect, test } from 'vitest';
import { printedBy, type RunOptions } from './run-bundled.ts';

interface Said {
  readonly fused: boolean;
  readonly revectorized: boolean;
  readonly wide: boolean;
  readonly fallbacks: readonly string[];
  /** A hash of results, bit for bit. */
  readonly hash: number;
}

const program = (options: string): string => `
  import { wasm } from '@flambeau/backend-wasm';
  import '@flambeau/autograd';
  import { conv2d, linear, manualSeed, matmul, rand, softmax } from '@flambeau/core';
  const device = await wasm(${options});
  let hash = 0;
  const add = (y) => {
    for (const word of new Int32Array(y.dataSync().slice().buffer)) hash = (Math.imul(hash, 31) + word) | 0;
  };
  manualSeed(4);
  for (let round = 0; round < 3; round++) {
    for (const [m, k, n] of [[64, 64, 64], [31, 700, 45], [7, 300, 9], [100, 513, 16], [12, 256, 33], [200, 600, 17]]) {
      const [a, b, bias] = [rand([m, k], { device }), rand([k, n], { device }), rand([n], { device })];
      add(matmul(a, b));
      add(linear(a, b.t(), bias));
      add(matmul(b.t(), a.t()));
      add(a.sum(1));
      add(a.mul(3).sub(0.5).relu().sqrt().div(a.add(1)));
      add(a.amax(0));
      add(softmax(a, 1));
    }
    for (const [channels, size, options] of [[16, 9, { padding: 1 }], [3, 10, { stride: 2 }], [20, 7, {}]]) {
      const x = rand([2, channels, size, size + 1], { device }).requiresGrad_();
      const w = rand([17, channels, 3, 3], { device }).requiresGrad_();
      const y = conv2d(x, w, rand([17], { device }), options);
      y.square().sum().backward();
      for (const part of [y.detach(), x.grad, w.grad]) add(part);
    }
  }
  const { fusedMultiplyAdd: fused, revectorized, wideTiles: wide, fallbacks } = device.report();
  console.log(JSON.stringify({ fused, revectorized, wide, fallbacks, hash }));
`;

const run = async (options: string, more: RunOptions = {}): Promise<{ major: number; said: Said }[]> =>
  (await printedBy(program(options), more)).map(({ major, printed }) => ({ major, said: printed as Said }));

describe('flags of V8', { timeout: 60_000 }, () => {
  test('fused multiply-add is there on every Node, on 20 by a flag, with the same results', async () => {
    const all = await run('{ threads: 1 }');
    for (const { said } of all) {
      expect(said).toMatchObject({ fused: true, revectorized: false, wide: false, fallbacks: [] });
      expect(said.hash).toBe(all[0]?.said.hash);
    }
  });

  test('without fused multiply-add, when told so, every Node computes the same other numbers', async () => {
    const [fused] = await run('{ threads: 1 }');
    const all = await run('{ threads: 1 }', { environment: { FLAMBEAU_WASM_FMA: '0' } });
    for (const { said } of all) {
      expect(said.fused).toBe(false);
      expect(said.hash).toBe(all[0]?.said.hash);
      expect(said.hash).not.toBe(fused?.said.hash);
    }
  });

  test('paired vectors give what single ones give, on one thread and on two, asked for or by the environment', async () => {
    const plain = (await run('{ threads: 1 }'))[0]?.said.hash;
    const asked = await run('{ threads: 1, revectorize: true }');
    const threads = await run('{ threads: 2, revectorize: true }');
    const told = await run('', { environment: { FLAMBEAU_WASM_REVECTORIZE: '1' } });
    for (const { major, said } of [...asked, ...threads, ...told]) {
      const there = major >= 24;
      expect(said.hash).toBe(plain);
      expect(said.revectorized).toBe(there);
      expect(said.fallbacks).toEqual(there ? [] : ['revectorize needs Node 24 or later']);
    }
  });

  test('kernels compiled before keep their code, which the report says', async () => {
    const before = `import { wasm } from '@flambeau/backend-wasm';
      import { ones } from '@flambeau/core';
      ones([4], { device: await wasm({ threads: 1 }) }).add(1).dataSync();
      const { fallbacks } = (await wasm({ threads: 1, revectorize: true })).report();
      console.log(JSON.stringify(fallbacks));`;
    for (const { major, printed } of await printedBy(before)) {
      const late = /^[1-9]\d* kernels were compiled before revectorize: other devices keep their code$/;
      const expected = major >= 24 ? late : /^revectorize needs Node 24 or later$/;
      expect(printed).toEqual([expect.stringMatching(expected)]);
    }
  });
});
