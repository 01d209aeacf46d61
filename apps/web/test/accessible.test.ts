import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, needs, Site } from './browser.ts';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe.runIf(hasChromium)(`the pages are accessible ${needs}`, { timeout: 30_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.build('accessible-test');
  });
  afterEach(() => site.expectQuiet());
  afterAll(() => site?.close());

  test.each(['', 'regression/', 'digits/'])(
    '/%s, in light and in dark, by the rules of axe',
    async (path) => {
      // With all that can be shown: notes, and a fault.
      const page = await site.open(path, { isolated: false });
      if (path === 'digits/') {
        await page.setInputFiles('#picture', {
          name: 'no.png',
          mimeType: '',
          buffer: Buffer.from('no picture'),
        });
        await page.locator('#fault', { hasText: 'Not a picture' }).waitFor();
        await page.locator('#samples button').first().waitFor();
      }
      await page.addScriptTag({ path: axe });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults;
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
        expect(passes.length).toBeGreaterThan(20);
      }
      await page.close();
    },
  );
});
