import { createInterface } from 'node:readline';

/** Work that is done as often as it is told. */
export type Task = (times: number) => void | Promise<void>;

/** Sets work up: what is made here is not timed. */
export type Setup = () => Task | Promise<Task>;

/** The rows of a contender: how to set each up, or why it has none. */
export type Rows = Readonly<Record<string, Setup | string>>;

const say = (answer: object): void => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
};

/**
 * Plays a contender's part in the row that the last argument names: greets, then does the work as often as each line of
 * input says and answers with the milliseconds that took.
 */
export async function serve(version: string, rows: Rows): Promise<void> {
  const setup = rows[process.argv.at(-1) ?? ''] ?? 'not written for this library';
  if (typeof setup === 'string') {
    say({ version, missing: setup });
    return;
  }
  try {
    const task = await setup();
    say({ version });
    for await (const line of createInterface({ input: process.stdin })) {
      const start = performance.now();
      await task(Number(line));
      say({ ms: performance.now() - start });
    }
  } catch (error) {
    say({ error: (error as Error).message.split('\n')[0] });
  }
}
