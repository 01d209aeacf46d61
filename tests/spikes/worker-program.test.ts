import { availableParallelism } from 'node:os';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { here, printedBy } from '../wasm/run-bundled.ts';

/** What a program prints on each Node there is. */
const runBundled = async (program: string, minify: boolean): Promise<unknown[]> =>
  (await printedBy(program, { minify })).map(({ printed }) => printed);

describe('a program that uses worker kernels', () => {
  const program = (before: string, options: string): string => `
    import { wasm } from '@flambeau/backend-wasm';
    import { fromTyped } from '@flambeau/core';
    ${before}
    const device = await wasm(${options});
    const x = fromTyped(new Float32Array(200_000).fill(3), [200_000], { device });
    const sum = await x.mul(x).add(1).sum().item();
    const { threads, threadFailures, fallbacks } = device.report();
    console.log(JSON.stringify({ sum, threads, failures: threadFailures, fallbacks }));
  `;
  const cores = availableParallelism();
  const sum = 2_000_000;

  test.each([true, false])(
    'works as one bundled file on all cores and exits by itself (minified: %s)',
    async (minify) => {
      for (const said of await runBundled(program('', ''), minify))
        expect(said).toEqual({ sum, threads: cores, failures: [], fallbacks: [] });
    },
    60_000,
  );

  test('runs on one thread when told to', async () => {
    for (const said of await runBundled(program('', '{ threads: 1 }'), false))
      expect(said).toEqual({ sum, threads: 1, failures: [], fallbacks: [] });
  }, 60_000);

  test('runs on one thread and says why where the host has no shared memory, or no workers', async () => {
    for (const [before, missing] of [
      ['delete globalThis.SharedArrayBuffer;', /^1 of 3 threads: SharedArrayBuffer is missing/],
      ['process.getBuiltinModule = undefined;', /^1 of 3 threads: workers are missing/],
    ] as const) {
      for (const said of await runBundled(program(before, '{ threads: 3 }'), false)) {
        expect(said).toMatchObject({ sum, threads: 1, failures: [] });
        expect((said as { fallbacks: string[] }).fallbacks).toEqual([expect.stringMatching(missing)]);
      }
    }
  }, 60_000);

  test('without waiting, workers join a loop that never gives way, and none is started for little work', async () => {
    const late = (size: number): string => `
      import { wasmSync } from '@flambeau/backend-wasm';
      import { full } from '@flambeau/core';
      const device = wasmSync({ threads: 3 });
      const x = full([${size}], 3, { device });
      const sums = new Set();
      const begin = performance.now();
      do sums.add(x.mul(x).add(1).sum().dataSync()[0]);
      while (device.report().threads < 3 && performance.now() - begin < ${size > 1000 ? 10_000 : 300});
      const { threads, threadFailures } = device.report();
      console.log(JSON.stringify({ sums: [...sums], threads, failures: threadFailures }));
    `;
    for (const said of await runBundled(late(200_000), false))
      expect(said).toEqual({ sums: [sum], threads: 3, failures: [] });
    for (const said of await runBundled(late(100), false))
      expect(said).toEqual({ sums: [1000], threads: 1, failures: [] });
  }, 60_000);

  test('works inside a worker too', async () => {
    const inside = await build({
      stdin: {
        contents: `
          import { parentPort } from 'node:worker_threads';
          const log = console.log;
          console.log = (line) => parentPort.postMessage(line);
          ${program('', '{ threads: 2 }')}
          console.log = log;
        `,
        resolveDir: here,
        loader: 'ts',
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'es2022',
      write: false,
      conditions: ['@flambeau/source'],
    });
    const text = `data:text/javascript,${encodeURIComponent(inside.outputFiles[0]?.text ?? '')}`;
    const outside = `
      const { Worker } = process.getBuiltinModule('node:worker_threads');
      new Worker(new URL(${JSON.stringify(text)})).once('message', (line) => console.log(line));
    `;
    for (const said of await runBundled(outside, false))
      expect(said).toEqual({ sum, threads: 2, failures: [], fallbacks: [] });
  }, 60_000);
});
