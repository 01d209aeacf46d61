import { readFileSync } from 'node:fs';
import {
  createRun,
  embeddedDigits,
  newSettings,
  readModel,
  readRun,
  train,
  writeRun,
} from '@flambeau/app-street-digits/learning';
import { nodeCanvas } from '@flambeau/app-street-digits/node-canvas';
import { MatBuilder } from '@flambeau/app-street-digits/testing/mat-builder';
import { cpu, saveCheckpoint, setDefaultDevice } from 'flambeau';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  expectFits,
  hasChromium,
  needs,
  Site,
  textIn,
  type Visit,
  waitForStatus,
  waitForText,
} from './browser.ts';

/** In the page: collects the milliseconds from frame to frame. */
const watchFrames = `
  globalThis.frameGaps = [];
  let last = performance.now();
  const tick = (now) => {
    frameGaps.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
`;

describe.runIf(hasChromium)(`the digits page ${needs}`, { timeout: 60_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.build('digits-test');
  });
  afterEach(() => site.expectQuiet());
  afterAll(() => site?.close());

  /** Opens the page with a run laid out: so many epochs of so many pictures. */
  async function openWith(
    device: string,
    epochs: number,
    pictures: number,
    visit: Visit = {},
  ): Promise<Page> {
    const page = await site.open('digits/', visit);
    await page.selectOption('#device', device);
    await page.fill('#epochs', String(epochs));
    await page.fill('#limit', String(pictures));
    return page;
  }

  /** The checkpoint of a run in Node after its first epoch. */
  async function inNode(epochs: number, limit: number): Promise<Uint8Array> {
    setDefaultDevice(cpu());
    const digits = embeddedDigits({ seed: 0, limit }, nodeCanvas());
    const run = createRun(newSettings({ epochs, limit, seed: 0 }), digits.train.size);
    const enough = new Error('enough');
    let bytes = new Uint8Array();
    const onEpoch = async (): Promise<void> => {
      bytes = new Uint8Array(await writeRun(run, digits.fingerprint));
      throw enough;
    };
    await expect(train(run, { ...digits, onEpoch })).rejects.toBe(enough);
    return bytes;
  }

  async function savedBy(page: Page): Promise<Uint8Array> {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
    return readFileSync(await download.path());
  }

  async function draw(page: Page, places: readonly (readonly [x: number, y: number])[]): Promise<void> {
    await page.locator('#pad').scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await page.locator('#pad').boundingBox())!;
    const [first, ...rest] = places.map(([px, py]) => [x + px * width, y + py * height] as const);
    await page.mouse.move(...first!);
    await page.mouse.down();
    for (const place of rest) await page.mouse.move(...place, { steps: 4 });
    await page.mouse.up();
  }

  const seven = [
    [0.3, 0.2],
    [0.7, 0.2],
    [0.45, 0.85],
  ] as const;

  const answer = /^A \d: it is [\d.]+ % sure\.$/;

  async function answerIn(page: Page): Promise<string> {
    const words = page.locator('#answer-words', { hasText: answer });
    await words.waitFor();
    return (await words.textContent())!;
  }

  test.each(['wasm', 'cpu', 'webgpu'])('trains on %s as Node does', async (device) => {
    const page = await openWith(device, 1, 16);
    await page.click('#go');
    await waitForStatus(page, 'Done', 50_000);
    const [report] = readModel(await savedBy(page)).history;
    const [expected] = readModel(await inNode(1, 16)).history;
    // Canvases of Node and of the browser differ by some levels.
    expect(report!.loss).toBeCloseTo(expected!.loss, 1);
    expect(report!.validationLoss).toBeCloseTo(expected!.validationLoss, 1);
    await waitForText(page, '#epoch', '1 / 1');
    expect(await textIn(page, '#validation')).toBe(`${(100 * report!.validationAccuracy).toFixed(1)} %`);
    expect(await textIn(page, '#device-report')).toContain(`"backend": "${device}"`);
    await page.close();
  });

  test('stops within a step, answers meanwhile, resumes, takes another device, and stays responsive', async () => {
    const page = await openWith('wasm', 50, 4000);
    await page.evaluate(watchFrames);
    await page.click('#go');
    await page.locator('#loss', { hasText: /^\d/ }).waitFor();
    await draw(page, seven);
    await answerIn(page);
    await page.click('text=Stop');
    await waitForStatus(page, 'Stopped');
    const stopped = await textIn(page, '#loss');
    await page.waitForTimeout(400);
    expect(await textIn(page, '#loss')).toBe(stopped);
    await page.click('#clear');
    await page.locator('#samples button').first().click();
    await answerIn(page);
    await page.click('text=Resume');
    await page.waitForFunction((loss) => document.querySelector('#loss')!.textContent !== loss, stopped);
    const gaps = (await page.evaluate('frameGaps')) as number[];
    gaps.sort((first, second) => first - second);
    expect(gaps[Math.floor(0.5 * gaps.length)]).toBeLessThan(60);
    expect(gaps[Math.floor(0.95 * gaps.length)]).toBeLessThan(400);
    await page.click('text=Stop');
    await waitForStatus(page, 'Stopped');
    await page.selectOption('#device', 'cpu');
    await waitForStatus(page, 'No epoch was finished, so training starts over on the other device.');
    await waitForText(page, '#loss', '–');
    await page.fill('#limit', '64');
    await page.click('#go');
    await page.locator('#loss', { hasText: /^\d/ }).waitFor();
    await page.click('text=Start over');
    await waitForStatus(page, 'Ready');
    await waitForText(page, '#loss', '–');
    await page.close();
  });

  test('what it saves is a run of the command line, and gives the same answers when loaded', async () => {
    const page = await openWith('wasm', 2, 64);
    await page.click('#go');
    await waitForStatus(page, 'Done');
    await page.locator('#samples button').nth(3).click();
    const said = await answerIn(page);
    const bytes = await savedBy(page);
    expect(readRun(bytes)).toMatchObject({
      fingerprint: 'embedded 64 64',
      history: [{ epoch: 1 }, { epoch: 2 }],
    });

    const other = await site.open('digits/');
    await other.setInputFiles('#load', { name: 'run.safetensors', mimeType: '', buffer: Buffer.from(bytes) });
    await waitForStatus(other, 'Done');
    await waitForText(other, '#epoch', '2 / 2');
    expect(await textIn(other, '#validation')).toBe(await textIn(page, '#validation'));
    await other.locator('#samples button').nth(3).click();
    expect(await answerIn(other)).toBe(said);
    await other.selectOption('#device', 'cpu');
    await other.locator('#device-report', { hasText: '"backend": "cpu"' }).waitFor({ state: 'attached' });
    await other.click('#clear');
    await other.locator('#samples button').nth(3).click();
    expect(await answerIn(other)).toBe(said);
    await page.close();
    await other.close();
  });

  test('goes on with a run of the command line', async () => {
    const buffer = Buffer.from(await inNode(3, 32));
    const page = await site.open('digits/');
    await page.setInputFiles('#load', { name: 'last.safetensors', mimeType: '', buffer });
    await waitForStatus(page, 'Stopped');
    await waitForText(page, '#epoch', '1 / 3');
    await page.click('text=Resume');
    await waitForStatus(page, 'Done');
    await waitForText(page, '#epoch', '3 / 3');
    await page.close();
  });

  test('learns from photographs of SVHN that are chosen, and says what is wrong with a file', async () => {
    const page = await openWith('wasm', 1, 16);
    await page.setInputFiles('#photos', { name: 'other.mat', mimeType: '', buffer: Buffer.from('no file') });
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/got .*expected/);
    await waitForText(page, '#source', 'Learns from pictures drawn on the spot.');
    const mat = new MatBuilder();
    const pictures = Uint8Array.from({ length: 3072 * 300 }, (_, i) => (i * i) % 251);
    const labels = Uint8Array.from({ length: 300 }, (_, i) => (i % 10) + 1);
    const file = mat.file(
      mat.array('X', [32, 32, 3, 300], 9, 2, pictures),
      mat.array('y', [300, 1], 9, 2, labels),
    );
    const photos = { name: 'train_32x32.mat', mimeType: '', buffer: Buffer.from(file) };
    await page.setInputFiles('#photos', photos);
    await waitForText(page, '#source', 'Learns from train_32x32.mat: 300 photographs.');
    await page.click('#go');
    await waitForStatus(page, 'Done');
    const saved = readRun(await savedBy(page));
    expect(saved.fingerprint).toMatch(/^svhn 300 \d+ 16 16$/);
    expect(saved.settings.folder).toBe('train_32x32.mat');
    await page.click('text=Use drawn ones');
    await waitForText(page, '#source', 'Learns from pictures drawn on the spot.');
    await page.close();
  });

  test('reads a picture that is dropped, and one that is chosen', async () => {
    const page = await openWith('wasm', 1, 16);
    await draw(page, seven);
    await page.locator('#answer-words', { hasText: 'not learnt anything yet' }).waitFor();
    const png = await page.locator('#pad').screenshot();
    await page.click('#go');
    await waitForStatus(page, 'Done');
    await page.click('#clear');
    await page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'seven.png', { type: 'image/png' }));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, png.toString('base64'));
    const dropped = await answerIn(page);
    expect(await page.locator('#seen').isVisible()).toBe(true);
    await page.click('#clear');
    expect(await page.locator('#seen').isVisible()).toBe(false);
    await page.setInputFiles('#picture', { name: 'seven.png', mimeType: 'image/png', buffer: png });
    expect(await answerIn(page)).toBe(dropped);
    await page.close();
  });

  test('refuses wrong files in words, and goes on as if nothing had been', async () => {
    const page = await openWith('wasm', 1, 16);
    const png = await page.locator('#pad').screenshot();
    await page.click('#go');
    await waitForStatus(page, 'Done');
    const fault = page.getByRole('alert');
    const wrong: [field: string, bytes: Uint8Array, words: RegExp][] = [
      ['#load', Buffer.from('no checkpoint at all'), /got .*expected/],
      ['#load', await saveCheckpoint({ kind: 'other' }), /^Not a model of this program/],
      ['#load', (await savedBy(page)).slice(0, 5000), /got .*expected/],
      [
        '#picture',
        Buffer.from('<svg></svg>'),
        /^Not a picture: got an SVG, XML or HTML file, expected a PNG or JPEG/,
      ],
      ['#picture', png.subarray(0, 200), /truncated|damaged/],
    ];
    for (const [field, bytes, words] of wrong) {
      await page.setInputFiles(field, { name: 'wrong', mimeType: '', buffer: Buffer.from(bytes) });
      await expect.poll(() => fault.textContent()).toMatch(words);
    }
    await page.locator('#samples button').first().click();
    await answerIn(page);
    expect(await fault.isVisible()).toBe(false);
    await page.close();
  });

  test('fits a phone, and trains there without WebGPU and without isolation', async () => {
    const page = await openWith('wasm', 1, 16, { isolated: false, webgpu: false, width: 360 });
    expect(await textIn(page, '#device-notes')).toMatch(
      /WebAssembly computes on one thread.*WebGPU is not available/,
    );
    await page.click('#go');
    await waitForStatus(page, 'Done');
    expect(await textIn(page, '#device-report')).toContain('"threads": 1');
    await page.locator('#samples button').first().click();
    await answerIn(page);
    await expectFits(page);
    await page.close();
  });
});
