// Runs prepared examples one after another in this process and prints what is wrong with them, one JSON line each.
// Usage: run-examples.ts SETUP FILE… where SETUP is a module to load before each, or `-`.
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, inspect } from 'node:util';
import { isReadable, isShown, parseShown, plainOf } from './lib/example-values.ts';

/** What a run reports: a wrong value or an error, and the line of the example, from 1. */
export interface Finding {
  readonly example: string;
  readonly line: number;
  readonly message: string;
}

const [setup = '-', ...files] = process.argv.slice(2);
const write = process.stdout.write.bind(process.stdout);
let current = '';
let printed: string[] = [];
let listening = false;
let pending: Promise<void>[] = [];

const report = (line: number, message: string): void => {
  write(`${JSON.stringify({ example: current, line, message } satisfies Finding)}\n`);
};

async function compare(value: unknown, text: string, expected: string, line: number): Promise<void> {
  if (expected === text || expected === value) return;
  if (expected.startsWith('tensor(') && isReadable(value)) text = String(value);
  else if (value !== undefined || text === '') {
    const shown = parseShown(expected);
    const actual = await plainOf(value);
    if (shown && isShown(actual, shown)) return;
    text = inspect(actual, { depth: 8, breakLength: Number.POSITIVE_INFINITY });
  }
  if (text !== expected) report(line, `got ${text}, expected ${expected}`);
}

/** Compares without waiting: tensors are read at once, so later writes in place do not matter. */
function shown<T>(value: T, expected: string, line: number): T {
  const text = listening ? printed.join('\n') : '';
  listening = false;
  pending.push(compare(value, text, expected, line).catch((error) => report(line, String(error))));
  return value;
}

Object.assign(globalThis, {
  __shown: shown,
  __listen: () => {
    printed = [];
    listening = true;
  },
});
for (const method of ['log', 'info', 'warn', 'error'] as const) {
  console[method] = (...args: unknown[]) => void printed.push(format(...args));
}
process.on('uncaughtException', (error) => report(1, `uncaught: ${String(error)}`));

const prelude = setup === '-' ? null : ((await import(pathToFileURL(setup).href)) as { reset(): void });
for (const file of files) {
  current = basename(file, '.run.ts');
  printed = [];
  pending = [];
  prelude?.reset();
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    report(Number(new RegExp(`${current}\\.run\\.ts:(\\d+)`).exec(stack)?.[1] ?? 1), String(error));
  }
  await Promise.all(pending);
  await new Promise((resolve) => setImmediate(resolve)); // where Node tells of rejections that nobody caught
}
write(`${JSON.stringify({ example: '', line: 1, message: 'done' } satisfies Finding)}\n`);
process.exit(0);
