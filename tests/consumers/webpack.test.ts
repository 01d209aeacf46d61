// What a stranger's webpack makes of the packed packages: workers start, with nothing configured.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StatsCompilation } from 'webpack';
import webpack from 'webpack';
import { chromium, openPage } from '../wasm/chromium.ts';
import { emptyFolder, pack, removeFolder, runOutside } from './outside.ts';

/** Learns y = x · (1, -2) from a line of losses, and multiplies what is worth two threads. */
const PROGRAM = `
import '@flambeau/autograd';
import { wasm } from '@flambeau/backend-wasm';
import { manualSeed, matmul, ones, randn, tensor } from '@flambeau/core';

async function run() {
  const device = await wasm({ threads: 2 });
  manualSeed(1);
  const x = randn([64, 2], { device });
  const y = x.matmul(tensor([[1], [-2]], { device }));
  let w = tensor([[0], [0]], { device, requiresGrad: true });
  for (let i = 0; i < 60; i++) {
    x.matmul(w).sub(y).square().mean().backward();
    w = w.detach().sub(w.grad.mul(0.2)).requiresGrad_();
  }
  const learnt = (await w.detach().toArray()).flat().map((value) => Math.round(1e3 * value) / 1e3);
  const big = ones([512, 512], { device });
  const total = await matmul(big, big).sum().item();
  const { threads, fallbacks, threadFailures } = device.report();
  console.log('learnt');
  await new Promise((resolve) => setTimeout(resolve, 100)); // for late complaints
  return { learnt, total, threads, fallbacks, threadFailures };
}
const post = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });
run().then((value) => post({ value }), (error) => post({ error: String(error?.stack ?? error) }));
`;

describe.runIf(chromium)('a page by webpack (not run without Chromium: apt install chromium)', () => {
  let tarballs: string;
  let project: string;
  let stats: StatsCompilation;

  beforeAll(async () => {
    tarballs = emptyFolder('tarballs');
    project = emptyFolder('webpack');
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    const packed = pack(tarballs, ['core', 'autograd', 'backend-wasm']);
    runOutside(project, 'npm', ['install', '--offline', '--no-audit', '--no-fund', ...packed]);
    writeFileSync(join(project, 'main.js'), PROGRAM);
    stats = await built(project);
  });

  afterAll(() => {
    removeFolder(tarballs);
    removeFolder(project);
  });

  test('is bundled without a complaint but about its size', () => {
    expect(stats.errors).toEqual([]);
    const messages = stats.warnings?.map(({ message }) => message) ?? [];
    expect(
      messages.filter((message) => !/^(asset|entrypoint) size limit|limit the size/.test(message)),
    ).toEqual([]);
  });

  const results = { learnt: [1, -2], total: 512 ** 3, threadFailures: [] };
  const open = (isolated: boolean) =>
    openPage({ isolated, files: { '/main.js': readFileSync(join(project, 'dist/main.js'), 'utf8') } });

  test('trains on two threads where it is isolated, with nothing in its console', async () => {
    const value = { ...results, threads: 2, fallbacks: [] };
    expect(await open(true)).toEqual({ value, console: ['learnt'] });
  });

  test('trains on one thread elsewhere, and says which headers are missing', async () => {
    const fallbacks = [
      expect.stringMatching(/^1 of 2 threads: .*Cross-Origin-Embedder-Policy: require-corp$/),
    ];
    const value = { ...results, threads: 1, fallbacks };
    expect(await open(false)).toEqual({ value, console: ['learnt'] });
  });
});

/** Bundles `main.js` as webpack does when it is told nothing but where. */
async function built(project: string): Promise<StatsCompilation> {
  const compiler = webpack({
    mode: 'production',
    context: project,
    entry: './main.js',
    output: { path: join(project, 'dist') },
  });
  const begin = performance.now();
  const found = await new Promise<StatsCompilation>((resolve, reject) => {
    compiler?.run((error, all) => {
      if (all) resolve(all.toJson({ all: false, errors: true, warnings: true }));
      else reject(error);
    });
  });
  console.log(`webpack: ${Math.round(performance.now() - begin)} ms`);
  await new Promise((resolve) => compiler?.close(resolve));
  return found;
}
