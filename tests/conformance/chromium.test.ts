// The whole suite in a real browser, on wasm.
import { describe, expect, test } from 'vitest';
import { chromium, runInPage } from '../wasm/chromium.ts';

const imports = `
  import { runSuite, totalsOf } from '@flambeau/backend-conformance';
  import { wasm } from '@flambeau/backend-wasm';
`;

const body = (threads: number): string => `
  const device = await wasm({ threads: ${threads} });
  const report = await runSuite({ name: 'wasm', create: () => device }, {});
  const { cells, cases } = totalsOf(report);
  const failed = report.lines.filter((line) => line.status === 'fail').slice(0, 5);
  return { threads: device.report().threads, cells, cases, failed };
`;

describe.runIf(chromium)(
  'the whole suite in Chromium (not run without it: apt install chromium)',
  { timeout: 300_000 },
  () => {
    const patience = 240_000;

    test('passes on two threads of an isolated page', async () => {
      const found = await runInPage(imports, body(2), { isolated: true, patience });
      expect(found).toMatchObject({ threads: 2, cells: { fail: 0, xfail: 0 }, failed: [] });
      expect((found as { cases: number }).cases).toBeGreaterThan(70_000);
    });

    test('passes on one thread of a page that is not isolated', async () => {
      const found = await runInPage(imports, body(1), { isolated: false, patience });
      expect(found).toMatchObject({ threads: 1, cells: { fail: 0, xfail: 0 }, failed: [] });
    });
  },
);
