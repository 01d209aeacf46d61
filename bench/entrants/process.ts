import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Answer, Greeting } from '../contenders/part.ts';
import type { ProcessEngine } from '../engines.ts';
import type { Entrant, OrError } from './entrant.ts';
import { checked } from './entrant.ts';

/** An engine's process, set up for one work. */
export class ProcessEntrant implements Entrant {
  readonly engine: ProcessEngine;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #closed: Promise<string>;
  #errors = '';

  constructor(engine: ProcessEngine, work: string) {
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

  async greeting(): Promise<Greeting> {
    try {
      return await this.#next<Greeting>();
    } catch (error) {
      return { missing: (error as Error).message };
    }
  }

  async run(times: number): Promise<Answer> {
    this.#child.stdin?.write(`${times}\n`);
    return await this.#next<Answer>();
  }

  async close(reason = 'closed'): Promise<void> {
    this.#errors = reason;
    this.#child.kill();
  }

  /** Lets the process end by itself, as it must to write a profile. */
  async finish(): Promise<void> {
    this.#child.stdin?.end();
    await this.#closed;
  }

  async #next<T extends object>(): Promise<T> {
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(await this.#closed);
    return checked(JSON.parse(value) as OrError<T>);
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'ended without a word';
}
