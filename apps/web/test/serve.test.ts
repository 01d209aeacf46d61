import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

function serve(...args: string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const program = fileURLToPath(new URL('../serve.mjs', import.meta.url));
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 30_000 });
}

test('--help tells all options', () => {
  const { status, stdout } = serve('--help');
  expect(status).toBe(0);
  expect(stdout).toMatch(/--port N[\s\S]*--no-isolation/);
});

test.each([
  [['--port', 'eighty'], /^web: --port: bad number: got "eighty", expected an integer from 1 to 65535\.\n$/],
  [['--port', '0'], /^web: --port: bad number/],
  [['--sideways'], /^web: Unknown option '--sideways'[^\n]*\n$/],
])('%j ends it with one line, before anything is built', (args, words) => {
  const { status, stdout, stderr } = serve(...args);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(words);
});
