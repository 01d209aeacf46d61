import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { regression } from './program.ts';

interface GoldenRun {
  readonly seed: number;
  readonly start: Record<string, number[]>;
  readonly end: Record<string, number[]>;
  readonly y: number[];
  readonly losses: number[];
}

const golden = JSON.parse(readFileSync(new URL('./golden/regression.json', import.meta.url), 'utf8')) as {
  readonly x: number[];
  readonly runs: GoldenRun[];
};

async function parametersOf({
  model,
}: Awaited<ReturnType<typeof regression>>): Promise<Record<string, number[]>> {
  const entries = Object.entries(model.stateDict()).map(async ([key, value]) => [
    key,
    Array.from(await value.data()),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, number[]>;
}

function largestDifference(got: ArrayLike<number>, expected: readonly number[]): number {
  expect(got.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(got[i]! - value)));
}

test.each(golden.runs)(
  'seed $seed starts from the weights of PyTorch, bit for bit',
  async ({ seed, start }) => {
    expect(await parametersOf(await regression({ seed, steps: 0 }))).toEqual(start);
  },
);

test.each(golden.runs)('seed $seed draws the points of PyTorch to 1e-6', async ({ seed, y }) => {
  const run = await regression({ seed, steps: 0 });
  expect(largestDifference(await run.x.data(), golden.x)).toBeLessThan(1e-6);
  expect(largestDifference(await run.y.data(), y)).toBeLessThan(1e-6);
});

test.each(golden.runs)(
  'seed $seed follows the losses of PyTorch to 1e-5 over 300 steps',
  async (expected) => {
    const run = await regression({ seed: expected.seed });
    expect(expected.losses).toHaveLength(300);
    expect(largestDifference(run.losses, expected.losses)).toBeLessThan(1e-5);
    for (const [key, values] of Object.entries(await parametersOf(run)))
      expect(largestDifference(values, expected.end[key]!)).toBeLessThan(1e-5);
  },
);

test('two runs of one seed have the same losses, another seed has others', async () => {
  const [first, second, other] = [
    await regression({ seed: 7, steps: 20 }),
    await regression({ seed: 7, steps: 20 }),
    await regression({ seed: 8, steps: 20 }),
  ];
  expect(second.losses).toEqual(first.losses);
  expect(other.losses).not.toEqual(first.losses);
});

test('a run is shown before its first step, and each step waits for what is done with it', async () => {
  const seen: string[] = [];
  const { losses } = await regression({
    steps: 2,
    onStart: async (run) => {
      await run.x.data();
      seen.push(`start ${run.losses.length}`);
    },
    onStep: async (step, loss, run) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(loss).toBe(run.losses[step]);
      seen.push(`step ${step} of ${run.losses.length}`);
    },
  });
  expect(seen).toEqual(['start 0', 'step 0 of 1', 'step 1 of 2']);
  expect(losses).toHaveLength(2);
});
