// The built pages in Debian's Chromium.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { buildPages, servePages } from '../serve.mjs';

const executablePath = '/usr/bin/chromium';

/** Whether the tests can run. */
export const hasChromium: boolean = existsSync(executablePath);

/** Said where they cannot. */
export const needs = '(not run without Chromium: apt install chromium)';

/** A way to look at the pages. */
export interface Visit {
  /** Whether the server sends the headers that give a page shared memory. Default true. */
  readonly isolated?: boolean;
  /** Whether the browser offers WebGPU, on a software driver. Default true. */
  readonly webgpu?: boolean;
  readonly width?: number;
}

/** The pages, built once, with as many servers and browsers as the visits need. */
export class Site {
  private readonly outDir: string;
  private readonly servers = new Map<boolean, ReturnType<typeof servePages>>();
  private readonly browsers = new Map<boolean, Promise<Browser>>();
  private readonly complaints: string[] = [];

  private constructor(outDir: string) {
    this.outDir = outDir;
  }

  /** @param name - of the folder to build into: no two at the same time. */
  static async build(name: string): Promise<Site> {
    const outDir = fileURLToPath(new URL(`../node_modules/.cache/${name}`, import.meta.url));
    await buildPages({ outDir });
    return new Site(outDir);
  }

  /** Opens a page in a fresh profile and waits until it is ready. */
  async open(path: string, { isolated = true, webgpu = true, width = 1280 }: Visit = {}): Promise<Page> {
    if (!this.servers.has(isolated)) {
      this.servers.set(isolated, servePages({ isolated, outDir: this.outDir }));
    }
    if (!this.browsers.has(webgpu)) {
      const args = ['--no-sandbox', ...(webgpu ? ['--enable-unsafe-webgpu'] : [])];
      this.browsers.set(webgpu, chromium.launch({ executablePath, args }));
    }
    const [{ url }, browser] = [await this.servers.get(isolated)!, await this.browsers.get(webgpu)!];
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('requestfailed', (request) => this.complaints.push(`failed: ${request.url()}`));
    await page.goto(url + path);
    if (path !== '') await page.locator('#go:enabled').waitFor();
    return page;
  }

  /** Fails when a page complained on its console, or asked for what is not there. */
  expectQuiet(): void {
    expect(this.complaints.splice(0)).toEqual([]);
  }

  async close(): Promise<void> {
    for (const browser of this.browsers.values()) await (await browser).close();
    for (const server of this.servers.values()) await (await server).close();
  }
}

/** The text of an element. */
export async function textIn(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).textContent()) ?? '';
}

/** The text of an element, as a number. */
export async function numberIn(page: Page, selector: string): Promise<number> {
  return Number.parseFloat((await textIn(page, selector)).replaceAll(',', ''));
}

/** Fails when the page is wider than its window. */
export async function expectFits(page: Page): Promise<void> {
  const [width, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(width).toBe(window);
}

/** Waits until a page's state line says a word. */
export async function waitForStatus(page: Page, word: string, timeout = 20_000): Promise<void> {
  await page.locator('#status', { hasText: word }).waitFor({ timeout });
}

/** Waits until an element has a text. */
export async function waitForText(page: Page, selector: string, text: string): Promise<void> {
  await expect.poll(() => textIn(page, selector), { timeout: 10_000 }).toBe(text);
}
