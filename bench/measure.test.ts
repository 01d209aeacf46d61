import { expect, test } from 'vitest';
import type { Engine } from './engines.ts';
import { engines } from './engines.ts';
import type { Entrant } from './entrants/entrant.ts';
import type { Effort } from './measure.ts';
import { measureWork } from './measure.ts';
import { works } from './works.ts';

const EFFORT: Effort = { starts: 1, rounds: 4, sample: 10, warmUp: 20, budget: 1000, patience: 100 };

const find = <T extends { readonly id: string }>(list: readonly T[], id: string): T => {
  const found = list.find((one) => one.id === id);
  if (!found) throw new Error(`no such thing: ${id}`);
  return found;
};

/** An engine that says how long work takes: of the first call, of later ones. */
function says(engine: Engine, first: number, each: number, asked: number[] = []): Entrant {
  let calls = 0;
  return {
    engine,
    greeting: async () => ({ version: '1.0' }),
    run: async (times) => {
      asked.push(times);
      const ms = calls++ === 0 ? first : each * times;
      return { ms, gpu: { pipelines: 0, dispatches: 3 * times, submits: times } };
    },
    close: async () => {},
  };
}

const processor = find(engines, 'flambeau-cpu');
const onGpu = find(engines, 'flambeau-webgpu');
const matmul = find(works, 'matmul512');

test('samples are as long as they should be, on a GPU four times as long', async () => {
  const asked: [number[], number[]] = [[], []];
  const [plain, gpu] = await measureWork(matmul, [processor, onGpu], EFFORT, (engine) =>
    says(engine, 1, 1, engine === processor ? asked[0] : asked[1]),
  );
  expect(asked.map((times) => times.at(-1))).toEqual([10, 40]);
  expect(plain).toMatchObject({ first: 1, warm: 1, samples: 4 });
  expect(gpu?.gpu).toEqual({ pipelines: 0, dispatches: 3, submits: 1 });
});

test('work that is slow at first because it compiles is measured as other work is', async () => {
  const [figure] = await measureWork(matmul, [onGpu], EFFORT, (engine) => says(engine, 90, 2));
  expect(figure).toMatchObject({ first: 90, warm: 2, samples: 4 });
});

test('work that is slow twice has the second for all', async () => {
  const asked: number[] = [];
  const [figure] = await measureWork(matmul, [onGpu], EFFORT, (engine) => says(engine, 90, 30, asked));
  expect(figure).toMatchObject({ first: 90, warm: 30, samples: 1 });
  expect(asked).toEqual([1, 1]);
});

test('an engine that does not answer is closed and left out', async () => {
  const [figure] = await measureWork(matmul, [onGpu], EFFORT, (engine) => {
    let fail: (error: Error) => void = () => {};
    return {
      ...says(engine, 1, 1),
      run: () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
      close: async (reason) => fail(new Error(reason)),
    };
  });
  expect(figure).toMatchObject({ missing: 'no answer within 0.1 s', warm: null, samples: 0 });
});

test('work for GPUs only is not asked of processors', async () => {
  const entered: string[] = [];
  const [plain, gpu] = await measureWork(find(works, 'matmul2048'), [processor, onGpu], EFFORT, (engine) => {
    entered.push(engine.id);
    return says(engine, 1, 1);
  });
  expect(entered).toEqual(['flambeau-webgpu']);
  expect(plain).toMatchObject({ missing: 'for GPUs only', warm: null });
  expect(gpu?.missing).toBe(null);
});
