// Flambeau's part in a page of a real browser, as the benchmark runs it.
import { afterAll, describe, expect, test } from 'vitest';
import { engines } from '../engines.ts';
import { enter } from '../entrants/enter.ts';
import type { Entrant } from '../entrants/entrant.ts';
import { Browser } from './browser.ts';
import { findChromium } from './chromium.ts';

const engine = engines.find(({ id }) => id === 'flambeau-webgpu-chromium');

describe.runIf(findChromium())(
  'a page (not run without a browser: apt install chromium)',
  { timeout: 120_000 },
  () => {
    const browser = Browser.start();
    const inPage = (work: string): Entrant => {
      if (!engine) throw new Error('no such engine');
      return enter(engine, work, browser);
    };
    afterAll(async () => (await browser).close());

    test('does work on its GPU, one page beside another', async () => {
      const [adds, products] = [inPage('add10_recorded'), inPage('matmul64')];
      expect((await adds.greeting()).version).toMatch(/^\d+\.\d+\.\d+ on ./);
      expect(await products.greeting()).not.toHaveProperty('missing');
      expect((await adds.run(150)).gpu?.submits).toBe(2); // a hundred results to a wait
      const { ms, gpu } = await products.run(3);
      expect(ms).toBeGreaterThan(0);
      expect(gpu).toMatchObject({ dispatches: 3, submits: 1 });
      await adds.close();
      await products.close();
    });

    test('that is closed in the middle of its work fails with the reason, and the next can work', async () => {
      const slow = inPage('matmul256');
      await slow.greeting();
      const run = slow.run(1000);
      setTimeout(() => void slow.close('no answer within a moment'), 500);
      await expect(run).rejects.toThrow('no answer within a moment');
      const next = inPage('matmul64');
      await next.greeting();
      expect((await next.run(1)).ms).toBeGreaterThan(0);
      await next.close();
    });

    test('says why it does not take part', async () => {
      expect((await inPage('nonsense').greeting()).missing).toBe('not written for this library');
    });
  },
);
