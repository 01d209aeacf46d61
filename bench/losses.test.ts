import '@flambeau/autograd';
import { cpu } from '@flambeau/backend-cpu';
import { wasm } from '@flambeau/backend-wasm';
import { webgpu } from '@flambeau/backend-webgpu';
import { setDefaultDevice } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { create } from 'webgpu';
import { regression300 } from './contenders/flambeau/regression.ts';
import { training } from './contenders/flambeau/training.ts';
import { engines, isProcess } from './engines.ts';
import { ProcessEntrant } from './entrants/process.ts';

/** The losses of the first four steps in PyTorch 1.13 (Debian's python3-torch), as `contenders/pytorch` computes them. */
const PYTORCH: Readonly<Record<string, readonly number[]>> = {
  mlp_step64: [2.3208255767822266, 2.322991371154785, 2.243957757949829, 2.239931583404541],
  cnn_step64: [2.3011415004730225, 2.308420181274414, 2.269784450531006, 2.2942519187927246],
  gru_step: [2.300469160079956, 2.317948579788208, 2.273916482925415, 2.299272060394287],
  transformer_step: [4.3194355964660645, 4.320484161376953, 4.162891864776611, 4.219772815704346],
};
/** Held for good: when it is collected, its devices take the process with them. */
const gpu = create([]);
const hasAdapter = (await gpu.requestAdapter()) !== null;
const STEPS = 4;
const DIGITS = 4;

async function losses(name: string): Promise<number[]> {
  const task = await training[name]?.();
  const values: number[] = [];
  for (let step = 0; step < STEPS; step++) values.push(Number(await task?.(1, 1)));
  return values;
}

function expectClose(got: readonly number[], expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  got.forEach((loss, step) => {
    expect(loss).toBeCloseTo(expected[step] as number, DIGITS);
  });
}

describe('the training works do what they do in PyTorch', () => {
  test.each(Object.keys(PYTORCH))('%s on cpu', async (name) => {
    setDefaultDevice(cpu());
    expectClose(await losses(name), PYTORCH[name] as readonly number[]);
  });

  test.each(['mlp_step64', 'gru_step', 'transformer_step'])('%s on wasm', async (name) => {
    setDefaultDevice(await wasm({ threads: 1 }));
    expectClose(await losses(name), PYTORCH[name] as readonly number[]);
  });

  test.runIf(hasAdapter).each(['mlp_step64', 'transformer_step'])(
    '%s on webgpu',
    { timeout: 90_000 },
    async (name) => {
      setDefaultDevice(await webgpu({ gpu }));
      expectClose(await losses(name), PYTORCH[name] as readonly number[]);
    },
  );

  test('and PyTorch, where it is installed, does so still', async ({ skip }) => {
    const torch = engines.find(({ id }) => id === 'torch-1t');
    if (!torch || !isProcess(torch)) throw new Error('no such engine');
    for (const [name, expected] of Object.entries(PYTORCH)) {
      const entrant = new ProcessEntrant(torch, name);
      const { missing } = await entrant.greeting();
      if (missing !== undefined) skip(missing);
      const got: number[] = [];
      for (let step = 0; step < STEPS; step++) got.push((await entrant.run(1)).value ?? Number.NaN);
      entrant.close();
      expectClose(got, expected);
    }
  });

  test('the regression ends near the noise', async () => {
    setDefaultDevice(cpu());
    const task = await regression300();
    expect(await task(1, 1)).toBeLessThan(0.02);
  });
});
