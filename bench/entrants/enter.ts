import type { Browser } from '../browser/browser.ts';
import type { Engine } from '../engines.ts';
import { isProcess } from '../engines.ts';
import type { Entrant } from './entrant.ts';
import { PageEntrant } from './page.ts';
import { ProcessEntrant } from './process.ts';

/** Sets an engine up for a work: in a process, or in a page of the browser. */
export function enter(engine: Engine, work: string, browser: Promise<Browser> | null): Entrant {
  if (isProcess(engine)) return new ProcessEntrant(engine, work);
  return new PageEntrant(engine, work, browser ?? Promise.reject(new Error('there is no browser')));
}
