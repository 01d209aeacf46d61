import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A library, and the program that makes it work. The row's id is added as last argument. */
export interface Contender {
  readonly id: string;
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const ONE_THREAD = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

export const flambeau: Contender = {
  id: 'flambeau',
  title: 'Flambeau cpu',
  command: process.execPath,
  args: ['--conditions=@flambeau/source', here('contenders/flambeau/main.ts')],
};

export const pytorch: Contender = {
  id: 'pytorch',
  title: 'PyTorch',
  command: process.env['PYTHON'] ?? '/usr/bin/python3',
  args: [here('contenders/pytorch.py')],
  env: ONE_THREAD,
};

const node = (id: string, title: string, script: string, ...args: string[]): Contender => ({
  id,
  title,
  command: process.execPath,
  args: [here(`contenders/peers/${script}`), ...args],
});

/** Libraries from npm, which `contenders/peers/package.json` pins. */
export const npmPeers: readonly Contender[] = [
  node('tfjs-wasm', 'tfjs wasm', 'tfjs.mjs', 'wasm'),
  node('tfjs-cpu', 'tfjs cpu', 'tfjs.mjs', 'cpu'),
  node('jax-js', 'jax-js wasm', 'jax.mjs'),
];

/** What a contender says when it is ready: its version, or why it does not take part in this row. */
export interface Greeting {
  readonly version?: string;
  readonly missing?: string;
}

/** A contender's process, set up for one row. It works only while it is asked to. */
export class Entrant {
  readonly contender: Contender;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #closed: Promise<string>;
  #errors = '';

  constructor(contender: Contender, row: string) {
    this.contender = contender;
    const { command, args, env } = contender;
    this.#child = spawn(command, [...args, row], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#child.stdin?.on('error', () => {}); // told by the answer that does not come
    this.#closed = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error.message));
      this.#child.on('close', () => resolve(lastLine(this.#errors)));
    });
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    this.#answers = lines[Symbol.asyncIterator]();
  }

  /** Waits until the row is set up. */
  async greeting(): Promise<Greeting> {
    try {
      return await this.#next<Greeting>();
    } catch (error) {
      return { missing: (error as Error).message };
    }
  }

  /** Has the work done a number of times; resolves to how many milliseconds all of it took. */
  async run(times: number): Promise<number> {
    this.#child.stdin?.write(`${times}\n`);
    return (await this.#next<{ readonly ms: number }>()).ms;
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
