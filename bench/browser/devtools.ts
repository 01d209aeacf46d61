import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** A message of the protocol by which programs steer Chromium: a command, its answer, or an event. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly sessionId?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly sessionId: string | undefined;
  resolve(result: Readonly<Record<string, unknown>>): void;
  reject(error: Error): void;
}

const [COMMANDS, ANSWERS] = [3, 4] as const;

/** Speaks the DevTools protocol over the pipes that `--remote-debugging-pipe` opens: JSON, each with a zero byte after it. */
export class DevTools {
  readonly #commands: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #events = new Map<string, () => void>();
  #next = 1;
  #gone: Error | null = null;

  constructor(browser: ChildProcess) {
    this.#commands = browser.stdio[COMMANDS] as Writable;
    this.#commands.on('error', () => {}); // told by `gone`
    const answers = browser.stdio[ANSWERS] as Readable;
    let rest = '';
    answers.setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Message);
    });
    const gone = (reason: string): void => {
      this.#gone ??= new Error(reason);
      this.#rejectAll(() => true, this.#gone);
    };
    browser.once('error', ({ message }) => gone(message));
    browser.once('exit', () => gone('the browser ended'));
  }

  /** Sends a command; resolves to its result. Without a session it is the browser's. */
  send(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
    sessionId?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    if (this.#gone) return Promise.reject(this.#gone);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { sessionId, resolve, reject });
      this.#commands.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
  }

  /** Resolves when a session tells of an event for the next time. */
  event(method: string, sessionId: string): Promise<void> {
    return new Promise((resolve) => {
      this.#events.set(`${sessionId} ${method}`, resolve);
    });
  }

  /** Rejects everything that a session is waiting for. */
  abandon(sessionId: string, reason: string): void {
    this.#rejectAll((waiting) => waiting.sessionId === sessionId, new Error(reason));
  }

  #take({ id, method, params, sessionId, result = {}, error }: Message): void {
    if (id !== undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
      return;
    }
    if (method === 'Inspector.targetCrashed' && sessionId) this.abandon(sessionId, 'the page crashed');
    if (method === 'Target.detachedFromTarget')
      this.abandon(String(params?.['sessionId']), 'the page was closed');
    const key = `${sessionId} ${method}`;
    this.#events.get(key)?.();
    this.#events.delete(key);
  }

  #rejectAll(chosen: (waiting: Waiting) => boolean, error: Error): void {
    for (const [id, waiting] of this.#waiting) {
      if (!chosen(waiting)) continue;
      this.#waiting.delete(id);
      waiting.reject(error);
    }
  }
}
