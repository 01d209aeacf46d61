import { createInterface } from 'node:readline';

/** Work that is done as often as it is told. A number that it ends with, such as the last loss, is passed on. */
export type Task = (times: number) => number | void | Promise<number | void>;

/** Sets work up: what is made here is not timed. */
export type Setup = () => Task | Promise<Task>;

/** The works of an engine: how to set each up, or why it has none. */
export type Works = Readonly<Record<string, Setup | string>>;

const say = (answer: object): void => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
};

/**
 * Plays an engine's part in the work that the last argument names: greets, then does the work as often as each line of
 * input says and answers with the milliseconds that took, and the number that it ended with.
 *
 * @param works - or why the engine takes part in none.
 */
export async function serve(version: string, works: Works | string): Promise<void> {
  const setup =
    typeof works === 'string' ? works : (works[process.argv.at(-1) ?? ''] ?? 'not written for this library');
  if (typeof setup === 'string') {
    say({ version, missing: setup });
    return;
  }
  try {
    const task = await setup();
    say({ version });
    for await (const line of createInterface({ input: process.stdin })) {
      const start = performance.now();
      const value = await task(Number(line));
      const ms = performance.now() - start;
      if (value !== undefined && !Number.isFinite(value))
        throw new Error(`the result is not finite: got ${value}`);
      say({ ms, ...(value !== undefined && { value }) });
    }
  } catch (error) {
    say({ error: (error as Error).message.split('\n')[0] });
  }
}
