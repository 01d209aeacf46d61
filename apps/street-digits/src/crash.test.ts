import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readRun } from './checkpoint.ts';
import { type Finished, runCli } from './testing/run-cli.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'street-digits-crash-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quick = ['--limit', '32', '--batch-size', '16', '--epochs', '3', '--lr', '0.003', '--seed', '6'];
const last = (run: string): Uint8Array => readFileSync(at(`${run}/last.safetensors`));
const temporary = (run: string): string[] => readdirSync(at(run)).filter((name) => name.endsWith('.tmp'));

/** All that a run ends with, but times and folder. */
function endOf({ stdout }: Finished, run: string): string {
  return stdout
    .replace(/ {3}[\d.]+ s\b/g, '')
    .replaceAll(at(run), 'OUT')
    .replace(/^[\s\S]*?(?=training)/, '');
}

let straight: Finished;
beforeAll(async () => {
  straight = await runCli(['train', ...quick, '--out', at('straight')]);
  expect(straight.code).toBe(0);
});

for (const file of ['last', 'best'] as const) {
  test(`killed in the middle of writing its second ${file} checkpoint, a run goes on from the first`, async () => {
    const run = `killed-${file}`;
    // The seed is one whose second epoch is better than its first, or no second best one would be written.
    const killed = await runCli(['train', ...quick, '--out', at(run)], {
      faultyDisk: `stall ${file}.safetensors 2`,
      onOutput: (text, child) => {
        if (text.includes('stalled')) child.kill('SIGKILL');
      },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(readRun(last(run)).history).toHaveLength(1);
    const [half] = temporary(run);
    expect(half).toMatch(new RegExp(`^\\.${file}\\.safetensors\\.`));
    expect(statSync(at(`${run}/${half}`)).size).toBeGreaterThan(10_000);

    const resumed = await runCli(['train', '--resume', '--out', at(run)]);
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(endOf(resumed, run)).toBe(endOf(straight, 'straight'));
    expect(temporary(run)).toEqual([]);
  });
}

test('killed at any moment, a run goes on and ends as it would have', async () => {
  const run = 'anytime';
  mkdirSync(at(run));
  let kills = 0;
  for (let attempt = 0; ; attempt++) {
    expect(attempt).toBeLessThan(12);
    const resume = existsSync(at(`${run}/last.safetensors`)) ? ['--resume'] : [];
    const child = runCli(['train', ...quick, ...resume, '--out', at(run)], {
      onOutput: (text, process) => {
        // Later every time, so that it gets to the end.
        if (text.includes('training')) setTimeout(() => process.kill('SIGKILL'), 300 * 2 ** attempt);
      },
    });
    const finished = await child;
    if (finished.signal === 'SIGKILL') {
      kills++;
      continue;
    }
    expect(finished.code).toBe(0);
    expect(endOf(finished, run)).toBe(endOf(straight, 'straight'));
    break;
  }
  expect(kills).toBeGreaterThan(0);
});

test('a full disk ends a run with one line, and what was saved before is whole', async () => {
  const run = 'full';
  const full = await runCli(['train', ...quick, '--out', at(run)], { faultyDisk: 'full last.safetensors 2' });
  expect(full.code).toBe(1);
  expect(full.stderr).toMatch(
    /^digits: writeFileAtomic\(\): the disk is full: got ENOSPC, expected room for \d+ bytes beside .*last\.safetensors\. Free some space; what was there before is intact\.\n$/,
  );
  expect(readRun(last(run)).history).toHaveLength(1);
  expect(temporary(run)).toEqual([]);
  const resumed = await runCli(['train', '--resume', '--out', at(run)]);
  expect(endOf(resumed, run)).toBe(endOf(straight, 'straight'));
});

test('a disk that is really full does the same', async ({ skip }) => {
  const run = 'small-disk';
  mkdirSync(at(run));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', at(run)], { stdio: 'pipe' });
  } catch (error) {
    skip(`needs the right to mount a tmpfs: ${String(error).split('\n')[0]}`);
  }
  try {
    // Room for the first checkpoint, not for a second one beside it.
    const full = await runCli(['train', ...quick, '--out', at(run)]);
    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(/^digits: writeFileAtomic\(\): the disk is full: got ENOSPC[^\n]*\n$/);
    expect(readRun(last(run)).history).toHaveLength(1);
    expect(temporary(run)).toEqual([]);
  } finally {
    execFileSync('umount', [at(run)]);
  }
});

test('a damaged last checkpoint is passed over for the one before, and the user is told', async () => {
  const run = 'damaged';
  const trained = await runCli(['train', ...quick, '--out', at(run)]);
  expect(trained.code).toBe(0);
  const bytes = last(run);
  writeFileSync(at(`${run}/last.safetensors`), bytes.subarray(0, 5000));
  const resumed = await runCli(['train', '--resume', '--out', at(run)]);
  expect(resumed.code).toBe(0);
  expect(resumed.stdout).toMatch(
    /^.*last\.safetensors: loadCheckpoint\(\): .*\nGoing on from .*previous\.safetensors, after epoch 2\.\n/,
  );
  expect(endOf(resumed, run)).toBe(endOf(straight, 'straight'));
  const { model, random } = readRun(bytes);
  const again = readRun(last(run));
  expect(again.random).toEqual(random);
  for (const [name, x] of Object.entries(model))
    expect(again.model[name]!.dataSync(), name).toEqual(x.dataSync());
});
