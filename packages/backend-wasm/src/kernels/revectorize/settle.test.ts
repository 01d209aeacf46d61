import { expect, test } from 'vitest';
import type { Work } from './settle.ts';
import { settle } from './settle.ts';

/** Work that gets faster with its run `optimized`, and gives what `result` says of the number of the run. */
function fake(name: string, optimized: number, result: (run: number) => number): Work & { runs: number } {
  return {
    name,
    runs: 0,
    run() {
      const end = performance.now() + (this.runs++ < optimized ? 1 : 0.1);
      while (performance.now() < end);
    },
    results() {
      return Int32Array.of(7, result(this.runs));
    },
  };
}

test('work that gives the same when it is optimized is told from work that does not', () => {
  const [steady, other] = settle([fake('steady', 6, () => 1), fake('other', 9, (run) => (run > 9 ? 2 : 1))]);
  expect(steady).toMatchObject({ name: 'steady', same: true, results: Int32Array.of(7, 1) });
  expect(other).toMatchObject({ name: 'other', same: false, results: Int32Array.of(7, 2) });
});

test('the fastest run counts', () => {
  const [{ best }] = settle([fake('work', 5, () => 1)]);
  expect(best).toBeGreaterThanOrEqual(0.1);
  expect(best).toBeLessThan(1);
});

test('work that never gets faster is run for a while, beside work that is done', () => {
  const [done, slow] = [fake('done', 4, () => 1), fake('slow', Number.POSITIVE_INFINITY, () => 1)];
  const begin = performance.now();
  const settled = settle([done, slow]);
  expect(performance.now() - begin).toBeGreaterThanOrEqual(500);
  expect(settled.map(({ same }) => same)).toEqual([true, true]);
  expect(slow.runs).toBeGreaterThan(1);
});
