// A smaller tier of the suite in a real browser, on its WebGPU.
import { describe, expect, test } from 'vitest';
import { chromium, runInPage } from '../wasm/chromium.ts';

const imports = `
  import { runSuite, totalsOf } from '@flambeau/backend-conformance';
  import { cpu } from '@flambeau/backend-cpu';
  import { webgpu } from '@flambeau/backend-webgpu';
`;

/** One of each kind: maps of both types, reductions, products, layers, indices with faults, sorting, random numbers, training. */
const only = [
  'affine',
  'fmod',
  'sum',
  'argmax',
  'matmul',
  'conv2d',
  'maxPool2d',
  'softmax',
  'gather',
  'sort',
  'training',
];

const body = `
  const device = await webgpu();
  const report = await runSuite({ name: 'webgpu', create: () => device, reference: cpu }, { only: ${JSON.stringify(only)} });
  const { cells, cases } = totalsOf(report);
  const failed = report.lines.filter((line) => line.status === 'fail').slice(0, 5);
  return { kernels: device.report().kernels, cells, cases, failed };
`;

describe.runIf(chromium)(
  'WebGPU in Chromium (not run without it: apt install chromium)',
  { timeout: 200_000 },
  () => {
    test.each([
      ['a page', false],
      ['a worker', true],
    ])('a tier of the suite passes in %s', async (_where, inWorker) => {
      const found = await runInPage(imports, body, { isolated: false, inWorker, patience: 180_000 });
      expect(found).toMatchObject({ kernels: 'software', cells: { fail: 0, xfail: 0 }, failed: [] });
      expect((found as { cases: number }).cases).toBeGreaterThan(1000);
    });
  },
);
