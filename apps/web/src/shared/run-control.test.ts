import { expect, test } from 'vitest';
import { RunControl, RunEnded } from './run-control.ts';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** A loop that counts its steps, and what came of it. */
function loop(control: RunControl): { steps: number; readonly done: Promise<unknown> } {
  const state = { steps: 0, done: Promise.resolve<unknown>(null) };
  const go = async (): Promise<void> => {
    for (;;) {
      state.steps++;
      await turn();
      await control.between();
    }
  };
  state.done = go().catch((error: unknown) => error);
  return state;
}

test('a loop is held between two steps, and goes on where it was', async () => {
  const control = new RunControl();
  const counted = loop(control);
  await turn();
  control.pause();
  await turn();
  await turn();
  const { steps } = counted;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(counted.steps).toBe(steps);
  control.resume();
  while (counted.steps < steps + 3) await turn();
  control.end();
  expect(await counted.done).toBeInstanceOf(RunEnded);
});

test('a held loop can be ended', async () => {
  const control = new RunControl();
  control.pause();
  const counted = loop(control);
  await turn();
  control.end();
  expect(await counted.done).toBeInstanceOf(RunEnded);
  expect(counted.steps).toBe(1);
});

test('jobs are done between two steps, in order, also while the loop is held', async () => {
  const control = new RunControl();
  const counted = loop(control);
  const seen: string[] = [];
  const job = async (name: string): Promise<number> => {
    const before = counted.steps;
    await turn();
    await turn();
    expect(counted.steps).toBe(before);
    seen.push(name);
    return before;
  };
  await Promise.all([control.inBetween(() => job('a')), control.inBetween(() => job('b'))]);
  control.pause();
  await turn();
  await turn();
  expect(await control.inBetween(() => job('c'))).toBe(counted.steps);
  expect(seen).toEqual(['a', 'b', 'c']);
  control.end();
  await counted.done;
});

test('a job that fails tells the one who asked for it, and the loop goes on', async () => {
  const control = new RunControl();
  const counted = loop(control);
  await expect(control.inBetween(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const { steps } = counted;
  while (counted.steps < steps + 2) await turn();
  control.end();
  await counted.done;
});

test('jobs that come too late for the loop are done at its end', async () => {
  const control = new RunControl();
  const late = control.inBetween(async () => 7);
  await control.doJobs();
  expect(await late).toBe(7);
});
