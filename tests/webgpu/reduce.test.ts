import type { Device, Tensor } from '@flambeau/core';
import { amax, argmax, flip, fromTyped, ones, sum, tensor } from '@flambeau/core';
import { describe, expect, test } from 'vitest';
import { hasAdapter } from './adapter.ts';
import { numbers } from './distance.ts';
import { styles } from './styles.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const random = (shape: readonly number[], device: Device): Tensor =>
  fromTyped(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      100,
    ),
    shape,
    { device },
  );

/** Sums, maxima and their places of the rows of a matrix. */
async function expectRight(x: Tensor): Promise<void> {
  const [rows, columns] = x.shape as readonly [number, number];
  const [values, sums, tops, places] = await Promise.all([
    x.contiguous().data(),
    sum(x, 1).data(),
    amax(x, 1).data(),
    argmax(x, 1).data(),
  ]);
  for (let row = 0; row < rows; row++) {
    const own = values.slice(row * columns, (row + 1) * columns) as Float32Array;
    const size = own.reduce((a, b) => a + Math.abs(b), 0);
    const at = own.some(Number.isNaN) ? own.findIndex(Number.isNaN) : own.indexOf(Math.max(...own));
    const total = own.reduce((a, b) => a + b, 0);
    if (Number.isFinite(total)) expect(Math.abs(sums[row]! - total)).toBeLessThanOrEqual(size * 2 ** -22);
    else expect(sums[row]).toBe(total);
    expect([tops[row], places[row]]).toEqual([own[at], at]);
  }
}

/** The same matrix in other layouts. */
const views: Readonly<Record<string, (rows: number, columns: number, device: Device) => Tensor>> = {
  plain: (r, c, device) => random([r, c], device),
  turned: (r, c, device) => random([c, r], device).transpose(0, 1),
  'turned around': (r, c, device) => flip(random([c, r], device), [0, 1]).transpose(0, 1),
  inside: (r, c, device) => random([r, c + 3], device).narrow(1, 2, c),
  apart: (r, c, device) => random([r, c, 3], device).select(2, 1),
};

describe.runIf(hasAdapter).each(styles)('reductions (not run without an adapter): %s', (_name, device) => {
  const software = device.report()['kernels'] === 'software';

  test.each(Object.keys(views))('of matrices of every size, %s', async (name) => {
    const view = views[name]!;
    for (const [rows, columns] of [
      [1, 1],
      [1, 5],
      [3, 4],
      [4, 17],
      [17, 3],
      [5, 70],
      [8, 300],
      [2, 20_000],
      [1500, 8],
    ] as const) {
      await expectRight(view(rows, columns, device));
    }
  });

  test('over dimensions on both sides of what is kept', async () => {
    const x = random([6, 5, 4, 30], device);
    const values = numbers(6 * 5 * 4 * 30, 100);
    for (const axes of [
      [0, 2],
      [0, 3],
      [1, 3],
      [0, 2, 3],
      [0, 1, 2, 3],
    ]) {
      const expected = new Map<string, number>();
      for (let i = 0; i < values.length; i++) {
        const place = [Math.floor(i / 600), Math.floor(i / 120) % 5, Math.floor(i / 30) % 4, i % 30];
        const key = place.filter((_, axis) => !axes.includes(axis)).join();
        expected.set(key, (expected.get(key) ?? 0) + values[i]!);
      }
      const sums = [...(await sum(x, axes).flatten().data())];
      expect(sums).toEqual([...expected.values()].map((total) => expect.closeTo(total, 2)));
    }
  });

  test('NaN and infinities are found wherever they are, and of equal values the first', async () => {
    for (const columns of [5, 64, 300, 20_000]) {
      for (const place of [0, 1, columns - 1]) {
        const [some, two, all] = [numbers(columns, 100), numbers(columns, 100), new Float32Array(columns)];
        some[place] = nan;
        some[columns >> 1] = nan;
        two[place] = infinity;
        two[columns - 1] = infinity;
        all.fill(-infinity);
        const rows = fromTyped(Float32Array.from([...some, ...two, ...all]), [3, columns], { device });
        await expectRight(rows);
      }
    }
  });

  test('sums of millions of numbers are right to a few units in the last place', async () => {
    // Software drivers take ten seconds for ten million in groups.
    const length = software ? 10_000_000 : 1_000_000;
    const values = Float32Array.from({ length }, (_, i) => ((i * 7919) % 65_536) / 65_536);
    const total = values.reduce((a, b) => a + b, 0);
    const x = fromTyped(values, [length], { device });
    expect(Math.abs((await sum(x).item()) / total - 1)).toBeLessThan(4 * 2 ** -24);
    const tenths = ones([1_000_000], { device }).mul(0.1);
    expect(Math.abs((await sum(tenths).item()) / (1_000_000 * Math.fround(0.1)) - 1)).toBeLessThan(
      4 * 2 ** -24,
    );
  });

  test('the same numbers in every run', async () => {
    const x = random([3, 100_000], device);
    const [first, again] = await Promise.all([sum(x, 1).data(), sum(x, 1).data()]);
    expect([...first]).toEqual([...again]);
  });

  test('integers are added exactly, and a sum beyond int32 is a fault with its value', async () => {
    const many = fromTyped(
      Int32Array.from({ length: 100_000 }, (_, i) => (i % 2 ? -1 : 1) * (2e9 + (i >> 1))),
      [100_000],
      { device },
    );
    expect(await sum(many).item()).toBe(0);
    for (const columns of [3, 70, 40_000]) {
      const rows = ones([2, columns], { device, dtype: 'int32' }).mul(
        tensor([[1], [2 ** 30]], { device, dtype: 'int32' }),
      );
      await expect(sum(rows, 1).data()).rejects.toThrow(`got ${2 ** 30 * columns} at position 1,`);
    }
    expect(await sum(ones([2, 300], { device, dtype: 'bool' }), 1).toArray()).toEqual([300, 300]);
  });

  test('nothing adds up to 0', async () => {
    expect(await sum(ones([3, 0], { device }), 1).toArray()).toEqual([0, 0, 0]);
    expect(await sum(ones([0, 3], { device }), 1).toArray()).toEqual([]);
  });
});
