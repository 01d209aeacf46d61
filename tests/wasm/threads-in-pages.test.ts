import { WORKER_SOURCE } from '@flambeau/backend-wasm/testing';
import { describe, expect, test } from 'vitest';
import { chromium, runInPage } from './chromium.ts';

const imports = `
  import { wasm } from '@flambeau/backend-wasm';
  import { manualSeed, matmul, rand } from '@flambeau/core';
`;

/** Multiplies on the threads asked for and on one, and compares. */
const body = (options: string): string => `
  const product = async (device) => {
    manualSeed(3);
    return (await matmul(rand([512, 512], { device }), rand([512, 512], { device })).add(1).data());
  };
  const many = await wasm(${options});
  const first = await product(many);
  const one = await product(await wasm({ threads: 1 }));
  for (let i = 0; i < 20; i++) await product(many);
  const { threads, fallbacks, threadFailures } = many.report();
  return { threads, fallbacks, failures: threadFailures, same: first.every((x, i) => x === one[i]), sample: first[7] };
`;

const expected = { threads: 2, fallbacks: [], failures: [], same: true, sample: expect.any(Number) };
const wanted = '{ threads: 2 }';

describe.runIf(chromium)('modules in Chromium', { timeout: 60_000 }, () => {
  test('are small enough for the main thread of a page, of older browsers too', async () => {
    const program = `
      const device = await wasm({ threads: 1 });
      const x = rand([100, 300], { device });
      const y = matmul(x, x.t()).mul(2).exp().add(1).log().relu();
      for (const z of [y, y.sum(), y.sum(0), y.amax(1), x.t().add(x.sum(1)), x.mul(3).to('int32').add(1)]) await z.data();
      return device.report().compiled;
    `;
    const found = (await runInPage(imports, program, { isolated: false })) as {
      kernels: number;
      largest: number;
    };
    expect(found.kernels).toBeGreaterThan(6);
    expect(found.largest).toBeLessThan(4096);
  });

  test('are refused by a policy without wasm-unsafe-eval, which wasm() says at once', async () => {
    const policy = "default-src 'self'; script-src 'self'";
    const program = "return wasm().then(() => 'made', (error) => error.name + ': ' + error.message);";
    const found = await runInPage(imports, program, { isolated: true, policy });
    expect(found).toMatch(
      /^DeviceError: wasm\(\): WebAssembly cannot be compiled here: .*'wasm-unsafe-eval' in its script-src/,
    );
  });
});

describe.runIf(chromium)('threads in Chromium', { timeout: 60_000 }, () => {
  test('an isolated page computes on two, with the numbers of one', async () => {
    expect(await runInPage(imports, body(wanted), { isolated: true })).toEqual(expected);
  });

  test('so does a worker of the page', async () => {
    expect(await runInPage(imports, body(wanted), { isolated: true, inWorker: true })).toEqual(expected);
  });

  test('a page that is not isolated computes on one and says which headers are missing', async () => {
    const found = await runInPage(imports, body(wanted), { isolated: false });
    const fallbacks = [
      expect.stringMatching(/^1 of 2 threads: .*Cross-Origin-Embedder-Policy: require-corp$/),
    ];
    expect(found).toEqual({ ...expected, threads: 1, fallbacks });
  });

  test('a policy without blob: leaves one thread and says so; a workerUrl gives two', async () => {
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
    const without = await runInPage(imports, body(wanted), { isolated: true, policy });
    expect(without).toMatchObject({ threads: 1, same: true });
    expect((without as { fallbacks: string[] }).fallbacks[0]).toMatch(/1 of 2 threads: .*workerUrl/);
    const files = { '/flambeau-worker.js': WORKER_SOURCE };
    const options = "{ threads: 2, workerUrl: '/flambeau-worker.js' }";
    expect(await runInPage(imports, body(options), { isolated: true, policy, files })).toEqual(expected);
  });
});
