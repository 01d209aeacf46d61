import { regression } from '@flambeau/app-regression/program';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  expectFits,
  hasChromium,
  needs,
  numberIn,
  Site,
  textIn,
  waitForStatus,
  waitForText,
} from './browser.ts';

describe.runIf(hasChromium)(`the regression page ${needs}`, { timeout: 30_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.build('regression-test');
  });
  afterEach(() => site.expectQuiet());
  afterAll(() => site?.close());

  test.each([
    ['wasm', 'full'],
    ['cpu', 'full'],
    ['webgpu', 'full'],
  ])('fits the line on %s, with the losses of the command line', async (device, pace) => {
    const { losses } = await regression({ seed: 1, steps: 30 });
    const page = await site.open('regression/');
    await page.selectOption('#device', device);
    await page.selectOption('#pace', pace);
    await page.fill('#seed', '1');
    await page.fill('#steps', '30');
    await page.click('#go');
    await waitForStatus(page, 'Done');
    await waitForText(page, '#step', '30 / 30');
    expect(await numberIn(page, '#loss')).toBeCloseTo(losses[29]!, 4);
    // What PyTorch ends with from this seed after 300 steps: tests/golden/regression.py.
    expect(await textIn(page, '#line')).toMatch(/^y = 0\.51\dx − 0\.00\d$/);
    await page.click('summary');
    expect(await textIn(page, '#device-report')).toContain(`"backend": "${device}"`);
    await page.close();
  });

  test('stops within a step, resumes, and starts over', async () => {
    const page = await site.open('regression/');
    await page.selectOption('#pace', '10');
    await page.click('#go');
    await page.locator('#step', { hasText: /^[3-9] / }).waitFor();
    await page.click('#go');
    await waitForStatus(page, 'Stopped');
    const stopped = await numberIn(page, '#step');
    expect(stopped).toBeLessThan(20);
    await page.waitForTimeout(400);
    expect(await numberIn(page, '#step')).toBe(stopped);
    await page.click('text=Resume');
    await page.waitForFunction(
      (n) => Number.parseInt(document.querySelector('#step')!.textContent, 10) > n,
      stopped,
    );
    await page.click('text=Start over');
    await waitForStatus(page, 'Ready');
    await page.fill('#steps', '5');
    await page.click('#go');
    await waitForStatus(page, 'Done');
    await waitForText(page, '#step', '5 / 5');
    await page.close();
  });

  test('draws both charts, and says in words what they show', async () => {
    const page = await site.open('regression/');
    await page.selectOption('#pace', 'full');
    await page.click('#go');
    await waitForStatus(page, 'Done');
    const inked = await page.locator('.chart canvas').evaluateAll((canvases) =>
      canvases.map((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
        return data.some((value) => value > 0);
      }),
    );
    expect(inked).toEqual([true, true]);
    expect(await page.getByRole('img').nth(0).getAttribute('aria-label')).toMatch(
      /^200 points, the true line y = 0\.500x, the fitted line y = 0\.484x − 0\.002$/,
    );
    expect(await page.getByRole('img').nth(1).getAttribute('aria-label')).toMatch(
      /^Mean squared error over 300 steps, now 0\.00923$/,
    );
    await page.close();
  });

  test('works without WebGPU and without isolation, and says what is missing and what to do', async () => {
    const page = await site.open('regression/', { isolated: false, webgpu: false });
    const options = await page
      .locator('#device option')
      .evaluateAll((all) =>
        all.map((option) => [(option as HTMLOptionElement).value, (option as HTMLOptionElement).disabled]),
      );
    expect(options).toEqual([
      ['wasm', false],
      ['webgpu', true],
      ['cpu', false],
    ]);
    const notes = await textIn(page, '#device-notes');
    expect(notes).toMatch(/not cross-origin isolated: WebAssembly computes on one thread/);
    expect(notes).toMatch(/Cross-Origin-Embedder-Policy: require-corp/);
    expect(notes).toMatch(/WebGPU is not available: .*adapter/);
    await page.click('#go');
    await page.selectOption('#pace', 'full');
    await waitForStatus(page, 'Done');
    await page.click('summary');
    expect(await textIn(page, '#device-report')).toContain('"threads": 1');
    await page.close();
  });

  test('fits a phone, and can be used by the keyboard alone', async () => {
    const page = await site.open('regression/', { width: 360 });
    await expectFits(page);
    await page.locator('#device').focus();
    for (const id of ['seed', 'steps', 'pace', 'go']) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement!.id)).toBe(id);
    }
    await page.keyboard.press('Enter');
    await waitForStatus(page, 'Training');
    await page.close();
  });
});
