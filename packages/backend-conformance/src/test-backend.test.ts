import { cpu } from '@flambeau/backend-cpu';
import { createDevice } from '@flambeau/core';
import { expect, test } from 'vitest';
import { formatJson, formatMatrix, formatTotals, totalsOf } from './report.ts';
import { testBackend } from './test-backend.ts';

type Body = () => Promise<void>;

/** A runner that keeps the tests instead of running them. */
function collect(backend: Parameters<typeof testBackend>[0]) {
  const tests = new Map<string, Body>();
  const path: string[] = [];
  const report = testBackend(backend, {
    describe: (title, body) => {
      path.push(title);
      body();
      path.pop();
    },
    it: (title, body) => void tests.set([...path, title].join(' > '), body),
  });
  return { report, tests };
}

test('every cell becomes a test of the runner, and every test run a line of the report', async () => {
  const { report, tests } = collect({ name: 'mine', create: cpu });
  expect(tests.size).toBeGreaterThan(1500);
  await tests.get("mine > forward > tanh of float32 gives PyTorch's values")?.();
  await tests.get('mine > lifetimes > tanh of float32 leaves nothing in memory')?.();
  expect(report.lines).toHaveLength(2);
  const [ran, skipped] = report.lines;
  expect(ran).toMatchObject({
    subject: 'tanh',
    dtype: 'float32',
    check: 'forward',
    status: 'pass',
    skipped: 0,
  });
  expect(skipped).toMatchObject({ check: 'lifetimes', status: 'skip', cases: 0 });
  expect(totalsOf(report)).toEqual({
    cells: { pass: 1, fail: 0, skip: 1, xfail: 0 },
    cases: ran?.cases,
    skipped: skipped?.skipped,
  });
  expect(formatTotals(report)).toBe(
    `mine: 1 cells pass, 0 fail, 0 fail as expected, 1 are skipped; ${ran?.cases} cases were run, ${skipped?.skipped} skipped\n  ${skipped?.skipped} cases: the collector owns the memory of this device`,
  );
  expect(formatMatrix(report).split('\n')).toEqual([
    `      forward  lifetimes`,
    `tanh  ✓ ${String(ran?.cases).padEnd(7)}– 0`,
  ]);
  expect(JSON.parse(formatJson(report).split('\n')[0] as string)).toEqual({
    op: 'tanh',
    backend: 'mine',
    dtype: 'float32',
    check: 'forward',
    cases: ran?.cases,
    skipped: 0,
    status: 'pass',
    reason: '',
  });
});

test('a failing cell fails its test with the cases that went wrong', async () => {
  const { backend } = cpu();
  const create = () =>
    createDevice({
      ...backend,
      kernels: {
        ...backend.kernels,
        fill: (_inputs, outputs) => {
          for (const y of outputs) (y.block as Float32Array).fill(3);
        },
      },
    });
  const { report, tests } = collect({ name: 'broken', create });
  const failing = tests.get("broken > forward > zeros of float32 gives PyTorch's values") as Body;
  await expect(failing).rejects.toThrow(
    /2 of 3 cases failed\n {2}zeros\(\[2, 3\], \{ dtype: float32 \}\): got 3 at position 0, expected 0/,
  );
  expect(report.lines[0]?.status).toBe('fail');
});
