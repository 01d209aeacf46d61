import type { Browser, Page } from '../browser/browser.ts';
import type { Answer, Greeting } from '../contenders/part.ts';
import type { PageEngine } from '../engines.ts';
import type { Entrant, OrError } from './entrant.ts';
import { checked } from './entrant.ts';

/** An engine's page, set up for one work. */
export class PageEntrant implements Entrant {
  readonly engine: PageEngine;
  readonly #work: string;
  readonly #browser: Promise<Browser>;
  #page: Page | null = null;
  #busy = false;
  #isClosed = false;
  /** Rejects with the reason when it is closed. */
  readonly #closed: Promise<never>;
  #reject: (error: Error) => void = () => {};

  constructor(engine: PageEngine, work: string, browser: Promise<Browser>) {
    this.engine = engine;
    this.#work = work;
    this.#browser = browser;
    browser.catch(() => {}); // told by the greeting
    this.#closed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.#closed.catch(() => {}); // told by the greeting
  }

  async greeting(): Promise<Greeting> {
    try {
      return await Promise.race([this.#enter(), this.#closed]);
    } catch (error) {
      return { missing: (error as Error).message };
    }
  }

  async run(times: number): Promise<Answer> {
    return this.#ask<Answer>(`part.run(${times})`);
  }

  async close(reason = 'closed'): Promise<void> {
    this.#isClosed = true;
    this.#reject(new Error(reason));
    const page = this.#page;
    this.#page = null;
    if (!page) return;
    if (this.#busy) await (await this.#browser).abandon(page, reason);
    else await page.close(reason);
  }

  async #enter(): Promise<Greeting> {
    const browser = await this.#browser;
    const path = await browser.site.add(this.engine.id, this.engine.page);
    const page = await browser.open();
    if (this.#isClosed) await page.close('closed');
    else this.#page = page;
    const entering = `import('${path}').then((part) => (globalThis.part = part).enter('${this.#work}'))`;
    return this.#ask<Greeting>(entering);
  }

  async #ask<T extends object>(expression: string): Promise<T> {
    if (!this.#page) throw new Error('the page was closed');
    this.#busy = true;
    try {
      return checked(await this.#page.evaluate<OrError<T>>(expression));
    } finally {
      this.#busy = false;
    }
  }
}
