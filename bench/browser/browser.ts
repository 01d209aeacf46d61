import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './chromium.ts';
import { DevTools } from './devtools.ts';
import { Site } from './site.ts';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--no-first-run',
  '--disable-sync',
  // A page that waits for its turn is in the background.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--remote-debugging-pipe',
];

/** Resolves when all devices of the browser have done what they were told: those of closed pages end after that alone. */
const SETTLE = `(async () => {
  const device = await (await navigator.gpu.requestAdapter()).requestDevice();
  device.queue.submit([]);
  await device.queue.onSubmittedWorkDone();
  device.destroy();
})()`;

/** Milliseconds to wait for that at most. */
const SETTLING = 300_000;

/** A page with a process for its scripts of its own; the GPU's process is the browser's. */
export class Page {
  readonly #tools: DevTools;
  readonly #context: string;
  readonly #session: string;

  constructor(tools: DevTools, context: string, session: string) {
    this.#tools = tools;
    this.#context = context;
    this.#session = session;
  }

  /** The value, waited for, of an expression in the page. @throws Error when it throws, or the page ends. */
  async evaluate<T>(expression: string): Promise<T> {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = (await this.#tools.send(
      'Runtime.evaluate',
      options,
      this.#session,
    )) as {
      readonly result?: { readonly value?: T };
      readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
    };
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description?.split('\n')[0] ?? 'the page threw');
    return result?.value as T;
  }

  /** What is under way in the page fails with the reason. */
  async close(reason: string): Promise<void> {
    this.#tools.abandon(this.#session, reason);
    await this.#tools
      .send('Target.disposeBrowserContext', { browserContextId: this.#context })
      .catch(() => {});
  }
}

/** Chromium without a window and with a profile of its own, steered from here. */
export class Browser {
  readonly site: Site;
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #tools: DevTools;

  private constructor(site: Site, process: ChildProcess, profile: string) {
    this.site = site;
    this.#process = process;
    this.#profile = profile;
    this.#tools = new DevTools(process);
  }

  /** Starts it with `$CHROMIUM_FLAGS` too. @throws Error where there is none. */
  static async start(): Promise<Browser> {
    const { CHROMIUM_FLAGS = '' } = process.env;
    const program = findChromium();
    if (program === null)
      throw new Error('no Chromium here (Debian: apt install chromium; or set $CHROMIUM)');
    const profile = mkdtempSync(join(tmpdir(), 'flambeau-bench-'));
    const own = [`--user-data-dir=${profile}`, ...CHROMIUM_FLAGS.split(/\s+/).filter(Boolean)];
    const child = spawn(program, [...FLAGS, ...own, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own, so that all of it can be ended
    });
    return new Browser(await Site.open(), child, profile);
  }

  /** Opens an empty page of the site, in a context of its own: pages of one share a process. */
  async open(): Promise<Page> {
    const tools = this.#tools;
    const { browserContextId } = await tools.send('Target.createBrowserContext');
    const { targetId } = await tools.send('Target.createTarget', { url: 'about:blank', browserContextId });
    const attached = await tools.send('Target.attachToTarget', { targetId, flatten: true });
    const session = String(attached['sessionId']);
    await tools.send('Page.enable', {}, session);
    const loaded = tools.event('Page.loadEventFired', session);
    await tools.send('Page.navigate', { url: this.site.address }, session);
    await loaded;
    return new Page(tools, String(browserContextId), session);
  }

  /**
   * Closes a page in the middle of its work, which the GPU's process goes on with, and waits until that has ended: it
   * would slow others down.
   */
  async abandon(page: Page, reason: string): Promise<void> {
    await page.close(reason);
    const probe = await this.open();
    const timer = setTimeout(() => void probe.close('it does not end'), SETTLING);
    await probe.evaluate(SETTLE).catch(() => {});
    clearTimeout(timer);
    await probe.close('done');
  }

  async close(): Promise<void> {
    const { pid, exitCode } = this.#process;
    if (pid !== undefined && exitCode === null) {
      const closed = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
      process.kill(-pid, 'SIGKILL');
      await closed;
    }
    this.site.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
