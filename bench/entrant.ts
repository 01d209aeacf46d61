import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Engine } from './engines.ts';

/** What an engine says when it is ready: its version, or why it does not take part in this work. */
export interface Greeting {
  readonly version?: string;
  readonly missing?: string;
}

/** How long the work took, and the number that it ended with: of a training step, the loss. */
export interface Answer {
  readonly ms: number;
  readonly value?: number;
}

/** An engine's process, set up for one work. It works only while it is asked to. */
export class Entrant {
  readonly engine: Engine;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #closed: Promise<string>;
  #errors = '';

  constructor(engine: Engine, work: string) {
    this.engine = engine;
    const { command, args, env } = engine;
    this.#child = spawn(command, [...args, work], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#child.stdin?.on('error', () => {}); // told by the answer that does not come
    this.#closed = new Promise((resolve) => {
      this.#child.on('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code === 'ENOENT' ? `not found: ${command}` : error.message),
      );
      this.#child.on('close', () => resolve(lastLine(this.#errors)));
    });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    this.#answers = lines[Symbol.asyncIterator]();
  }

  /** Waits until the work is set up. */
  async greeting(): Promise<Greeting> {
    try {
      return await this.#next<Greeting>();
    } catch (error) {
      return { missing: (error as Error).message };
    }
  }

  /** Has the work done a number of times; resolves to how many milliseconds all of it took. */
  async run(times: number): Promise<Answer> {
    this.#child.stdin?.write(`${times}\n`);
    return await this.#next<Answer>();
  }

  /** Ends the process; a run that is still going on fails with the reason. */
  close(reason = 'closed'): void {
    this.#errors = reason;
    this.#child.kill();
  }

  /** Lets the process end by itself, as it must to write a profile. */
  async finish(): Promise<void> {
    this.#child.stdin?.end();
    await this.#closed;
  }

  async #next<T>(): Promise<T> {
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(await this.#closed);
    const answer = JSON.parse(value) as T & { readonly error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'ended without a word';
}
