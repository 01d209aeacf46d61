import { createInterface } from 'node:readline';
import type { Library } from './part.ts';
import { failure, takePart } from './part.ts';

const say = (answer: object): void => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
};

/**
 * Plays a library's part in the work that the last argument names, in a process: greets, then does the work as often as
 * each line of input says, and answers each.
 */
export async function serve(library: Library): Promise<void> {
  try {
    const { greeting, run } = await takePart(library, process.argv.at(-1) ?? '');
    say(greeting);
    if (greeting.missing !== undefined) return;
    for await (const line of createInterface({ input: process.stdin })) say(await run(Number(line)));
  } catch (error) {
    say(failure(error));
  }
}
